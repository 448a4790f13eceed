"""What the tests of the log in Kafka share: logs on topics of their own, and an admin client."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from libs.adapters.kafka.connection import KafkaConnection
from libs.adapters.kafka.log import KafkaLog
from libs.events.envelope import topic
from tests.patience import GIVE_UP


def some_namespace() -> str:
    """A name that no other test's topics begin with."""
    return f"t{uuid.uuid4().hex[:10]}"


def log_on(address: str, namespace: str, *, partitions: int = 2, topics: Sequence[str] = ("test",), signed: str = "") -> KafkaLog:
    """A log with topics of this namespace, not opened yet; `signed` is what stands before the address."""
    return KafkaLog(KafkaConnection.parse(f"kafka://{signed}{address}"), namespace, partitions, [topic(namespace, name) for name in topics])


@asynccontextmanager
async def admin_of(address: str, **options: Any) -> AsyncIterator[Any]:
    """An admin client of a broker."""
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=address, **options)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def deleted(address: str, names: Sequence[str]) -> None:
    """Deletes topics, so that a broker that many tests use stays small. A busy one may know no controller for a while, which aiokafka takes for granted."""
    async with admin_of(address) as admin, asyncio.timeout(GIVE_UP):
        while admin._client.cluster.controller is None:
            await admin._client.force_metadata_update()
            await asyncio.sleep(0.05)
        await admin.delete_topics(list(names))
