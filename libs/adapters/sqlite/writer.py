"""Writes to a SQLite file on one thread, which stores all that waits in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")

Write = Callable[[sqlite3.Connection, Sequence[J]], Sequence[R]]
"""Does the work of some jobs within an open transaction; one result per job."""

QUEUED = 4096
TOGETHER = 512
BUSY = 5.0
"""Seconds to wait for another process that is writing."""


class SqliteWriter(Generic[J, R]):
    """Group commit: jobs that wait together share one transaction and one fsync. At most `QUEUED` jobs wait, further callers wait for room.

    A caller who is cancelled leaves its job in the queue: it is done all the same. `unavailable` is what callers get where SQLite fails. A file that is deleted
    or replaced under it is written no more, or, with `anew`, made again: for what can be made again from elsewhere.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        write: Write[J, R],
        unavailable: type[Exception],
        written: Callable[[], None] | None = None,
        *,
        anew: bool = False,
    ) -> None:
        self._path, self._schema, self._write, self._unavailable, self._written, self._anew = path, schema, write, unavailable, written, anew
        self._jobs: SimpleQueue[tuple[J, asyncio.Future[R]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def open(self) -> None:
        """Starts the thread and creates the tables. Raises the `unavailable` error."""
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(QUEUED)
        opened: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        thread = threading.Thread(target=self._run, args=(opened,), name=f"writer of {self._path.name}", daemon=True)
        thread.start()
        await opened
        self._thread = thread

    async def submit(self, job: J) -> R:
        """Queues a job and waits until it is durable. Raises the `unavailable` error; whether the job was done is then unknown."""
        if self._thread is None:
            raise self._unavailable(f"{self._path.name} is not open")
        await self._room.acquire()
        future: asyncio.Future[R] = self._loop.create_future()
        self._jobs.put((job, future))
        return await future

    async def close(self) -> None:
        """Finishes every job that was queued, then lets go of the file."""
        if self._thread is not None:
            self._thread = None
            self._jobs.put(None)
            await asyncio.shield(self._ended)

    def _run(self, opened: asyncio.Future[None]) -> None:
        try:
            self._begin()
        except (sqlite3.Error, OSError) as e:
            self._tell(_reject, opened, self._unavailable(str(e)))
            return
        self._tell(_resolve, opened, None)
        going = True
        while going:
            first = self._jobs.get()
            batch = [first]
            with contextlib.suppress(Empty):
                while batch[-1] is not None and len(batch) < TOGETHER:
                    batch.append(self._jobs.get_nowait())
            going = batch[-1] is not None
            jobs = [queued for queued in batch if queued is not None]
            if jobs:
                results = self._attempt([job for job, _ in jobs])
                # One call into the loop per batch: waking it once a job would cost more than the rows.
                self._tell(self._answer, [future for _, future in jobs], results)
        self._db.close()
        self._tell(_resolve, self._ended, None)

    def _begin(self) -> None:
        self._db = connect(self._path)
        create(self._db, self._schema)
        self._file = identity(self._path)

    def _begin_anew(self) -> None:
        try:
            with open(f"{self._path}.lock", "ab") as alone:  # of several processes one clears away what the former file left, before any makes another
                fcntl.flock(alone, fcntl.LOCK_EX)
                self._db.close()
                if identity(self._path) is None:
                    for left in ("-wal", "-shm"):
                        Path(f"{self._path}{left}").unlink(missing_ok=True)
                self._begin()
        except OSError as e:
            raise sqlite3.OperationalError(f"{self._path.name} was deleted, and cannot be made anew: {e.strerror}") from e

    def _attempt(self, jobs: Sequence[J]) -> Sequence[R | Exception]:
        try:
            if self._anew and identity(self._path) != self._file:
                self._begin_anew()
            self._db.execute("BEGIN IMMEDIATE")
            results = self._write(self._db, jobs)
            # SQLite goes on writing to a file that was deleted or replaced under it: acknowledged, and gone with the process.
            if identity(self._path) != self._file:
                raise sqlite3.OperationalError(f"{self._path.name} was deleted or replaced while it was open: start again")
            self._db.execute("COMMIT")
        except Exception as e:
            with contextlib.suppress(sqlite3.Error):
                self._db.rollback()
            if len(jobs) > 1 and not isinstance(e, sqlite3.OperationalError):  # one job's fault is not the others': each alone
                return [result for job in jobs for result in self._attempt([job])]
            failure = self._unavailable(str(e)) if isinstance(e, sqlite3.Error) else e
            return [failure] * len(jobs)
        return results

    def _answer(self, futures: Sequence[asyncio.Future[R]], results: Sequence[R | Exception]) -> None:
        for future, result in zip(futures, results, strict=True):
            self._room.release()
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
        if self._written is not None:
            self._written()

    def _tell(self, what: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # a loop that ended while the job was written has nobody left to tell
            self._loop.call_soon_threadsafe(what, *args)


def identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at a path from another one that was there before; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode, durable (`synchronous=FULL`) and in WAL mode, so that readers and the writer never wait for each other."""
    db = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    deadline = time.monotonic() + BUSY
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:  # the switch to WAL does not ask the busy handler when two processes create the file at once
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -16000")  # KiB
    db.execute("PRAGMA wal_autocheckpoint = 4000")  # pages: a checkpoint now and then, not many times a second under load
    return db


def create(db: sqlite3.Connection, schema: str) -> None:
    """Creates the tables that are missing; a statement of `schema` ends with `;`."""
    db.execute("BEGIN IMMEDIATE")
    for statement in filter(None, map(str.strip, schema.split(";"))):
        db.execute(statement)
    db.execute("COMMIT")


def insert(db: sqlite3.Connection, into: str, rows: Sequence[Sequence[object]]) -> None:
    """Inserts rows by statements of up to 64 rows each.

    Every step of a statement gives up the interpreter's lock, and a busy event loop may keep it for milliseconds: few steps keep a transaction short.
    """
    done = 0
    while done < len(rows):
        size = next(size for size in (64, 16, 4, 1) if size <= len(rows) - done)
        row = f"({','.join('?' * len(rows[done]))})"
        db.execute(f"{into} VALUES {','.join([row] * size)}", [value for r in rows[done : done + size] for value in r])
        done += size


def _resolve(future: asyncio.Future[None], result: None) -> None:
    if not future.done():
        future.set_result(result)


def _reject(future: asyncio.Future[None], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
