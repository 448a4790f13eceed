"""What the schema asks of the rules: the one place that names them, and the values of a team that only the schema shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.item import Item, ItemState
from libs.events.catalog.portfolio.bid import BID, Bid
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.organisation import ORGANISATION, Policy
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import CORE_ROLES, TEAM, TeamRole
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, RoadmapItem, RoadmapItemState
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules import backlogs, roadmaps
from libs.rules import graduation as graduations
from libs.rules.figures import Figures, of_organisation, of_portfolio, of_product, of_program, of_team
from libs.rules.needs import Needs, needs
from libs.rules.targets import TargetCounts, targets

YEAR = 365
"""Days after which a member has served a year."""


_FIGURES: Mapping[str, Callable[[Facts, Any], Figures]] = MappingProxyType(
    {"team": of_team, "product": of_product, "program": of_program, "organisation": of_organisation, "portfolio": of_portfolio}
)


def figures(facts: Facts, kind: str, id: str | None) -> Figures:
    """The figures of a team, product, program or organisation, or (`portfolio`) of one organisation's portfolio or of the whole one."""
    return facts.derive(_FIGURES[kind], id)


def graduation(facts: Facts, team: str) -> graduations.Graduation:
    """Where a team stands on its way to graduation, and why."""
    return facts.derive(graduations.graduation, team)


def planned(facts: Facts, product: str) -> tuple[RoadmapItem, ...]:
    """The items of a product's roadmap that are not dropped, in the order of their placing."""
    return facts.derive(_planned, product)


def _planned(facts: Facts, product: str) -> tuple[RoadmapItem, ...]:
    found = [item for item in facts.related(ROADMAP_ITEM, "product", product) if item.state is not RoadmapItemState.DROPPED]
    return tuple(sorted(found, key=_placing))


def _placing(item: RoadmapItem) -> tuple[bool, datetime | None, int, str]:
    placed = item.placed
    return (False, placed.time, placed.sequence, item.id) if placed else (True, None, 0, item.id)


def progress(facts: Facts, roadmap_item: str) -> float | None:
    """The delivered share of the items linked to a roadmap item, 0 to 1, four places; None without any."""
    return share(facts.derive(roadmaps.progress, roadmap_item))


def share(value: Decimal | None) -> float | None:
    """A share as a JSON number."""
    return None if value is None else float(value)


def backlog_items(facts: Facts, product: str, *, dropped: bool = False) -> tuple[Item, ...]:
    """The items of a backlog in the owner's order; those that were dropped come last where they are wanted."""
    ordered = facts.derive(backlogs.ordered, product)
    if not dropped:
        return ordered
    return (*ordered, *(item for item in facts.derive(backlogs.items, product) if item.state is ItemState.DROPPED))


def backlog_position(facts: Facts, item: Item) -> int | None:
    """Where an item stands in its backlog, 1 being the top; None for one that is dropped or in no backlog that was opened."""
    if facts.get(BACKLOG, item.product) is None:
        return None
    return facts.derive(_positions, item.product).get(item.id)


def _positions(facts: Facts, product: str) -> dict[str, int]:
    return {item.id: n for n, item in enumerate(facts.derive(backlogs.ordered, product), 1)}


def backlog_counts(facts: Facts, product: str) -> backlogs.Counts:
    """How many items of a product are open, and how many delivered."""
    return facts.derive(backlogs.counts, product)


def needs_of(facts: Facts, products: tuple[str, ...]) -> Needs:
    """How many of the prioritised needs of these products are met."""
    return facts.derive(needs, products)


def targets_of(facts: Facts, products: tuple[str, ...]) -> TargetCounts:
    """How many targets of these products were hit, missed and not measured."""
    return facts.derive(targets, products)


class Continuity(NamedTuple):
    """The share of core members who have served a year (0 to 1, four places), and the day on which the longest-serving of them joined."""

    share: Decimal
    since: date


def core_covered(facts: Facts, team: str) -> frozenset[TeamRole]:
    """The core roles (S0-10) of a team in which somebody sits."""
    state = facts.get(TEAM, team)
    return frozenset(m.role for m in state.core if m.role in CORE_ROLES) if state else frozenset()


def continuity(facts: Facts, team: str) -> Continuity | None:
    """How long the core of a team has stayed together; None without core members (S0-09)."""
    state = facts.get(TEAM, team)
    joined: dict[str, date] = {}
    for member in state.core if state else ():
        day = member.joined.time.date()
        joined[member.person] = min(joined.get(member.person, day), day)
    if not joined:
        return None
    served = sum(facts.day - day >= timedelta(days=YEAR) for day in joined.values())
    return Continuity((Decimal(served) / len(joined)).quantize(Decimal("0.0001"), ROUND_HALF_UP), min(joined.values()))


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is due on a day, about a thing (`kind`, `id`); overdue from the day after on."""

    what: str
    due_on: date
    kind: str
    id: str
    rule: str | None
    overdue: bool


def bid_duties(facts: Facts, organisation: str | None) -> tuple[Duty, ...]:
    """The undecided bids, each due when its organisation's policy says so (90 days by default), of one organisation or of all."""
    found = []
    for bid in facts.every(BID):
        home = _home(facts, bid)
        if bid.submitted is None or bid.outcome is not None or organisation not in (None, home):
            continue
        policy = _policy(facts, home)
        due = bid.submitted.time.date() + timedelta(days=policy.bid_days)
        found.append(Duty("bid_undecided", due, "bid", bid.id, "S0-15", facts.day > due))
    return tuple(found)


def evidence_duties(facts: Facts, team: str) -> tuple[Duty, ...]:
    """The evidence of a team's graduation that expires, each due on the last day on which it counts; nothing of a team that left the path for good."""
    found = graduation(facts, team)
    if found.status is GraduationStatus.PIVOTED_AWAY:
        return ()
    return tuple(
        Duty("evidence_expires", evidence.expires_at, "team", team, criterion.id, facts.day > evidence.expires_at)
        for criterion in found.criteria
        for evidence in criterion.evidence
        if evidence.expires_at is not None
    )


def _home(facts: Facts, bid: Bid) -> str | None:
    investment = facts.get(INVESTMENT, bid.investment)
    if investment is None:
        return None
    team = facts.get(TEAM, investment.team)
    product = facts.get(PRODUCT, investment.product)
    return (team.home if team else None) or (product.home if product else None)


def _policy(facts: Facts, organisation: str | None) -> Policy:
    found = facts.get(ORGANISATION, organisation)
    return found.policy if found else Policy()


def event_day(event: Event | None) -> date | None:
    """The day (UTC) on which something happened."""
    return event.time.date() if event else None
