"""Reads a SQLite file beside its one writer, or one that must not be changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from libs.adapters.sqlite.writer import BUSY, connect, identity


class SqliteReader:
    """`unavailable` is what callers get where SQLite fails or the file is not open. `alone`: there is no writer here, and nothing is made or changed."""

    def __init__(self, path: Path, unavailable: type[Exception], *, alone: bool = False) -> None:
        self._path, self._unavailable, self._alone = path, unavailable, alone
        self._db: sqlite3.Connection | None = None
        self.file: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is anything to read from."""
        return self._db is not None

    def open(self) -> None:
        """Opens a file that its writer has made; alone, raises the `unavailable` error where there is none."""
        self.file = identity(self._path)
        try:
            self._db = untouched(self._path) if self._alone else connect(self._path)
            self._db.execute("PRAGMA query_only = ON")
        except sqlite3.Error as e:
            raise self._unavailable(str(e)) from e

    @property
    def replaced(self) -> bool:
        """Whether the file was deleted, or is another one than was opened."""
        return self._db is not None and identity(self._path) != self.file

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


def untouched(path: Path) -> sqlite3.Connection:
    """A connection that makes and changes nothing, not even the files that SQLite keeps beside a database. Raises sqlite3.Error.

    A file that no process has open is read as it lies: SQLite would make its journal anew, even to read.
    """
    beside = {end: path.with_name(path.name + end).exists() for end in ("-wal", "-shm")}
    if beside["-wal"] and not beside["-shm"]:
        raise sqlite3.OperationalError(f"{path.name}-wal was not taken in yet: Headway takes it in when it starts")
    how = "mode=ro" if beside["-wal"] else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False)
