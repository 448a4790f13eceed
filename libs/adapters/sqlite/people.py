"""People's names and addresses, in a SQLite file of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from libs.adapters.sqlite.file import SqliteFile
from libs.events.ports.people import Particulars, PeopleUnavailable

TRIES: Final = 20
PAUSE: Final = 0.05
"""Seconds between two tries to empty the write-ahead log, which waits for whoever is reading."""
_NEXT: Final = "INSERT INTO revision VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET n = n + 1"


class SqlitePeople(SqliteFile):
    """See `libs.events.ports.people.PeopleStore`. `kept` is in seconds since 1970."""

    SCHEMA = """
    CREATE TABLE IF NOT EXISTS people (person TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT, kept REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS revision (one INTEGER PRIMARY KEY, n INTEGER NOT NULL);
    """
    UNAVAILABLE = PeopleUnavailable

    async def open(self) -> None:
        """Creates the file where it is missing; what is deleted in it is overwritten. Raises PeopleUnavailable."""
        await super().open()
        self._execute("PRAGMA secure_delete = ON")

    async def keep(self, people: Mapping[str, Particulars]) -> None:
        self._change("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)", [(person, of.name, of.address, of.kept.timestamp()) for person, of in people.items()])

    async def erase(self, people: Iterable[str]) -> None:
        """The file is written anew without them, and the write-ahead log, which still held them, is emptied. Raises PeopleUnavailable, also where it cannot."""
        self._change("DELETE FROM people WHERE person = ?", [(person,) for person in people])
        for _ in range(TRIES):
            try:
                self._execute("VACUUM")
                if not self._execute("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:
                    return
            except PeopleUnavailable:  # somebody else writes at this moment
                pass
            await asyncio.sleep(PAUSE)
        raise PeopleUnavailable(f"{self.path.name} is being read all the time: what was erased is still in its write-ahead log")

    async def revision(self) -> int:
        found = self._execute("SELECT n FROM revision")
        return int(found[0][0]) if found else 0

    async def kept(self) -> Mapping[str, Particulars]:
        rows = self._execute("SELECT person, name, address, kept FROM people")
        return {person: Particulars(name, address, datetime.fromtimestamp(kept, UTC)) for person, name, address, kept in rows}

    def _change(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """One statement for each of these rows, and the next revision, in one transaction. Raises PeopleUnavailable."""
        with self._using() as db, db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(sql, rows)
            db.execute(_NEXT)
