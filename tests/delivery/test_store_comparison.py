"""A store and its log compared while they run: what the log loses is noticed at little cost, and published again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from libs.adapters.contracts.suites import commit
from libs.delivery import store_comparison
from libs.delivery.relay import Relay
from libs.delivery.store_comparison import Comparison
from libs.events.ports.log import Extent, KeyExtent, LogUnavailable
from tests.adapters.contracts.memory import Disk, MemoryLog, MemoryStore
from tests.events.kinds import said


class CountingLog(MemoryLog):
    """Counts how often all of it is read; `away` answers nothing."""

    wholly = 0
    away = False

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        self.wholly += 1
        return await super().held(topic)

    async def extent(self, topic: str) -> Extent:
        if self.away:
            raise LogUnavailable("away")
        return await super().extent(topic)


class Running:
    """A store and a log, the relay between them, and their comparison."""

    def __init__(self, store: Callable[[Disk], MemoryStore] = MemoryStore) -> None:
        self.disk = Disk()
        self.store, self.log = store(self.disk), CountingLog(self.disk)
        self.relay = Relay(self.store, self.log, "trial")
        self.comparison = Comparison(self.store, self.log, "trial", "test", ("thing", "other"), self.relay)

    async def say(self, *aggregates: str) -> None:
        """One more event of each, published."""
        for aggregate in aggregates:
            await self.store.append([commit(said, aggregate, self.store.last(aggregate) + 1)])
        await self.relay.catch_up()

    async def look(self, times: int = 1) -> None:
        """Looks, and the relay does too in between."""
        for _ in range(times):
            await self.comparison.look()
            await self.relay.catch_up()

    def held(self) -> list[str]:
        """The positions of what is in the log, in order of their names."""
        return sorted({r.headers["ce_id"] for r in self.disk.records})


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_comparison, "REST", 0.0)


@pytest.fixture
async def running() -> Running:
    found = Running()
    await found.comparison.begin()
    await found.say("thing:a", "thing:a", "thing:b", "other:x")
    await found.look(2)
    return found


ALL = ["other:x@1", "thing:a@1", "thing:a@2", "thing:b@1"]
EVERYTHING, FROM_THE_BEGINNING, FROM_THE_END, FROM_THE_MIDDLE = slice(None), slice(0, 1), slice(3, None), slice(1, 2)


@pytest.mark.parametrize("lost", [EVERYTHING, FROM_THE_BEGINNING, FROM_THE_END, FROM_THE_MIDDLE], ids=["everything", "the first", "the last", "the second"])
async def test_what_the_log_loses_is_noticed_published_again_and_then_all_is_well(running: Running, lost: slice) -> None:
    many = len(running.disk.records[lost])
    del running.disk.records[lost]
    await running.comparison.look()
    if lost == EVERYTHING:
        assert running.comparison.missing == many and f"{many} are missing" in running.comparison.words
    await running.look(20)
    assert running.held() == ALL
    assert (running.comparison.missing, running.comparison.words, running.comparison.lost >= many) == (0, "", True)
    assert running.disk.epoch > 0, "cursors lead to the beginning"
    await running.look()
    wholly = running.log.wholly
    await running.look(5)
    assert running.log.wholly == wholly


async def test_as_long_as_nothing_is_lost_nothing_is_read_whatever_is_said(running: Running) -> None:
    for n in range(20):
        await running.say("thing:a", f"thing:{n}")
        await running.look()
    running.relay.log.closed = True  # type: ignore[attr-defined]
    await running.say("thing:a")  # which the log does not take: it waits, and is not lost
    await running.look(3)
    assert (running.log.wholly, running.comparison.missing) == (0, 0)


async def test_what_is_on_its_way_when_the_log_is_lost_is_noticed_once_it_is_marked_as_published(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    published = running.store.published

    async def lost_before_it_is_marked(marks: list[tuple[str, int]]) -> None:
        running.disk.records.clear()
        await running.comparison.look()
        await published(marks)

    monkeypatch.setattr(running.store, "published", lost_before_it_is_marked)
    await running.say("thing:new")
    monkeypatch.undo()
    await running.look(20)
    assert running.held() == [*ALL[:3], "thing:b@1", "thing:new@1"]
    assert running.comparison.missing == 0


async def test_a_log_that_is_away_is_looked_at_again_and_its_loss_found_then(running: Running) -> None:
    running.log.away = True
    running.disk.records.clear()
    with pytest.raises(LogUnavailable):
        await running.comparison.look()
    running.log.away = False
    await running.look(20)
    assert running.held() == ALL


class HidesOne(MemoryStore):
    """Leaves out one commit that this code cannot read, as a store does."""

    async def unpublished(self, after: tuple[str, int] | None = None, limit: int = 500) -> list[object]:  # type: ignore[override]
        return [c for c in await super().unpublished(after, limit) if c.aggregate != "thing:later"]


async def test_what_cannot_be_published_yet_is_not_looked_for_at_each_look() -> None:
    running = Running(HidesOne)
    await running.comparison.begin()
    await running.say("thing:a", "thing:later")
    await running.look(20)
    assert (running.log.wholly, running.comparison.missing) == (2, 0), "once at first, and once after the relay had looked again"
    del running.disk.records[:]
    await running.look(20)
    assert running.held() == ["thing:a@1"]


async def test_what_is_found_missing_is_counted_down_as_it_is_published_again(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.disk.records.clear()
    await running.comparison.look()
    monkeypatch.setattr(running.log, "fault", lambda record: ValueError("not now") if record.key == "thing:a" else None)
    await running.look(20)
    assert running.comparison.missing == 2
    monkeypatch.undo()
    await running.look(20)
    assert running.comparison.missing == 0


async def test_a_log_that_goes_on_losing_is_read_a_sixth_of_the_time_at_most(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_comparison, "REST", 5.0)
    now = 0.0

    async def long(topic: str) -> dict[str, KeyExtent]:
        nonlocal now
        now += 10
        return {}

    monkeypatch.setattr(running.comparison, "_clock", lambda: now)
    monkeypatch.setattr(running.log, "held", long)
    running.disk.records.clear()
    spent = 0.0
    for _ in range(300):
        before = now
        await running.look()
        running.disk.records.clear()
        running.relay.looked = now + 1
        spent += now - before
        now += 2
    assert 0 < spent <= now / 6 + 10


def extent(origin: str = "id", records: int = 9, **spans: tuple[int, int]) -> Extent:
    return Extent(origin, spans, records)


@pytest.mark.parametrize(
    ("later", "goes_on"),
    [
        (extent(p0=(0, 5), p1=(2, 4)), True),
        (extent(p0=(0, 7), p1=(2, 4), p2=(0, 3)), True),
        (extent("another", p0=(0, 5), p1=(2, 4)), False),
        (extent(p0=(0, 4), p1=(2, 4)), False),
        (extent(p0=(1, 5), p1=(2, 4)), False),
        (extent(p0=(0, 5)), False),
    ],
    ids=["the same", "more, and a partition", "made anew", "the last lost", "the first lost", "a partition lost"],
)
def test_a_topic_goes_on_from_what_it_was_only_where_nothing_shows_a_loss(later: Extent, goes_on: bool) -> None:
    assert later.goes_on_from(extent(p0=(0, 5), p1=(2, 4))) is goes_on
