"""User needs: how many of those that are prioritised are met, of one product or of many (S0-22)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from libs.events.catalog.backlog.need import NEED
from libs.events.facts import Facts

_PLACES = Decimal("0.0001")


class Needs(NamedTuple):
    """How many needs are prioritised, how many of these are met, and the share: 0 to 1, four places, None while none is prioritised."""

    prioritised: int
    met: int
    share: Decimal | None


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
