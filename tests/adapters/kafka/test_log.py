"""The adapter over Kafka passes the contract of the log, and what only a broker can show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewPartitions
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from libs.adapters.contracts.shared_log import SharedLogContract
from libs.adapters.contracts.suites import LogContract, delivered, heard
from libs.adapters.kafka.log import KafkaLog
from libs.events.envelope import to_record, topic
from libs.events.ports.log import Cursor, LogUnavailable, NotSent, Record
from tests.adapters.kafka.kafka_logs import admin_of, deleted, log_on, some_namespace
from tests.events.kinds import said
from tests.opening import opening
from tests.patience import GIVE_UP

Logs = Callable[[], Awaitable[KafkaLog]]


@pytest.fixture
def namespace() -> str:
    return some_namespace()


@pytest.fixture
async def logs(kafka: str, namespace: str) -> AsyncIterator[Logs]:
    """Logs with the topics `test` and `elsewhere`, in two partitions each, deleted afterwards."""
    async with opening(lambda: log_on(kafka, namespace, topics=("test", "elsewhere"))) as open_one:
        yield open_one
    await deleted(kafka, [topic(namespace, "test"), topic(namespace, "elsewhere")])


class TestKafkaLog(LogContract):
    say = staticmethod(said)


class TestSharedKafkaLog(SharedLogContract):
    say = staticmethod(said)


async def published(log: KafkaLog, records: Sequence[Record]) -> Sequence[object]:
    """What came of publishing; of a broker that has not sorted out its topics in time nothing yet."""
    try:
        return await log.publish(records)
    except LogUnavailable as e:
        return [e]


async def test_a_cursor_of_a_topic_that_was_deleted_and_made_again_leads_to_the_beginning(logs: Logs, kafka: str, namespace: str) -> None:
    log, name = await logs(), topic(namespace, "test")
    await log.publish([to_record(namespace, said("thing:a", n)) for n in range(1, 4)])
    cursor = (await delivered(log, [name]))[1].cursor
    await log.close()
    await deleted(kafka, [name])
    again = await logs()
    records = [to_record(namespace, said("thing:a", n, text="anew")) for n in range(1, 9)]
    async with asyncio.timeout(GIVE_UP):
        while await published(again, records) != [None] * 8:  # noqa: ASYNC110 - a topic is deleted and made in a while that nobody tells
            await asyncio.sleep(0.1)
    assert await heard(again, [name], cursor) == records


async def test_a_log_whose_topic_is_deleted_under_it_makes_it_again(logs: Logs, kafka: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.adapters.kafka.producer.ACKNOWLEDGED", 1.0)
    log = await logs()
    record = to_record(namespace, said("thing:a", 1))
    assert await log.publish([record]) == [None]
    await deleted(kafka, [record.topic])
    async with asyncio.timeout(GIVE_UP):
        while await log.publish([record]) != [None] or record not in await heard(log, [record.topic]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_a_cursor_beyond_the_end_begins_anew(logs: Logs, namespace: str) -> None:
    log, name = await logs(), topic(namespace, "test")
    await log.publish([to_record(namespace, said("thing:a", n)) for n in (1, 2)])
    ((partition, end),) = (await log.end([name])).offsets.items()
    assert end == 2
    assert [len(await heard(log, [name], Cursor({partition: n}))) for n in (0, 1, 2, 3)] == [2, 1, 0, 2]


async def test_a_log_put_back_leads_cursors_to_the_beginning_and_its_own_readers_reach_the_end_they_were_told(logs: Logs, namespace: str) -> None:
    log, other, name = await logs(), await logs(), topic(namespace, "test")
    await log.publish([to_record(namespace, said("thing:a", n)) for n in (1, 2)])
    end = await log.end([name])
    await log.renew([topic(namespace, "test")])
    assert len(await heard(log, [name], end)) == 2
    assert (await delivered(log, [name]))[-1].cursor.covers(end)
    await other.close()
    assert len(await heard(await logs(), [name], end)) == 2


async def test_a_live_reader_hears_new_partitions_from_their_beginning(logs: Logs, kafka: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.adapters.kafka.connection.METADATA_AGE_MS", 200)
    monkeypatch.setattr("libs.adapters.kafka.reader.METADATA_AGE_MS", 200)
    log, name = await logs(), topic(namespace, "test")
    first = to_record(namespace, said("thing:a", 1))
    await log.publish([first])
    sent = {first.key}
    found: set[str] = set()
    reader = log.read([name])
    found |= {d.record.key for d in await anext(reader)}
    async with admin_of(kafka) as admin:
        await admin.create_partitions({name: NewPartitions(6)})
    await asyncio.sleep(1)
    more = [to_record(namespace, said(f"thing:{n}", 1)) for n in range(30)]
    assert await log.publish(more) == [None] * 30
    sent |= {r.key for r in more}
    async with asyncio.timeout(GIVE_UP):
        async for batch in reader:
            found |= {d.record.key for d in batch}
            if found == sent:
                break
    assert len((await log.end([name])).offsets) > 2


async def test_a_record_larger_than_the_topic_takes_says_so_and_stops_its_own_key_alone(logs: Logs, namespace: str) -> None:
    log = await logs()
    large = to_record(namespace, said("thing:a", 1, text="x" * 1_100_000))
    answers = await log.publish([large, to_record(namespace, said("thing:a", 2)), to_record(namespace, said("thing:b", 1))])
    assert isinstance(answers[0], ValueError)
    assert "thing:a@1 is 11" in str(answers[0])
    assert isinstance(answers[1], NotSent)
    assert answers[2] is None


async def test_after_a_refusal_that_upsets_the_sequence_a_new_producer_goes_on(logs: Logs, kafka: str, namespace: str) -> None:
    log, name = await logs(), topic(namespace, "test")
    assert await log.publish([to_record(namespace, said("thing:a", 1))]) == [None]
    async with admin_of(kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": "2000"})])
    long = to_record(namespace, said("thing:long", 1, text="x" * 5000))
    async with asyncio.timeout(GIVE_UP):
        while await log.publish([long]) == [None]:  # noqa: ASYNC110 - the broker takes a change in a while that nobody tells
            await asyncio.sleep(0.01)
        while await log.publish([to_record(namespace, said("thing:a", 2))]) != [None]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert [r.headers["ce_sequence"] for r in await heard(log, [name]) if r.key == "thing:a"] == ["1", "2"]


async def test_what_others_write_can_be_read_whatever_it_is(logs: Logs, kafka: str, namespace: str) -> None:
    log, name = await logs(), topic(namespace, "test")
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(name, b"\xff", None, 0, headers=[("ce_id", b"\xff\xfe")])
        await producer.send_and_wait(name, None, b"\xffkey", 0)
    assert await heard(log, [name]) == [Record(name, "", {"ce_id": "��"}, b"\xff"), Record(name, "�key", {}, b"")]


async def test_a_closed_log_says_so(logs: Logs, namespace: str) -> None:
    log = await logs()
    await log.close()
    with pytest.raises(LogUnavailable, match="closed"):
        await log.end([topic(namespace, "test")])
    assert await heard(log, [topic(namespace, "test")]) == []
