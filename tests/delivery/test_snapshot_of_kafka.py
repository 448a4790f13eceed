"""A snapshot spares reading Kafka as it spares reading a file, and is not trusted where a topic is another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from libs.adapters.kafka.log import KafkaLog
from libs.events.envelope import topic
from tests.adapters.kafka.kafka_logs import deleted as deleted_topics
from tests.adapters.kafka.kafka_logs import log_on, some_namespace
from tests.delivery.worlds_heard import Heard, heard, records
from tests.patience import GIVE_UP


@pytest.fixture(autouse=True)
def kept_at_every_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.delivery.consumer.LEAST", 1)


async def test_it_spares_reading_kafka_too_until_a_topic_has_lost_records_or_is_made_again(kafka: str, tmp_path: Path) -> None:
    namespace = some_namespace()
    topics = [topic(namespace, "test")]

    async def known(*, kept: bool = True) -> Heard:
        """By a process of its own each time: a log that stays open knows what its topics were called before."""
        async with opened(log_on(kafka, namespace)) as log:
            return await heard(log, tmp_path, kept=kept, topics=topics)

    async with opened(log_on(kafka, namespace)) as log:
        await log.publish(records(0, 6, namespace))
    assert [(await known()).read, (await known()).read] == [18, 0]
    async with opened(log_on(kafka, namespace)) as log:
        await log.publish(records(6, 8, namespace))
    found = await known()
    assert found.read == 6 and found.same(await known(kept=False))
    async with opened(log_on(kafka, namespace)) as log:
        await log.renew(topics)
    assert [(await known()).read, (await known()).read] == [24, 0]
    await deleted_topics(kafka, topics)
    async with asyncio.timeout(GIVE_UP):
        while (await known()).known[0] != {}:  # noqa: ASYNC110 - a topic is deleted in a while that nobody tells
            await asyncio.sleep(0.1)
    async with opened(log_on(kafka, namespace)) as log:
        await log.publish([*records(7, 8, namespace), *records(0, 7, namespace)])
    found = await known()
    assert found.read == 24 and found.same(await known(kept=False))
    await deleted_topics(kafka, topics)


@asynccontextmanager
async def opened(log: KafkaLog) -> AsyncIterator[KafkaLog]:
    """The log, open for so long."""
    await log.open()
    try:
        yield log
    finally:
        await log.close()
