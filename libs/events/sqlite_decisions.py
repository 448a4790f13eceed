"""What operators decided on parked events, over SQLite."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from libs.events.parking import DecisionsUnavailable, Discard
from libs.events.sqlite_writer import connect, create

SCHEMA = 'CREATE TABLE IF NOT EXISTS discards (position TEXT PRIMARY KEY, reason TEXT NOT NULL, "by" TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;'


class SqliteDecisions:
    """See `libs.events.parking.OperatorDecisions`. An operator decides a few times a year, so it writes on the loop's own thread."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._db: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Creates the file where it is missing. Raises DecisionsUnavailable."""
        try:
            self._db = connect(self.path)
            create(self._db, SCHEMA)
        except sqlite3.Error as e:
            raise DecisionsUnavailable(str(e)) from e

    async def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    async def discards(self) -> dict[str, Discard]:
        rows = self._execute('SELECT position, reason, "by", at FROM discards')
        return {position: Discard(position, reason, by, datetime.fromisoformat(at)) for position, reason, by, at in rows}

    async def discard(self, decision: Discard) -> None:
        self._execute("INSERT OR IGNORE INTO discards VALUES (?, ?, ?, ?)", decision.position, decision.reason, decision.by, decision.at.isoformat())

    def _execute(self, sql: str, *values: object) -> list[Any]:
        if self._db is None:
            raise DecisionsUnavailable(f"{self.path.name} is not open")
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as e:
            raise DecisionsUnavailable(str(e)) from e
