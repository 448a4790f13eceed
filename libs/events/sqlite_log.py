"""The log over a table in SQLite: one partition, for one machine."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from libs.events.log import Cursor, Delivery, LogUnavailable, NotSent, Record
from libs.events.sqlite_writer import SqliteWriter, connect, insert

SCHEMA = """
CREATE TABLE IF NOT EXISTS log (
    n INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, sequence TEXT, digest BLOB NOT NULL, headers TEXT NOT NULL, value BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS log_record ON log (key, sequence, digest);
CREATE INDEX IF NOT EXISTS log_topic ON log (topic);
"""
# A record sent again is absorbed. The digest is part of what makes it the same, so that a forged or damaged record can never keep the true one out.

PARTITION = "0"
BEGINNING = Cursor()
POLL = 0.25
"""Seconds between two looks for what other processes wrote."""
WINDOW = 4000
"""Rows looked through at most in one read: topics that are not asked for cannot hold the loop's thread for long."""

_Row = tuple[str, str, str | None, bytes, str, bytes]


class SqliteLog:
    """See `libs.events.log.Log`."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._writer: SqliteWriter[list[_Row], None] = SqliteWriter(self.path, SCHEMA, _write, LogUnavailable, self._wake)
        self._db: sqlite3.Connection | None = None
        self._readers: set[asyncio.Event] = set()

    async def open(self) -> None:
        """Creates the file where it is missing. Raises LogUnavailable."""
        await self._writer.open()
        self._db = connect(self.path)
        self._db.execute("PRAGMA query_only = ON")

    async def close(self) -> None:
        """Finishes what was accepted, then lets go of the file; readers end."""
        await self._writer.close()
        if self._db is not None:
            self._db.close()
            self._db = None
        self._wake()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """All of a call or nothing of it is stored."""
        if not records:
            return []
        try:
            await self._writer.submit([_row(r) for r in records])
        except LogUnavailable as e:
            failed: dict[str, Exception] = {}
            return [NotSent(f"an earlier record of {r.key} failed") if r.key in failed else failed.setdefault(r.key, e) for r in records]
        return [None] * len(records)

    async def read(self, topics: Sequence[str], after: Cursor = BEGINNING, *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        """Batches of deliveries. Raises LogUnavailable."""
        at = max(after.offsets.get(PARTITION, 1), 1)
        wake = asyncio.Event()
        self._readers.add(wake)
        try:
            while self._db is not None:
                wake.clear()
                end = self._query("SELECT coalesce(max(n), 0) + 1 FROM log")[0][0]
                while at < end and self._db is not None:
                    upto = min(end, at + max(WINDOW, limit))
                    rows = self._query(
                        "SELECT n, topic, key, headers, value FROM log"
                        " WHERE n >= ? AND n < ? AND +topic IN (SELECT value FROM json_each(?)) ORDER BY n LIMIT ?",
                        at,
                        upto,
                        orjson.dumps(list(topics)).decode(),
                        limit,
                    )
                    at = rows[-1][0] + 1 if len(rows) == limit else upto
                    if rows:
                        yield [_delivery(*row) for row in rows]
                    else:
                        await asyncio.sleep(0)
                if not follow:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await wake.wait()
        finally:
            self._readers.discard(wake)

    async def end(self, topics: Sequence[str]) -> Cursor:
        """Raises LogUnavailable."""
        return Cursor({PARTITION: max((self._query("SELECT coalesce(max(n) + 1, 0) FROM log WHERE topic = ?", t)[0][0] for t in topics), default=0)})

    def _wake(self) -> None:
        for reader in self._readers:
            reader.set()

    def _query(self, sql: str, *values: object) -> list[Any]:
        # On the loop's own thread, as in the store: reads by number are quick, and in WAL mode they wait for nobody.
        if self._db is None:
            raise LogUnavailable(f"{self.path.name} is not open")
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as e:
            raise LogUnavailable(str(e)) from e


def _row(record: Record) -> _Row:
    headers = orjson.dumps(dict(record.headers))
    digest = hashlib.blake2b(b"\0".join((record.topic.encode(), headers, record.value)), digest_size=8).digest()
    return record.topic, record.key, record.headers.get("ce_sequence"), digest, headers.decode(), record.value


def _delivery(n: int, topic: str, key: str, headers: str, value: bytes) -> Delivery:
    # Interned: a listener keeps every event, and the events of an aggregate then share its name.
    return Delivery(Record(topic, sys.intern(key), orjson.loads(headers), value), Cursor({PARTITION: n + 1}))


def _write(db: sqlite3.Connection, jobs: Sequence[list[_Row]]) -> list[None]:
    insert(db, "INSERT OR IGNORE INTO log (topic, key, sequence, digest, headers, value)", [row for job in jobs for row in job])
    return [None] * len(jobs)
