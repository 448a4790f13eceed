"""The figures of teams, products and portfolios beside money: how each comes about and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from libs.events.catalog.backlog.backlog import BacklogOpened
from libs.events.catalog.portfolio import graduation as way
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import PolicySet
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import TEAM, HealthRecorded, MemberJoined, MemberLeft, ProductsLeft, ProductsServed, TeamFormed, TeamPivotedAway
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemDropped, RoadmapItemFinished, RoadmapItemMoved, RoadmapItemPlaced, RoadmapItemRedated
from libs.rules import phases, teams
from libs.rules.catalogue import RULES
from libs.rules.explaining import values
from libs.rules.explaining.figure import Figure, First, Part, Says, Turns
from libs.rules.graduation import graduation, handoff
from libs.rules.needs import Needs
from libs.rules.targets import Targets
from libs.rules.turning_days import burning_down, expectations, turning_days

_SERVING: Final = (TeamFormed, ProductsServed, ProductsLeft)
_MEMBERS: Final = (MemberJoined, MemberLeft)
_HANDOFF: Final = (way.HandoffPrepared, way.HandoffAccepted, way.HandoffFailed)
_PHASES: Final[Says] = {"product": (ProductRegistered, PhaseEntered, ProductDecommissioned)}
_LOANS: Final[Says] = {"loan": (TeamLent, TeamReturned)}

_CRITERIA: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "R-01": {"team": (*_SERVING, *_MEMBERS), "graduation": (way.SustainEntered,), "organisation": (), "item": ()},
        "R-02": {"team": (*_SERVING, *_MEMBERS), "graduation": (way.SustainEntered,), "organisation": (PolicySet,), "release": ()},
        "R-03": {"team": _MEMBERS},
        "R-04": {"team": (*_SERVING, *_MEMBERS), "graduation": (way.Attested,), "organisation": (PolicySet,)},
        "R-05": {"team": _MEMBERS, "graduation": (way.StoryTold,)},
        "R-06": {"team": (TeamFormed, *_MEMBERS), "graduation": _HANDOFF},
    }
)
"""What matters of what each criterion rests on; who was on the team when decides whether evidence is independent of it. R-01 and R-02 are read together."""

_STANDING: Final[Says] = {
    "team": (*_SERVING, *_MEMBERS, TeamPivotedAway),
    "graduation": (way.SustainEntered, *_HANDOFF, way.Attested, way.StoryTold, way.CeremonyHeld),
    "organisation": (PolicySet,),
}
"""What was prepared was judged by whoever accepted it."""
_ALL_CRITERIA: Final = tuple(_CRITERIA)
_TURNS: Final[Mapping[str, Turns]] = MappingProxyType({"R-02": Turns(burning_down, alone=True), "R-04": Turns(expectations, alone=True)})
"""Criteria that time may turn."""

_STATUS = (
    "In residency until Sustain is entered; handing off once a function accepted; ready when R-01 to R-06 are met; graduated once a ceremony was held as well, "
    "alumni a year later; at risk while a criterion is not met after that; pivoted away for good."
)


def team_figures() -> Iterator[Figure]:
    """How a team is and where it stands (S0-09, S0-10, S4-01, S4-15, R-01 to R-06)."""

    def of(field: str, rule: Callable[..., Any], statement: str, cites: tuple[str, ...], says: Says, turns: Turns | None = None) -> Figure:
        return Figure("team", field, rule, statement, cites, says, turns=turns)

    yield of("members", values.members, "Whoever joined and has not left since.", ("S0-09",), {"team": _MEMBERS})
    yield of("core", teams.core, "A core role is covered while somebody sits in it.", ("S0-10",), {"team": _MEMBERS})
    stayed = "The share of core members who have been on the team for 365 days, and the day on which the longest-serving of them joined."
    yield of("continuity", teams.continuity, stayed, ("S0-09",), {"team": _MEMBERS})
    for name in teams.Continuity._fields:
        yield of(f"continuity.{name}", Part(teams.continuity, name), stayed, ("S0-09",), {"team": _MEMBERS})
    read = "The latest reading of the team's health and of its product's, and the day of the later of the two."
    yield of("health", teams.health, read, ("S4-01",), {"team": (HealthRecorded,)})
    for name, shown in (("team", "team"), ("product", "product"), ("recorded_on", "recordedOn")):
        yield of(f"health.{shown}", Part(teams.health, name), read, ("S4-01",), {"team": (HealthRecorded,)})
    yield of("loans", values.loans, "Each loan from its first day to the day of return, else to the day that is planned.", ("S4-15",), _LOANS)
    yield of("graduation.status", values.status, _STATUS, ("S4-18", "S4-02", *_ALL_CRITERIA), _STANDING, Turns(turning_days, alone=True))
    yield of("graduation.since", Part(graduation, "since"), "Back from today to the day on which the status was another.", ("S4-18", *_ALL_CRITERIA), _STANDING)
    yield of("graduation.criteria", Part(graduation, "criteria"), "R-01 to R-06, each by its own rule.", _ALL_CRITERIA, _STANDING)
    for id, says in _CRITERIA.items():
        yield of(f"graduation.criteria.{id}", values.OneCriterion(id), RULES[id].statement, (id,), says, _TURNS.get(id))
    yield of("graduation.blockedBy", Part(graduation, "blocked_by"), "The criteria that are not met.", _ALL_CRITERIA, _STANDING)
    with_health: Says = {**_STANDING, "team": (*_STANDING["team"], HealthRecorded)}
    yield of(
        "graduation.nextStep",
        Part(graduation, "next_step"),
        "What the first criterion asks that is not met, else entering Sustain or the ceremony.",
        ("S4-02", *_ALL_CRITERIA),
        with_health,
    )
    handed = "What was said last of each of the five functions; late where it first prepared on a later day than Sustain was entered, not on that day."
    yield of("graduation.handoff", handoff, handed, ("S4-17", "R-06"), {"graduation": (way.SustainEntered, *_HANDOFF), "team": ()})
    held = "The ceremony by which the team graduated, else the last one, with the story told last."
    yield of("graduation.ceremony", values.ceremony, held, ("S4-18", "R-05"), _STANDING)


def product_figures() -> Iterator[Figure]:
    """Where a product is (S0-01, S0-13, S0-19)."""
    entered = "The phase that was entered last, in words of the product's lifecycle."
    yield Figure("product", "phase", phases.phase_of, entered, ("S0-01",), _PHASES)
    for name in phases.Phase._fields:
        yield Figure("product", f"phase.{name}", Part(phases.phase_of, name), entered, ("S0-01",), _PHASES)
    waiting: Says = {"backlog": (BacklogOpened, First)}
    yield Figure("product", "backlog.open", Part(values.backlog, "open"), "The items that are open or started.", ("S0-19",), waiting)
    yield Figure("product", "backlog.delivered", Part(values.backlog, "delivered"), "The items that are delivered.", ("S0-19",), waiting)
    yield Figure("product", "releases", values.releases, "Proposed, then signed off by the product owner, then published.", ("S0-13",))


def roadmap_figures() -> Iterator[Figure]:
    """Where a roadmap item stands and when it is planned, and how far a release is (S0-13, S0-20)."""
    placing: Says = {"roadmap_item": (RoadmapItemPlaced, RoadmapItemMoved, RoadmapItemDropped, RoadmapItemFinished)}
    yield Figure("roadmap_item", "horizon", values.horizon, "Where it was placed, or moved to last.", ("S0-20",), placing)
    for field in ("starts", "ends"):
        dating: Says = {"roadmap_item": (RoadmapItemPlaced, RoadmapItemRedated)}
        yield Figure("roadmap_item", field, values.DayOf(field), "The day that was planned last.", ("S0-20",), dating)
    yield Figure("release", "state", values.release_state, "Proposed, then signed off by the product owner, then published.", ("S0-13",))


def portfolio_figures() -> Iterator[Figure]:
    """What is due, in which phases the products are, and how many there are (S0-01, S0-15)."""
    due: Says = {
        **_STANDING,
        "bid": (BidSubmitted, BidOutcomeRecorded),
        "investment": (InvestmentProposed,),
        "product": (ProductRegistered,),
        "program": (ProgramOpened,),
    }
    wanted = "A bid is to be decided within 90 days; evidence of a graduate is to be renewed by the last day on which it counts."
    yield Figure("portfolio", "duties", values.due, wanted, ("S0-15", "R-04"), due)
    yield Figure("portfolio", "phases", phases.phase_counts, "How many products are in each phase of the lifecycles in use.", ("S0-01",), _PHASES)
    for field, kind, formed in (("teams", TEAM, TeamFormed), ("products", PRODUCT, ProductRegistered)):
        statement = f"All {field} of which something was said by that day."
        yield Figure("portfolio", f"{field}.totalCount", values.HowMany(kind), statement, ("S4-08",), {kind.name: (formed, First)})


def shared_figures(subject: str) -> Iterator[Figure]:
    """What follows from the products of a team, of a portfolio, or from one product alone: needs, targets, roadmap (S0-20, S0-22, S0-23)."""
    products = values.Products(subject)
    its: Says = {"team": _SERVING} if subject == "team" else {"product": (ProductRegistered, First)}
    wants, aims = values.NeedsOf(products), values.TargetsOf(products)
    met = "The prioritised needs, and those of them whose latest judgement is that they are met."
    yield Figure(subject, "needs", wants, met, ("S0-22", "S0-04"), its)
    for name in Needs._fields:
        yield Figure(subject, f"needs.{name}", Part(wants, name), met, ("S0-22", "S0-04"), its)
    hit = "Hit when a reading from the day it was set to the day it is due reaches it; else missed once due; else not measured until it is read; else open."
    yield Figure(subject, "targets", aims, hit, ("S0-23", "S2-08"), its)
    for name, shown in zip(Targets._fields, ("hit", "missed", "notMeasured", "open"), strict=True):
        yield Figure(subject, f"targets.{shown}", Part(aims, name), hit, ("S0-23", "S2-08"), its)
    if subject == "portfolio":
        return
    for horizon in Horizon:
        statement = f"What stands under {horizon.value}, in the order of its placing, each with the delivered share of its backlog items."
        yield Figure(subject, f"roadmap.{horizon.value}", values.RoadmapOf(products, horizon), statement, ("S0-20",), its)
    delivered = "Of each roadmap item the delivered share of the backlog items linked to it that are not dropped."
    yield Figure(subject, "roadmap.progress", values.RoadmapOf(products, None), delivered, ("S0-20",), its)
    moved = "Of each roadmap item the planned end less the end planned first, in days."
    yield Figure(subject, "roadmap.slipDays", values.SlipsOf(products), moved, ("S0-20",), its)
