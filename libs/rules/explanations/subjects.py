"""The figures of teams, products and portfolios beside money: how each comes about and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic.alias_generators import to_camel

import libs.rules.evaluations.results
import libs.rules.intake.candidates
import libs.rules.intake.opportunities
import libs.rules.intake.redesigns
import libs.rules.teams  # noqa: F401  (what is stated at a rule is known by importing it)
from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.portfolio import graduation as way
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.loan import COSTS
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import (
    TEAM,
    HealthRecorded,
    MemberJoined,
    MemberLeft,
    ProductsLeft,
    ProductsServed,
    TeamDissolved,
    TeamFormed,
    TeamPivotedAway,
)
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemDropped, RoadmapItemFinished, RoadmapItemMoved, RoadmapItemPlaced, RoadmapItemRedated
from libs.rules.catalogue import RULES
from libs.rules.clearance import clearance
from libs.rules.duties import DECLARED
from libs.rules.evaluations.confidence import Confidence, ConfidenceIn
from libs.rules.evaluations.signs import StandingOf
from libs.rules.explanations import values
from libs.rules.explanations.figure import Figure, First, RuleAttribute, Says, Turns
from libs.rules.graduation.status import graduation, handoff
from libs.rules.graduation.status_change_dates import burning_down, expectations, turning_days
from libs.rules.improvement.initiatives import course
from libs.rules.improvement.monitoring import before_and_after, monitoring_state
from libs.rules.products import phases
from libs.rules.products.feedback import problem_points
from libs.rules.products.metrics import lacking_kinds, redesign_since
from libs.rules.products.needs import Needs
from libs.rules.products.recommendations import carried_out_by
from libs.rules.products.targets import Targets
from libs.rules.statements import statements

_SERVING: Final = (TeamFormed, ProductsServed, ProductsLeft)
_MEMBERS: Final = (MemberJoined, MemberLeft, TeamDissolved)
_HANDOFF: Final = (way.HandoffPrepared, way.HandoffAccepted, way.HandoffFailed)
_AT_HOME: Final = (ProgramOpened, Moved)
"""By what a program is at home somewhere, and with it its products."""
_PHASES: Final[Says] = {"product": (ProductRegistered, Moved, PhaseEntered, ProductDecommissioned), "program": _AT_HOME}
_LOANS: Final[Says] = {"loan": COSTS}

_CRITERIA: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "R-01": {"team": (*_SERVING, *_MEMBERS), "graduation": (way.SustainEntered,), "organisation": (), "item": ()},
        "R-02": {"team": (*_SERVING, *_MEMBERS, Moved), "graduation": (way.SustainEntered,), "organisation": (PolicySet,), "release": ()},
        "R-03": {"team": _MEMBERS},
        "R-04": {"team": (*_SERVING, *_MEMBERS, Moved), "graduation": (way.Attested,), "organisation": (PolicySet,)},
        "R-05": {"team": _MEMBERS, "graduation": (way.StoryTold,)},
        "R-06": {"team": (TeamFormed, *_MEMBERS), "graduation": _HANDOFF},
    }
)
"""What matters of what each criterion rests on; who was on the team when decides whether evidence is independent of it. R-01 and R-02 are read together."""

_STANDING: Final[Says] = {
    "team": (*_SERVING, *_MEMBERS, Moved, TeamPivotedAway),
    "graduation": (way.SustainEntered, *_HANDOFF, way.Attested, way.StoryTold, way.CeremonyHeld),
    "organisation": (PolicySet,),
}
"""What was prepared was judged by whoever accepted it."""
_WITH_HEALTH: Final[Says] = {**_STANDING, "team": (*_STANDING["team"], HealthRecorded)}
_ALL_CRITERIA: Final = tuple(_CRITERIA)
_TURNS: Final[Mapping[str, Turns]] = MappingProxyType({"R-02": Turns(burning_down, alone=True), "R-04": Turns(expectations, alone=True)})
"""Criteria that time may turn."""

_STATUS = (
    "In residency until Sustain is entered; handing off once a function accepted; ready when R-01 to R-06 are met; graduated once a ceremony was held as well, "
    "alumni a year later; at risk while a criterion is not met after that; pivoted away once it left for good, or was dissolved."
)


def team_figures() -> Iterator[Figure]:
    """How a team is and where it stands (S0-09, S0-10, S4-01, S4-15, R-01 to R-06)."""

    def of(field: str, rule: Callable[..., Any], statement: str, cites: tuple[str, ...], says: Says, turns: Turns | None = None) -> Figure:
        return Figure("team", field, rule, statement, cites, says, turns=turns)

    yield of("members", values.members, "Whoever joined and has not left since.", ("S0-09",), {"team": _MEMBERS})
    yield from _stated("team")
    yield of("loans", values.loans, "Each loan from its first day to the day of return, else to the day that is planned.", ("S4-15",), _LOANS)
    yield of("graduation.status", values.status, _STATUS, ("S4-18", "S4-02", *_ALL_CRITERIA), _STANDING, Turns(turning_days, alone=True))
    yield of(
        "graduation.since",
        RuleAttribute(graduation, "since"),
        "Back from today to the day on which the status was another.",
        ("S4-18", *_ALL_CRITERIA),
        _STANDING,
    )
    yield of("graduation.criteria", RuleAttribute(graduation, "criteria"), "R-01 to R-06, each by its own rule.", _ALL_CRITERIA, _STANDING)
    for id, says in _CRITERIA.items():
        yield of(f"graduation.criteria.{id}", values.OneCriterion(id), RULES[id].statement, (id,), says, _TURNS.get(id))
    yield of("graduation.blockedBy", RuleAttribute(graduation, "blocked_by"), "The criteria that are not met.", _ALL_CRITERIA, _STANDING)
    yield of(
        "graduation.nextStep",
        RuleAttribute(graduation, "next_step"),
        "What the first criterion asks that is not met, else entering Sustain or the ceremony.",
        ("S4-02", *_ALL_CRITERIA),
        _WITH_HEALTH,
    )
    handed = "What was said last of each of the five functions; late where it first prepared on a later day than Sustain was entered, not on that day."
    yield of("graduation.handoff", handoff, handed, ("S4-17", "R-06"), {"graduation": (way.SustainEntered, *_HANDOFF), "team": ()})
    held = "The ceremony by which the team graduated, else the last one, with the story told last."
    yield of("graduation.ceremony", values.ceremony, held, ("S4-18", "R-05"), _STANDING)


def product_figures() -> Iterator[Figure]:
    """Where a product is (S0-01, S0-13, S0-19)."""
    yield from _stated("product")
    waiting: Says = {"backlog": (BacklogOpened, First)}
    yield Figure("product", "backlog.open", RuleAttribute(values.backlog, "open"), "The items that are open or started.", ("S0-19",), waiting)
    yield Figure("product", "backlog.delivered", RuleAttribute(values.backlog, "delivered"), "The items that are delivered.", ("S0-19",), waiting)
    regularly = "Whether an item was delivered in each of the last three months, which end with that day."
    yield Figure("product", "backlog.deliversRegularly", values.delivers_regularly, regularly, ("S0-25",), waiting)
    yield Figure("product", "releases", values.releases, "Proposed, then signed off by the product owner, then published.", ("S0-13",))
    yield Figure("product", "lackingMetrics", lacking_kinds, "The kinds of which no metric is defined.", ("S1-01",))
    heard = "What was heard of it through its channels, summed by the point at which the problem lies."
    yield Figure("product", "problemPoints", problem_points, heard, ("S1-03",))
    yield from _stated("evaluation")


def roadmap_figures() -> Iterator[Figure]:
    """Where a roadmap item stands and when it is planned, and how far a release is (S0-13, S0-20)."""
    placing: Says = {"roadmap_item": (RoadmapItemPlaced, RoadmapItemMoved, RoadmapItemDropped, RoadmapItemFinished)}
    yield Figure("roadmap_item", "horizon", values.horizon, "Where it was placed, or moved to last.", ("S0-20",), placing)
    for field in ("starts", "ends"):
        dating: Says = {"roadmap_item": (RoadmapItemPlaced, RoadmapItemRedated)}
        yield Figure("roadmap_item", field, values.DayOf(field), "The day that was planned last.", ("S0-20",), dating)
    yield Figure("release", "state", values.release_state, "Proposed, then signed off by the product owner, then published.", ("S0-13",))
    beyond = "The reading or the threshold by which it came to lie beyond the threshold that holds."
    yield Figure("metric", "redesignSince", redesign_since, beyond, ("S1-23",))
    named = "The releases, improvements and initiatives that name it, each with the day on which it was done."
    yield Figure("recommendation", "carriedOutBy", carried_out_by, named, ("S1-12",))
    looked = "Open until its last day, then over; closed it worked or failed, as was said."
    yield Figure("monitoring", "state", monitoring_state, looked, ("S1-13",))
    compared = "The last value of each metric until the change, and the latest since, until it was closed."
    yield Figure("monitoring", "beforeAndAfter", before_and_after, compared, ("S1-09", "S1-13"))
    stood = "The step entered last in this iteration; closed it worked, or failed where the last verdicts say not achieved or irrelevant (S2-13, S2-16)."
    for name in ("step", "outcome"):
        yield Figure("initiative", f"course.{name}", RuleAttribute(course, name), stood, ("S2-05", "S2-13", "S2-16"))
    costs = "Each step that was skipped with a reason, or that the light template left out, in whatever iteration."
    yield Figure("initiative", "course.skipped", RuleAttribute(course, "skipped"), costs, ("S2-17", "S2-18"))
    out = "By the board's outcome; else, of an approved class, since it brings all evidence of the class."
    for name in ("approved", "lacking"):
        yield Figure("change", f"clearance.{name}", RuleAttribute(clearance, name), out, ("S0-16", "S3-10"))


def portfolio_figures() -> Iterator[Figure]:
    """What is due, in which phases the products are, and how many there are (S0-01, S0-15)."""
    due: Says = {
        **_WITH_HEALTH,
        "bid": (BidSubmitted, BidOutcomeRecorded),
        "investment": (InvestmentProposed,),
        "product": (ProductRegistered, Moved),
        "program": _AT_HOME,
    }
    for subject in ("candidate", "opportunity", "program"):
        yield from _stated(subject)
    wanted = " ".join(declared.statement for declared in DECLARED.values())
    yield Figure("portfolio", "duties", values.due, wanted, tuple(dict.fromkeys(declared.rule for declared in DECLARED.values())), due)
    yield Figure("portfolio", "phases", phases.phase_counts, "How many products are in each phase of the lifecycles in use.", ("S0-01",), _PHASES)
    for field, kind, formed in (("teams", TEAM, TeamFormed), ("products", PRODUCT, ProductRegistered)):
        statement = f"All {field} of which something was said by that day."
        yield Figure("portfolio", f"{field}.totalCount", values.HowMany(kind), statement, ("S4-08",), {kind.name: (formed, Moved, First)})


def confidence_figures() -> Iterator[Figure]:
    """How sure those who answer for something are of it, and what the rules make of it (S1-24)."""
    rated = "The rating given last, and beside it what the rules make of it: they disagree where it is rated two levels better, or more."
    signs = "The worst level that health, targets, redesign thresholds, a halt or money allow; of a program or an organisation what half of its things reach."
    for kind in ("team", "product", "program", "organisation", "investment"):
        for name in Confidence._fields:
            yield Figure(kind, f"confidence.{to_camel(name)}", RuleAttribute(ConfidenceIn(kind), name), rated, ("S1-24", "S4-01"))
        yield Figure(kind, "standing.level", RuleAttribute(StandingOf(kind), "level"), signs, ("S1-24", "S4-01"))


def shared_figures(subject: str) -> Iterator[Figure]:
    """What follows from the products of a team, of a portfolio, or from one product alone: needs, targets, roadmap (S0-20, S0-22, S0-23)."""
    products = values.Products(subject)
    its: Says = {"team": _SERVING} if subject == "team" else {"product": (ProductRegistered, Moved, First), "program": _AT_HOME}
    wants, aims = values.NeedsOf(products), values.TargetsOf(products)
    met = "The prioritised needs, and those of them whose latest judgement is that they are met."
    yield Figure(subject, "needs", wants, met, ("S0-22", "S0-04"), its)
    for name in Needs._fields:
        yield Figure(subject, f"needs.{name}", RuleAttribute(wants, name), met, ("S0-22", "S0-04"), its)
    hit = "Hit when a reading from the day it was set to the day it is due reaches it; else missed once due; else not measured until it is read; else open."
    yield Figure(subject, "targets", aims, hit, ("S0-23", "S2-08"), its)
    for name, shown in zip(Targets._fields, ("hit", "missed", "notMeasured", "open"), strict=True):
        yield Figure(subject, f"targets.{shown}", RuleAttribute(aims, name), hit, ("S0-23", "S2-08"), its)
    if subject == "portfolio":
        return
    for horizon in Horizon:
        statement = f"What stands under {horizon.value}, in the order of its placing, each with the delivered share of its backlog items."
        yield Figure(subject, f"roadmap.{horizon.value}", values.RoadmapOf(products, horizon), statement, ("S0-20",), its)
    delivered = "Of each roadmap item the delivered share of the backlog items linked to it that are not dropped."
    yield Figure(subject, "roadmap.progress", values.RoadmapOf(products, None), delivered, ("S0-20",), its)
    moved = "Of each roadmap item the planned end less the end planned first, in days."
    yield Figure(subject, "roadmap.slipDays", values.SlipsOf(products), moved, ("S0-20",), its)


def _stated(subject: str) -> Iterator[Figure]:
    """The figures that are declared where their rules are, each before its parts."""
    for one in statements(subject):
        yield Figure(subject, one.field, one.rule, one.text, one.cites, one.only)
        for part in one.parts:
            yield Figure(subject, f"{one.field}.{to_camel(part)}", RuleAttribute(one.rule, part), one.text, one.cites, one.only)
