"""A log in memory as Kafka's is: several partitions, and what is published twice stands in it twice."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence

from libs.events.ports.log import Cursor, Delivery, Extent, KeyExtent, LogUnavailable, Record

BEGINNING = Cursor()


class PartitionedLog:
    """See `libs.events.ports.log.Log`. `names`: how a cursor knows each partition; `read_by_turns`: whether partitions are read one record each in turn."""

    def __init__(self, partitions: int = 3) -> None:
        self.partitions: list[list[Record]] = [[] for _ in range(partitions)]
        self.epoch = 0
        self.closed = False
        self._more = asyncio.Event()

    async def open(self) -> None:
        """Nothing is to be made."""

    async def close(self) -> None:
        """Ends the readers."""
        self.closed = True
        self._wake()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Appends to the partition of each key."""
        for record in records:
            self.partitions[zlib.crc32(record.key.encode()) % len(self.partitions)].append(record)
        self._wake()
        return [None] * len(records)

    async def read(self, topics: Sequence[str], after: Cursor = BEGINNING, *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        """Partition after partition, a batch of each."""
        epoch = self.epoch
        at = {n: after.offsets.get(self._name(n), 0) for n in range(len(self.partitions))}
        offsets = {self._name(n): offset for n, offset in at.items() if offset}
        while not self.closed:
            more, read = self._more, False
            for n, records in enumerate(self.partitions):
                batch = []
                for record in records[at[n] : at[n] + limit]:
                    at[n] += 1
                    offsets[self._name(n)] = at[n]
                    if record.topic in topics:
                        batch.append(Delivery(record, Cursor(dict(offsets))))
                if batch:
                    read = True
                    yield batch
                if epoch != self.epoch:
                    raise LogUnavailable("the log was begun anew")
            if not read:
                if not follow:
                    return
                await more.wait()

    async def end(self, topics: Sequence[str]) -> Cursor:
        """Behind all records."""
        return Cursor({self._name(n): len(records) for n, records in enumerate(self.partitions) if records})

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        """Nobody asks it here."""
        raise NotImplementedError

    async def extent(self, topic: str) -> Extent:
        """Nobody asks it here."""
        raise NotImplementedError

    async def renew(self, topics: Sequence[str]) -> None:
        """Cursors lead to the beginning from now on."""
        self.epoch += 1
        self._wake()

    def _name(self, n: int) -> str:
        return f"backlog.{n}~{self.epoch}"

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()
