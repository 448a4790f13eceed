"""Where a listener goes on who has heard up to some event: on one partition exactly behind it, on several nothing is missed."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from libs.adapters.kafka.log import KafkaLog
from libs.commands.errors import Invalid
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.envelope import all_topics, to_record
from libs.events.event import Actor, Event
from libs.events.ports.log import Record
from services.gateway.stream import resume_cursor
from services.gateway.stream.resume_cursor import beginning
from tests.adapters.kafka.kafka_logs import deleted

THEN = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 40


def record(namespace: str, n: int) -> Record:
    at = THEN + timedelta(seconds=n)
    return to_record(namespace, Event(ORGANISATION.key(f"o{n:02}"), 1, at, at, at, Actor("lab", "importer"), OrganisationRegistered(name=f"O{n}")))


@pytest.fixture
async def log(kafka: str) -> AsyncIterator[tuple[KafkaLog, list[str]]]:
    """A log over several partitions, and its topics."""
    namespace = f"resuming-{uuid.uuid4().hex[:8]}"
    made = KafkaLog.of(f"kafka://{kafka}", namespace, 4)
    await made.open()
    for n in range(MANY):
        assert await made.publish([record(namespace, n)]) == [None]
    yield made, all_topics(namespace)
    await made.close()
    await deleted(kafka, all_topics(namespace))


@pytest.mark.parametrize("span", [3, 500])
async def test_on_several_partitions_everything_stored_since_is_read_and_nothing_before(
    log: tuple[KafkaLog, list[str]], span: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume_cursor, "SPAN", span)
    held, topics = log
    for n in (0, 7, MANY - 2, MANY - 1):
        begin = await beginning(held, topics, f"organisation:o{n:02}@1")
        read = [d.record.key async for batch in held.read(topics, begin, follow=False) for d in batch]
        assert sorted(read) == [f"organisation:o{later:02}" for later in range(n + 1, MANY)]


async def test_an_event_that_never_was_is_said(log: tuple[KafkaLog, list[str]]) -> None:
    with pytest.raises(Invalid, match="holds no event"):
        await beginning(*log, "organisation:never@1")
