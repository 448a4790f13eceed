"""Needs that are met and targets that were hit: of a product, of a team's products, or of a portfolio."""

from __future__ import annotations

import strawberry

from libs.events.facts import Facts
from services.gateway import deriving


@strawberry.type(description="User needs that are prioritised (S0-22).")
class Needs:
    prioritised: int = strawberry.field(description="How many there are.")
    met: int = strawberry.field(description="How many of them are met, by their latest judgement.")
    share: float | None = strawberry.field(description="The second over the first: 0 to 1, four places; null while none is prioritised.")


@strawberry.type(description="Targets of metrics (S2-08).")
class Targets:
    hit: int = strawberry.field(description="How many were reached by the day they were due.")
    missed: int = strawberry.field(description="How many were not.")
    not_measured: int = strawberry.field(description="How many wait for their first reading.")
    open: int = strawberry.field(description="How many were read, not reached, and are not due.")


def needs(facts: Facts, products: tuple[str, ...]) -> Needs:
    """How many of the prioritised needs of these products are met."""
    found = deriving.needs_of(facts, products)
    return Needs(prioritised=found.prioritised, met=found.met, share=deriving.share(found.share))


def targets(facts: Facts, products: tuple[str, ...]) -> Targets:
    """How many targets of these products stand where."""
    found = deriving.targets_of(facts, products)
    return Targets(hit=found.hit, missed=found.missed, not_measured=found.not_measured, open=found.open)
