"""Delivery records in SQLite, for the processes of one machine, of which one at a time delivers."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from libs.adapters.sqlite.reader import SqliteReader
from libs.adapters.sqlite.writer import SqliteWriter
from libs.runtime.private_files import private_folder
from services.portfolio.webhooks.deliveries import KEPT, Attempt, DeliveriesUnavailable, Progress, Waiting

SCHEMA = """
CREATE TABLE IF NOT EXISTS progress (webhook TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (webhook TEXT, aggregate TEXT, document TEXT NOT NULL, PRIMARY KEY (webhook, aggregate)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (webhook TEXT, number INTEGER, document TEXT NOT NULL, PRIMARY KEY (webhook, number)) WITHOUT ROWID;
"""

_PROGRESS = TypeAdapter(Progress)
_WAITING = TypeAdapter(Waiting)
_ATTEMPT = TypeAdapter(Attempt)

_Job = Callable[[sqlite3.Connection], None]


class SqliteDeliveries:
    """See `services.portfolio.webhooks.deliveries.Deliveries`.

    A claim is a lock on a file beside this one, held by the process for all webhooks: it ends with the process, however that ends.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._writer: SqliteWriter[_Job, None] = SqliteWriter(self.path, SCHEMA, _write, DeliveriesUnavailable)
        self._reader = SqliteReader(self.path, DeliveriesUnavailable)
        self._lock: sqlite3.Connection | None = None
        self._claimed: set[str] = set()

    async def open(self) -> None:
        private_folder(self.path.parent)
        await self._writer.open()
        self._reader.open()

    async def close(self) -> None:
        await self._writer.close()
        self._reader.close()
        self._unlock()
        self._claimed.clear()

    async def claim(self, webhook: str) -> bool:
        if self._lock is None:
            try:
                lock = sqlite3.connect(self.path.with_suffix(".lock"), timeout=0, isolation_level=None, check_same_thread=False)
            except sqlite3.Error as e:
                raise DeliveriesUnavailable(str(e)) from e
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error:
                lock.close()
                return False
            self._lock = lock
        self._claimed.add(webhook)
        return True

    async def release(self, webhook: str) -> None:
        self._claimed.discard(webhook)
        if not self._claimed:
            self._unlock()

    async def load(self, webhook: str) -> tuple[Progress, dict[str, Waiting]] | None:
        found = self._reader.query("SELECT document FROM progress WHERE webhook = ?", webhook)
        if not found:
            return None
        waiting = self._reader.query("SELECT aggregate, document FROM waiting WHERE webhook = ?", webhook)
        return _PROGRESS.validate_json(found[0][0]), {aggregate: _WAITING.validate_json(document) for aggregate, document in waiting}

    async def begin(self, webhook: str, progress: Progress) -> bool:
        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM waiting WHERE webhook = ?", (webhook,))
            db.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (webhook, _text(progress)))

        return await self._done(webhook, work)

    async def save(self, webhook: str, progress: Progress, put: Mapping[str, Waiting], gone: Collection[str], attempts: Sequence[Attempt]) -> bool:
        def work(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?)", [(webhook, aggregate, _text(one)) for aggregate, one in put.items()])
            db.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (webhook, _text(progress)))
            db.executemany("DELETE FROM waiting WHERE webhook = ? AND aggregate = ?", [(webhook, aggregate) for aggregate in gone])
            db.executemany("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?)", [(webhook, one.number, _text(one)) for one in attempts])
            if attempts:
                db.execute("DELETE FROM attempts WHERE webhook = ? AND number <= ?", (webhook, progress.attempts - KEPT))

        return await self._done(webhook, work)

    async def attempts(self, webhook: str, before: int | None, many: int) -> list[Attempt]:
        below = before if before is not None else 2**62
        found = self._reader.query("SELECT document FROM attempts WHERE webhook = ? AND number < ? ORDER BY number DESC LIMIT ?", webhook, below, many)
        return [_ATTEMPT.validate_json(document) for (document,) in found]

    async def forget(self, webhook: str) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM waiting WHERE webhook = ?", (webhook,))
            db.execute("DELETE FROM progress WHERE webhook = ?", (webhook,))

        await self._done(webhook, work)

    async def _done(self, webhook: str, work: _Job) -> bool:
        if webhook not in self._claimed:
            return False
        await self._writer.submit(work)
        return True

    def _unlock(self) -> None:
        if self._lock is not None:
            with contextlib.suppress(sqlite3.Error):
                self._lock.rollback()
            self._lock.close()
            self._lock = None


def _write(db: sqlite3.Connection, jobs: Sequence[_Job]) -> list[None]:
    for job in jobs:
        job(db)
    return [None] * len(jobs)


def _text(document: Progress | Waiting | Attempt) -> str:
    return orjson.dumps(document).decode()
