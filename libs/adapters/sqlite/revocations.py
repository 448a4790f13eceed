"""Revoked tokens, in SQLite."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from libs.adapters.sqlite.file import SqliteFile
from libs.events.ports.revocations import MOST, RevocationsUnavailable

_SURPLUS = "DELETE FROM revoked WHERE digest IN (SELECT digest FROM revoked ORDER BY until DESC, digest LIMIT -1 OFFSET ?)"


class SqliteRevocations(SqliteFile):
    """See `libs.events.ports.revocations.Revocations`. `until` is in seconds since 1970."""

    SCHEMA = "CREATE TABLE IF NOT EXISTS revoked (digest TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;"
    UNAVAILABLE = RevocationsUnavailable

    async def revoke(self, digest: str, until: datetime, now: datetime) -> None:
        self._execute("DELETE FROM revoked WHERE until <= ?", now.timestamp())
        self._execute("INSERT OR REPLACE INTO revoked VALUES (?, ?)", digest, until.timestamp())
        self._execute(_SURPLUS, MOST)

    async def standing(self, now: datetime) -> Mapping[str, datetime]:
        rows = self._execute("SELECT digest, until FROM revoked WHERE until > ?", now.timestamp())
        return {digest: datetime.fromtimestamp(until, UTC) for digest, until in rows}
