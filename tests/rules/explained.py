"""What every figure comes to and rests on in a small world, in words: `python -m tests.rules.explained` writes the table anew, for its changes to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from libs.commands.testing import money
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.backlog.improvement import (
    ImprovementFinished,
    ImprovementLevel,
    ImprovementRaised,
    ImprovementScope,
    ImprovementStarted,
    ImprovementTarget,
)
from libs.events.catalog.backlog.need import NeedJudged, NeedRecorded, Verdict
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.evaluations.evaluation import Degree, EvaluationConcluded, EvaluationStarted, QuestionAnswered
from libs.events.catalog.portfolio.evaluations.record import RecordKept, RecordKind
from libs.events.catalog.portfolio.intake.candidate import CandidateApplied, CandidateDeclined
from libs.events.catalog.portfolio.intake.opportunity import OpportunityRecorded
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    ForecastRecorded,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    ReturnRecorded,
)
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened, ProgramRedesigned
from libs.events.catalog.portfolio.submission import SubmissionDecided, SubmissionSubmitted
from libs.events.catalog.portfolio.team import (
    ExposureForm,
    ExposureRecorded,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    MemberLeft,
    SpecialistFunction,
    Staffing,
    TeamFormed,
    TeamRole,
)
from libs.events.catalog.roadmap.change import ChangeRaised
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemDropped, RoadmapItemMoved, RoadmapItemPlaced, RoadmapItemRedated
from libs.events.event import Event, Overridden, Payload, Retracted, split
from libs.events.facts import Facts
from libs.events.world import World
from libs.rules.explanations import Figure, RelevantEvents, by_subject, declared
from tests.rules.history.test_provenance import world_of
from tests.rules.way import day

TABLE: Final = Path(__file__).with_suffix(".txt")
_LEVEL, _SCOPE, _TARGET = ImprovementLevel.TACTICAL, ImprovementScope.TEAM, ImprovementTarget.SERVICE
LATE, EARLY = 118, 75
"""The day that is looked at, and one on which less has been said."""


def _said() -> Iterator[tuple[str, int, int, str, tuple[Payload, ...]]]:
    """What is said besides `swift`: of what, on which day, how many days late, by whom."""
    yield "program:services", 1, 0, "importer", (ProgramOpened(name="Services", home="roads"),)
    yield "team:piers", 1, 0, "importer", (TeamFormed(name="Piers", home="roads", products=("pier",)),)
    yield "program:services", 20, 0, "importer", (ProgramRedesigned(text="One counter"),)
    yield "submission:act", 30, 5, "importer", (SubmissionSubmitted(program="services", text="A new act"),)
    yield "submission:act", 90, 0, "importer", (SubmissionDecided(approved=True, reason="It pays"),)
    for id, on, planned in (("few", 10, ("A", "a")), ("many", 25, ("A", "B")), ("gone", 26, ("A", "B", "C"))):
        yield f"candidate:{id}", on, 0, "importer", (CandidateApplied(organisation="env", name=id, products=planned),)
    yield "candidate:gone", 80, 0, "importer", (CandidateDeclined(reason="No leader"),)
    yield "opportunity:bridges", 30, 0, "importer", (OpportunityRecorded(team="piers", organisation="env", text="Bridges", starts=day(31)),)
    yield "product:pier", 2, 0, "importer", (ProductRegistered(name="Pier", home="roads", program="services"),)
    yield "product:pier", 30, 0, "importer", (ProductHalted(reason="resources"),)
    yield "product:unsaid", 30, 0, "importer", (ProductHalted(reason="resources"),)
    yield "team:parks", 40, 0, "importer", (
        HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="check"),
        MemberLeft(person="p4"),
    )  # fmt: skip
    yield "team:parks", 43, 3, "importer", (HealthRecorded(subject=HealthSubject.PRODUCT, reading=HealthReading.FAIR, source="check"),)
    yield "team:parks", 44, 0, "importer", (ExposureRecorded(function=SpecialistFunction.PRIVACY, form=ExposureForm.DEMO, note="Consent"),)
    yield "record:signs", 15, 0, "importer", (RecordKept(product="booking", kind=RecordKind.TRAINING, text="Two days"),)
    yield "evaluation:one", 20, 0, "importer", (
        EvaluationStarted(product="booking", knows="p1"),
        QuestionAnswered(question="E5.2.3", answer=Degree.YES),
        EvaluationConcluded(effective=Degree.YES, efficient=Degree.NO, aims=()),
    )  # fmt: skip
    yield "backlog:booking", 4, 0, "importer", (BacklogOpened(),)
    yield "need:tents", 5, 0, "importer", (NeedRecorded(product="booking", user="Campers", text="Tents", origin="Alpha", prioritised=True),)
    yield "need:boats", 5, 0, "importer", (NeedRecorded(product="booking", user="Sailors", text="Boats", origin="Alpha", prioritised=True),)
    yield "need:tents", 50, 0, "importer", (NeedJudged(verdict=Verdict.MET, evidence="so"),)
    for id, on, product in (("signs", 10, "booking"), ("maps", 50, None)):
        raised = ImprovementRaised(team="parks", title=id, why="so", level=_LEVEL, scope=_SCOPE, target=_TARGET, product=product)
        yield f"improvement:{id}", on, 0, "importer", (raised,)
        yield f"improvement:{id}", on + 2, 0, "importer", (ImprovementStarted(),)
    yield "improvement:signs", 40, 3, "importer", (ImprovementFinished(worked=True, learned="so"),)
    yield "investment:other", 10, 0, "importer", (InvestmentProposed(team="piers", product="pier", enhance=money("8.00"), support=money("0.00")),)
    yield "investment:other", 12, 0, "steering_group@roads", (InvestmentDecided(approved=True, reason="so"),)
    yield "investment:other", 20, 5, "importer", (ForecastRecorded(amount=money("9.00")), ReturnRecorded(amount=money("2.00"), description="Saved"))
    yield "investment:inv", 60, 0, "steering_group@env", (
        InvestmentRebaselined(approver="g", reason="so", enhance=money("90.00"), support=money("30.00")),
    )  # fmt: skip
    yield "investment:inv", 90, 0, "importer", (ForecastRecorded(amount=money("150.00")),)
    yield "investment:inv", 95, 0, "importer", (Retracted(event="investment:inv@5", reason="Wrong"),)
    yield "investment:wide", 20, 0, "importer", (InvestmentProposed(product="booking", amount=money("40.00")),)
    yield "investment:wide", 22, 0, "steering_group@roads", (InvestmentDecided(approved=True, reason="so"),)
    yield "bid:one", 30, 0, "importer", (BidSubmitted(investment="inv", amount=money("100.00"), body="Treasury", decision="investment:inv@2"),)
    yield "bid:two", 20, 0, "importer", (BidSubmitted(investment="other", amount=money("8.00"), body="Treasury", decision="investment:other@2"),)
    yield "bid:two", 80, 0, "importer", (BidOutcomeRecorded(won=False, reason="so"),)
    yield "loan:back", 10, 0, "importer", (TeamLent(team="piers", lender="roads", borrower="env", staffing=Staffing.CONTRACTED, agreement="l", until=day(30)),)
    yield "loan:back", 50, 0, "importer", (TeamReturned(),)
    for n, under in enumerate(Horizon):
        yield f"roadmap_item:h{n}", 12 + n, 0, "importer", (RoadmapItemPlaced(product="booking", title=f"Part {n}", horizon=under, ends=day(60)),)
    yield "roadmap_item:h1", 30, 0, "importer", (RoadmapItemRedated(ends=day(66)),)
    yield "roadmap_item:gone", 12, 0, "importer", (RoadmapItemPlaced(product="pier", title="Gone", horizon=Horizon.NOW), RoadmapItemDropped())
    yield "release:next", 100, 0, "importer", (ReleaseProposed(product="booking", stage=ReleaseStage.LIVE, title="All"),)
    yield "release:next", 101, 0, "importer", (ReleaseSignedOff(),)
    yield "change:one", 102, 0, "importer", (ChangeRaised(product="booking", release="next", title="A change"),)
    yield "roadmap_item:unplaced", 12, 0, "importer", (RoadmapItemMoved(horizon=Horizon.NOW),)
    yield "team:piers", 14, 0, "importer", tuple(
        MemberJoined(person=person, role=TeamRole.DEVELOPER, core=False, staffing=Staffing.CONTRACTED) for person in ("zed", "amy")
    )  # fmt: skip
    yield "investment:wide", 60, 0, "importer", (ActualRecorded(amount=money("3.00"), covers_from=day(30), covers_until=day(40)),)
    yield "investment:struck", 20, 0, "importer", (InvestmentProposed(team="parks", product="booking", amount=money("7.00")),)
    yield "investment:struck", 22, 0, "steering_group@env", (InvestmentDecided(approved=True, reason="so"),)
    yield "investment:struck", 32, 10, "importer", (InvestmentProposed(team="parks", product="booking", amount=money("17.00")),)
    yield "investment:taken", 20, 0, "importer", (InvestmentProposed(team="parks", amount=money("6.00")),)
    yield "investment:taken", 22, 0, "steering_group@env", (InvestmentDecided(approved=True, reason="so"),)
    yield "investment:taken", 60, 0, "importer", (Retracted(event="investment:taken@2", reason="Wrong"),)
    yield "investment:taken", 64, 0, "importer", (Retracted(event="investment:taken@1", reason="Wrong"),)
    yield "investment:crew", 20, 0, "importer", (InvestmentProposed(team="piers", amount=money("11.00")),)
    yield "investment:aside", 20, 0, "importer", (InvestmentProposed(team="piers", product="booking", amount=money("13.00")),)
    yield "investment:idea", 20, 0, "importer", (
        InvestmentProposed(product="pier", amount=money("19.00")),
        ActualRecorded(amount=money("1.00"), covers_from=day(15), covers_until=day(15)),
        ReturnRecorded(amount=money("0.50"), description="Saved"),
    )  # fmt: skip
    for approved in ("crew", "aside"):
        yield f"investment:{approved}", 22, 0, "steering_group@roads", (InvestmentDecided(approved=True, reason="so"),)
    yield "investment:turned", 20, 0, "importer", (InvestmentProposed(team="piers", product="pier", amount=money("21.00")),)
    yield "investment:turned", 21, 0, "steering_group@roads", (InvestmentDecided(approved=True, reason="so"), InvestmentDecided(approved=False, reason="so"))
    yield "investment:blank", 20, 0, "steering_group@roads", (InvestmentDecided(approved=True, reason="so"),)
    later = InvestmentRebaselined(approver="g", reason="so", amount=money("3.00"))
    yield "investment:lifted", 20, 0, "steering_group@env", (
        InvestmentProposed(team="parks", amount=money("4.00")),
        Overridden(rule="S0-14", reason="so", command="so", judges="investment:lifted@3"),
        InvestmentDecided(approved=True, reason="so"),
    )  # fmt: skip
    yield "investment:lifted", 26, 0, "importer", (Retracted(event="investment:lifted@3", reason="Wrong"),)
    yield "investment:lifted", LATE + 2, 0, "steering_group@env", (later, Retracted(event="investment:lifted@5", reason="Wrong"))
    yield "product:lodge", 3, 0, "importer", (ProductRegistered(name="Lodge", program="services"),)
    for product in ("booking", "lodge"):
        yield f"investment:of-{product}", 20, 0, "importer", (InvestmentProposed(product=product, amount=money("2.00")),)
        yield f"bid:of-{product}", 22, 0, "importer", (BidSubmitted(investment=f"of-{product}", amount=money("2.00"), body="Treasury"),)
    lifted_of = (
        "loan:l",
        "bid:one",
        "backlog:booking",
        "product:pier",
        "program:services",
        "metric:sat",
        "investment:other",
        "team:piers",
        "organisation:roads",
    )
    for lifted in lifted_of:
        yield lifted, 105, 0, "lab_ops", (Overridden(rule="S0-14", reason="so", command="so"),)
    yield "organisation:roads", 30, 0, "importer", (OrganisationRegistered(name="Roads", fiscal_year_start="03-15"),)


def world() -> World:
    """A team that graduates and its neighbours, with money, plans, needs and loans."""
    return world_of([((aggregate, data, by), true, late) for aggregate, true, late, by, every in _said() for data in every], [])


def subjects(told: World) -> Iterator[tuple[str, str | None]]:
    """Whatever has figures, and of some kinds one of which nothing was said."""
    yield from (("portfolio", None), ("portfolio", "env"), ("portfolio", "roads"))
    for kind in ("organisation", "program", "team", "product", "investment", "roadmap_item", "release", "evaluation", "candidate", "opportunity"):
        yield from ((kind, split(aggregate)[1]) for aggregate in sorted(told.all(kind)))
        yield kind, "nobody"


def lines(told: World) -> Iterator[str]:
    """The table."""
    facts, early, said = Facts.on_day(told, day(LATE)), Facts.on_day(told, day(EARLY)), RelevantEvents(told)
    every = by_subject(declared())
    for subject, id in subjects(told):
        yield f"\n{subject} {id or '-'}"
        for figure in every[subject].values():
            before, now = _plain(figure.value(early, id)), _plain(figure.value(facts, id))
            yield f"  {figure.field} = {now}" + (f" (before: {before})" if before != now else "")
            yield f"    by {_ids(event.id for event in figure.events(facts, id))}"
            yield f"    moved by {_ids(event.id for event in figure.touching(figure.reach(facts, id), said))}{_turning(figure, facts, id)}"
            if figure.parts is not None:
                days = {one for part in facts.every(INVESTMENT) for one in _turned(figure.parts.figure, facts, part.id)}
                yield f"    in its parts on the days {_runs(sorted(days))}"
    yield "\nrequirements"
    for subject, figures in every.items():
        yield from (f"  {subject} {field}: {', '.join(one.cites)}{' (money)' if one.money else ''}" for field, one in figures.items())


def _turning(figure: Figure, facts: Facts, id: str | None) -> str:
    if figure.turns is None:
        return ""
    return f", {'or' if figure.turns.alone else 'and'} on the days {_runs(sorted(_turned(figure, facts, id)))}"


def _turned(figure: Figure, facts: Facts, id: str | None) -> set[int]:
    return {(one - day(0)).days for one in figure.turns.days(facts, id) if one <= facts.day} if figure.turns else set()


def _ids(ids: Iterable[str]) -> str:
    found = sorted((aggregate, int(n)) for aggregate, _, n in (one.rpartition("@") for one in ids))
    return " ".join(f"{aggregate}@{_runs([n for _, n in some])}" for aggregate, some in groupby(found, key=lambda one: one[0])) or "nothing"


def _runs(numbers: Iterable[int]) -> str:
    """The numbers, those in a row as first–last."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0])]
    return ",".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _plain(value: Any) -> str:
    if isinstance(value, Event):
        return value.id
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return f"day {(value - day(0)).days}"
    if isinstance(value, tuple):
        return f"({' '.join(map(_plain, value))})"
    if isinstance(value, dict):
        return f"{{{' '.join(f'{_plain(key)}: {_plain(one)}' for key, one in value.items())}}}"
    if isinstance(value, str | int | float | Decimal | None):
        return str(value)
    return _plain(tuple(getattr(value, name) for name in type(value).__match_args__))


if __name__ == "__main__":
    TABLE.write_text("\n".join(lines(world())).lstrip() + "\n", encoding="utf-8")
