"""A portfolio of any size, told to a world as events: what `bench.executive` asks about and `bench.pages` shows."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from libs.events.catalog.backlog.backlog import BACKLOG, BacklogOpened
from libs.events.catalog.backlog.item import ITEM, ItemAdded, ItemDelivered
from libs.events.catalog.backlog.need import NEED, NeedJudged, NeedRecorded, Verdict
from libs.events.catalog.portfolio.graduation import GRADUATION, Attested, HandoffAccepted, HandoffPrepared, HomeFunction, StoryTold, SustainEntered
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, ForecastRecorded, Funding, InvestmentDecided, InvestmentProposed, Spending
from libs.events.catalog.portfolio.loan import LOAN, TeamLent
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.program import PROGRAM, ProgramOpened
from libs.events.catalog.portfolio.team import CORE_ROLES, TEAM, HealthReading, HealthRecorded, HealthSubject, MemberJoined, Staffing, TeamFormed
from libs.events.catalog.roadmap.metric import METRIC, BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemPlaced
from libs.events.event import Actor, Event, Kind, Payload
from libs.events.values import Money
from libs.service.adapters import adapters_of
from libs.service.host.process import Process
from libs.service.settings import Settings

HOMES, PROGRAMS = 10, 20
ITEMS, PLANS = 30, 6
START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def process_with(teams: int, folder: Path) -> tuple[Process, int]:
    """A process at the instant `NOW` that has heard of so many teams, with its files in a folder; and of how many events that is."""
    settings = Settings(data=folder)
    process = Process(settings, dataclasses.replace(adapters_of(settings), clock=lambda: NOW), hears_all=True)
    return process, fill(process.world, teams)


def caught_up(process: Process) -> None:
    """Lets a process answer as one whose consumer has read all there is: here nobody reads a log."""
    ready = asyncio.Event()
    ready.set()
    process.consumer = SimpleNamespace(ready=ready)  # type: ignore[assignment]
    process.revocations.read = True


class Hearer(Protocol):
    """A world, or whoever is told what one would be."""

    def last(self, aggregate: str) -> int:
        """The number of the last event of an aggregate; 0 before its first."""

    def apply(self, event: Event) -> None:
        """Takes in the next event of its aggregate."""


class Numbered:
    """Knows the number of the last event of each aggregate, as a world does."""

    def __init__(self) -> None:
        self._last: defaultdict[str, int] = defaultdict(int)

    def last(self, aggregate: str) -> int:
        """The number of its last event."""
        return self._last[aggregate]

    def apply(self, event: Event) -> None:
        """One event."""
        self._last[event.aggregate] = event.sequence


def fill(world: Hearer, teams: int) -> int:
    """Tells a world of so many teams at ten ministries, each with a product, people, money, a roadmap, a backlog and a way to graduation; how many events."""
    tell = _Telling(world)
    for n in range(HOMES):
        tell(ORGANISATION, f"o{n}", OrganisationRegistered(name=f"Ministry {n}", currency="CAD"), 0)
    for n in range(PROGRAMS):
        tell(PROGRAM, f"g{n}", ProgramOpened(name=f"Program {n}", home=f"o{n % HOMES}"), 1)
    for n in range(teams):
        _team(tell, n)
        _money(tell, n)
        _plans(tell, n)
        _graduation(tell, n)
    return tell.told


class _Telling:
    """Applies events, dated in days after the start."""

    def __init__(self, world: Hearer) -> None:
        self.world, self.told = world, 0

    def __call__(self, kind: Kind[Any], id: str, data: Payload, day: int, role: str = "importer") -> None:
        key, at = kind.key(id), START + timedelta(days=day)
        self.world.apply(Event(key, self.world.last(key) + 1, at, at, at, Actor("bench", role), data))
        self.told += 1


def _team(tell: _Telling, n: int) -> None:
    tell(PRODUCT, f"p{n}", ProductRegistered(name=f"Product {n}", home=f"o{n % HOMES}", program=f"g{n % PROGRAMS}"), 2)
    for day, phase in ((3, "discovery"), (60, "alpha"), (120, "beta")):
        tell(PRODUCT, f"p{n}", PhaseEntered(phase=phase), day)
    tell(TEAM, f"t{n}", TeamFormed(name=f"Team {n}", home=f"o{n % HOMES}", products=(f"p{n}",)), 4)
    for m, role in enumerate(CORE_ROLES):
        tell(TEAM, f"t{n}", MemberJoined(person=f"person{n}-{m}", role=role, core=True, staffing=Staffing.STAFF if m < 3 else Staffing.CONTRACTED), 5 + m)
    for subject in HealthSubject:
        tell(TEAM, f"t{n}", HealthRecorded(subject=subject, reading=HealthReading.GOOD, source="health check"), 200)
    if n % 10 == 0:
        lent = TeamLent(
            team=f"t{n}", lender=f"o{n % HOMES}", borrower=f"o{(n + 1) % HOMES}", staffing=Staffing.STAFF, agreement="letter", until=date(2025, 6, 30)
        )
        tell(LOAN, f"l{n}", lent, 400)


def _money(tell: _Telling, n: int) -> None:
    proposed = InvestmentProposed(
        team=f"t{n}",
        product=f"p{n}",
        enhance=_cad(900_000 + n),
        support=_cad(100_000 if n % 7 else 0),
        funding=Funding.ONGOING_PRODUCT,
        kind=Spending.OPERATING,
        value="people wait less",
    )
    tell(INVESTMENT, f"i{n}", proposed, 6)
    tell(INVESTMENT, f"i{n}", InvestmentDecided(approved=True, reason="value shown"), 10, f"steering_group@o{n % HOMES}")
    for month in range(1, 13):
        first = date(2024, month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        tell(INVESTMENT, f"i{n}", ActualRecorded(amount=_cad(40_000 + month), covers_from=first, covers_until=last), 31 * month)
    tell(INVESTMENT, f"i{n}", ForecastRecorded(amount=_cad(1_010_000 + n)), 300)


def _plans(tell: _Telling, n: int) -> None:
    horizons = (Horizon.NOW, Horizon.NEXT, Horizon.LATER)
    for m in range(PLANS):
        placed = RoadmapItemPlaced(product=f"p{n}", title=f"Plan {m} of {n}", horizon=horizons[m % 3], starts=date(2025, 1, 1), ends=date(2026, 1, 1))
        tell(ROADMAP_ITEM, f"r{n}-{m}", placed, 20 + m)
    tell(BACKLOG, f"p{n}", BacklogOpened(owner=f"person{n}-0"), 20)
    for m in range(ITEMS):
        tell(ITEM, f"x{n}-{m}", ItemAdded(product=f"p{n}", title=f"Item {m} of {n}", roadmap_item=f"r{n}-{m % PLANS}"), 30)
        if m < ITEMS - 5:
            tell(ITEM, f"x{n}-{m}", ItemDelivered(), 60 + 5 * m)
    tell(NEED, f"n{n}", NeedRecorded(product=f"p{n}", user="everybody", text="less waiting", origin="discovery", prioritised=True), 20)
    tell(NEED, f"n{n}", NeedJudged(verdict=Verdict.MET if n % 2 else Verdict.UNMET, evidence="survey"), 220)
    tell(RELEASE, f"b{n}", ReleaseProposed(product=f"p{n}", stage=ReleaseStage.BETA, title="Beta"), 110)
    tell(RELEASE, f"b{n}", ReleaseSignedOff(), 115, f"product_owner@p{n}")
    tell(RELEASE, f"b{n}", ReleasePublished(), 120, f"product_owner@p{n}")
    defined = MetricDefined(
        product=f"p{n}",
        name="Satisfaction",
        kind=MetricKind.QUANTITATIVE,
        goal="more",
        method="survey",
        tool="web",
        source="users",
        responsible="ed",
        measures="satisfaction",
    )
    tell(METRIC, f"m{n}", defined, 20)
    tell(METRIC, f"m{n}", BaselineMeasured(value=Decimal(50)), 25)
    tell(METRIC, f"m{n}", TargetSet(value=Decimal(70), due=date(2025, 1, 1)), 26)
    for month in range(1, 25):
        tell(METRIC, f"m{n}", MetricRead(value=Decimal(50 + month)), 30 * month + 30)


def _graduation(tell: _Telling, n: int) -> None:
    if n % 4 == 0:
        return
    tell(GRADUATION, f"t{n}", SustainEntered(), 240, "lab_ops")
    for function in HomeFunction:
        tell(GRADUATION, f"t{n}", HandoffPrepared(function=function, evidence="plan"), 250, "lab_ops")
        if n % 4 > 1:
            tell(GRADUATION, f"t{n}", HandoffAccepted(function=function, accepted_by="dee"), 260, f"executive@o{n % HOMES}")
    tell(GRADUATION, f"t{n}", StoryTold(achieved="less waiting", failed="the first form", channels=("newsletter",)), 270, f"executive@o{n % HOMES}")
    tell(GRADUATION, f"t{n}", Attested(criterion="R-04", statement="as hoped"), 560, f"executive@o{n % HOMES}")


def _cad(amount: int) -> Money:
    return Money(amount=Decimal(amount).quantize(Decimal("0.01")), currency="CAD")
