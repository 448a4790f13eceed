"""What parts leave out of a whole or count twice; beside this, parts sum to the whole (S4-08, S4-09, S4-15)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final

from libs.events.catalog.portfolio.investment import INVESTMENT, Investment
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.choice import Choice, choice
from libs.events.event import Kind
from libs.events.facts import Facts
from libs.rules.money.amounts import NOTHING, Sum
from libs.rules.money.figures import Sums, investments_in, sums
from libs.rules.money.spending import borne_by, home_of


class PartsBy(Choice):
    """What a whole is broken down by."""

    ORGANISATION = choice("organisation", "The organisations that investments are at home in; of what was spent, those that bear it.")
    PROGRAM = choice("program", "The programs of the products that they are for, or that their team serves.")
    PRODUCT = choice("product", "The products that they are for.")
    TEAM = choice("team", "The teams that they pay for.")


KINDS: Final[Mapping[str, Kind[Any]]] = MappingProxyType(
    {PartsBy.ORGANISATION: ORGANISATION, PartsBy.PROGRAM: PROGRAM, PartsBy.PRODUCT: PRODUCT, PartsBy.TEAM: TEAM}
)
"""What a whole is broken down by."""


class Why(Choice):
    """Why money stands beside the parts that a whole is broken down into."""

    NOT_KNOWN = choice("not_known", "It names one that nobody has told of yet.")
    NOT_NAMED = choice("not_named", "It names none.", words="None named")
    ELSEWHERE = choice("elsewhere", "It names one that is at home in no organisation, or in another.", words="At home elsewhere")
    SHARED = choice("shared", "It stands in several of them, and is taken off as often as it stands there too much.", words="Counted in several rows")
    OF_OTHERS = choice(
        "of_others", "It stands in one of them and is at home in another organisation, so it is taken off.", words="At home in other organisations"
    )
    LOANS = choice(
        "loans", "Loans move it, and homes that are others now: parts have what they have spent, an organisation what it bears (S4-15).", words="Moved by loans"
    )


@dataclass(frozen=True, slots=True)
class Other:
    """Money beside the parts: why, and (where a part is only named so far) the aggregate `kind:id` that nobody has told of yet.

    It counts as it must be added: below zero where parts have it and the whole has not (`of_others`), or has it once and parts more often (`shared`).
    """

    why: Why
    named: str | None
    first_baseline: Sum
    sums: Sums


@dataclass(frozen=True, slots=True)
class Others:
    """Of an organisation's portfolio (None: of everything) what must be added to the figures of its parts so that they sum to it; `by` is a key of `KINDS`."""

    by: str

    def __call__(self, facts: Facts, organisation: str | None) -> tuple[Other, ...]:
        kind = KINDS[self.by]
        if self.by == "organisation" and organisation is not None:
            return ()
        parts = [one.id for one in (facts.every(kind) if organisation is None else facts.related(kind, "home", organisation))]
        whole = set(investments_in(facts, "portfolio", organisation))
        counted = Counter(id for part in parts for id in investments_in(facts, self.by, part))
        weights: defaultdict[tuple[Why, str | None], dict[str, int]] = defaultdict(dict)
        for id in sorted(whole | counted.keys()):
            more = (id in whole) - counted[id]
            if more:
                weights[_why(facts, self.by, id, more, id in whole)][id] = more
        if self.by == "organisation":
            return _with_bearers(facts, weights)
        found = tuple(_other(facts, why, named, ids) for (why, named), ids in sorted(weights.items(), key=_order))
        return (*found, *_moved(facts, whole, organisation)) if organisation is not None else found


def _why(facts: Facts, by: str, id: str, more: int, within: bool) -> tuple[Why, str | None]:
    if not within:
        return Why.OF_OTHERS, None
    if more < 0:
        return Why.SHARED, None
    investment = facts.get(INVESTMENT, id)
    named = _names(facts, by, investment) if investment else ()
    if not named:
        return Why.NOT_NAMED, None
    unknown = next((kind.key(other) for kind, other in named if facts.get(kind, other) is None), None)
    return (Why.NOT_KNOWN, unknown) if unknown else (Why.ELSEWHERE, None)


def _names(facts: Facts, by: str, investment: Investment) -> tuple[tuple[Kind[Any], str], ...]:
    """The parts that an investment names: a program by way of its product, or without one of what its team serves."""
    if by == "organisation":
        home = facts.derive(home_of, investment.id)
        return ((ORGANISATION, home),) if home else ()
    if by != "program":
        id = investment.team if by == "team" else investment.product
        return ((KINDS[by], id),) if id else ()
    products: tuple[str, ...] = (investment.product,) if investment.product else ()
    if not products and investment.team:
        team = facts.get(TEAM, investment.team)
        if team is None:
            return ((TEAM, investment.team),)
        products = team.products
    states = [(id, facts.get(PRODUCT, id)) for id in products]
    found = [(PROGRAM, state.program) for _, state in states if state and state.program]
    return tuple(found or [(PRODUCT, id) for id, state in states if state is None])


def _other(facts: Facts, why: Why, named: str | None, weights: Mapping[str, int]) -> Other:
    """These investments, each so many times."""
    found = [(facts.derive(sums, id), n) for id, n in weights.items()]
    together = {field.name: Sum.total(getattr(one, field.name).times(n) for one, n in found) for field in fields(Sums)}
    return Other(why, named, Sum.total(_first(facts, id).times(n) for id, n in weights.items()), Sums(**together))


def _first(facts: Facts, id: str) -> Sum:
    investment = facts.get(INVESTMENT, id)
    first = investment.first_baseline if investment and investment.approved else None
    return Sum.of(first.amount) if first else NOTHING


def _with_bearers(facts: Facts, weights: Mapping[tuple[Why, str | None], dict[str, int]]) -> tuple[Other, ...]:
    """By organisation what was spent is what each bears: also those who are only named so far, and (None) nobody who is known."""
    known = {one.id for one in facts.every(ORGANISATION)}
    bears = {_bearer(home): amount for home, amount in facts.derive(borne_by).items() if home not in known}
    keys = sorted({*weights, *bears}, key=lambda key: _order((key, {})))
    found = [(_other(facts, *key, weights.get(key, {})), bears.get(key, NOTHING)) for key in keys]
    return tuple(replace(other, sums=replace(other.sums, actual=actual)) for other, actual in found)


def _bearer(home: str | None) -> tuple[Why, str | None]:
    return (Why.NOT_NAMED, None) if home is None else (Why.NOT_KNOWN, ORGANISATION.key(home))


def _moved(facts: Facts, whole: Iterable[str], organisation: str) -> tuple[Other, ...]:
    """What loans move: parts have what their own investments have spent, an organisation what it bears (S4-15)."""
    own = Sum.total(facts.derive(sums, id).actual for id in whole)
    moved = facts.derive(borne_by).get(organisation, NOTHING) - own
    return (Other(Why.LOANS, None, NOTHING, Sums(actual=moved)),) if any(amount for _, amount in moved) else ()


def _order(one: tuple[tuple[Why, str | None], object]) -> tuple[int, str]:
    (why, named), _ = one
    return list(Why).index(why), named or ""
