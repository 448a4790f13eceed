"""User needs: how many of the prioritised ones are met, for one product or many (S0-22)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.need import NEED
from libs.events.facts import Facts
from libs.events.values import Share

_PLACES = Decimal("0.0001")


class Needs(NamedTuple):
    """User needs that are prioritised (S0-22)."""

    prioritised: Annotated[int, Doc("How many there are.")]
    met: Annotated[int, Doc("How many of them are met, by their latest judgement.")]
    share: Annotated[Share | None, Doc("The second over the first: 0 to 1, four places; null while none is prioritised.")]


def needs(facts: Facts, products: Iterable[str]) -> Needs:
    """The prioritised needs of these products; one is met when its latest judgement says so (S0-04, S0-22). A product named twice counts once."""
    found = [facts.derive(needs_of, product) for product in dict.fromkeys(products)]
    return _with_share(sum(n.prioritised for n in found), sum(n.met for n in found))


def needs_of(facts: Facts, product: str) -> Needs:
    """The same of one product."""
    wanted = [need for need in facts.related(NEED, "product", product) if need.prioritised]
    return _with_share(len(wanted), sum(need.met for need in wanted))


def _with_share(prioritised: int, met: int) -> Needs:
    return Needs(prioritised, met, (Decimal(met) / prioritised).quantize(_PLACES, ROUND_HALF_EVEN) if prioritised else None)
