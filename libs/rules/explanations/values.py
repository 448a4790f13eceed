"""Values of explained figures that no single rule gives in the shape in which they are shown."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.portfolio.baselines import Baseline
from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.release import RELEASE, ReleaseState
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemState
from libs.events.event import Identified, Kind
from libs.events.facts import Facts
from libs.rules import teams
from libs.rules.duties import duties
from libs.rules.graduation import criteria
from libs.rules.graduation import status as graduation
from libs.rules.graduation.evidence import Criterion
from libs.rules.graduation.preconditions import preconditions
from libs.rules.money.amounts import Amount, Sum
from libs.rules.products import prioritisation
from libs.rules.products.backlogs import BacklogCounts, counts
from libs.rules.products.homes import products_at
from libs.rules.products.needs import Needs, needs
from libs.rules.products.roadmaps import planned, progress
from libs.rules.products.targets import Targets, targets


def row(fields: str, of: object, **given: Any) -> Any:
    """Some of the fields of a state or of a value, as a row that says their names; what is given stands for what it has."""
    return _rows(fields)(*(given[name] if name in given else getattr(of, name) for name in fields.split()))


@cache
def _rows(fields: str) -> Any:
    return namedtuple("Row", fields)


def status(facts: Facts, team: str) -> GraduationStatus:
    """Where a team stands at the end of the day."""
    return facts.derive(graduation.status_on, team, facts.day)


def ceremony(facts: Facts, team: str) -> Any:
    """Day and story of the ceremony by which a team graduated, else the last one; None before any (S4-18)."""
    held = facts.derive(graduation.graduation, team).ceremony
    return row("held_on story", held) if held else None


@dataclass(frozen=True, slots=True)
class OneCriterion:
    """One of R-01 to R-06 as it counts for graduation."""

    id: str

    def __call__(self, facts: Facts, team: str) -> Criterion:
        if self.id in ("R-01", "R-02"):
            return facts.derive(preconditions, team)[self.id == "R-02"]
        rules = {"R-03": criteria.delivery_team, "R-04": criteria.meets_expectations, "R-05": criteria.story_told, "R-06": criteria.handed_off}
        return facts.derive(rules[self.id], team)


@dataclass(frozen=True, slots=True)
class Products:
    """The products of a subject: the product itself, those that a team serves, those at home in an organisation, or (None) all."""

    subject: str

    def __call__(self, facts: Facts, id: str | None) -> tuple[str, ...]:
        if self.subject == "product":
            return (id,) if id is not None else ()
        if self.subject == "team":
            team = facts.get(TEAM, id)
            return team.products if team else ()
        return tuple(product.id for product in products_at(facts, id))


@dataclass(frozen=True, slots=True)
class NeedsOf:
    """The prioritised needs of a subject's products, and how many are met (S0-22)."""

    products: Products

    def __call__(self, facts: Facts, id: str | None) -> Needs:
        return facts.derive(needs, self.products(facts, id))


@dataclass(frozen=True, slots=True)
class TargetsOf:
    """The targets of a subject's products, and what became of them (S0-23)."""

    products: Products

    def __call__(self, facts: Facts, id: str | None) -> Targets:
        return facts.derive(targets, self.products(facts, id))


@dataclass(frozen=True, slots=True)
class RoadmapOf:
    """How far the roadmap items of a subject's products have come, in the order of their placing: under one horizon, or (None) under all (S0-20)."""

    products: Products
    horizon: Horizon | None

    def __call__(self, facts: Facts, id: str | None) -> tuple[Any, ...]:
        items = (item for product in self.products(facts, id) for item in facts.derive(planned, product))
        wanted = (item for item in items if self.horizon in (None, item.horizon))
        return tuple(row("id title progress", one, id=ROADMAP_ITEM.key(one.id), progress=facts.derive(progress, one.id)) for one in wanted)


@dataclass(frozen=True, slots=True)
class SlipsOf:
    """By how many days the ends of the roadmap items of a subject's products have moved."""

    products: Products

    def __call__(self, facts: Facts, id: str | None) -> tuple[Any, ...]:
        items = (item for product in self.products(facts, id) for item in facts.derive(planned, product))
        return tuple(row("id title slip_days", item, id=ROADMAP_ITEM.key(item.id)) for item in items)


@dataclass(frozen=True, slots=True)
class HowMany:
    """How many teams or products there are, at home in an organisation or (None) everywhere."""

    kind: Kind[Any]

    def __call__(self, facts: Facts, organisation: str | None) -> int:
        return len(_of(facts, self.kind, organisation))


def first_baseline(facts: Facts, investment: str) -> tuple[Amount, ...]:
    """What was approved first; nothing before (S0-14)."""
    found = facts.get(INVESTMENT, investment)
    return _amount(found.first_baseline if found else None)


def current_baseline(facts: Facts, investment: str) -> tuple[Amount, ...]:
    """The baseline that holds; nothing before the first (S0-14)."""
    found = facts.get(INVESTMENT, investment)
    return _amount(found.current_baseline if found else None)


def horizon(facts: Facts, roadmap_item: str) -> Horizon | RoadmapItemState | None:
    """Where a roadmap item stands, or that it was dropped; None before it was placed (S0-20)."""
    item = facts.get(ROADMAP_ITEM, roadmap_item)
    if item is None or item.placed is None:
        return None
    return item.state if item.state is RoadmapItemState.DROPPED else item.horizon


@dataclass(frozen=True, slots=True)
class DayOf:
    """A planned day of a roadmap item, `starts` or `ends`."""

    name: str

    def __call__(self, facts: Facts, roadmap_item: str) -> date | None:
        item = facts.get(ROADMAP_ITEM, roadmap_item)
        return getattr(item, self.name) if item else None


def release_state(facts: Facts, release: str) -> ReleaseState | None:
    """How far a release is; None before it was proposed (S0-13)."""
    found = facts.get(RELEASE, release)
    return found.state if found else None


def loans(facts: Facts, team: str) -> tuple[Any, ...]:
    """Every loan of a team, by its first day; its last as planned while the team is away (S4-15)."""
    found = facts.derive(teams.loans, team)
    return tuple(row("id from_ until staffing lender borrower", one, id=f"loan:{one.loan}", from_=one.starts) for one in found)


def members(facts: Facts, team: str) -> tuple[Any, ...]:
    """Who is on a team now, by person and role (S0-09)."""
    found = facts.get(TEAM, team)
    return tuple(sorted(row("person role core staffing", member) for member in found.present)) if found else ()


def backlog(facts: Facts, product: str) -> BacklogCounts | None:
    """How many items of a backlog are open and delivered; None while no backlog was opened (S0-19)."""
    return facts.derive(counts, product) if facts.get(BACKLOG, product) else None


def delivers_regularly(facts: Facts, product: str) -> bool | None:
    """Whether a product delivers regularly; None while no backlog was opened (S0-25)."""
    return facts.derive(prioritisation.delivers_regularly, product) if facts.get(BACKLOG, product) else None


def releases(facts: Facts, product: str) -> tuple[Any, ...]:
    """How far the releases of a product are, by id (S0-13)."""
    found = facts.related(RELEASE, "product", product)
    return tuple(row("id state released_on", one, id=RELEASE.key(one.id)) for one in found)


def due(facts: Facts, organisation: str | None) -> tuple[Any, ...]:
    """What is due in an organisation or (None) everywhere, by day, overdue or not yet (S0-15)."""
    found = facts.derive(duties, organisation, overdue=False)
    about = (row("id name", one, id=f"{one.subject_kind}:{one.subject_id}") for one in found)
    return tuple(row("kind due_on subject rule overdue", one, subject=subject) for one, subject in zip(found, about, strict=True))


def _amount(baseline: Baseline | None) -> tuple[Amount, ...]:
    return Sum.of(baseline.amount).to_tuple() if baseline else ()


def _of(facts: Facts, kind: Kind[Any], organisation: str | None) -> Sequence[Identified]:
    return facts.every(kind) if organisation is None else facts.related(kind, "home", organisation)
