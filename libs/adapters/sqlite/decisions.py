"""Operators' decisions on parked events, in SQLite."""

from __future__ import annotations

from datetime import datetime

from libs.adapters.sqlite.file import SqliteFile
from libs.events.ports.dead_letters import DecisionsUnavailable, Discard


class SqliteDecisions(SqliteFile):
    """See `libs.events.ports.dead_letters.OperatorDecisions`. An operator decides a few times a year."""

    SCHEMA = 'CREATE TABLE IF NOT EXISTS discards (position TEXT PRIMARY KEY, reason TEXT NOT NULL, "by" TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;'
    UNAVAILABLE = DecisionsUnavailable

    async def discards(self) -> dict[str, Discard]:
        rows = self._execute('SELECT position, reason, "by", at FROM discards')
        return {position: Discard(position, reason, by, datetime.fromisoformat(at)) for position, reason, by, at in rows}

    async def discard(self, decision: Discard) -> None:
        self._execute("INSERT OR IGNORE INTO discards VALUES (?, ?, ?, ?)", decision.position, decision.reason, decision.by, decision.at.isoformat())
