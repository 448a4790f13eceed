"""Dependencies between products, as the change advisory board approved them (S0-17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from libs.events.catalog.roadmap.change import CHANGE, Dependency
from libs.events.event import Event
from libs.events.facts import Facts


def dependencies(facts: Facts, product: str) -> tuple[str, ...]:
    """The ids of the products that a product depends on, in order: of each the last approved change decides."""
    return tuple(dependency_evidence(facts, product))


def dependents(facts: Facts, product: str) -> tuple[str, ...]:
    """The ids of the products that depend on a product, in order (S0-17)."""
    asked = {change.product for change in facts.related(CHANGE, "on", product)}
    return tuple(sorted(one for one in asked if product in facts.derive(dependencies, one)))


def dependency_evidence(facts: Facts, product: str) -> dict[str, tuple[Event, Event]]:
    """Each product that a product depends on, with the request and the approval that it rests on."""
    found: dict[str, tuple[Event, Event]] = {}
    for decision, raised, edge in sorted(_approved(facts, product), key=_in_order):
        if edge.adds:
            found[edge.on] = raised, decision
        else:
            found.pop(edge.on, None)
    return dict(sorted(found.items()))


def _approved(facts: Facts, product: str) -> Iterator[tuple[Event, Event, Dependency]]:
    for change in facts.related(CHANGE, "product", product):
        if change.approved and change.decision is not None and change.raised is not None and change.dependency is not None:
            yield change.decision, change.raised, change.dependency


def _in_order(change: tuple[Event, Event, Dependency]) -> tuple[datetime, datetime, datetime, bool, str]:
    """When it was decided; of what was decided at one instant the removal comes last, since only what is there can be removed."""
    decision, _, edge = change
    return decision.time, decision.recorded, decision.stored, not edge.adds, decision.aggregate
