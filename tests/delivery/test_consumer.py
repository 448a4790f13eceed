"""A listener applies each event once, heals what the log left out, and parks what it cannot take in, while all else goes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date

import pytest

from libs.adapters.contracts.suites import BEGINNING, commit
from libs.adapters.sqlite.decisions import SqliteDecisions
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.consumer import Consumer
from libs.delivery.store_owner import StoreOwner
from libs.events.envelope import to_record
from libs.events.event import Discarded, Event, Retracted
from libs.events.ports.dead_letters import NotParked
from libs.events.ports.log import Cursor, Delivery, Record
from libs.events.ports.store import Commit, Mark, StoreUnavailable, Tally
from libs.events.world import World
from libs.runtime import backoff
from tests.delivery.consumers import running
from tests.events.kinds import THING, said
from tests.patience import GIVE_UP

TOPICS = ["trial.test"]


@pytest.fixture(autouse=True)
def short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_REST", 0.001)
    monkeypatch.setattr(backoff, "LONGEST_REST", 0.004)


class FlakyOwner(StoreOwner):
    """An owner that does not answer while `down`."""

    down = False

    async def events(self, aggregate: str, after: int) -> list[Record]:
        self._answer()
        return await super().events(aggregate, after)

    async def tallies(self) -> dict[str, Tally]:
        self._answer()
        return await super().tallies()

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        self._answer()
        return await super().heads(kind, after, limit)

    def _answer(self) -> None:
        if self.down:
            raise StoreUnavailable("down")


class Stage:
    """A store, a log, what operators decided, and consumers that hear them."""

    def __init__(self, store: SqliteCommitStore, log: SqliteLog, decisions: SqliteDecisions) -> None:
        self.store, self.log, self.decisions, self.owner = store, log, decisions, FlakyOwner(store, "trial")

    def consumer(self, *, kinds: Collection[str] | None = None, seconds: float = 0.01) -> Consumer:
        return Consumer(self.log, TOPICS, World(), owners={"test": self.owner}, decisions=self.decisions, kinds=kinds, seconds=seconds)

    @asynccontextmanager
    async def hearing(self, *, kinds: Collection[str] | None = None, seconds: float = 3600) -> AsyncIterator[Consumer]:
        consumer = self.consumer(kinds=kinds, seconds=seconds)
        async with running(consumer):
            yield consumer

    async def stored(self, aggregate: str, count: int) -> list[Record]:
        """Stores events 1 to `count` and gives their records, unpublished."""
        asked = commit(said, aggregate, 1, count)
        await self.store.append([asked])
        return [to_record("trial", e) for e in asked.events]


@pytest.fixture
async def stage(
    stores: Callable[[], Awaitable[SqliteCommitStore]], logs: Callable[[], Awaitable[SqliteLog]], decisions: Callable[[], Awaitable[SqliteDecisions]]
) -> Stage:
    return Stage(await stores(), await logs(), await decisions())


async def heard(consumer: Consumer, *positions: str) -> None:
    assert await consumer.world.heard(positions, GIVE_UP) == []


async def ready(consumer: Consumer) -> None:
    async with asyncio.timeout(GIVE_UP):
        await consumer.ready.wait()


async def parked(consumer: Consumer, count: int) -> list[str]:
    async with asyncio.timeout(GIVE_UP):
        while len(consumer.parked()) < count:  # noqa: ASYNC110 - it tells nobody but its log
            await asyncio.sleep(0.001)
    return [p.position for p in consumer.parked()]


def damaged(record: Record) -> Record:
    return replace(record, value=b"{damaged")


async def test_each_event_is_applied_once_however_often_it_is_delivered(stage: Stage) -> None:
    records = await stage.stored("thing:a", 3)
    again = [replace(r, headers={**r.headers, "ce_extra": "sent again"}) for r in records]
    await stage.log.publish([records[0], again[0], records[1], again[1], records[2], again[2]])
    async with stage.hearing() as consumer:
        await ready(consumer)
        assert [e.sequence for e in consumer.world.events("thing:a")] == [1, 2, 3]
        assert (consumer.applied, consumer.dropped) == (3, 3)
        assert consumer.world.tallies() == await stage.store.tallies()


async def test_a_gap_is_fetched_from_the_owner(stage: Stage) -> None:
    records = await stage.stored("thing:a", 5)
    async with stage.hearing() as consumer:
        await stage.log.publish([records[0], records[3]])
        await heard(consumer, "thing:a@5")
        await stage.log.publish(records[1:])
        await stage.log.publish([to_record("trial", said("thing:b", 1))])
        await heard(consumer, "thing:b@1")
        assert [e.sequence for e in consumer.world.events("thing:a")] == [1, 2, 3, 4, 5]


async def test_a_missing_last_event_is_fetched_though_it_shows_no_gap(stage: Stage) -> None:
    async with stage.hearing(seconds=0.01) as consumer:
        await ready(consumer)
        await stage.log.publish((await stage.stored("thing:a", 2))[:1])
        await heard(consumer, "thing:a@2")


async def test_only_what_is_missing_in_two_consecutive_comparisons_is_fetched(stage: Stage) -> None:
    consumer = stage.consumer()
    await stage.stored("thing:a", 1)
    await consumer.reconcile()
    assert consumer.world.last("thing:a") == 0
    await consumer.reconcile()
    assert consumer.world.last("thing:a") == 1


async def test_it_is_ready_once_it_has_what_log_and_stores_held_at_the_start(stage: Stage) -> None:
    records = await stage.stored("thing:a", 3)
    await stage.stored("other:b", 2)
    await stage.log.publish(records)
    async with stage.hearing() as consumer:
        await ready(consumer)
        assert consumer.world.tallies() == await stage.store.tallies()


async def test_it_is_not_ready_while_an_owner_does_not_answer(stage: Stage) -> None:
    await stage.stored("thing:a", 3)
    stage.owner.down = True
    async with stage.hearing() as consumer:
        await stage.log.publish([to_record("trial", said("other:b", 1))])
        await heard(consumer, "other:b@1")
        assert not consumer.ready.is_set()
        stage.owner.down = False
        await ready(consumer)
        assert consumer.world.last("thing:a") == 3


async def test_nothing_to_hear_is_ready_at_once(stage: Stage) -> None:
    async with stage.hearing() as consumer:
        await ready(consumer)


async def test_what_cannot_be_decoded_holds_its_aggregate_and_nothing_else(stage: Stage) -> None:
    a, b = await stage.stored("thing:a", 4), await stage.stored("thing:b", 2)
    await stage.log.publish([a[0], damaged(a[1]), b[0], *a[2:], b[1]])
    async with stage.hearing() as consumer:
        await ready(consumer)
        assert consumer.world.last("thing:b") == 2
        assert consumer.world.last("thing:a") == 1
        (found,) = consumer.parked()
        assert (found.position, found.record, found.held) == ("thing:a@2", damaged(a[1]), 4)
        assert "JSON" in found.reason


async def test_retrying_takes_the_owners_copy_and_lets_go_what_was_held(stage: Stage) -> None:
    a = await stage.stored("thing:a", 4)
    await stage.log.publish([a[0], damaged(a[1]), *a[2:]])
    async with stage.hearing() as consumer:
        await parked(consumer, 1)
        assert await consumer.retry("thing:a@2")
        assert consumer.parked() == []
        assert consumer.world.last("thing:a") == 4


async def test_a_retry_that_fails_parks_it_again_with_what_is_held(stage: Stage) -> None:
    a = await stage.stored("thing:a", 4)
    await stage.log.publish([a[0], damaged(a[1]), *a[2:]])
    async with stage.hearing() as consumer:
        await ready(consumer)
        stage.owner.down = True
        assert not await consumer.retry("thing:a@2")
        assert [(p.position, p.held) for p in consumer.parked()] == [("thing:a@2", 4)]
        assert consumer.world.last("thing:a") == 1


async def test_a_discarded_position_is_passed_over_here_and_after_a_restart(stage: Stage) -> None:
    a = await stage.stored("thing:a", 4)
    await stage.log.publish([a[0], damaged(a[1]), *a[2:]])
    async with stage.hearing() as consumer:
        await parked(consumer, 1)
        await consumer.discard("thing:a@2", "damaged on its way", "operator")
        await heard(consumer, "thing:a@4")
    async with stage.hearing() as restarted:
        await ready(restarted)
        for world in (consumer.world, restarted.world):
            assert [isinstance(e.data, Discarded) for e in world.events("thing:a")] == [False, True, False, False]
            assert [e.sequence for e in world.facts(date(2024, 1, 1)).history(THING, "a")] == [1, 3, 4]
            assert world.tallies() == await stage.store.tallies()
        assert consumer.world.digest == restarted.world.digest
        assert restarted.parked() == []


async def test_a_discard_goes_on_although_the_owner_answers_later(stage: Stage) -> None:
    a = await stage.stored("thing:a", 4)
    await stage.log.publish([a[0], damaged(a[1]), *a[2:]])
    async with stage.hearing() as consumer:
        await ready(consumer)
        stage.owner.down = True
        await consumer.discard("thing:a@2", "damaged on its way", "operator")
        assert consumer.world.last("thing:a") == 2
        stage.owner.down = False
        await heard(consumer, "thing:a@4")


async def test_what_another_process_discarded_is_taken_in(stage: Stage) -> None:
    a = await stage.stored("thing:a", 2)
    await stage.log.publish([damaged(a[0]), a[1]])
    async with stage.hearing(seconds=0.01) as one, stage.hearing() as two:
        await parked(one, 1)
        await parked(two, 1)
        await two.discard("thing:a@1", "damaged on its way", "operator")
        await heard(one, "thing:a@2")
        await heard(two, "thing:a@2")
        assert one.world.digest == two.world.digest


async def test_what_cannot_be_applied_is_parked_and_leaves_the_world_as_it_was(stage: Stage) -> None:
    event = said("thing:a", 1)
    poison = Event(event.aggregate, 1, event.time, event.recorded, event.stored, event.actor, Retracted(event="thing:else@1", reason="by mistake"))
    await stage.store.append([Commit("thing:a", 1, (poison,), None, {})])
    await stage.log.publish([to_record("trial", poison)])
    async with stage.hearing() as consumer:
        await ready(consumer)
        assert [p.position for p in consumer.parked()] == ["thing:a@1"]
        assert list(consumer.world.all("thing")) == []
        assert consumer.world.tallies() == {}


async def test_a_record_that_says_no_sequence_is_parked_and_holds_nothing(stage: Stage) -> None:
    a = await stage.stored("thing:a", 2)
    nameless = Record("trial.test", "thing:a", {}, b"?")
    await stage.log.publish([a[0], nameless, nameless, a[1]])
    async with stage.hearing() as consumer:
        await ready(consumer)
        assert consumer.world.last("thing:a") == 2
        (position,) = (p.position for p in consumer.parked())
        assert not await consumer.retry(position)
        await consumer.discard(position, "no event", "operator")
        assert consumer.parked() == []
    async with stage.hearing() as restarted:
        await ready(restarted)
        assert restarted.parked() == []


async def test_kinds_that_are_not_wanted_are_left_out(stage: Stage) -> None:
    await stage.log.publish([*await stage.stored("other:b", 2), *await stage.stored("thing:a", 2), Record("trial.test", "other:c", {}, b"?")])
    async with stage.hearing(kinds={"thing"}, seconds=0.01) as consumer:
        await ready(consumer)
        assert set(consumer.world.tallies()) == {"thing"}
        assert consumer.parked() == []


async def test_an_owner_that_does_not_answer_holds_up_nobody_else_and_is_asked_again(stage: Stage) -> None:
    a, b = await stage.stored("thing:a", 3), await stage.stored("thing:b", 1)
    async with stage.hearing() as consumer:
        await ready(consumer)
        assert consumer.world.last("thing:a") == 3
        stage.owner.down = True
        await stage.store.append([commit(said, "thing:a", 4, 2)])
        await stage.log.publish([*a, to_record("trial", said("thing:a", 5)), *b, to_record("trial", said("thing:c", 1))])
        await heard(consumer, "thing:c@1")
        assert consumer.world.last("thing:a") == 3
        stage.owner.down = False
        await heard(consumer, "thing:a@5")


async def test_what_stands_behind_events_that_nobody_has_is_parked(stage: Stage) -> None:
    a = await stage.stored("thing:a", 1)
    await stage.log.publish([*a, to_record("trial", said("thing:a", 7))])
    async with stage.hearing() as consumer:
        assert await parked(consumer, 1) == ["thing:a@7"]
        assert "thing:a@2" in consumer.parked()[0].reason
        await consumer.discard("thing:a@7", "nobody said it", "operator")
        await stage.store.append([commit(said, "thing:a", 2)])
        await stage.log.publish([to_record("trial", said("thing:a", 2))])
        await heard(consumer, "thing:a@2")


async def test_only_what_is_parked_can_be_retried_or_discarded(stage: Stage) -> None:
    consumer = stage.consumer()
    with pytest.raises(NotParked):
        await consumer.retry("thing:a@1")
    with pytest.raises(NotParked):
        await consumer.discard("thing:a@1", "why not", "operator")
    assert await stage.decisions.discards() == {}


async def test_others_have_their_turn_while_a_long_log_is_read(stage: Stage) -> None:
    await stage.log.publish([to_record("trial", said(f"thing:{n}", 1)) for n in range(3000)])
    async with stage.hearing() as consumer:
        turns = 0
        while consumer.applied < 3000:
            turns += 1
            await asyncio.sleep(0)
        assert turns >= 10


async def test_a_log_that_fails_is_read_on_from_where_it_failed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.log.publish(await stage.stored("thing:a", 5))
    read = stage.log.read
    begun: list[Cursor] = []

    async def failing(topics: Sequence[str], after: Cursor = BEGINNING, *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        begun.append(after)
        async for batch in read(topics, after, follow=follow, limit=2):
            yield batch
            if len(begun) < 3:
                raise OSError("gone")

    monkeypatch.setattr(stage.log, "read", failing)
    async with stage.hearing() as consumer:
        await heard(consumer, "thing:a@5")
        assert (consumer.applied, consumer.dropped) == (5, 0)


@pytest.mark.parametrize("seed", range(20))
async def test_however_the_log_was_shuffled_repeated_and_thinned_the_world_ends_equal_to_the_store(seed: int, stage: Stage) -> None:
    rnd = random.Random(seed)
    records = [r for key in "abcd" for r in await stage.stored(f"thing:{key}", rnd.randint(1, 9))]
    sent = [r for r in records for _ in range(rnd.choice((0, 1, 1, 2)))]
    rnd.shuffle(sent)
    sent = [replace(r, headers={**r.headers, "ce_n": str(n)}) for n, r in enumerate(sent)]
    async with stage.hearing(seconds=0.005) as consumer:
        while sent:
            now, sent = sent[:5], sent[5:]
            await stage.log.publish(now)
            for _ in range(rnd.randrange(9)):
                await asyncio.sleep(0)
        await heard(consumer, *(f"{a}@{last}" for a, last in await stage.store.heads("thing")))
        assert consumer.world.tallies() == await stage.store.tallies()
        assert all([e.sequence for e in consumer.world.events(a)] == list(range(1, last + 1)) for a, last in await stage.store.heads("thing"))
        assert consumer.parked() == []
