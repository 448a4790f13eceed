"""The log in a SQLite table: one partition, for one machine."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import orjson

from libs.adapters.sqlite.lease import shared
from libs.adapters.sqlite.reader import SqliteReader
from libs.adapters.sqlite.writer import SqliteWriter, insert
from libs.events.ports.log import Cursor, Delivery, Extent, KeyExtent, LogUnavailable, NotSent, Record, Share
from libs.runtime.frozen_dataclasses import maker

logger = logging.getLogger(__name__)

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS log (
    n INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, sequence TEXT, digest BLOB NOT NULL, headers TEXT NOT NULL, value BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS log_record ON log (key, sequence, digest);
CREATE INDEX IF NOT EXISTS log_topic ON log (topic);
CREATE TABLE IF NOT EXISTS epoch (name TEXT NOT NULL);
INSERT INTO epoch SELECT lower(hex(randomblob(4))) WHERE NOT EXISTS (SELECT 1 FROM epoch);
CREATE TABLE IF NOT EXISTS shared (
    name TEXT PRIMARY KEY, epoch TEXT NOT NULL, n INTEGER NOT NULL, member TEXT NOT NULL, until REAL NOT NULL
) WITHOUT ROWID;
"""
# A record sent again is absorbed. The digest is part of what makes it the same, so that a forged or damaged record can never keep the true one out.

BEGINNING = Cursor()
POLL = 0.25
"""Seconds between two looks for what other processes wrote."""
COUNTED = 30.0
"""Seconds after which the records of a topic are counted anew; in between only those that have come since."""
RENEW = "UPDATE epoch SET name = lower(hex(randomblob(4)))"
WINDOW = 4000
"""Rows looked through at most in one read: topics that are not asked for cannot hold the loop's thread for long."""

_Row = tuple[str, str, str | None, bytes, str, bytes]
_Job = list[_Row] | Callable[[sqlite3.Connection], object]
"""Records to append, or something else to do in the same transaction."""


class SqliteLog:
    """See `libs.events.ports.log.Log`. `reads_only`: makes nothing and changes nothing, for whoever only looks."""

    def __init__(self, path: Path | str, *, reads_only: bool = False) -> None:
        self.path, self._reads_only = Path(path), reads_only
        self._writer: SqliteWriter[_Job, object] = SqliteWriter(self.path, SCHEMA, _write, LogUnavailable, self._wake, anew=True)
        self._reader = SqliteReader(self.path, LogUnavailable, alone=reads_only)
        self._readers: set[asyncio.Event] = set()
        self._partition = ""
        self._mending = asyncio.Lock()
        self._files = 0
        self._counts: dict[str, _Counted] = {}

    async def open(self) -> None:
        """Creates the file where it is missing. Raises LogUnavailable."""
        if not self._reads_only:
            await self._writer.open()
        self._reader.open()
        self._partition = self._reader.query("SELECT name FROM epoch")[0][0]

    async def close(self) -> None:
        """Finishes what was accepted, then lets go of the file; readers end."""
        await self._writer.close()
        self._reader.close()
        self._wake()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """What can be written at all is stored in one transaction, or nothing of it."""
        answers: list[Exception | None] = []
        rows: list[_Row] = []
        failed: set[str] = set()
        for r in records:
            error: Exception | None = NotSent(f"an earlier record of {r.key} failed") if r.key in failed else None
            if error is None:
                try:
                    rows.append(_row(r))
                except (ValueError, TypeError) as e:  # not UTF-8
                    error = e
                    failed.add(r.key)
            answers.append(error)
        if not rows:
            return answers
        try:
            await self._writer.submit(rows)
        except LogUnavailable as e:
            return [answer or self._lost(r.key, failed, e) for answer, r in zip(answers, records, strict=True)]
        return answers

    def _lost(self, key: str, failed: set[str], why: LogUnavailable) -> Exception:
        if key in failed:
            return NotSent(f"an earlier record of {key} failed")
        failed.add(key)
        return why

    async def read(self, topics: Sequence[str], after: Cursor = BEGINNING, *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        """Batches of deliveries. Raises LogUnavailable."""
        await self._in_place()
        at, files = self._begin(after), self._files
        wake = asyncio.Event()
        self._readers.add(wake)
        try:
            while self._reader.is_open:
                wake.clear()
                await self._in_place()
                if files != self._files:
                    at, files = 1, self._files
                end = self._reader.query("SELECT coalesce(max(n), 0) + 1 FROM log")[0][0]
                while at < end and files == self._files and self._reader.is_open:
                    upto = min(end, at + max(WINDOW, limit))
                    rows = self._reader.query(
                        "SELECT n, topic, key, headers, value FROM log"
                        " WHERE n >= ? AND n < ? AND +topic IN (SELECT value FROM json_each(?)) ORDER BY n LIMIT ?",
                        at,
                        upto,
                        orjson.dumps(list(topics)).decode(),
                        limit,
                    )
                    at = rows[-1][0] + 1 if len(rows) == limit else upto
                    if rows:
                        yield [self._delivery(*row) for row in rows]
                    else:
                        await asyncio.sleep(0)
                if not follow:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await wake.wait()
        finally:
            self._readers.discard(wake)

    def share(self, topics: Sequence[str], group: str, *, limit: int = 500) -> AsyncIterator[Share]:
        """See `libs.events.ports.log.SharedLog.share`. Raises LogUnavailable."""
        return shared(self.read, self._writer.submit, lambda: not self._reader.is_open, topics, group, limit)

    async def end(self, topics: Sequence[str]) -> Cursor:
        """Raises LogUnavailable."""
        await self._in_place()
        return Cursor(
            {self._partition: max((self._reader.query("SELECT coalesce(max(n) + 1, 0) FROM log WHERE topic = ?", t)[0][0] for t in topics), default=0)}
        )

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        """Raises LogUnavailable."""
        await self._in_place()
        return await asyncio.to_thread(self._aside, lambda reader: _held(reader, topic))

    def _aside(self, work: Callable[[SqliteReader], T]) -> T:
        """What takes long, beside the loop, by a connection of its own."""
        reader = SqliteReader(self.path, LogUnavailable, alone=self._reads_only)
        reader.open()
        try:
            return work(reader)
        finally:
            reader.close()

    async def extent(self, topic: str) -> Extent:
        """Raises LogUnavailable."""
        await self._in_place()
        file = str(self._reader.file)
        known = self._counts.get(topic)
        if known is None or known.file != file or time.monotonic() - known.at > COUNTED:
            known = self._counts[topic] = await asyncio.to_thread(self._aside, lambda reader: _counted(reader, topic, file))
        ((first,), (last,)) = self._reader.query("SELECT min(n) FROM log WHERE topic = ?1 UNION ALL SELECT max(n) FROM log WHERE topic = ?1", topic)
        ((more,),) = self._reader.query("SELECT count(*) FROM log WHERE topic = ? AND n > ?", topic, known.upto)
        return Extent(file, {} if first is None else {"": (first, last + 1)}, known.records + more)

    async def renew(self, topics: Sequence[str]) -> None:
        """All topics are one partition. Raises LogUnavailable."""
        await self._writer.submit(lambda db: db.execute(RENEW).rowcount)
        self._partition = self._reader.query("SELECT name FROM epoch")[0][0]

    async def _in_place(self) -> None:
        """Has the file made anew where it was deleted, and read anew where it is another: what was in it is published again. Raises LogUnavailable."""
        if self._reads_only or not self._reader.replaced:
            return
        async with self._mending:
            if self._reader.replaced:
                await self._writer.submit(lambda db: None)
                logger.error("log: %s was deleted or replaced while it was open: it is begun anew", self.path.name)
                self._reader.close()
                self._reader.open()
                self._partition = self._reader.query("SELECT name FROM epoch")[0][0]
                self._files += 1
                self._wake()

    def _begin(self, after: Cursor) -> int:
        """The number to read from: the beginning for a cursor that another file gave, be it lost or an older copy of this one since put back."""
        at = max(after.offsets.get(self._partition, 1), 1)
        if at == 1 or at <= self._reader.query("SELECT coalesce(max(n), 0) + 1 FROM log")[0][0]:
            return at
        logger.warning("log: a reader comes with a cursor beyond the end: it begins anew", extra={"cursor": str(after)})
        return 1

    def _wake(self) -> None:
        for reader in self._readers:
            reader.set()

    def _delivery(self, n: int, topic: str, key: str, headers: str, value: bytes) -> Delivery:
        # Interned: a listener keeps every event, and the events of an aggregate then share its name.
        return _delivery(_record(topic, sys.intern(key), orjson.loads(headers), value), _cursor({self._partition: n + 1}))


_delivery, _record, _cursor = maker(Delivery), maker(Record), maker(Cursor)


class _Counted(NamedTuple):
    """How many records a topic had up to a number, in a file, at an instant (monotonic seconds)."""

    file: str
    upto: int
    records: int
    at: float


def _counted(reader: SqliteReader, topic: str, file: str) -> _Counted:
    ((upto,),) = reader.query("SELECT coalesce(max(n), 0) FROM log")
    ((records,),) = reader.query("SELECT count(*) FROM log WHERE topic = ? AND n <= ?", topic, upto)
    return _Counted(file, upto, records, time.monotonic())


def _held(reader: SqliteReader, topic: str) -> dict[str, KeyExtent]:
    found = reader.query(
        "SELECT key, count(DISTINCT s), max(s) FROM (SELECT key, CAST(sequence AS INTEGER) AS s FROM log WHERE topic = ?) WHERE s > 0 GROUP BY key", topic
    )
    return {key: KeyExtent(last if count == last else _unbroken(reader, topic, key), last) for key, count, last in found}


def _unbroken(reader: SqliteReader, topic: str, key: str) -> int:
    last = 0
    for (sequence,) in reader.query("SELECT DISTINCT CAST(sequence AS INTEGER) AS s FROM log WHERE topic = ? AND key = ? AND s > 0 ORDER BY s", topic, key):
        if sequence != last + 1:
            break
        last = sequence
    return last


def _row(record: Record) -> _Row:
    headers = orjson.dumps(dict(record.headers))
    digest = hashlib.blake2b(b"\0".join((record.topic.encode(), headers, record.value)), digest_size=8).digest()
    return record.topic, record.key, record.headers.get("ce_sequence"), digest, headers.decode(), record.value


def _write(db: sqlite3.Connection, jobs: Sequence[_Job]) -> list[object]:
    insert(db, "INSERT OR IGNORE INTO log (topic, key, sequence, digest, headers, value)", [row for job in jobs if isinstance(job, list) for row in job])
    return [None if isinstance(job, list) else job(db) for job in jobs]
