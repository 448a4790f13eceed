"""The phase of a product's lifecycle, and how many products are in each (S0-01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LIFECYCLE, Lifecycle
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.events.facts import Facts
from libs.events.values import GlobalId
from libs.rules.products.homes import product_ids
from libs.rules.statements import explains


class Phase(NamedTuple):
    """The phase of its lifecycle that a product is in."""

    id: Annotated[str, Doc("Its id within the lifecycle, such as beta.")]
    title: Annotated[str, Doc("As people call it.")]
    since: Annotated[date, Doc("The day on which it was entered.")]


class PhaseCount(NamedTuple):
    """A phase of a lifecycle, and how many of the products that go through it are in that phase."""

    id: Annotated[str, Doc("Its id within the lifecycle, such as beta.")]
    title: Annotated[str, Doc("As people call it.")]
    products: Annotated[int, Doc("How many products are in it at this moment.")]
    lifecycle: Annotated[
        GlobalId | None, Doc("The lifecycle it is of, `lifecycle:` and its id: two may have a phase of one id. Null: the one of products that name none.")
    ]
    lifecycle_name: Annotated[str, Doc("The lifecycle, as people call it.")]


_ENTERED = (ProductRegistered, PhaseEntered, ProductDecommissioned)
"""By what a product is in a phase."""


@explains("product", "phase", product=_ENTERED)
def phase_of(facts: Facts, product_id: str) -> Phase | None:
    """The phase that was entered last, in words of the product's lifecycle (S0-01). None before the first."""
    return next(reversed(facts.derive(phases_of, product_id)), None)


def phases_of(facts: Facts, product_id: str) -> tuple[Phase, ...]:
    """Every phase that a product entered, in order of time (S0-01).

    A product that was decommissioned before its lifecycle was defined is in the phase that this has for the end (S0-02), where it has one.
    """
    product = facts.get(PRODUCT, product_id)
    if product is None:
        return ()
    lifecycle = facts.defined(LIFECYCLE, product.lifecycle) or (DEFAULT_LIFECYCLE if product.lifecycle is None else Lifecycle(id=product.lifecycle))
    entered = [(one.phase, one.since) for one in product.phases]
    end = product.decommissioned
    if end is not None and isinstance(end.data, ProductDecommissioned) and end.data.phase is None and len(lifecycle.ends) == 1:
        entered.append((lifecycle.ends[0].id, end.time))
    titles = lifecycle if lifecycle.phases else DEFAULT_LIFECYCLE
    return tuple(Phase(phase, _title(titles, phase), since.date()) for phase, since in entered)


def phase_counts(facts: Facts, organisation: str | None) -> tuple[PhaseCount, ...]:
    """The phases of the default lifecycle and of those in use, in order, with the products of an organisation (None: of all) that are in each (S0-01).

    Counted per lifecycle, so that every product that is in a phase is in one count: also where its lifecycle is not defined yet, or has that phase no longer.
    """
    found = [facts.derive(_within, product) for product in facts.derive(product_ids, organisation)]
    counted = Counter((lifecycle, phase) for lifecycle, phase in found if phase is not None)
    used = sorted({lifecycle for lifecycle, _ in found if lifecycle is not None})
    lifecycles = [(None, DEFAULT_LIFECYCLE), *((id, facts.defined(LIFECYCLE, id) or Lifecycle(id=id)) for id in used)]
    return tuple(count for id, lifecycle in lifecycles for count in _counts(id, lifecycle, {phase: n for (of, phase), n in counted.items() if of == id}))


def _within(facts: Facts, product_id: str) -> tuple[str | None, str | None]:
    """The lifecycle that a product names, and the phase that it is in."""
    product, phase = facts.get(PRODUCT, product_id), facts.derive(phase_of, product_id)
    return product.lifecycle if product else None, phase.id if phase else None


def _counts(id: str | None, lifecycle: Lifecycle, products: Mapping[str, int]) -> Iterator[PhaseCount]:
    """The phases of a lifecycle in order, then those that products are in although it does not have them."""
    ordered = [phase.id for phase in lifecycle.phases]
    for phase in (*ordered, *sorted(products.keys() - set(ordered))):
        title = _title(lifecycle if lifecycle.phases else DEFAULT_LIFECYCLE, phase)
        yield PhaseCount(phase, title, products.get(phase, 0), LIFECYCLE.key(id) if id else None, lifecycle.name or lifecycle.id)


def _title(lifecycle: Lifecycle, phase: str) -> str:
    found = lifecycle.phase(phase)
    return found.title if found else phase
