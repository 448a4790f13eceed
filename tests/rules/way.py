"""A team's way to graduation in events: what a history needs for every criterion, and worlds of such histories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from libs.calendar.local_time import start_of
from libs.commands.testing import NOW
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered
from libs.events.catalog.portfolio.graduation import (
    Attested,
    CeremonyHeld,
    HandoffAccepted,
    HandoffPrepared,
    HomeFunction,
    StoryTold,
    SustainEntered,
)
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    Staffing,
    TeamFormed,
    TeamRole,
)
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseStage
from libs.events.event import Actor, Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.graduation.status import Graduation, graduation

BEGIN: Final = date(2024, 1, 1)
TEAM, WAY = "team:parks", "graduation:parks"


@dataclass(frozen=True)
class Statement:
    """What was said of an aggregate, so many days after 1 January 2024, by whom."""

    aggregate: str
    data: Payload
    day: int
    by: str = "importer"


def day(n: int) -> date:
    return BEGIN + timedelta(days=n)


def joined(person: str, role: TeamRole, n: int, staffing: Staffing = Staffing.STAFF) -> Statement:
    return Statement(TEAM, MemberJoined(person=person, role=role, core=True, staffing=staffing), n)


def read(value: int, n: int, by: str = "team@parks") -> Statement:
    return Statement("metric:sat", MetricRead(value=Decimal(value)), n, by)


def attested(n: int, by: str = "executive@env") -> Statement:
    return Statement(WAY, Attested(criterion="R-04", statement="It is what people need"), n, by)


def told(n: int, failed: str | None = "Offline maps", by: str = "executive@env") -> Statement:
    return Statement(WAY, StoryTold(achieved="Bookings in one place", failed=failed), n, by)


def sustained() -> list[Statement]:
    """Formed on day 0, a beta on day 100, six stories of which one is delivered each month; Sustain on day 190 (9 July)."""
    said = [
        Statement("organisation:env", OrganisationRegistered(name="Environment"), -200),
        Statement(TEAM, TeamFormed(name="Parks", home="env", products=("booking",)), 0),
        *(joined(f"p{n}", role, 5, Staffing.STAFF if n % 2 == 0 else Staffing.CONTRACTED) for n, role in enumerate(CORE_ROLES)),
        Statement("release:beta", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="Public beta"), 90),
        Statement("release:beta", ReleasePublished(), 100),
        *(Statement(f"item:i{n}", ItemAdded(product="booking", title=f"Story {n}"), 10) for n in range(6)),
        *(Statement(f"item:i{n}", ItemDelivered(), 65 + 30 * n) for n in range(5)),
        *(Statement(TEAM, HealthRecorded(subject=subject, reading=HealthReading.GOOD, source="Health check"), 180) for subject in HealthSubject),
        *(Statement(WAY, HandoffPrepared(function=function, evidence="Agreement"), 185) for function in list(HomeFunction)[:3]),
        Statement(WAY, SustainEntered(), 190, "lab_ops"),
    ]
    metric = MetricDefined(
        product="booking",
        name="Satisfaction",
        kind=MetricKind.QUANTITATIVE,
        goal="Satisfied",
        method="Asked",
        tool="Survey",
        source="Exit survey",
        responsible="p2",
        measures="satisfaction",
    )
    said += [Statement("metric:sat", metric, 60), Statement("metric:sat", BaselineMeasured(value=Decimal(60)), 70)]
    return [*said, Statement("metric:sat", TargetSet(value=Decimal(80), due=day(260)), 75), read(70, 150)]


def graduating() -> list[Statement]:
    """The same, handed off by day 240, hit on day 250, attested on day 255, told on day 260, and celebrated on day 270."""
    return [
        *sustained(),
        *(Statement(WAY, HandoffPrepared(function=function, evidence="Agreement"), 200) for function in list(HomeFunction)[3:]),
        *(Statement(WAY, HandoffAccepted(function=function, accepted_by="env"), 220 + 5 * n, "executive@env") for n, function in enumerate(HomeFunction)),
        read(82, 250),
        attested(255),
        told(260),
        Statement(WAY, CeremonyHeld(), 270, "executive@env"),
    ]


def world_of(statements: Iterable[Statement], *, without: frozenset[str] = frozenset(), retracted: Iterable[str] = ()) -> World:
    """What was said, in this order; `without` are positions of what was never said, `retracted` of what was taken back in the end."""
    world = World()
    for said in statements:
        sequence = world.last(said.aggregate) + 1
        if f"{said.aggregate}@{sequence}" in without:
            world.pass_over(said.aggregate, "never said", "nobody", NOW)
            continue
        time = start_of(day(said.day))
        world.apply(Event(said.aggregate, sequence, time, time, time, Actor("someone", said.by), said.data))
    for position in retracted:
        aggregate = position.rpartition("@")[0]
        world.apply(Event(aggregate, world.last(aggregate) + 1, NOW, NOW, NOW, Actor("someone", "importer"), Retracted(event=position, reason="Wrong")))
    return world


def seen(world: World, n: int) -> Facts:
    """The facts as of a day, by themselves: nothing kept from others."""
    return Facts.on_day(world, day(n))


def where(statements: Iterable[Statement], n: int) -> Graduation:
    """Where the team stands on a day."""
    return graduation(seen(world_of(statements), n), "parks")
