"""Writes to Kafka: one record in flight per key, many keys at once, and a producer that is replaced when it can no longer go on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka import TopicPartition as Partition
from aiokafka import errors as kafka_errors
from aiokafka.partitioner import murmur2

from libs.adapters.kafka.connection import Client, KafkaConnection, in_words, stopped
from libs.events.ports.log import LogUnavailable, NotSent, Record

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
    """Sends records through one producer at a time."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._lanes: _Lanes | None = None
        self._making = asyncio.Lock()
        self._closed = False
        self._acknowledged = time.monotonic()
        self._retired: set[asyncio.Task[None]] = set()

    async def publish(self, records: Sequence[Record], most_bytes: int) -> list[Exception | None]:
        """Per record None, or why it is not known to be there (see `Log.publish`). `most_bytes`: what a topic takes in one batch."""
        call = _Call(records)
        try:
            lanes = await self._ready(most_bytes)
        except LogUnavailable as e:
            call.fail_all(e)
            return call.answers
        await lanes.send(call)
        errors = [e for e in call.answers if e is not None and not isinstance(e, NotSent)]
        if None in call.answers:
            self._acknowledged = time.monotonic()
        silent = errors and time.monotonic() - self._acknowledged > SILENT
        if silent or lanes.ended or any(isinstance(e.__cause__, _BROKEN) for e in errors):
            self._retire(lanes)
        return call.answers

    async def close(self) -> None:
        """Sends what was accepted, as long as `stopped` lets it take."""
        self._closed = True
        if self._lanes is not None:
            self._retire(self._lanes)
        if self._retired:
            await asyncio.wait(self._retired)

    async def _ready(self, most_bytes: int) -> _Lanes:
        async with self._making:
            if self._closed:
                raise LogUnavailable("the log is closed")
            if self._lanes is not None and self._lanes.most_bytes != most_bytes:
                self._retire(self._lanes)
            if self._lanes is None:
                batch = min(BATCH, most_bytes - ENVELOPE)
                producer = AIOKafkaProducer(acks="all", enable_idempotence=True, max_batch_size=batch, **self._connection.options)
                self._lanes = _Lanes(await self._connection.started(producer), most_bytes)
                self._acknowledged = time.monotonic()
            return self._lanes

    def _retire(self, lanes: _Lanes) -> None:
        """Others are made for the next record; these end by themselves. What they still send is at worst there twice."""
        if self._lanes is lanes:
            self._lanes = None
        task = asyncio.ensure_future(lanes.close())
        self._retired.add(task)
        task.add_done_callback(self._retired.discard)


class _Line:
    """The records of one key in one call: the next is offered once the one before is acknowledged."""

    __slots__ = ("call", "key", "over", "places", "sent")

    def __init__(self, call: _Call) -> None:
        self.call = call
        self.key = b""
        self.places: list[int] = []
        self.sent = 0
        self.over = False

    @property
    def record(self) -> Record:
        return self.call.records[self.places[self.sent]]

    def acknowledged(self) -> None:
        self.sent += 1
        if self.sent == len(self.places):
            self._end()

    def fail(self, why: Exception) -> None:
        """The record in flight is answered why, what stands behind it that it was not sent."""
        if self.over:
            return
        answers = self.call.answers
        answers[self.places[self.sent]] = why
        for n in self.places[self.sent + 1 :]:
            answers[n] = NotSent(f"an earlier record of {self.call.records[n].key} failed")
        self._end()

    def _end(self) -> None:
        self.over = True
        self.call.open -= 1
        if not self.call.open:
            self.call.answered.set()


class _Call:
    """The records of one `publish`, in one line a key."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.answers: list[Exception | None] = [None] * len(records)
        self.answered = asyncio.Event()
        self.lines: dict[tuple[str, str], _Line] = {}
        for n, record in enumerate(records):
            at = record.topic, record.key
            if (line := self.lines.get(at)) is None:
                line = self.lines[at] = _Line(self)
            line.places.append(n)
        self.open = len(self.lines)

    def fail_all(self, why: Exception) -> None:
        for line in self.lines.values():
            line.fail(why)


class _Lanes:
    """One producer, with a lane a partition: what is ready when a batch was acknowledged makes up the next, whichever call it came with."""

    def __init__(self, producer: Client, most_bytes: int) -> None:
        self._producer, self.most_bytes = producer, most_bytes
        self._waiting: dict[Partition, deque[_Line]] = {}
        self._running: dict[Partition, asyncio.Task[None]] = {}

    @property
    def ended(self) -> bool:
        """Whether the producer sends no more, without having said so."""
        return bool(self._producer._sender.sender_task.done())

    async def send(self, call: _Call) -> None:
        """Until every record of a call has its answer."""
        try:
            counts = {topic: await self._partitions(topic) for topic, _ in dict.fromkeys(call.lines)}
            for (topic, _), line in call.lines.items():
                self._offer(topic, counts[topic], line)
            await call.answered.wait()
        finally:
            for line in call.lines.values():
                line.over = True

    async def close(self) -> None:
        """Stops the producer; what is in no batch yet is not sent."""
        why = LogUnavailable("the log is closed, or its producer made anew")
        for waiting in self._waiting.values():
            while waiting:
                waiting.popleft().fail(why)
        await stopped(self._producer)

    async def _partitions(self, topic: str) -> int | Exception:
        try:
            async with asyncio.timeout(ACKNOWLEDGED):
                return len(await self._producer.partitions_for(topic))
        except (kafka_errors.KafkaError, TimeoutError) as e:
            return _unavailable(topic, e)

    def _offer(self, topic: str, count: int | Exception, line: _Line) -> None:
        try:
            line.key = line.record.key.encode()
        except UnicodeEncodeError as e:
            line.fail(e)
            return
        if isinstance(count, Exception):
            line.fail(count)
            return
        lane = Partition(topic, int(murmur2(line.key) & 0x7FFFFFFF) % count)  # as every client of Kafka computes it
        self._waiting.setdefault(lane, deque()).append(line)
        if lane not in self._running:
            self._running[lane] = asyncio.ensure_future(self._run(lane))

    async def _run(self, lane: Partition) -> None:
        """Sends batches until nothing waits in a lane."""
        waiting = self._waiting[lane]
        try:
            while waiting:
                batch = self._producer.create_batch()
                lines = self._fill(batch, waiting)
                batch.close()
                if not lines:
                    continue
                error = await self._acknowledged(batch, lane)
                for line in lines:
                    if error is not None:
                        line.fail(error)
                    elif not line.over:
                        line.acknowledged()
                        if not line.over:
                            waiting.append(line)
                if error is not None and isinstance(error.__cause__, TimeoutError):  # or each of what waits would wait as long, one after the other
                    while waiting:
                        waiting.popleft().fail(error)
        finally:
            del self._running[lane]

    def _fill(self, batch: Client, waiting: deque[_Line]) -> list[_Line]:
        """Takes into a batch what has room in it. What cannot be sent fails alone."""
        lines: list[_Line] = []
        while waiting:
            line = waiting[0]
            if not line.over:
                record = line.record
                try:
                    headers = [(name, value.encode()) for name, value in record.headers.items()]
                    self._check_size(record, line.key, headers)
                    if batch.append(timestamp=None, key=line.key, value=record.value, headers=headers) is None:
                        return lines
                    lines.append(line)
                except Exception as e:
                    line.fail(e)
            waiting.popleft()
        return lines

    async def _acknowledged(self, batch: Client, lane: Partition) -> LogUnavailable | None:
        """None once the broker has stored a batch durably, else why that is not known."""
        try:
            async with asyncio.timeout(ACKNOWLEDGED):
                future = await self._producer.send_batch(batch, lane.topic, partition=lane.partition)
                future.add_done_callback(lambda f: f.cancelled() or f.exception())
                await asyncio.wait([future])
        except Exception as e:
            return _unavailable(lane.topic, e)
        error = kafka_errors.ProducerClosed() if future.cancelled() else future.exception()
        return None if error is None else _unavailable(lane.topic, error)

    def _check_size(self, record: Record, key: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
        """Raises ValueError where the broker would refuse a record: by then it would have been counted, and the producer be upset."""
        if len(record.value) > self.most_bytes // 2:
            size = len(key) + len(record.value) + sum(len(name) + len(value) + 10 for name, value in headers)
            if size > self.most_bytes - ENVELOPE:
                raise ValueError(
                    f"{record.headers.get('ce_id', record.key)} is {size} bytes, and topic {record.topic} takes {self.most_bytes} (max.message.bytes)"
                )


def _unavailable(topic: str, error: Exception) -> LogUnavailable:
    found = LogUnavailable(f"{topic}: {in_words(error)}")
    found.__cause__ = error
    return found
