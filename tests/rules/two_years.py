"""Two years of a portfolio in which every kind of duty falls due: what is said, on which day, and when it is learned."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from libs.calendar.local_time import start_of
from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened, PrioritisationReviewed
from libs.events.catalog.backlog.experiment import ExperimentChecked, ExperimentMethod, ExperimentPlanned, ExperimentStarted
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemImpactRecorded, ItemReopened
from libs.events.catalog.backlog.need import NeedRecorded
from libs.events.catalog.duties import DUTIES_OF
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel, ConfidenceRated
from libs.events.catalog.portfolio.evaluations.evaluation import Degree, EvaluationConcluded, EvaluationStarted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LifecycleCheck, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.organisation import OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.product import ChecklistTicked, PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamFormed, TeamPivotedAway
from libs.events.catalog.roadmap.monitoring import MonitoringClosed, MonitoringOpened
from libs.events.event import Payload
from libs.events.world import World
from libs.rules.duties.instant import AnnouncedMoment, seen_at
from libs.rules.duties.moments import announced_duties
from tests.rules.way import day, graduating

DAYS: Final = 730
PLACES: Final = {"env": "Pacific/Kiritimati", "sea": "America/Vancouver"}
"""The organisations, one on each side of the date line: what is due there begins and ends by the clocks there."""


@dataclasses.dataclass(frozen=True)
class Fact:
    """What is said of an aggregate: true on a day (and hour), learned on another."""

    aggregate: str
    data: Payload
    day: int
    learned: int
    hour: int = 0
    by: str = "importer"

    @property
    def at(self) -> datetime:
        return start_of(day(self.day)) + timedelta(hours=self.hour)


def two_years(random: Random) -> list[Fact]:
    """Teams that are checked now and then, bids of which some are never decided, a graduate whose evidence grows old, policies; a tenth is learned late."""
    facts = [Fact(one.aggregate, one.data, max(one.day, 0), max(one.day, 0), by=one.by) for one in graduating()]
    said: list[tuple[str, Payload, int]] = []
    for n in range(6):
        said.append((f"team:t{n}", TeamFormed(name=f"T{n}", home="env", products=("maps",) if n % 2 else ()), 3 * n))
        said.append((f"investment:i{n}", InvestmentProposed(team=f"t{n}", amount=money("5.00")), 20))
        for subject in HealthSubject:
            at = 0
            while (at := at + random.randint(60, 320)) < DAYS:
                said.append((f"team:t{n}", HealthRecorded(subject=subject, reading=HealthReading.GOOD, source="Check"), at))
        for m in range(3):
            at = random.randint(25, 500)
            said.append((f"bid:b{n}{m}", BidSubmitted(investment=f"i{n}", amount=money("5.00"), body="Treasury Board"), at))
            if m:
                said.append((f"bid:b{n}{m}", BidOutcomeRecorded(won=bool(n % 2), reason="So"), at + random.randint(30, 200)))
    said += [(f"organisation:{id}", OrganisationRegistered(name=id, time_zone=zone), 0) for id, zone in PLACES.items()]
    said += [("organisation:env", PolicySet(bid_days=days), at) for days, at in ((60, 150), (120, 400))]
    said += list(_backlog(random))
    said += list(_checklist(random))
    said += list(_evaluations())
    said += list(_confidence())
    said.append(("team:t3", TeamPivotedAway(reason="Merged"), 600))
    for aggregate, data, at in sorted(said, key=lambda one: one[2]):
        late = random.randint(1, 120) if random.random() < 0.1 and not isinstance(data, TeamFormed) else 0
        facts.append(Fact(aggregate, data, at, at + late, random.randint(0, 23)))
    return facts


def _backlog(random: Random) -> Iterator[tuple[str, Payload, int]]:
    """A product that delivers something for a need each month but for a pause, whose order is reviewed now and then, and of which the impact is told or not."""
    yield "product:maps", ProductRegistered(name="Maps", home="env"), 0
    yield "backlog:maps", BacklogOpened(), 0
    yield "need:n", NeedRecorded(product="maps", user="campers", text="find a site", origin="discovery"), 3
    for n in range(1, 26):
        if n not in (15, 16):
            delivered = 28 * n + random.randint(0, 2)
            yield f"item:m{n}", ItemAdded(product="maps", title=f"M{n}", need="n" if n % 3 else None), 5
            yield f"item:m{n}", ItemDelivered(), delivered
            if n % 3 == 1:
                yield f"item:m{n}", ItemImpactRecorded(text="Fewer calls"), delivered + random.randint(20, 160)
            if n % 7 == 2:
                yield f"item:m{n}", ItemReopened(), delivered + random.randint(20, 160)
    for n, (planned, ends, checked) in enumerate(((20, 60, 75), (100, 130, 120), (200, 240, None), (300, 360, 420))):
        yield f"experiment:e{n}", _planned(day(planned), day(ends)), planned
        yield f"experiment:e{n}", ExperimentStarted(), planned + 2
        if checked:
            yield f"experiment:e{n}", ExperimentChecked(finding="So", worked=True), checked
    for n, (opened, until, closed) in enumerate(((90, 150, 170), (300, None, 350), (500, None, None))):
        about = MonitoringOpened(about=f"release:r{n}", product="maps", metrics=("calls",), until=day(until) if until else None)
        yield f"monitoring:m{n}", about, opened
        if closed:
            yield f"monitoring:m{n}", MonitoringClosed(worked=True, evidence="Fewer calls"), closed
    for at in (250, 400, 690):
        yield "backlog:maps", PrioritisationReviewed(metrics=("calls",)), at


def _checklist(random: Random) -> Iterator[tuple[str, Payload, int]]:
    """A product in a phase with a checklist, of which entries are ticked now and then, one is listed later and one no longer."""
    order, help, law = (LifecycleCheck(id, id.capitalize()) for id in ("order", "help", "law"))
    for listed, at in (((order, help), 1), ((order, help, law), 200), ((order, law), 430)):
        phases = (LifecyclePhase("on", "On", active=True, checklist=listed), LifecyclePhase("off", "Off", active=True))
        yield "lifecycle:ours", LifecycleDefined(name=f"From {at}", phases=phases), at
    yield "product:tides", ProductRegistered(name="Tides", home="env", lifecycle="ours"), 0
    yield "product:tides", PhaseEntered(phase="on"), 10
    for entry in (order, help):
        for at in (60, 150, 320):
            yield "product:tides", ChecklistTicked(entry=entry.id), at + random.randint(0, 60)
    yield "product:tides", PhaseEntered(phase="off"), 640


def _evaluations() -> Iterator[tuple[str, Payload, int]]:
    """A product that is evaluated again in time, then late, then not any more; its organisation comes to ask for it more often."""
    yield "organisation:sea", PolicySet(evaluation_interval_days=200), 300
    yield "product:buoys", ProductRegistered(name="Buoys", home="sea"), 0
    for n, (started, concluded) in enumerate(((20, 40), (250, 280), (500, 520))):
        yield f"evaluation:v{n}", EvaluationStarted(product="buoys", knows="ann"), started
        yield f"evaluation:v{n}", EvaluationConcluded(effective=Degree.YES, efficient=Degree.NO, aims=()), concluded


def _confidence() -> Iterator[tuple[str, Payload, int]]:
    """What is rated in time, late, under two ids, and of a team that is there no longer one day."""
    for of, id, at in (("product:buoys", "one", 30), ("product:buoys", "one", 100), ("product:buoys", "two", 260), ("team:t3", "three", 560)):
        yield f"confidence:{id}", ConfidenceRated(subject=of, level=ConfidenceLevel.MEDIUM, words="So"), at


def _planned(starts: date, ends: date) -> ExperimentPlanned:
    return ExperimentPlanned(
        team="t1", product="maps", hypothesis="A sign helps", scope="One counter", method=ExperimentMethod.STANDARD, starts=starts, ends=ends
    )


def moments_until(world: World, now: datetime) -> list[AnnouncedMoment]:
    """All moments until now, from nothing but what was said."""
    facts = seen_at(world, now)
    found = [moment for service in DUTIES_OF for of in announced_duties(service) for id in of.things(facts) for moment in of.view(facts, id)]
    return [moment for moment in found if moment.at <= now]
