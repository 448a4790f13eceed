"""Two years of a portfolio in which the clock announces duties: it restarts, jumps both ways, and there are two of it; each moment is said once, of its own."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from libs.calendar.local_time import end_of, precedes, start_of
from libs.events.catalog.duties import DUTIES_OF, DutyDone, DutyOverdue, OfDuty
from libs.events.catalog.portfolio.team import HealthRecorded
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.event import KINDS, Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.ports.store import Commit
from libs.events.world import World
from libs.rules.duties import duties
from libs.rules.duties.moments import announced_duties
from libs.service.adapters import adapters_of
from libs.service.announcements.clock import Clock
from libs.service.host.process import Process
from libs.service.host.service import Extension
from libs.service.settings import Settings
from services.backlog.main import DECLARED as BACKLOG
from services.portfolio.main import DECLARED as PORTFOLIO
from services.roadmap.main import DECLARED as ROADMAP
from tests.patience import GIVE_UP
from tests.rules.two_years import DAYS, Fact, moments_until, two_years
from tests.rules.way import day

SERVICES = tuple(dataclasses.replace(declared, extension=lambda service: Extension()) for declared in (BACKLOG, ROADMAP, PORTFOLIO))


class Installation:
    """Processes on the same data with one clock, which is set by hand."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.now = settings, start_of(day(0))
        self.running: list[tuple[AsyncExitStack, Process, list[Clock]]] = []

    async def start(self) -> None:
        """One more process."""
        adapters = dataclasses.replace(adapters_of(self.settings), clock=lambda: self.now)
        process = Process(self.settings, adapters, hears_all=True)
        for declared in SERVICES:
            process.add(declared).handling.distrusted = lambda: None  # servers show another year
        stack = AsyncExitStack()
        await stack.enter_async_context(process.app.router.lifespan_context(process.app))
        async with asyncio.timeout(GIVE_UP):
            while not await process.is_ready():  # noqa: ASYNC110 - as a probe asks
                await asyncio.sleep(0.01)
        clocks = [Clock(service, announced_duties(service.name)) for service in process.services.values()]
        self.running.append((stack, process, clocks))

    async def stop(self) -> None:
        """The one that was started first."""
        stack, *_ = self.running.pop(0)
        await stack.aclose()

    async def say(self, facts: Iterable[Fact]) -> None:
        """What was learned, stored by one of the processes, and heard by all of them."""
        process = self.running[-1][1]
        said: dict[str, list[Fact]] = {}
        for one in facts:
            said.setdefault(one.aggregate, []).append(one)
        for name, service in process.services.items():
            own = {aggregate: these for aggregate, these in said.items() if KINDS[aggregate.partition(":")[0]].service == name}
            before = await service.store.load(list(own))
            events = [self._event(one, len(before[aggregate]) + n) for aggregate, these in own.items() for n, one in enumerate(these, 1)]
            await service.store.append([Commit(event.aggregate, event.sequence, (event,), None, {}) for event in events])
            service.relay.nudge()
        await self._heard()

    def _event(self, one: Fact, sequence: int) -> Event:
        return Event(one.aggregate, sequence, one.at, max(one.at, self.now), self.now, Actor("someone", one.by), one.data)

    async def _heard(self) -> None:
        process = self.running[-1][1]
        for service in process.services.values():
            heads = [f"{name}@{last}" for kind in service.handling.own for name, last in await service.store.heads(kind)]
            for _, other, _ in self.running:
                assert await other.world.heard(heads, GIVE_UP) == []

    async def tick(self, n: int, hour: int = 0) -> None:
        """All clocks look at an hour of a day, at once; twice, since whoever was second looks again."""
        self.now = start_of(day(n)) + timedelta(hours=hour)
        for _ in range(2):
            await asyncio.gather(*(clock.tick() for _, _, clocks in self.running for clock in clocks))

    async def announced(self) -> list[Event]:
        """All that was announced of duties."""
        process = self.running[-1][1]
        found: list[Event] = []
        for name, service in process.services.items():
            heads = [aggregate for aggregate, _ in await service.store.heads(DUTIES_OF[name].name)]
            found += [event for events in (await service.store.load(heads)).values() for event in events]
        return found

    async def heard(self) -> World:
        """What was said, and nothing that was announced."""
        process, world = self.running[-1][1], World()
        for service in process.services.values():
            for kind in service.handling.own - {DUTIES_OF[service.name].name}:
                heads = [aggregate for aggregate, _ in await service.store.heads(kind)]
                for events in (await service.store.load(heads)).values():
                    for event in events:
                        world.apply(event)
        return world


@asynccontextmanager
async def installed(settings: Settings) -> AsyncIterator[Installation]:
    installation = Installation(settings)
    try:
        yield installation
    finally:
        while installation.running:
            await installation.stop()


def open_on(said: Iterable[tuple[datetime, Payload]], day: date) -> Counter[tuple[str, str, bool]]:
    """What is due at the end of a day, and whether it is overdue, as a listener knows it who does no more than listen."""
    found: dict[tuple[str, str, str | None], bool] = {}
    for at, data in sorted(said, key=lambda one: one[0]):
        if isinstance(data, OfDuty) and precedes(at, end_of(day)):
            key = data.kind, data.subject, data.about
            if isinstance(data, DutyDone):
                found.pop(key)
            else:
                found[key] = isinstance(data, DutyOverdue)
    return Counter((kind, subject, overdue) for (kind, subject, _), overdue in found.items())


def due_on(world: World, day: date) -> Counter[tuple[str, str, bool]]:
    """The same as it is derived for whoever asks."""
    due = [duty for duty in duties(Facts.on_day(world, day), overdue=False) if duty.due_on <= day]
    return Counter((duty.kind.value, f"{duty.subject_kind}:{duty.subject_id}", duty.overdue) for duty in due)


def standing(announced: Iterable[Event]) -> Counter[tuple[datetime, Payload]]:
    """What stands announced, with how often it stands."""
    events = list(announced)
    withdrawn = {event.data.event for event in events if isinstance(event.data, Withdrawn)}
    return Counter((event.time, event.data) for event in events if isinstance(event.data, OfDuty) and event.id not in withdrawn)


@pytest.mark.requirement("S0-05", "S0-15", "S0-24", "S0-25", "S0-26", "S4-01", "R-04")
async def test_each_moment_of_two_years_is_said_once_of_its_own_instant_whatever_the_clock_does(settings: Settings) -> None:
    random = Random(2024)
    facts = sorted(two_years(random), key=lambda fact: (fact.learned, fact.hour))
    async with installed(settings) as installation:
        await installation.start()
        await installation.start()
        today, looks, steps = 0, 0, (40, 90) if settings.on_kafka else (1, 45)
        while today < DAYS:
            before, today, looks = today, min(today + random.randint(*steps), DAYS), looks + 1
            learned = [fact for fact in facts if before <= fact.learned < today]
            installation.now = start_of(day(today))
            await installation.say(learned)
            if looks % 4 == 2:  # the clock is set ahead, and back again
                await installation.tick(today + random.randint(1, 60))
            if looks % 5 == 3:  # one of the two is started anew
                await installation.start()
                await installation.stop()
            await installation.tick(today, random.randint(0, 23))
        taken_back = next(fact for fact in facts if isinstance(fact.data, HealthRecorded))
        sequence = [fact for fact in facts if fact.aggregate == taken_back.aggregate].index(taken_back) + 1
        await installation.say([Fact(taken_back.aggregate, Retracted(event=f"{taken_back.aggregate}@{sequence}", reason="Wrong"), DAYS, DAYS)])
        for ahead in range(0, 120, 20):  # all that was dated ahead has come
            await installation.tick(DAYS + ahead)
        announced, world = await installation.announced(), await installation.heard()
    expected = moments_until(world, installation.now)
    assert standing(announced) == Counter(map(tuple, expected)) and len(expected) > 100
    for n in range(0, DAYS, 19):
        assert open_on(standing(announced), day(n)) == due_on(world, day(n)), n
    assert {event.data.event for event in announced if isinstance(event.data, Withdrawn)} <= {event.id for event in announced}
    assert all(count == 1 for count in Counter(e.data.event for e in announced if isinstance(e.data, Withdrawn)).values())


@pytest.mark.requirement("S0-15", "S4-01")
async def test_where_no_fact_is_late_and_no_clock_ahead_nothing_is_ever_withdrawn(tmp_path: Path) -> None:
    facts = [dataclasses.replace(fact, learned=fact.day) for fact in two_years(Random(7))]
    async with installed(Settings(data=tmp_path)) as installation:
        await installation.start()
        await installation.start()
        for today in range(0, DAYS + 30, 29):
            installation.now = start_of(day(today))
            await installation.say(fact for fact in facts if today - 29 <= fact.learned < today)
            await installation.tick(today)
        announced, expected = await installation.announced(), moments_until(await installation.heard(), installation.now)
    assert not [event for event in announced if isinstance(event.data, Withdrawn)]
    assert standing(announced) == Counter(map(tuple, expected)) and len(announced) == len(expected) > 100
