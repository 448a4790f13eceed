"""What the log in Kafka does while its broker is killed, frozen, away or not yet there."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from libs.adapters.contracts.suites import commit, follow, heard
from libs.adapters.kafka import producer
from libs.adapters.kafka.connection import KafkaConnection
from libs.adapters.kafka.log import KafkaLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.relay import Relay
from libs.events.envelope import to_record, topic
from libs.events.ports.log import Cursor, LogUnavailable, NotSent, Record
from tests.delivery.test_relay import never_skipped, sequences
from tests.events.kinds import said
from tests.patience import GIVE_UP
from tests.servers import absent
from tools.servers import KafkaServer, NotHere

pytestmark = pytest.mark.servers

KILLS = int(os.environ.get("HEADWAY_TEST_KILLS", "1"))
"""How often the broker is killed under load; `make faults` does it oftener."""

Made = Callable[[], Awaitable[KafkaLog]]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker of these tests' own, to be killed at will; it runs when a test begins."""
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    try:
        server.start()
    except NotHere as e:
        absent(f"kafka is not here ({e}): what happens while it is away is not tried")
    yield server
    server.remove()


@pytest.fixture
async def made(broker: KafkaServer, namespace: str) -> AsyncIterator[Made]:
    """Logs on that broker, not opened yet."""
    logs: list[KafkaLog] = []

    async def make() -> KafkaLog:
        logs.append(KafkaLog(KafkaConnection.parse(f"kafka://{broker.address}"), namespace, 2, [topic(namespace, "test")]))
        return logs[-1]

    broker.start()
    yield make
    broker.thaw()
    for log in logs:
        await log.close()


@pytest.fixture
def namespace() -> str:
    return f"b{time.monotonic_ns()}"


async def until_published(log: KafkaLog, record: Record) -> None:
    """Sends one record again until it is acknowledged, as a relay does."""
    while await log.publish([record]) != [None]:  # noqa: ASYNC110 - a broker that is back tells nobody
        await asyncio.sleep(0.05)


async def test_a_log_is_opened_before_its_broker_is_there_and_goes_on_once_it_is(broker: KafkaServer, made: Made, namespace: str) -> None:
    broker.kill()
    log = await made()
    await log.open()
    records = [to_record(namespace, said("thing:a", n)) for n in (1, 2)]
    answers = await log.publish(records)
    assert [type(a) for a in answers] == [LogUnavailable, NotSent]
    assert "no Kafka broker answers at" in str(answers[0])
    with pytest.raises(LogUnavailable):
        await log.end([topic(namespace, "test")])
    await asyncio.to_thread(broker.start)
    async with asyncio.timeout(GIVE_UP):
        for record in records:
            await until_published(log, record)
    assert await heard(log, [topic(namespace, "test")]) == records


async def test_a_killed_broker_that_comes_back_loses_nothing_and_keeps_the_order(broker: KafkaServer, made: Made, namespace: str) -> None:
    log, reader = await made(), await made()
    await log.open()
    following = asyncio.create_task(every(reader, namespace, 4 * 300))

    async def write(key: str) -> None:
        for n in range(1, 301):
            await until_published(log, to_record(namespace, said(f"thing:{key}", n)))
            await asyncio.sleep(0.01)

    writers = [asyncio.create_task(write(key)) for key in "abcd"]
    for _ in range(KILLS):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.start)
    async with asyncio.timeout(GIVE_UP):
        await asyncio.gather(*writers)
        found = await following
    for key, numbers in sequences(found).items():
        assert sorted(set(numbers)) == list(range(1, 301)), key
        assert never_skipped(numbers), key


async def every(log: KafkaLog, namespace: str, count: int) -> list[Record]:
    """What a reader hears, going on behind what it heard whenever the log cannot be read, until it has so many events."""
    found: list[Record] = []
    seen: set[str] = set()
    cursor = Cursor()
    while True:
        try:
            async for batch in log.read([topic(namespace, "test")], cursor):
                found += [d.record for d in batch]
                cursor = batch[-1].cursor
                seen |= {d.record.headers["ce_id"] for d in batch}
                if len(seen) == count:
                    return found
        except LogUnavailable:
            await asyncio.sleep(0.1)


async def test_a_frozen_broker_is_an_unknown_outcome_and_what_is_sent_again_is_there(
    broker: KafkaServer, made: Made, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await made()
    first, second = (to_record(namespace, said("thing:a", n)) for n in (1, 2))
    async with asyncio.timeout(GIVE_UP):
        await until_published(log, first)
    monkeypatch.setattr(producer, "ACKNOWLEDGED", 0.5)
    broker.freeze()
    try:
        answers = await log.publish([second, to_record(namespace, said("thing:a", 3))])
        assert [type(a) for a in answers] == [LogUnavailable, NotSent]
    finally:
        broker.thaw()
    monkeypatch.undo()
    async with asyncio.timeout(GIVE_UP):
        await until_published(log, second)
    numbers = sequences(await heard(log, [first.topic]))["thing:a"]
    assert set(numbers) == {1, 2}
    assert never_skipped(numbers)


async def test_closing_takes_seconds_while_the_broker_is_away_and_leaves_no_task(broker: KafkaServer, made: Made, namespace: str) -> None:
    before = asyncio.all_tasks()
    log, name = await made(), topic(namespace, "test")
    async with asyncio.timeout(GIVE_UP):
        await until_published(log, to_record(namespace, said("thing:a", 1)))
    follower = asyncio.create_task(follow(log, [name], 100))
    member = asyncio.create_task(share_until_closed(log, name))
    await log.end([name])
    await asyncio.sleep(1)
    await asyncio.to_thread(broker.kill)
    publishing = asyncio.create_task(log.publish([to_record(namespace, said("thing:a", 2))]))
    await asyncio.sleep(0.5)
    await log.close()
    async with asyncio.timeout(GIVE_UP):
        assert {r.headers["ce_sequence"] for r in await follower} == {"1"}
        await member
        assert (await publishing)[0] is not None
    await asyncio.sleep(0.1)
    assert {t for t in asyncio.all_tasks() - before if not t.done()} == set()


async def share_until_closed(log: KafkaLog, name: str) -> None:
    async for share in log.share([name], "some"):
        await share.done()


async def test_two_relays_on_one_store_keep_the_order_of_first_occurrences(made: Made, namespace: str, tmp_path: Path) -> None:
    stores = [SqliteCommitStore(tmp_path / "store.sqlite3") for _ in range(2)]
    logs = [await made(), await made()]
    for store in stores:
        await store.open()
    running = [asyncio.create_task(Relay(s, log, namespace).run()) for s, log in zip(stores, logs, strict=True)]
    for n in range(1, 31):
        await stores[n % 2].append([commit(said, f"thing:{key}", n) for key in "abcdefgh"])
    async with asyncio.timeout(GIVE_UP):
        while await stores[0].unpublished(None, 1):  # noqa: ASYNC110 - the relays tell nobody when they are done
            await asyncio.sleep(0.05)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    found = sequences(await heard(logs[0], [topic(namespace, "test")]))
    assert {key: sorted(set(numbers)) for key, numbers in found.items()} == {f"thing:{key}": list(range(1, 31)) for key in "abcdefgh"}
    assert all(map(never_skipped, found.values()))
    for store in stores:
        await store.close()
