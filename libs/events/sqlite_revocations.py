"""Tokens that are refused before they expire, over SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from libs.events.revocations import MOST, RevocationsUnavailable
from libs.events.sqlite_writer import connect, create

SCHEMA = "CREATE TABLE IF NOT EXISTS revoked (digest TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;"
_SURPLUS = "DELETE FROM revoked WHERE digest IN (SELECT digest FROM revoked ORDER BY until DESC, digest LIMIT -1 OFFSET ?)"


class SqliteRevocations:
    """See `libs.events.revocations.Revocations`. They are few, so it writes on the loop's own thread. `until` is in seconds since 1970."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._db: sqlite3.Connection | None = None

    async def open(self) -> None:
        try:
            self._db = connect(self.path)
            create(self._db, SCHEMA)
        except sqlite3.Error as e:
            raise RevocationsUnavailable(str(e)) from e

    async def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    async def revoke(self, digest: str, until: datetime, now: datetime) -> None:
        self._execute("DELETE FROM revoked WHERE until <= ?", now.timestamp())
        self._execute("INSERT OR REPLACE INTO revoked VALUES (?, ?)", digest, until.timestamp())
        self._execute(_SURPLUS, MOST)

    async def standing(self, now: datetime) -> Mapping[str, datetime]:
        rows = self._execute("SELECT digest, until FROM revoked WHERE until > ?", now.timestamp())
        return {digest: datetime.fromtimestamp(until, UTC) for digest, until in rows}

    def _execute(self, sql: str, *values: object) -> list[Any]:
        if self._db is None:
            raise RevocationsUnavailable(f"{self.path.name} is not open")
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as e:
            raise RevocationsUnavailable(str(e)) from e
