"""The reads of a SQLite file whose one writer is elsewhere: a connection that can change nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from libs.events.sqlite_writer import connect


class SqliteReader:
    """`unavailable` is what callers get where SQLite fails or the file is not open."""

    def __init__(self, path: Path, unavailable: type[Exception]) -> None:
        self._path, self._unavailable = path, unavailable
        self._db: sqlite3.Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is anything to read from."""
        return self._db is not None

    def open(self) -> None:
        """Opens a file that its writer has made."""
        self._db = connect(self._path)
        self._db.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Lets go of the file; closing again does nothing."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def query(self, sql: str, *values: object) -> list[Any]:
        """All rows of one statement. Raises the `unavailable` error."""
        # On the loop's own thread: a read by an index takes some tens of microseconds, a hop to a thread and back takes longer, and in WAL mode
        # a reader never waits for the writer.
        if self._db is None:
            raise self._unavailable(f"{self._path.name} is not open")
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as e:
            raise self._unavailable(str(e)) from e
