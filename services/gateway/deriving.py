"""What the schema asks of the rules: the one place that names them, each value kept until an event changes what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.item import Item, ItemState
from libs.events.catalog.roadmap.roadmap_item import RoadmapItem
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules import backlogs, breakdowns, dependencies, duties, milestones, phases, roadmaps, teams
from libs.rules import graduation as graduations
from libs.rules.explaining.fiscal import borrowed, lent_out
from libs.rules.figures import Figures, first_baselines, of_organisation, of_portfolio, of_product, of_program, of_team
from libs.rules.fiscal_years import FiscalYear, YearsOf, year_start, year_start_of
from libs.rules.money import Amount
from libs.rules.needs import Needs, needs
from libs.rules.targets import TargetCounts, targets

_FIGURES: Mapping[str, Callable[[Facts, Any], Figures]] = MappingProxyType(
    {"team": of_team, "product": of_product, "program": of_program, "organisation": of_organisation, "portfolio": of_portfolio}
)


def figures(facts: Facts, kind: str, id: str | None) -> Figures:
    """The figures of a team, product, program or organisation, or (`portfolio`) of one organisation's portfolio or of the whole one."""
    return facts.derive(_FIGURES[kind], id)


def first_baseline(facts: Facts, kind: str, id: str | None) -> tuple[Amount, ...]:
    """What was approved first of the investments in the same."""
    return facts.derive(first_baselines, kind, id)


def fiscal_years(facts: Facts, kind: str, id: str | None) -> tuple[FiscalYear, ...]:
    """The same by fiscal year."""
    return facts.derive(YearsOf(kind), id)


def fiscal_year_start(facts: Facts, kind: str, id: str | None) -> str:
    """The day (MM-DD) on which the fiscal year begins there; that of the calendar where nothing or more than one is said."""
    return facts.derive(year_start_of, kind, id)


def own_year_start(facts: Facts, organisation: str) -> str:
    """The day (MM-DD) on which an organisation's fiscal year begins."""
    return facts.derive(year_start, organisation)


def moved_by_loans(facts: Facts, organisation: str) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    """Of what was spent, what others bear for an organisation's own investments, and what it bears for those of others."""
    return facts.derive(lent_out, organisation), facts.derive(borrowed, organisation)


def others(facts: Facts, by: str, organisation: str | None) -> tuple[breakdowns.Other, ...]:
    """What must be added to the figures of the parts of an organisation's portfolio, or of everything, so that they sum to it."""
    return facts.derive(breakdowns.Others(by), organisation)


def graduation(facts: Facts, team: str) -> graduations.Graduation:
    """Where a team stands on its way to graduation, and why."""
    return facts.derive(graduations.graduation, team)


def core(facts: Facts, team: str) -> tuple[teams.CoreRole, ...]:
    """The five core roles of a team, each covered or not."""
    return facts.derive(teams.core, team)


def continuity(facts: Facts, team: str) -> teams.Continuity:
    """How long the core of a team has stayed together."""
    return facts.derive(teams.continuity, team)


def health(facts: Facts, team: str) -> teams.HealthRow:
    """How a team and its product are, as read last."""
    return facts.derive(teams.health, team)


def loans(facts: Facts, team: str) -> tuple[teams.TeamLoan, ...]:
    """Every loan of a team, by its first day."""
    return facts.derive(teams.loans, team)


def duties_of(facts: Facts, organisation: str | None) -> tuple[duties.Duty, ...]:
    """What is due in an organisation or everywhere, by day, overdue or not yet."""
    return facts.derive(duties.duties, organisation, overdue=False)


def phase(facts: Facts, product: str) -> phases.PhaseOf | None:
    """The phase that a product is in."""
    return facts.derive(phases.phase_of, product)


def phases_of(facts: Facts, product: str) -> tuple[phases.PhaseOf, ...]:
    """Every phase that a product entered."""
    return facts.derive(phases.phases_of, product)


def phase_counts(facts: Facts, organisation: str | None) -> tuple[phases.PhaseCount, ...]:
    """How many products of an organisation, or of all, are in each phase."""
    return facts.derive(phases.phase_counts, organisation)


def planned(facts: Facts, product: str) -> tuple[RoadmapItem, ...]:
    """The items of a product's roadmap that are not dropped, in the order of their placing."""
    return facts.derive(roadmaps.planned, product)


def depends_on(facts: Facts, product: str) -> tuple[str, ...]:
    """The ids of the products that a product depends on."""
    return facts.derive(dependencies.dependencies, product)


def milestones_of(facts: Facts, product: str) -> tuple[milestones.Milestone, ...]:
    """The releases and targets of a product that have a day, by day."""
    return facts.derive(milestones.milestones, product)


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
    """How many targets of these products were hit and missed, are not measured, and are open."""
    return facts.derive(targets, products)


def event_day(event: Event | None) -> date | None:
    """The day (UTC) on which something happened."""
    return event.time.date() if event else None
