"""The clock that announces graduation, in whole processes over files: by time alone, once, also after a restart and by two processes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from libs.calendar.local_time import start_of
from libs.commands.catalog.portfolio.bid import RecordBidOutcome
from libs.commands.catalog.portfolio.graduation import PrepareHandoff
from libs.commands.errors import Invalid, WrongClock
from libs.commands.execution.admission import Ask
from libs.commands.retraction import RetractInPortfolio
from libs.commands.testing import money
from libs.events.catalog.duties import DutyDone, DutyFellDue, DutyOverdue
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.graduation import (
    CriterionLapsed,
    CriterionMet,
    EvidenceExpired,
    GraduationStatusChanged,
    HomeFunction,
)
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.event import KINDS, Actor, Event
from libs.events.ports.store import Commit
from libs.rules.duties.moments import announced_duties
from libs.rules.roles import Principal, Role
from libs.service.adapters import adapters_of
from libs.service.announcements.clock import Clock
from libs.service.host.process import Process
from libs.service.host.service import Extension, Service
from libs.service.settings import Settings
from services.backlog.main import DECLARED as BACKLOG
from services.portfolio.announcements import Graduations
from services.portfolio.main import DECLARED as PORTFOLIO
from services.roadmap.main import DECLARED as ROADMAP
from tests.patience import GIVE_UP
from tests.rules.way import WAY, Statement, day, graduating, read, world_of

IMPORTER = Principal("importer", frozenset({Role.parse("importer")}))
LAPSE = [EvidenceExpired, CriterionLapsed, GraduationStatusChanged]
"""What is announced on day 431, when the reading of satisfaction of day 250 no longer counts."""
ARRIVAL = [*[CriterionMet] * 6, GraduationStatusChanged]
"""What is announced of the whole history at once."""
SAID = len(world_of(graduating()).events(WAY))


class Hands:
    """A clock that stands until it is set."""

    def __init__(self, n: int, hour: int = 9) -> None:
        self.set(n, hour)

    def set(self, n: int, hour: int = 0) -> None:
        self.now: datetime = start_of(day(n)) + timedelta(hours=hour)

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def running(data: Path, hands: Hands, *, ticking: bool = True) -> AsyncIterator[Process]:
    """All services in one process, with a clock that looks every few milliseconds, or (`ticking` False) only when it is told to."""
    settings = Settings(data=data)
    process = Process(settings, dataclasses.replace(adapters_of(settings), clock=hands), hears_all=True)
    portfolio = dataclasses.replace(
        PORTFOLIO, extension=lambda service: Extension(reactions=(Clock(service, [Graduations()], 0.01, 0.1).run,) if ticking else ())
    )
    for declared in (BACKLOG, ROADMAP, portfolio):
        process.add(declared)
    async with process.app.router.lifespan_context(process.app), asyncio.timeout(GIVE_UP):
        while not await process.is_ready():  # noqa: ASYNC110 - as a probe asks
            await asyncio.sleep(0.01)
        yield process


async def store(process: Process, said: Iterable[Statement]) -> None:
    """Puts statements into the stores of their services, as commits that are relayed."""
    for one in said:
        service = process.services[KINDS[one.aggregate.partition(":")[0]].service]
        sequence = await service.handling.version(one.aggregate) + 1
        time = start_of(day(one.day))
        event = Event(one.aggregate, sequence, time, time, time, Actor("someone", one.by), one.data)
        await service.store.append([Commit(one.aggregate, sequence, (event,), None, {})])
        service.relay.nudge()


async def hear(process: Process, aggregate: str, sequence: int) -> None:
    assert await process.world.heard([f"{aggregate}@{sequence}"], GIVE_UP) == [], process.world.last(aggregate)


async def announcements(process: Process) -> list[type]:
    """The kinds of announcement that the store holds, in their order."""
    history = (await process.services["portfolio"].store.load([WAY]))[WAY]
    return [type(e.data) for e in history if e.actor == Actor("portfolio", "clock")]


async def test_when_a_day_begins_what_time_alone_changes_is_announced_once_and_not_again_after_a_restart(tmp_path: Path) -> None:
    hands = Hands(430, hour=23)
    async with running(tmp_path, hands, ticking=False) as process:
        clock = Clock(process.services["portfolio"], [Graduations()])
        await store(process, graduating())
        await _heard_all(process, process)
        await clock.tick()
        await hear(process, WAY, SAID + 7)
        hands.set(431)
        await clock.tick()
        await hear(process, WAY, SAID + 10)
        assert (await announcements(process))[-3:] == LAPSE
    async with running(tmp_path, hands, ticking=False) as process:
        clock = Clock(process.services["portfolio"], [Graduations()])
        await clock.tick()
        assert (await announcements(process))[-3:] == LAPSE
        await store(process, [read(85, 425)])
        await _heard_all(process, process)
        await clock.tick()
        await hear(process, WAY, SAID + 13)
        assert (await announcements(process))[-6:] == [*LAPSE, *[Withdrawn] * 3]


async def test_what_was_missed_while_nothing_ran_is_announced_after_the_start(tmp_path: Path) -> None:
    hands = Hands(430)
    async with running(tmp_path, hands, ticking=False) as process:
        await store(process, graduating())
    hands.set(600)
    async with running(tmp_path, hands) as process:
        await hear(process, WAY, SAID + 6)
        assert await announcements(process) == [*[CriterionMet] * 5, GraduationStatusChanged]
        assert [e.data.status for e in process.world.events(WAY) if isinstance(e.data, GraduationStatusChanged)] == ["at_risk"]


async def test_two_processes_on_one_store_announce_once(tmp_path: Path) -> None:
    hands = Hands(430)
    async with AsyncExitStack() as processes:
        both = [await processes.enter_async_context(running(tmp_path, hands, ticking=False)) for _ in range(2)]
        clocks = [Clock(process.services["portfolio"], [Graduations()]) for process in both]
        await store(both[0], graduating())
        for process in both:
            await _heard_all(both[0], process)
        for n in (430, 430, 431, 431):
            hands.set(n)
            await asyncio.gather(*(clock.tick() for clock in clocks))
        assert await announcements(both[0]) == [*ARRIVAL, *LAPSE]


async def test_once_all_is_announced_the_world_rests(tmp_path: Path) -> None:
    async with running(tmp_path, Hands(430), ticking=False) as process:
        service = process.services["portfolio"]
        clock = Clock(service, [Graduations()])
        await store(process, graduating())
        await _heard_all(process, process)
        await clock.tick()
        await hear(process, WAY, SAID + 7)
        digest, looked_at = process.world.digest, _looks(service)
        for _ in range(3):
            await clock.tick()
        await service.relay.drain()
        assert (process.world.digest, looked_at) == (digest, [])
        assert await announcements(process) == ARRIVAL


async def test_only_teams_are_looked_at_that_something_said_since_may_concern(tmp_path: Path) -> None:
    async with running(tmp_path, Hands(430), ticking=False) as process:
        service = process.services["portfolio"]
        clock = Clock(service, [Graduations()])
        other = TeamFormed(name="Other", home="env", products=("maps",))
        await store(process, [*graduating(), Statement("team:other", other, 0)])
        await _heard_all(process, process)
        await clock.tick()
        await clock.tick()
        looked_at = _looks(service)
        await store(process, [read(90, 429)])
        await _heard_all(process, process)
        await clock.tick()
        assert set(looked_at) == {WAY}


async def test_an_announcement_alone_leaves_commands_and_reads_as_they_are_and_is_not_retracted(tmp_path: Path) -> None:
    async with running(tmp_path, Hands(430), ticking=False) as process:
        service = process.services["portfolio"]
        clock = Clock(service, [Graduations()])
        await store(process, (said for said in graduating() if said.aggregate != WAY))
        await _heard_all(process, process)
        await clock.tick()
        assert CriterionMet in await announcements(process)
        prepared = await service.handling.answer(Ask(PrepareHandoff(team="parks", function=HomeFunction.IT_AGENCY, evidence="Plan"), IMPORTER))
        assert prepared.created
        with pytest.raises(Invalid):
            await service.handling.answer(Ask(RetractInPortfolio(event=f"{WAY}@1", reason="Wrong"), IMPORTER))


async def test_a_wrong_clock_announces_nothing_and_what_it_announced_ahead_is_followed_once_that_is_past(tmp_path: Path) -> None:
    hands = Hands(430)
    async with running(tmp_path, hands, ticking=False) as process:
        service = process.services["portfolio"]
        clock = Clock(service, [Graduations()])
        await store(process, graduating())
        await _heard_all(process, process)
        service.handling.distrusted = lambda: WrongClock("it is off")
        with pytest.raises(WrongClock):
            await clock.tick()
        assert await announcements(process) == []
        service.handling.distrusted = lambda: None
        await clock.tick()
        hands.set(431)
        await clock.tick()
        await hear(process, WAY, SAID + 10)
        hands.set(430, hour=12)
        await store(process, [read(90, 429)])
        await _heard_all(process, process)
        await clock.tick()
        assert await announcements(process) == [*ARRIVAL, *LAPSE], "the latest one is dated tomorrow"
        hands.set(432)
        await clock.tick()
        assert await announcements(process) == [*ARRIVAL, *LAPSE, *[Withdrawn] * 3]
        stamps = [e.stored for e in (await service.store.load([WAY]))[WAY][SAID:]]
        assert stamps == sorted(stamps)


@pytest.mark.requirement("S0-15")
async def test_a_duty_is_announced_as_its_instant_comes_although_nothing_was_said_and_done_as_soon_as_somebody_has_seen_to_it(tmp_path: Path) -> None:
    hands = Hands(20)
    async with running(tmp_path, hands, ticking=False) as process:
        service = process.services["portfolio"]
        proposed = InvestmentProposed(team="parks", amount=money("5.00"))
        submitted = BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board")
        await store(process, [Statement("investment:inv", proposed, 10), Statement("bid:b", submitted, 20)])
        await _heard_all(process, process)
        clock = asyncio.create_task(Clock(service, announced_duties("portfolio"), 0.01, 0.1).run())
        hands.set(110)
        await hear(process, "portfolio_duty:b", 1)
        hands.set(111, hour=7)
        await hear(process, "portfolio_duty:b", 2)
        outcome = RecordBidOutcome(bid="b", won=True, reason="It is needed")
        await service.handling.answer(Ask(outcome, IMPORTER))
        await hear(process, "portfolio_duty:b", 3)
        clock.cancel()
        events = process.world.events("portfolio_duty:b")
        assert [(type(e.data), e.time) for e in events[:2]] == [(DutyFellDue, start_of(day(110))), (DutyOverdue, start_of(day(111)))]
        assert isinstance(events[2].data, DutyDone) and events[2].data.by == "bid:b@2" and events[2].time == hands.now
        assert [e.recorded for e in events[1:]] == [hands.now] * 2
        assert [e.type for e in events] == [f"headway.portfolio.duty.{verb}.v1" for verb in ("fell_due", "overdue", "done")]


def _looks(service: Service) -> list[str]:
    """The teams whose announcements are read from now on."""
    found: list[str] = []
    load = service.store.load

    async def noted(aggregates: list[str], *behind: Mapping[str, int]) -> dict[str, list[Event]]:
        found.extend(a for a in aggregates if a.startswith("graduation:"))
        return await load(aggregates, *behind)

    service.store.load = noted  # type: ignore[method-assign, assignment]
    return found


async def _heard_all(of: Process, by: Process) -> None:
    """Until a process has heard what the stores of another hold."""
    for service in of.services.values():
        heads = [mark for kind in service.handling.own for mark in await service.store.heads(kind)]
        assert await by.world.heard([f"{aggregate}@{last}" for aggregate, last in heads], GIVE_UP) == []
