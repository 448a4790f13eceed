"""Reads Kafka as a member of a consumer group: each partition belongs to one member, and offsets are committed after the work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as Partition
from aiokafka import errors as kafka_errors

from libs.adapters.kafka.admin import Questions
from libs.adapters.kafka.connection import METADATA_AGE_MS, Client, KafkaConnection, in_words, stopped
from libs.adapters.kafka.reader import LONGEST_FETCH_MS, STANDSTILL, WAIT, Keys, record_of, some
from libs.events.ports.log import Cursor, Delivery, LogUnavailable, Share

logger = logging.getLogger(__name__)

COMMIT = 5.0
"""Seconds after which a commit counts as failed: it hangs while the broker is away."""
SESSION_MS = 10_000
LONGEST_WORK_MS = 300_000
JOIN_MS = 40_000
"""To join takes as long as the slowest member takes to come back."""


class Sharing:
    """The memberships of a log. `group`: the name of a group in Kafka, raises LogUnavailable."""

    def __init__(self, connection: KafkaConnection, questions: Questions, group: Callable[[Sequence[str], str], Awaitable[str]], keys: Keys) -> None:
        self._connection, self._questions, self._group, self._keys = connection, questions, group, keys
        self._closed = False
        self._open: set[Client] = set()

    async def close(self) -> None:
        """Ends the memberships; what is in hand may still be done."""
        self._closed = True
        for _ in range(20):
            if not self._open:
                return
            await asyncio.sleep(WAIT / 5)
        await asyncio.gather(*map(stopped, list(self._open)))

    async def share(self, topics: Sequence[str], group: str, limit: int) -> AsyncIterator[Share]:
        """See `libs.events.ports.log.SharedLog.share`. Raises LogUnavailable."""
        try:
            async with aclosing(self._shares(topics, group, limit)) as shares:
                async for share in shares:
                    yield share
        except LogUnavailable:
            if not self._closed:  # it was let go while a member joined
                raise

    async def _shares(self, topics: Sequence[str], group: str, limit: int) -> AsyncGenerator[Share, None]:
        while not self._closed:
            name = await self._group(topics, group)
            consumer = await self._connection.started(self._consumer(name))
            self._open.add(consumer)
            member = _Member(consumer)
            try:
                consumer.subscribe(list(topics), listener=member)
                heard = looked = time.monotonic()
                while not self._closed:
                    batch = await some(consumer, limit)
                    now = time.monotonic()
                    if batch:
                        heard = now
                        yield member.share([(p, m) for p, messages in batch.items() for m in messages], self._keys)
                    if now - looked >= METADATA_AGE_MS / 1000:
                        looked = now
                        if await self._regrouped(topics, group, name) or (now - heard >= STANDSTILL and await self._stands_still(consumer)):
                            break
            finally:
                member.ended = True  # one that has left could still commit, and so put back what others did since
                self._open.discard(consumer)
                await stopped(consumer)

    def _consumer(self, name: str) -> Client:
        return AIOKafkaConsumer(
            group_id=name,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=LONGEST_FETCH_MS,
            session_timeout_ms=SESSION_MS,
            max_poll_interval_ms=LONGEST_WORK_MS,
            **self._connection.options | {"request_timeout_ms": JOIN_MS},
        )

    async def _regrouped(self, topics: Sequence[str], group: str, name: str) -> bool:
        with suppress(LogUnavailable):
            return await self._group(topics, group) != name
        return False

    async def _stands_still(self, consumer: Client) -> bool:
        """Whether there is something to read that does not come."""
        mine = list(consumer.assignment())
        try:
            bounds = await self._questions.ends(mine)
            async with asyncio.timeout(COMMIT):
                still = any([await consumer.position(p) < end for p, (_, end) in bounds.items()])
        except (LogUnavailable, TimeoutError, kafka_errors.KafkaError):
            return False
        if still:
            logger.warning("log: a member of a group stood still for %d s: it joins again", STANDSTILL)
        return still


class _Member(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """What one member was given since its partitions came to it."""

    def __init__(self, consumer: Client) -> None:
        self._consumer = consumer
        self.ended = False
        self._given: dict[Partition, int] = {}
        self._turns: dict[Partition, int] = {}

    def on_partitions_revoked(self, revoked: Sequence[Partition]) -> None:
        """After a rebalance everything in hand comes again, be it to this member or another."""
        for partition in list(revoked):
            self._given.pop(partition, None)
            self._turns[partition] = self._turns.get(partition, 0) + 1

    def on_partitions_assigned(self, assigned: Sequence[Partition]) -> None:
        """They are read from what is committed."""

    def share(self, messages: Sequence[tuple[Partition, Any]], keys: Keys) -> Share:
        """The next records in hand."""
        deliveries = []
        for partition, message in messages:
            self._given[partition] = message.offset + 1
            deliveries.append(Delivery(record_of(message), Cursor(dict.fromkeys(keys(partition), message.offset + 1))))
        upto, turns = dict(self._given), {p: self._turns.get(p, 0) for p, _ in messages}

        async def done() -> bool:
            mine = frozenset() if self.ended else self._consumer.assignment()
            kept = {p: offset for p, offset in upto.items() if p in mine and p in self._given and self._turns.get(p, 0) == turns.get(p, self._turns.get(p, 0))}
            return bool(kept) and await self._commit(kept) and turns.keys() <= kept.keys()

        return Share(deliveries, done)

    async def _commit(self, offsets: dict[Partition, int]) -> bool:
        task = asyncio.ensure_future(self._consumer.commit(offsets))
        try:
            await asyncio.wait([task], timeout=COMMIT)
        finally:
            if not task.done():
                task.cancel()
        if not task.done() or task.cancelled():
            return False
        if (error := task.exception()) is not None:  # a rebalance meanwhile is nothing to speak of
            logger.info("log: not committed: %s", in_words(error))
        return error is None
