"""A small SQLite file with few rows and rare writes, used on the event loop's own thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from libs.adapters.sqlite.reader import untouched
from libs.adapters.sqlite.writer import connect, create


class SqliteFile:
    """What keeps such a file. A subclass gives its `SCHEMA`, and the error `UNAVAILABLE` that it raises where the file cannot be used.

    `reads_only`: makes nothing and changes nothing, for whoever only looks.
    """

    SCHEMA: ClassVar[str]
    UNAVAILABLE: ClassVar[type[Exception]]

    def __init__(self, path: Path | str, *, reads_only: bool = False) -> None:
        self.path, self._reads_only = Path(path), reads_only
        self._db: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Creates the file where it is missing. Raises the `UNAVAILABLE` error."""
        try:
            if self._reads_only:
                self._db = untouched(self.path)
                return
            self._db = connect(self.path)
            create(self._db, self.SCHEMA)
        except sqlite3.Error as e:
            raise self.UNAVAILABLE(str(e)) from e

    async def close(self) -> None:
        """Lets go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _execute(self, sql: str, *values: object) -> list[Any]:
        with self._using() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """The open file; what goes wrong with it in the block is raised as the `UNAVAILABLE` error."""
        if self._db is None:
            raise self.UNAVAILABLE(f"{self.path.name} is not open")
        try:
            yield self._db
        except sqlite3.Error as e:
            raise self.UNAVAILABLE(str(e)) from e
