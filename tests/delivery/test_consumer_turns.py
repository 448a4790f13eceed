"""A listener turn by turn, in memory: how often it asks, when it rests and how long, what it holds, parks and counts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from libs.adapters.contracts.suites import commit
from libs.delivery import consumer as consuming
from libs.delivery.consumer import ATTEMPTS, Consumer
from libs.delivery.store_owner import StoreOwner
from libs.events.envelope import to_record
from libs.events.event import Discarded, Event
from libs.events.ports.dead_letters import DecisionsUnavailable, Discard, NotParked
from libs.events.ports.history_source import Owner
from libs.events.ports.log import Cursor, Delivery, Record
from libs.events.ports.store import StoreUnavailable, Tally
from libs.events.world import World
from tests.adapters.contracts.memory import Disk, MemoryDecisions, MemoryLog, MemoryStore
from tests.delivery.consumers import running
from tests.events.kinds import said

TURNS = 3_000
"""Of the loop, within which all that can happen in memory has happened."""


class CountedOwner(StoreOwner):
    """An owner that counts how often it is asked for events, and fails the next `failing` times that it is asked for anything."""

    asked = failing = 0

    async def events(self, aggregate: str, after: int) -> list[Record]:
        self.asked += 1
        self._answer()
        return await super().events(aggregate, after)

    async def tallies(self) -> dict[str, Tally]:
        self._answer()
        return await super().tallies()

    def _answer(self) -> None:
        if self.failing:
            self.failing -= 1
            raise StoreUnavailable("down")


class FailingDecisions(MemoryDecisions):
    """Cannot be read the first `failing` times."""

    failing = 0

    async def discards(self) -> dict[str, Discard]:
        if self.failing:
            self.failing -= 1
            raise DecisionsUnavailable("down")
        return await super().discards()


class Told(MemoryLog):
    """A log that is read as it is told: batches of so many records, failures (an exception) and ends (None); then nothing more comes."""

    def __init__(self, disk: Disk, *told: int | Exception | None) -> None:
        super().__init__(disk)
        self.told = list(told)

    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        at = self.at(after)
        while self.told:
            match self.told.pop(0):
                case None:
                    return
                case int(count):
                    yield [Delivery(r, self.cursor(at + n + 1)) for n, r in enumerate(self.disk.records[at : at + count])]
                    at += count
                case fault:
                    raise fault
        await asyncio.Event().wait()


class Stage:
    """One listener, what it hears, and whom it asks."""

    def __init__(self) -> None:
        self.disk = Disk()
        self.store, self.log, self.decisions = MemoryStore(self.disk), MemoryLog(self.disk), FailingDecisions(self.disk)
        self.owner = CountedOwner(self.store, "trial")
        self.rests: list[int] = []
        self.told: list[Event] = []

    @asynccontextmanager
    async def hearing(self, owners: Mapping[str, Owner] | None = None, kinds: Collection[str] | None = None) -> AsyncIterator[Consumer]:
        owners = {"test": self.owner} if owners is None else owners
        consumer = Consumer(self.log, ["trial.test"], World(), owners=owners, decisions=self.decisions, kinds=kinds, seconds=3600, heard=self.told.extend)
        async with running(consumer):
            yield consumer

    async def stored(self, aggregate: str, first: int, count: int) -> list[Record]:
        """Stores so many events from the first one on and gives their records, unpublished."""
        asked = commit(said, aggregate, first, count)
        await self.store.append([asked])
        return [to_record("trial", e) for e in asked.events]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    found = Stage()

    def rest(attempt: int) -> float:
        found.rests.append(attempt)
        return 0

    monkeypatch.setattr(consuming, "rest", rest)
    return found


async def happens(what: Callable[[], object]) -> None:
    for _ in range(TURNS):
        if what():
            return
        await asyncio.sleep(0)
    raise AssertionError("it does not happen")


async def passed() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


def record(sequence: int, aggregate: str = "thing:a") -> Record:
    return to_record("trial", said(aggregate, sequence))


def damaged(sequence: int) -> Record:
    return replace(record(sequence), value=b"{damaged")


def waiting(consumer: Consumer) -> list[tuple[str, int]]:
    return [(one.position, one.held) for one in consumer.parked()]


async def test_while_it_cannot_begin_it_rests_longer_each_time(stage: Stage) -> None:
    stage.decisions.failing = 3
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
    assert stage.rests == [1, 2, 3]


async def test_while_the_log_cannot_be_read_it_rests_longer_until_something_comes(stage: Stage) -> None:
    await stage.log.publish(await stage.stored("thing:a", 1, 2))
    stage.log = Told(stage.disk, OSError("gone"), None, 1, OSError("gone"), OSError("gone"), 1, None)
    async with stage.hearing() as consumer:
        await happens(lambda: consumer.world.last("thing:a") == 2)
        await passed()
    assert stage.rests == [1, 2, 1, 2, 1]
    assert (consumer.applied, consumer.dropped, [event.sequence for event in stage.told]) == (2, 0, [1, 2])


async def test_while_owners_cannot_be_compared_with_it_rests_longer_and_is_not_ready(stage: Stage) -> None:
    stage.owner.failing = 3
    async with stage.hearing() as consumer:
        await happens(lambda: stage.rests)
        assert not consumer.ready.is_set()
        await happens(consumer.ready.is_set)
    assert stage.rests == [1, 2, 3]


async def test_it_is_ready_once_the_last_record_there_was_has_been_heard(stage: Stage) -> None:
    more = asyncio.Event()

    class Slow(MemoryLog):
        async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
            async for batch in super().read(topics, after, limit=1):
                yield batch
                await more.wait()

    stage.log = Slow(stage.disk)
    await stage.log.publish([record(1), record(2)])
    async with stage.hearing() as consumer:
        await happens(lambda: consumer.applied == 1)
        await passed()
        assert not consumer.ready.is_set()
        more.set()
        await happens(consumer.ready.is_set)
        assert consumer.applied == 2


async def test_what_comes_twice_is_applied_told_and_counted_once(stage: Stage) -> None:
    await stage.log.publish([record(1), record(1), record(2), record(1)])
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
        assert (consumer.applied, consumer.dropped, [event.id for event in stage.told]) == (2, 2, ["thing:a@1", "thing:a@2"])
        assert consumer.published is not None


async def test_kinds_that_are_not_wanted_are_neither_taken_in_nor_asked_for_nor_parked(stage: Stage) -> None:
    await stage.stored("other:c", 1, 2)
    await stage.log.publish([record(1), record(1, "other:b"), record(2, "other:c"), Record("trial.test", "other:d", {}, b"?")])
    async with stage.hearing(kinds=["thing"]) as consumer:
        await happens(consumer.ready.is_set)
        assert (set(consumer.world.tallies()), consumer.parked(), stage.owner.asked, consumer.published) == ({"thing"}, [], 0, None)


async def test_what_says_no_sequence_is_parked_until_it_is_discarded_for_ever(stage: Stage) -> None:
    await stage.log.publish([Record("trial.test", "thing:a", {}, b"?"), record(1)])
    async with stage.hearing() as consumer:
        await happens(consumer.parked)
        (found,) = consumer.parked()
        assert not await consumer.retry(found.position) and consumer.parked() == [found]
        await consumer.discard(found.position, "no event", "olga")
        await stage.log.publish([found.record, record(2)])
        await happens(lambda: consumer.applied == 2)
        assert consumer.parked() == []
        with pytest.raises(NotParked, match=found.position):
            await consumer.retry(found.position)


async def test_a_gap_is_asked_for_until_its_owner_answers_and_is_counted_once(stage: Stage) -> None:
    await stage.stored("thing:a", 1, 3)
    await stage.stored("thing:b", 1, 2)
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
        await stage.stored("thing:a", 4, 2)
        await stage.stored("thing:b", 3, 2)
        for aggregate, last in (("thing:a", 5), ("thing:b", 4)):
            stage.owner.failing, stage.owner.asked = 2, 0
            await stage.log.publish([record(last, aggregate)])
            await happens(lambda of=aggregate, last=last: consumer.world.last(of) == last)  # type: ignore[misc]
            await passed()
            assert (stage.owner.asked, stage.rests) == (3, [1, 2])
            stage.rests.clear()
        assert consumer.healed == 2


async def test_a_gap_reaches_to_the_last_that_was_heard_behind_it(stage: Stage) -> None:
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
        stage.owner.failing = 2
        await stage.log.publish([record(3), record(5), record(4)])
        await happens(lambda: stage.owner.asked == 2)
        await stage.stored("thing:a", 1, 3)
        await happens(lambda: consumer.world.last("thing:a") == 3)
        await stage.stored("thing:a", 4, 2)
        await happens(lambda: consumer.healed)
        await passed()
        assert (consumer.world.last("thing:a"), consumer.healed) == (5, 1)


async def test_a_gap_that_ends_at_what_its_owner_cannot_say_is_held_and_not_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = [record(1), damaged(2), record(3)]

    async def events(aggregate: str, after: int) -> list[Record]:
        stage.owner.asked += 1
        return copies

    monkeypatch.setattr(stage.owner, "events", events)
    async with stage.hearing() as consumer:
        await stage.log.publish([record(5)])
        await happens(consumer.parked)
        await passed()
        assert (waiting(consumer), consumer.healed, stage.owner.asked, stage.rests) == ([("thing:a@2", 5)], 0, 1, [])


async def test_what_its_owner_does_not_know_is_asked_for_a_few_times_and_then_parked(stage: Stage) -> None:
    await stage.stored("thing:a", 1, 1)
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
        stage.owner.asked = 0
        await stage.log.publish([record(7)])
        await happens(consumer.parked)
        await stage.log.publish([record(9), record(8)])
        await passed()
        assert (stage.owner.asked, stage.rests) == (ATTEMPTS, list(range(1, ATTEMPTS)))
        assert (waiting(consumer), consumer.healed) == ([("thing:a@7", 9)], 0)


async def test_an_owner_that_comes_to_know_more_is_asked_as_often_again(stage: Stage) -> None:
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
        await stage.log.publish([record(7)])
        await happens(lambda: stage.owner.asked == 2)
        await stage.stored("thing:a", 1, 1)
        await happens(consumer.parked)
        assert stage.owner.asked == 2 + ATTEMPTS


@pytest.mark.parametrize("known", [3, 4])
async def test_what_was_heard_first_behind_a_gap_is_not_parked_once_it_came_from_its_owner(stage: Stage, known: int) -> None:
    async with stage.hearing() as consumer:
        await happens(consumer.ready.is_set)
        stage.owner.failing = 1
        await stage.log.publish([record(3), record(6)])
        await happens(lambda: stage.owner.asked == 1)
        await stage.stored("thing:a", 1, known)
        await happens(lambda: stage.owner.asked == 1 + ATTEMPTS)
        await passed()
        assert (waiting(consumer), stage.owner.asked, consumer.world.last("thing:a")) == ([], 1 + ATTEMPTS, known)


async def test_what_is_held_and_lost_by_its_owner_is_given_up(stage: Stage) -> None:
    await stage.log.publish([record(1), damaged(2), record(3)])
    async with stage.hearing() as consumer:
        await happens(lambda: waiting(consumer) == [("thing:a@2", 3)])
        await consumer.discard("thing:a@2", "damaged", "olga")
        await passed()
        assert (waiting(consumer), stage.owner.asked, consumer.world.last("thing:a")) == ([], ATTEMPTS, 2)
        await stage.log.publish([record(3)])
        await happens(lambda: consumer.world.last("thing:a") == 3)
        assert consumer.healed == 0


async def test_what_was_held_comes_from_its_owner_once_what_held_it_is_discarded_and_is_no_loss_of_the_log(stage: Stage) -> None:
    await stage.stored("thing:a", 1, 3)
    await stage.log.publish([record(1), damaged(2), record(3)])
    async with stage.hearing() as consumer:
        await happens(lambda: waiting(consumer) == [("thing:a@2", 3)])
        await consumer.discard("thing:a@2", "damaged", "olga")
        await happens(lambda: consumer.world.last("thing:a") == 3)
        await passed()
        assert (stage.owner.asked, consumer.healed, waiting(consumer)) == (1, 0, [])


async def test_what_was_discarded_behind_a_gap_stops_nothing_and_is_passed_over_in_its_turn(stage: Stage) -> None:
    await stage.log.publish([record(1), record(3)])
    async with stage.hearing() as consumer:
        await happens(consumer.parked)
        await consumer.discard("thing:a@3", "nobody said it", "olga")
        await stage.log.publish([record(2), damaged(3)])
        await happens(lambda: consumer.world.last("thing:a") == 3)
        assert isinstance(consumer.world.events("thing:a")[2].data, Discarded) and consumer.parked() == []
    stage.disk.records = [record(1), record(3)]
    async with stage.hearing() as restarted:
        await happens(lambda: stage.owner.asked == 2 * ATTEMPTS)
        await passed()
        await stage.log.publish([record(2), record(3)])
        await happens(lambda: restarted.world.last("thing:a") == 3)
        assert isinstance(restarted.world.events("thing:a")[2].data, Discarded) and restarted.parked() == []


async def test_what_is_parked_keeps_since_when_and_the_highest_that_it_holds(stage: Stage) -> None:
    nameless = Record("trial.test", "thing:b", {}, b"?")
    await stage.log.publish([damaged(1), nameless])
    async with stage.hearing() as consumer:
        await happens(lambda: len(consumer.parked()) == 2)
        before = consumer.parked()
        await stage.log.publish([damaged(1), nameless, record(1, "thing:c")])
        await happens(lambda: consumer.applied)
        assert all(one is other for one, other in zip(before, consumer.parked(), strict=True))
        await stage.log.publish([record(4), record(3), record(2, "thing:c")])
        await happens(lambda: consumer.applied == 2)
        assert [held for _, held in waiting(consumer)] == [4, 0]


async def test_a_retry_that_brings_all_that_was_held_asks_no_more(stage: Stage) -> None:
    await stage.stored("thing:a", 1, 3)
    await stage.log.publish([record(1), damaged(2), record(3)])
    async with stage.hearing() as consumer:
        await happens(lambda: waiting(consumer) == [("thing:a@2", 3)])
        assert await consumer.retry("thing:a@2")
        await passed()
        assert (stage.owner.asked, consumer.healed, consumer.world.last("thing:a")) == (1, 0, 3)


@pytest.mark.parametrize("number", ["0", "-1", "one", ""])
async def test_a_sequence_that_is_no_place_in_an_order_is_parked(stage: Stage, number: str) -> None:
    await stage.log.publish([replace(record(1), headers={**record(1).headers, "ce_sequence": number}), record(1)])
    async with stage.hearing() as consumer:
        await happens(lambda: consumer.applied == 1)
        assert [one.reason for one in consumer.parked()] == ["it says no sequence"]
        assert consumer.dropped == 0


@pytest.mark.parametrize("nobodys", ["thing:a", "strange:a"])
async def test_a_gap_of_what_nobody_owns_says_so_and_holds_up_nothing(stage: Stage, nobodys: str, caplog: pytest.LogCaptureFixture) -> None:
    await stage.log.publish([replace(record(2), key=nobodys), record(1, "other:b")])
    with caplog.at_level(logging.WARNING):
        async with stage.hearing({} if nobodys == "thing:a" else None) as consumer:
            await happens(lambda: stage.rests)
            assert consumer.applied == 1
    assert f"nobody is known to own {nobodys}" in caplog.text


async def test_others_have_their_turn_while_much_is_heard_and_while_much_is_fetched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consuming, "TOGETHER", 2)
    await stage.stored("thing:b", 1, 40)
    await stage.log.publish([*(record(n) for n in range(1, 41)), record(41, "thing:b")])
    seen = set[tuple[int, int]]()

    async with stage.hearing() as consumer:

        def all_heard() -> bool:
            seen.add((consumer.world.last("thing:a"), consumer.world.last("thing:b")))
            return max(seen) == (40, 40)

        await happens(all_heard)
    for one in ({a for a, _ in seen}, {b for _, b in seen}):
        assert one == set(range(0, 41, 2))


async def test_a_retry_whose_owner_does_not_answer_tries_what_is_here_and_is_parked_again_with_what_is_held(stage: Stage) -> None:
    await stage.log.publish([record(1), damaged(2), record(3)])
    async with stage.hearing() as consumer:
        await happens(lambda: waiting(consumer) == [("thing:a@2", 3)])
        stage.owner.failing = 1
        assert not await consumer.retry("thing:a@2")
        assert waiting(consumer) == [("thing:a@2", 3)]
        await stage.stored("thing:a", 1, 2)
        assert await consumer.retry("thing:a@2")
        await stage.stored("thing:a", 3, 1)
        await happens(lambda: consumer.world.last("thing:a") == 3)
        assert waiting(consumer) == []


async def test_what_is_not_parked_is_not_discarded(stage: Stage) -> None:
    async with stage.hearing() as consumer:
        with pytest.raises(NotParked, match="thing:a@1"):
            await consumer.discard("thing:a@1", "why not", "olga")
    assert stage.disk.discards == {}


async def test_comparing_takes_in_what_another_process_discarded_and_fetches_what_is_missing_the_second_time(stage: Stage) -> None:
    await stage.log.publish([record(1), damaged(2)])
    async with stage.hearing() as one, stage.hearing() as another:
        for consumer in (one, another):
            await happens(consumer.parked)
            await happens(consumer.ready.is_set)
        await another.discard("thing:a@2", "damaged", "olga")
        await stage.stored("other:b", 1, 1)
        await one.reconcile()
        assert (one.parked(), one.world.last("thing:a"), one.world.last("other:b")) == ([], 2, 0)
        await one.reconcile()
        assert (one.world.last("thing:a"), one.world.last("other:b")) == (2, 1)


async def test_whoever_hears_all_knows_how_far_the_log_was_read(stage: Stage) -> None:
    await stage.log.publish([record(1), record(2)])
    async with stage.hearing() as consumer:
        published = consumer.published
        assert published is not None
        reached = asyncio.create_task(published.reach({"0": 2}))
        await happens(reached.done)
        assert published.cursor == consumer.cursor == Cursor({"0": 2})
