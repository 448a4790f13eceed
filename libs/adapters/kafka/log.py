"""The log on Apache Kafka: one topic per publishing service, one record per event, keyed by aggregate."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from typing import TypeVar

from aiokafka import TopicPartition as Partition

from libs.adapters.kafka.admin import Questions
from libs.adapters.kafka.clock import quorum_time
from libs.adapters.kafka.connection import Client, KafkaConnection, quieten
from libs.adapters.kafka.consumer_group import Sharing
from libs.adapters.kafka.producer import Producing
from libs.adapters.kafka.reader import KafkaReader
from libs.adapters.kafka.topic_epochs import Marks
from libs.adapters.kafka.topics import Inventory, Topic, described, ensured, found, inventory
from libs.events.envelope import all_topics
from libs.events.ports.log import Cursor, Delivery, Extent, KeyExtent, LogUnavailable, NotSent, Record, Share, TopicMissing

logger = logging.getLogger(__name__)

T = TypeVar("T")

BEGINNING = Cursor()
AGAIN = 1.0
"""Seconds within which a broker that did not answer is not asked again by somebody else."""
READY = 5.0
"""Seconds that a broker has to show that it is there."""
MARKS_AGE = 5.0
"""Seconds after which a topic's mark is read again: so soon readers begin anew where a topic has lost records."""


class KafkaLog:
    """See `libs.events.ports.log.Log` and `SharedLog`. `topics`: those of the namespace's services, unless others are given. `reads_only`: makes no topic, no
    mark, and publishes nothing, for whoever only looks.

    Opening never fails: until the broker is there, and whenever it is away, every call raises LogUnavailable within seconds, and the next one tries again.
    """

    def __init__(self, connection: KafkaConnection, namespace: str, partitions: int, topics: Sequence[str] | None = None, *, reads_only: bool = False) -> None:
        self.connection, self.namespace, self.partitions = connection, namespace, partitions
        self.topics = tuple(topics if topics is not None else all_topics(namespace))
        self._questions = Questions(connection)
        self._producing = Producing(connection)
        self._reading = KafkaReader(connection, self._questions)
        self._sharing = Sharing(connection, self._questions, self._group, self._keys)
        self._marking = Marks(namespace)
        self._marks: dict[str, list[str]] = {}
        self._marks_read = -MARKS_AGE
        self._known: dict[str, Topic] = {}
        self._origins: dict[str, str] = {}
        self._unmarked: set[str] = set()
        self._doubted = False
        self._tried: tuple[float, LogUnavailable] | None = None
        self._ensuring = asyncio.Lock()
        self._closed, self._reads_only = False, reads_only
        quieten()

    @classmethod
    def of(cls, url: str, namespace: str, partitions: int, *, reads_only: bool = False) -> KafkaLog:
        """The log at a URL (see `Connection.parse`). Raises ValueError."""
        return cls(KafkaConnection.parse(url), namespace, partitions, reads_only=reads_only)

    async def open(self) -> None:
        """Makes the topics that are missing, if the broker is there; else the first call that finds it does."""
        try:
            await self._ready()
        except LogUnavailable as e:
            logger.warning("log: not there yet: %s", e)

    async def close(self) -> None:
        """Sends what was accepted, ends the readers, lets go; within ten seconds also while the broker is away."""
        self._closed = True
        await asyncio.gather(self._reading.close(), self._sharing.close(), self._producing.close())
        await self._questions.close()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Per record None, or why it is not known to be there."""
        if not records:
            return []
        try:
            self._must_not_only_read()
            await self._ready(marks=False)
        except LogUnavailable as e:
            return _none_of(records, e)
        answers = await self._producing.publish(records, min(t.most_bytes for t in self._known.values()))
        if any(isinstance(a, LogUnavailable) for a in answers):
            self._doubted = True
        return answers

    async def read(self, topics: Sequence[str], after: Cursor = BEGINNING, *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        """Batches of deliveries. Raises LogUnavailable."""
        while not self._closed:
            try:
                await self._ready()
                marks = self._present(topics)
                partitions = await self._partitions(topics)
                reading = self._reading.read(partitions, self._keys, after, partial(self._renewed, topics, marks), follow=follow, limit=limit)
                async with aclosing(reading):
                    async for batch in reading:
                        yield batch
                        after = batch[-1].cursor
            except LogUnavailable:
                if not self._closed:
                    raise
            if not follow:
                return

    def share(self, topics: Sequence[str], group: str, *, limit: int = 500) -> AsyncIterator[Share]:
        """See `libs.events.ports.log.SharedLog.share`. Raises LogUnavailable."""
        self._must_not_only_read()  # a group remembers in Kafka what it has done
        return self._sharing.share(topics, group, limit)

    async def end(self, topics: Sequence[str]) -> Cursor:
        """Raises LogUnavailable."""
        await self._ready()
        bounds = await self._questions.ends(await self._partitions(topics))
        return Cursor({self._keys(p)[0]: end for p, (first, end) in bounds.items() if end > first})

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        """Raises LogUnavailable."""
        await self._ready()
        return await self._reading.held(await self._partitions([topic]))

    async def extent(self, topic: str) -> Extent:
        """Raises LogUnavailable."""
        await self._ready()
        partitions = await self._partitions([topic])
        spans = {str(p.partition): span for p, span in (await self._questions.ends(partitions)).items()}
        return Extent(self._origins[topic], spans, sum(end - first for first, end in spans.values()))

    async def renew(self, topics: Sequence[str]) -> None:
        """Raises LogUnavailable."""
        self._must_not_only_read()
        await self._ready()
        async with self._ensuring:  # or marks that were read before would be taken for the newer ones
            self._marked(await self._questions.ask(lambda admin: self._marking.renew(admin, topics)))

    async def server_time(self) -> datetime:
        """Raises ClockUntold and LogUnavailable."""
        return await self._questions.ask(quorum_time)

    # What it stands on

    async def ready(self) -> dict[str, Topic]:
        """The topics as they were found. Raises LogUnavailable."""
        await self._ready()
        return dict(self._known)

    async def names(self) -> list[str]:
        """The topics that this user may see on the brokers. Raises LogUnavailable."""
        return list(await self._questions.ask(lambda admin: admin.list_topics()))

    async def inventory(self) -> Inventory:
        """Which topics are there, and what this user may do; nothing is made. Raises LogUnavailable."""
        return await self._questions.ask(lambda admin: inventory(admin, self.topics, self.partitions))

    async def ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        """What the broker answers an admin client. Raises LogUnavailable, and what the question raises beyond the client's errors."""
        return await self._questions.ask(question)

    async def _ready(self, *, marks: bool = True) -> None:
        """Once the topics are there, and their marks are known if they are asked for: whoever only publishes needs none."""
        if self._closed:
            raise LogUnavailable("the log is closed")
        if self._in_place(marks):
            return
        async with self._ensuring:
            if self._in_place(marks):
                return
            if self._tried is not None and time.monotonic() - self._tried[0] < AGAIN:
                raise self._tried[1]
            try:
                await self._put_in_place(marks)
            except LogUnavailable as e:
                self._tried = time.monotonic(), e
                raise
            self._tried = None

    def _must_not_only_read(self) -> None:
        if self._reads_only:
            raise LogUnavailable("the log was opened to read only")

    def _in_place(self, marks: bool) -> bool:
        fresh = time.monotonic() - self._marks_read < MARKS_AGE and not self._unmarked
        return bool(self._known) and not self._doubted and (fresh or not marks)

    async def _put_in_place(self, marks: bool) -> None:
        if not self._known or self._doubted:
            topics = await self._questions.ask(self._topics_there if self._reads_only else self._topics_made, READY)
            for topic in topics:
                if topic.differs and topic.differs != (self._known[topic.name].differs if topic.name in self._known else ()):
                    logger.warning("log: topic %s: %s", topic.name, "; ".join(topic.differs), extra={"topic": topic.name})
            self._unmarked |= {t.name for t in topics if t.made}
            self._known, self._doubted = {t.name: t for t in topics}, False
        if self._unmarked:
            await self._questions.ask(lambda admin: self._marking.renew(admin, self._unmarked), READY)
            self._unmarked = set()
        if marks:
            if not self._reads_only:  # a mark that is read is said again, and to ask for one makes Kafka's own topic of groups
                self._marked(await self._questions.ask(lambda admin: self._marking.read(admin, self.topics), READY))
            self._marks_read = time.monotonic()

    async def _topics_made(self, admin: Client) -> list[Topic]:
        return await ensured(admin, self.topics, self.partitions)

    async def _topics_there(self, admin: Client) -> list[Topic]:
        there = await found(admin, self.topics, self.partitions)
        if missing := sorted(set(self.topics) - {t.name for t in there}):
            raise TopicMissing(f"topic {missing[0]} does not exist: 'headway topics' makes it")
        return there

    async def _partitions(self, topics: Sequence[str]) -> list[Partition]:
        there = await self._questions.ask(lambda admin: described(admin, topics))
        if gone := [t for t in topics if t in self._known and t not in there]:
            self._doubted = True
            raise LogUnavailable(f"topic {gone[0]} is gone or has no leader")
        for topic, seen in there.items():
            if self._origins.setdefault(topic, seen.origin) != seen.origin:  # made anew by whomever: it may be another than it was, and have another mark
                self._origins[topic] = seen.origin
                self._doubted, self._marks_read = True, -MARKS_AGE
        return [Partition(t, n) for t in topics for n in range(there[t].partitions if t in there else 0)]

    # Marks: a cursor bears those of the topics that it was given by

    def _keys(self, partition: Partition) -> tuple[str, ...]:
        name = f"{partition.topic.removeprefix(f'{self.namespace}.')}.{partition.partition}"
        return tuple(f"{name}~{mark}" if mark else name for mark in reversed(self._marks.get(partition.topic, [""])))

    def _marked(self, marks: dict[str, str]) -> None:
        """Keeps the former mark too: what this process was told of the end before is reached by what it reads after."""
        for topic, mark in marks.items():
            said = self._marks.setdefault(topic, [])
            if mark in said:
                said.remove(mark)
            said.append(mark)
            del said[:-2]

    def _present(self, topics: Sequence[str]) -> list[str]:
        return [self._marks.get(t, [""])[-1] for t in topics]

    async def _renewed(self, topics: Sequence[str], marks: Sequence[str]) -> bool:
        with suppress(LogUnavailable):
            await self._ready()
        return self._present(topics) != marks

    async def _group(self, topics: Sequence[str], group: str) -> str:
        """The name of a group in Kafka: another once a topic was made anew, so that the group begins at the beginning."""
        await self._ready()
        marks = "".join(self._present(topics))
        return f"{self.namespace}.{group}" + (f".{hashlib.sha256(marks.encode()).hexdigest()[:6]}" if marks else "")


def _none_of(records: Sequence[Record], why: LogUnavailable) -> list[Exception | None]:
    begun: set[str] = set()
    answers: list[Exception | None] = []
    for r in records:
        answers.append(NotSent(f"an earlier record of {r.key} failed") if r.key in begun else why)
        begun.add(r.key)
    return answers
