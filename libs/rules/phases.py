"""In which phase of its lifecycle a product is, and how many products are in each (S0-01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LIFECYCLE
from libs.events.catalog.portfolio.product import PRODUCT, Product
from libs.events.facts import Facts


class PhaseOf(NamedTuple):
    """A phase by its id within the lifecycle, as its lifecycle calls it, and the day on which it was entered."""

    id: str
    title: str
    since: date


class PhaseCount(NamedTuple):
    """A phase, and how many products are in it."""

    id: str
    title: str
    products: int


def phase_of(facts: Facts, product_id: str) -> PhaseOf | None:
    """The phase that a product is in (S0-01); None before the first."""
    return next(reversed(facts.derive(phases_of, product_id)), None)


def phases_of(facts: Facts, product_id: str) -> tuple[PhaseOf, ...]:
    """Every phase that a product entered, in order of time (S0-01)."""
    product = facts.get(PRODUCT, product_id)
    if product is None:
        return ()
    lifecycle = (facts.get(LIFECYCLE, product.lifecycle) if product.lifecycle else None) or DEFAULT_LIFECYCLE
    return tuple(PhaseOf(one.phase, found.title if (found := lifecycle.phase(one.phase)) else one.phase, one.since.date()) for one in product.phases)


def phase_counts(facts: Facts, organisation: str | None) -> tuple[PhaseCount, ...]:
    """The phases of the default lifecycle and of those in use, in order, with the products of an organisation (None: of all) that are in each (S0-01)."""
    products: Sequence[Product] = facts.every(PRODUCT) if organisation is None else facts.related(PRODUCT, "home", organisation)
    counted = Counter((product.lifecycle, product.phase) for product in products if product.phase)
    used = sorted({product.lifecycle for product in products if product.lifecycle is not None})
    lifecycles = [(None, DEFAULT_LIFECYCLE), *((id, found) for id in used if (found := facts.get(LIFECYCLE, id)))]
    return tuple(PhaseCount(phase.id, phase.title, counted[key, phase.id]) for key, lifecycle in lifecycles for phase in lifecycle.phases)
