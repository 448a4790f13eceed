"""Reads Kafka from any cursor: partitions are assigned by hand, new ones are noticed, and a stalled reader is replaced."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Partition
from aiokafka import errors as kafka_errors

from libs.adapters.kafka.admin import Questions
from libs.adapters.kafka.connection import METADATA_AGE_MS, Client, KafkaConnection, in_words, stopped
from libs.events.ports.log import Cursor, Delivery, KeyExtent, LogUnavailable, Record

logger = logging.getLogger(__name__)

WAIT = 0.25
"""Seconds to wait for records before looking whether the log was closed."""
QUIET = 10.0
"""Seconds without a record, though there are some, after which a reading to the end is given up."""
STANDSTILL = 60.0
"""Seconds without a record, though there are some, after which the consumer is made again: it sometimes stops without a word."""
LONGEST_FETCH_MS = 250
COUNTED = 2000
"""Records counted before others have their turn on the loop."""

Keys = Callable[[Partition], tuple[str, ...]]
"""The names under which a cursor knows a partition: the present one, then those it had since this process began."""


class Places:
    """How far each partition was read, and the cursors made of it."""

    def __init__(self, keys: Keys) -> None:
        self._find = keys
        self._keys: dict[Partition, tuple[str, ...]] = {}
        self.at: dict[Partition, int] = {}
        self._offsets: dict[str, int] = {}

    def begin(self, partition: Partition, offset: int, first: int) -> None:
        """A partition is read from an offset on, or from the first there is.

        One that is read from its beginning is not named in cursors before something of it was read: where a record lies is told by what two cursors differ in.
        """
        self.put(partition, offset if offset > first else 0)
        self.at[partition] = max(offset, first)

    def put(self, partition: Partition, offset: int) -> None:
        """The next record of a partition is that of `offset`."""
        self.at[partition] = offset
        if partition not in self._keys:
            self._keys[partition] = self._find(partition)
        if offset:
            for key in self._keys[partition]:
                self._offsets[key] = offset

    def delivery(self, partition: Partition, message: Any) -> Delivery:
        """A record with the cursor behind it and behind all that was read before."""
        self.put(partition, message.offset + 1)
        return Delivery(record_of(message), Cursor(self._offsets.copy()))


class KafkaReader:
    """Reads a log's topics. `closed` is set when the log is closed; readers then end."""

    def __init__(self, connection: KafkaConnection, questions: Questions) -> None:
        self._connection, self._questions = connection, questions
        self.closed = False
        self._open: set[Client] = set()

    async def close(self) -> None:
        """Ends the readers; one that does not look any more loses its connection."""
        self.closed = True
        for _ in range(20):
            if not self._open:
                return
            await asyncio.sleep(WAIT / 5)
        await asyncio.gather(*map(stopped, list(self._open)))

    async def read(
        self, partitions: Sequence[Partition], keys: Keys, after: Cursor, renewed: Callable[[], Awaitable[bool]], *, follow: bool, limit: int
    ) -> AsyncGenerator[Sequence[Delivery], None]:
        """See `libs.events.ports.log.Log.read`. Ends by itself where `renewed`: then the caller's cursor may lead elsewhere. Raises LogUnavailable."""
        bounds = await self._questions.ends(partitions)
        places = Places(keys)
        for partition in partitions:
            places.begin(partition, _begin(after, keys(partition), bounds[partition][1]), bounds[partition][0])
        left = None if follow else {p: end for p, (_, end) in bounds.items() if places.at[p] < end}
        if left == {}:
            return
        async with self._consumer(places) as consumer:
            heard = looked = time.monotonic()
            while not self.closed:
                batch = await some(consumer, limit)
                if batch:
                    heard = time.monotonic()
                    yield [places.delivery(partition, message) for partition, messages in batch.items() for message in messages]
                    if left is not None and all(places.at[p] >= end for p, end in left.items()):
                        return
                elif left is not None and await self._arrived(consumer, left):
                    return
                now = time.monotonic()
                if left is not None:
                    if now - heard > QUIET:
                        raise LogUnavailable("the broker gives no records, though there are some")
                elif now - looked >= METADATA_AGE_MS / 1000:
                    looked = now
                    if await renewed():
                        return
                    _take_in_new(consumer, places)
                    if now - heard >= STANDSTILL and await self._stands_still(places):
                        logger.warning("log: a reader stood still for %d s: it begins again where it was", STANDSTILL)
                        return

    async def held(self, partitions: Sequence[Partition]) -> dict[str, KeyExtent]:
        """See `libs.events.ports.log.Log.held`. Raises LogUnavailable."""
        found: dict[str, _Counted] = defaultdict(_Counted)
        bounds = await self._questions.ends(partitions)
        left = {p: end for p, (first, end) in bounds.items() if first < end}
        places = Places(lambda p: ())
        for p in left:
            places.put(p, bounds[p][0])
        if left:
            async with self._consumer(places) as consumer:
                heard = time.monotonic()
                while not await self._arrived(consumer, left):
                    for messages in (await some(consumer, COUNTED)).values():
                        heard = time.monotonic()
                        for message in messages:
                            found[_text(message.key)].take(message.headers)
                    if self.closed or time.monotonic() - heard > QUIET:
                        raise LogUnavailable("the broker gives no records, though there are some")
        return {key: KeyExtent(counted.unbroken, counted.last) for key, counted in found.items() if counted.last}

    @asynccontextmanager
    async def _consumer(self, places: Places) -> AsyncIterator[Client]:
        consumer = await self._connection.started(
            AIOKafkaConsumer(auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=LONGEST_FETCH_MS, **self._connection.options)
        )
        self._open.add(consumer)
        try:
            _assign(consumer, places)
            yield consumer
        finally:
            self._open.discard(consumer)
            await stopped(consumer)

    async def _arrived(self, consumer: Client, left: Mapping[Partition, int]) -> bool:
        """Whether the consumer has passed the ends, by its own count: what a transaction leaves behind is a place without a record."""
        try:
            async with asyncio.timeout(QUIET):
                return all([await consumer.position(p) >= end for p, end in left.items()])
        except (kafka_errors.KafkaError, TimeoutError) as e:
            raise LogUnavailable(in_words(e)) from e

    async def _stands_still(self, places: Places) -> bool:
        """Whether there is something to read that does not come. False while the broker is away: the consumer finds it again by itself."""
        try:
            bounds = await self._questions.ends(list(places.at))
        except LogUnavailable:
            return False
        return any(end > places.at[p] for p, (_, end) in bounds.items())


class _Counted:
    """The sequences of one key that were seen: all up to `unbroken`, and those of `apart`."""

    __slots__ = ("apart", "last", "unbroken")

    def __init__(self) -> None:
        self.unbroken = self.last = 0
        self.apart: set[int] = set()

    def take(self, headers: Sequence[tuple[str, bytes]]) -> None:
        for name, value in headers:
            if name == "ce_sequence":
                if value.isdigit() and len(value) < 19:
                    self._count(int(value))
                return

    def _count(self, sequence: int) -> None:
        self.last = max(self.last, sequence)
        if sequence > self.unbroken + 1:
            self.apart.add(sequence)
        elif sequence == self.unbroken + 1:
            self.unbroken = sequence
            while self.unbroken + 1 in self.apart:
                self.unbroken += 1
                self.apart.discard(self.unbroken)


def record_of(message: Any) -> Record:
    """A record as it was read; bytes that are no text become signs of it, since whoever hears the record parks it."""
    # Interned: a listener keeps every event, and the events of an aggregate then share its name.
    return Record(message.topic, sys.intern(_text(message.key)), {name: _text(value) for name, value in message.headers}, message.value or b"")


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")


async def some(consumer: Client, limit: int | None) -> dict[Partition, list[Any]]:
    """What a consumer has within `WAIT` seconds. Raises LogUnavailable."""
    try:
        found: dict[Partition, list[Any]] = await consumer.getmany(timeout_ms=int(WAIT * 1000), max_records=limit)
    except kafka_errors.KafkaError as e:
        raise LogUnavailable(in_words(e)) from e
    return found


def _begin(after: Cursor, keys: Sequence[str], end: int) -> int:
    """Where to read from: the beginning for a cursor of another log, be it lost or an older copy of this one since put back."""
    at = after.offsets.get(keys[0], 0)
    if at > end:
        logger.warning("log: a reader comes with a cursor beyond the end: it begins anew", extra={"cursor": str(after)})
        at = 0
    return at


def _assign(consumer: Client, places: Places) -> None:
    consumer.assign(list(places.at))
    for partition, offset in places.at.items():
        consumer.seek(partition, offset)


def _take_in_new(consumer: Client, places: Places) -> None:
    """Partitions that were added since are read from their beginning."""
    topics = {p.topic for p in places.at}
    new = {Partition(t, n) for t in topics for n in consumer.partitions_for_topic(t) or ()} - set(places.at)
    if new:
        for partition in sorted(new):
            places.put(partition, 0)
        _assign(consumer, places)
