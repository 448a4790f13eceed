"""What time it is on the servers themselves: Kafka's by its quorum, MongoDB's by its greeting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("aiokafka", reason="HEADWAY_LOG_URL=kafka:// needs the extra 'kafka'")

from aiokafka import errors as kafka_errors

from libs.adapters.kafka.clock import quorum_time
from libs.adapters.mongo.store import MongoCommitStore
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.events.ports.server_clock import ClockUntold, ServerClock
from libs.events.ports.store import StoreUnavailable
from libs.service.peers.clock_offset import steady, told, utc_now
from tests.adapters.kafka.kafka_logs import log_on, some_namespace
from tests.adapters.mongo.mongo_databases import DRIVERS, dropped_after


@pytest.mark.servers
async def test_kafka_says_what_time_it_is_and_no_topic_is_made_for_that(kafka: str) -> None:
    log = log_on(kafka, some_namespace())
    try:
        assert isinstance(log, ServerClock)
        for _ in range(2):
            assert not (await told(log.server_time)).offset(utc_now(), steady()).off
        assert not [name for name in await log.ask(lambda admin: admin.list_topics()) if name.startswith(log.namespace)]
    finally:
        await log.close()


@pytest.mark.servers
@pytest.mark.parametrize("driver", DRIVERS)
async def test_mongodb_says_what_time_it_is(mongo: str, driver: str) -> None:
    async with dropped_after(mongo) as database:
        store = MongoCommitStore(mongo, database, driver=driver)
        with pytest.raises(StoreUnavailable):
            await store.server_time()
        await store.open()
        try:
            assert isinstance(store, ServerClock)
            assert not (await told(store.server_time)).offset(utc_now(), steady()).off
        finally:
            await store.close()


def test_a_file_has_no_clock_of_its_own(tmp_path: Any) -> None:
    assert not isinstance(SqliteCommitStore(tmp_path / "s.sqlite3"), ServerClock)


class Broker:
    """Answers what it was told to."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def _send_request(self, request: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def quorum(code: int = 0, leader: int = 2, partition: int = 0) -> Any:
    """What three voters are, of which the second has fetched at the instant 1,000 ms."""
    voters: list[Any] = [(n, 9, ms, ms, {}) for n, ms in ((1, 700), (2, 1000), (3, -1))]
    return SimpleNamespace(error_code=code, topics=[("__cluster_metadata", [(0, partition, leader, 1, 9, voters, [], {})], {})])


async def test_the_time_is_the_leaders() -> None:
    assert (await quorum_time(Broker(quorum()))).timestamp() == 1.0


@pytest.mark.parametrize(
    "answer", [quorum(31), quorum(partition=31), quorum(leader=3), quorum(leader=-1), NotImplementedError("v0"), kafka_errors.IncompatibleBrokerVersion()]
)
async def test_a_broker_that_does_not_say_it_is_no_clock(answer: Any) -> None:
    with pytest.raises(ClockUntold):
        await quorum_time(Broker(answer))


async def test_what_passes_is_the_clients_own_error() -> None:
    with pytest.raises(kafka_errors.NotLeaderForPartitionError):
        await quorum_time(Broker(quorum(6)))
