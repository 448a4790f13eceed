"""Writing to Kafka: one record of a key in flight, many keys at once, and a producer that is made again when it can no longer go on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka import TopicPartition as Partition
from aiokafka import errors as kafka_errors
from aiokafka.partitioner import murmur2

from libs.events.kafka_connection import Client, Connection, in_words, stopped
from libs.events.log import LogUnavailable, NotSent, Record

logger = logging.getLogger(__name__)

ACKNOWLEDGED = 8.0
"""Seconds after which it is unknown whether a record was stored: it counts as failed, and the relay sends it again."""
SILENT = 60.0
"""Seconds of records without one acknowledgement after which the producer is made again."""
BATCH = 131_072
ENVELOPE = 512
"""Bytes of a batch that are not its records."""

_BROKEN = (kafka_errors.OutOfOrderSequenceNumber, kafka_errors.ProducerFenced, kafka_errors.InvalidProducerEpoch, kafka_errors.ProducerClosed)
"""The producer counted a record that the broker never took, and all later ones of that partition would be refused for ever."""


class Producing:
    """Sends records. `most_bytes`: what the topics take in one record."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._producer: Client = None
        self._making = asyncio.Lock()
        self._most_bytes = 0
        self._acknowledged = time.monotonic()
        self._retired: set[asyncio.Task[None]] = set()
        self._closed = False

    async def publish(self, records: Sequence[Record], most_bytes: int) -> list[Exception | None]:
        """Per record None, or why it is not known to be there. See `libs.events.log.Log.publish`."""
        answers: list[Exception | None] = [None] * len(records)
        lines: dict[tuple[str, str], _Line] = {}
        for n, record in enumerate(records):
            lines.setdefault((record.topic, record.key), _Line()).places.append(n)
        try:
            producer = await self._ready(most_bytes)
        except LogUnavailable as e:
            for line in lines.values():
                line.fail(answers, records, e)
            return answers
        await _Sending(producer, records, answers, lines.values(), most_bytes).run()
        errors = [e for e in answers if e is not None and not isinstance(e, NotSent)]
        if None in answers:
            self._acknowledged = time.monotonic()
        silent = errors and time.monotonic() - self._acknowledged > SILENT
        if silent or any(isinstance(e.__cause__, _BROKEN) for e in errors) or producer._sender.sender_task.done():
            self._retire(producer)
        return answers

    async def close(self) -> None:
        """Sends what was accepted, as long as `stopped` lets it take."""
        self._closed = True
        if self._producer is not None:
            self._retire(self._producer)
        if self._retired:
            await asyncio.wait(self._retired)

    async def _ready(self, most_bytes: int) -> Client:
        async with self._making:
            if self._closed:
                raise LogUnavailable("the log is closed")
            if self._producer is None or most_bytes != self._most_bytes:
                if self._producer is not None:
                    self._retire(self._producer)
                self._producer = await self._connection.started(
                    AIOKafkaProducer(
                        acks="all",
                        enable_idempotence=True,
                        max_request_size=most_bytes - ENVELOPE,
                        max_batch_size=min(BATCH, most_bytes - ENVELOPE),
                        **self._connection.options,
                    )
                )
                self._most_bytes, self._acknowledged = most_bytes, time.monotonic()
            return self._producer

    def _retire(self, producer: Client) -> None:
        """Another is made for the next record; this one ends by itself. What it still sends is at worst there twice."""
        if self._producer is producer:
            self._producer = None
        task = asyncio.ensure_future(stopped(producer))
        self._retired.add(task)
        task.add_done_callback(self._retired.discard)


class _Line:
    """The records of one key, of which one is in flight at a time. `next`: which of `places` is the next to be acknowledged."""

    __slots__ = ("key", "next", "over", "partition", "places", "since")

    def __init__(self) -> None:
        self.key = b""
        self.partition: Partition | None = None
        self.places: list[int] = []
        self.next = 0
        self.since = 0.0
        self.over = False

    def fail(self, answers: list[Exception | None], records: Sequence[Record], why: Exception) -> None:
        """The record in flight is answered why, what stands behind it that it was not sent."""
        self.over = True
        answers[self.places[self.next]] = why
        for n in self.places[self.next + 1 :]:
            answers[n] = NotSent(f"an earlier record of {records[n].key} failed")


class _Sending:
    """One call's records on their way. One task and no timer a record: both would cost as much as the sending itself."""

    def __init__(self, producer: Client, records: Sequence[Record], answers: list[Exception | None], lines: Iterable[_Line], most_bytes: int) -> None:
        self._producer, self._records, self._answers, self._most_bytes = producer, records, answers, most_bytes
        self._ready = deque(lines)
        self._in_flight: dict[_Line, None] = {}
        self._landed = asyncio.Event()

    async def run(self) -> None:
        """Until every record has its answer."""
        while self._ready or self._in_flight:
            self._landed.clear()
            try:
                async with asyncio.timeout(self._patience()):
                    while self._ready:
                        await self._send(self._ready[0])
                    if self._in_flight:
                        await self._landed.wait()
            except TimeoutError as e:
                self._expire(e)

    async def _send(self, line: _Line) -> None:
        record = self._records[line.places[line.next]]
        line.since = time.monotonic()
        try:
            if line.partition is None:
                line.key = record.key.encode()
                line.partition = Partition(record.topic, _partition(line.key, len(await self._producer.partitions_for(record.topic))))
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            _check_size(record, line.key, headers, self._most_bytes)
            # What `send` does beyond this (metadata, the partition, the size, anew for each record) costs a third of it, and is done above.
            future = await self._producer._message_accumulator.add_message(line.partition, line.key, record.value, ACKNOWLEDGED, headers=headers)
        except Exception as e:
            self._ready.popleft()
            line.fail(self._answers, self._records, _reason(e, record))
            return
        self._ready.popleft()
        self._in_flight[line] = None
        future.add_done_callback(partial(self._land, line))

    def _land(self, line: _Line, future: asyncio.Future[Any]) -> None:
        error = kafka_errors.KafkaTimeoutError() if future.cancelled() else future.exception()
        if line.over:
            return
        del self._in_flight[line]
        if error is not None:
            line.fail(self._answers, self._records, _reason(error, self._records[line.places[line.next]]))
        else:
            line.next += 1
            if line.next < len(line.places):
                self._ready.append(line)
        self._landed.set()

    def _patience(self) -> float:
        """Seconds until the oldest record that is not acknowledged counts as failed."""
        oldest = next(iter(self._in_flight), None)
        return ACKNOWLEDGED if oldest is None else max(0.0, oldest.since + ACKNOWLEDGED - time.monotonic())

    def _expire(self, why: TimeoutError) -> None:
        """Gives up what was in flight for too long; and all that is not, where the time went by while the producer took no more."""
        late = time.monotonic() - ACKNOWLEDGED
        for line in [*self._ready, *(line for line in self._in_flight if line.since <= late)]:
            self._in_flight.pop(line, None)
            line.fail(self._answers, self._records, _reason(why, self._records[line.places[line.next]]))
        self._ready.clear()


def _partition(key: bytes, count: int) -> int:
    """As every client of Kafka computes it; once a key, since it costs half of a send."""
    return int(murmur2(key) & 0x7FFFFFFF) % count


def _check_size(record: Record, key: bytes, headers: Sequence[tuple[str, bytes]], most: int) -> None:
    """Raises ValueError where the broker would refuse a record: by then it would have been counted, and the producer be upset."""
    if len(record.value) > most // 2:
        size = len(key) + len(record.value) + sum(len(name) + len(value) + 10 for name, value in headers)
        if size > most - ENVELOPE:
            raise ValueError(f"{record.headers.get('ce_id', record.key)} is {size} bytes, and topic {record.topic} takes {most} (max.message.bytes)")


def _reason(error: BaseException, record: Record) -> Exception:
    if isinstance(error, Exception) and not isinstance(error, kafka_errors.KafkaError | TimeoutError | OSError):
        return error
    found = LogUnavailable(f"{record.topic}: {in_words(error)}")
    found.__cause__ = error
    return found
