"""Sends administrative requests to the brokers, each answered within bounded time by a client that is replaced when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Partition
from aiokafka import errors as kafka_errors
from aiokafka.admin import AIOKafkaAdminClient

from libs.adapters.kafka.connection import Client, KafkaConnection, in_words, stopped
from libs.events.ports.log import LogUnavailable
from libs.runtime.backoff import rest

T = TypeVar("T")

ANSWER = 10.0
"""Seconds that an answer may take."""
_PASSING = (
    kafka_errors.CoordinatorNotAvailableError,
    kafka_errors.CoordinatorLoadInProgressError,
    kafka_errors.NotCoordinatorError,
    kafka_errors.LeaderNotAvailableError,
    kafka_errors.NotLeaderForPartitionError,
    kafka_errors.UnknownTopicOrPartitionError,
)
"""What a broker says while it has just started, or a topic was just made."""


class Questions:
    """Asks through an admin client and through a consumer that reads nothing. Made anew after any failure."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._clients: dict[str, Client] = {}
        self._making = asyncio.Lock()
        self._waiting: set[asyncio.Timeout] = set()

    async def ask(self, question: Callable[[Client], Awaitable[T]], seconds: float = ANSWER) -> T:
        """What an admin client is answered. Raises LogUnavailable."""
        return await self._asked("admin", lambda: AIOKafkaAdminClient(**self._connection.options), question, seconds)

    async def ends(self, partitions: Sequence[Partition]) -> dict[Partition, tuple[int, int]]:
        """Of each partition the first offset there is, and the one behind its last record. Raises LogUnavailable."""
        if not partitions:
            return {}

        async def both(consumer: Client) -> dict[Partition, tuple[int, int]]:
            if not set(partitions) <= consumer.assignment():
                wanted = sorted(consumer.assignment() | set(partitions))
                consumer.assign(wanted)
                consumer.pause(*wanted)
            first = await consumer.beginning_offsets(partitions)
            last = await consumer.end_offsets(partitions)
            return {p: (first[p], last[p]) for p in partitions}

        options = self._connection.options | {"auto_offset_reset": "earliest", "enable_auto_commit": False}
        return await self._asked("ends", lambda: AIOKafkaConsumer(**options), both, ANSWER)

    async def close(self) -> None:
        """Lets go of the clients; who waits for an answer is told at once that there is none."""
        for limit in self._waiting:
            limit.reschedule(asyncio.get_running_loop().time())
        await asyncio.sleep(0)
        clients, self._clients = list(self._clients.values()), {}
        await asyncio.gather(*map(stopped, clients))

    async def _asked(self, name: str, make: Callable[[], Client], question: Callable[[Client], Awaitable[T]], seconds: float) -> T:
        client: Client = None
        try:
            async with asyncio.timeout(seconds) as limit:
                self._waiting.add(limit)
                try:
                    async with self._making:
                        client = self._clients.get(name)
                        if client is None:
                            client = self._clients[name] = await self._connection.started(make())
                    return await _answer(client, question)
                finally:
                    self._waiting.discard(limit)
        except LogUnavailable:
            raise
        except (kafka_errors.KafkaError, OSError, TimeoutError, AttributeError) as e:  # AttributeError: the admin client without a controller
            if client is not None and self._clients.get(name) is client:
                del self._clients[name]
                await stopped(client)
            raise LogUnavailable(in_words(e)) from e


async def _answer(client: Client, question: Callable[[Client], Awaitable[T]]) -> T:
    attempt = 0
    while True:
        try:
            return await question(client)
        except _PASSING:
            attempt += 1
            await asyncio.sleep(rest(attempt))
