"""Where what was spent counts: with the team's home, and with the borrower for the days on loan (S4-15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from libs.events.catalog.portfolio.investment import INVESTMENT, Actual, Investment
from libs.events.catalog.portfolio.loan import LOAN, Loan
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import Order
from libs.events.facts import Facts
from libs.rules.homes import home_of_product
from libs.rules.money import Spread, Sum


def home_of(facts: Facts, investment_id: str) -> str | None:
    """The organisation that an investment belongs to: its team's home; without a team its product's, or that one's program's. None while that is not known:
    whoever may speak of it or read it is found so too (`libs.rules.authority`), and money is no organisation's that could still become another's.
    """
    investment = facts.get(INVESTMENT, investment_id)
    if investment is None:
        return None
    if investment.team is not None:
        team = facts.defined(TEAM, investment.team)
        return team.home if team else None
    return home_of_product(facts, facts.defined(PRODUCT, investment.product))


def investments_by_home(facts: Facts) -> Mapping[str | None, tuple[str, ...]]:
    """The ids of all investments by the organisation they belong to."""
    found: dict[str | None, list[str]] = {}
    for investment in facts.every(INVESTMENT):
        found.setdefault(facts.derive(home_of, investment.id), []).append(investment.id)
    return {home: tuple(ids) for home, ids in found.items()}


def borne(facts: Facts, investment_id: str) -> tuple[tuple[str | None, Sum], ...]:
    """What each organisation bears of what an investment has spent, the home first; the parts sum to the whole in units of the currency.

    An amount lies evenly over the days it covers, both included. The days of a loan (the day of return included) count for the borrower, the rest for the
    home.
    """
    investment = facts.get(INVESTMENT, investment_id)
    if investment is None:
        return ()
    home = facts.derive(home_of, investment_id)
    found: dict[str | None, list[tuple[str, Decimal]]] = {home: []}
    for actual in investment.actuals:
        for stretch in stretches(facts, investment, actual):
            bearer = home if stretch.borrower is None else stretch.borrower
            found.setdefault(bearer, []).append((actual.amount.currency, stretch.amount))
    return tuple((bearer, Sum(parts)) for bearer, parts in found.items())


def moved_by_loans(facts: Facts) -> Mapping[str, tuple[Sum, Sum]]:
    """Of each organisation what borrowers bear of what its own investments have spent, and what it bears itself of other homes' investments (S4-15).

    Spent by its own, less the first, and the second: that is what the organisation bears (`borne_by`). What nothing was moved of is in none.
    """
    lent: dict[str, list[Sum]] = {}
    borrowed: dict[str, list[Sum]] = {}
    for investment in facts.every(INVESTMENT):
        home = facts.derive(home_of, investment.id)
        for bearer, part in facts.derive(borne, investment.id):
            if bearer != home:
                if home is not None:
                    lent.setdefault(home, []).append(part)
                if bearer is not None:
                    borrowed.setdefault(bearer, []).append(part)
    return {one: (Sum.total(lent.get(one, ())), Sum.total(borrowed.get(one, ()))) for one in lent.keys() | borrowed.keys()}


def borne_by(facts: Facts) -> Mapping[str | None, Sum]:
    """What each organisation bears of all that was spent; under None what belongs to no organisation that is known."""
    found: dict[str | None, list[Sum]] = {}
    for investment in facts.every(INVESTMENT):
        for organisation, part in facts.derive(borne, investment.id):
            found.setdefault(organisation, []).append(part)
    return {organisation: Sum.total(parts) for organisation, parts in found.items()}


class Stretch(NamedTuple):
    """Days (both included) that an amount covers and on which one and the same bears it: a borrower, or (None) the home. `amount` is what lies on them."""

    first: date
    last: date
    borrower: str | None
    amount: Decimal


def stretches(facts: Facts, investment: Investment, actual: Actual, edges: Iterable[date] = ()) -> tuple[Stretch, ...]:
    """The days that an amount covers, in order, divided where somebody else bears them, and before each of these days (`edges`).

    Their amounts sum to the whole, however they are divided. An amount that covers no days lies on its first.
    """
    first, last = actual.covers_from.toordinal(), max(actual.covers_from, actual.covers_until).toordinal()
    loans = list(_spans(facts, investment.team, first, last)) if investment.team is not None and actual.covers_from <= actual.covers_until else []
    spread = Spread(actual.amount.amount, actual.amount.currency, last - first + 1)
    cuts = {first, last + 1, *(cut for _, begins, ends, _ in loans for cut in (begins, ends + 1))}
    cuts |= {cut for edge in edges if first < (cut := edge.toordinal()) <= last}
    return tuple(
        Stretch(date.fromordinal(begins), date.fromordinal(after - 1), _bearer(loans, begins), spread.part(begins - first, after - begins))
        for begins, after in pairwise(sorted(cuts))
    )


_Span = tuple[Order, int, int, str]
"""When a loan began, the days (ordinals, both included) that count, and the borrower."""


def _spans(facts: Facts, team: str, first: int, last: int) -> Iterator[_Span]:
    """The loans of a team in these days (ordinals, both included), in the order in which they began."""
    spans = []
    for loan in facts.related(LOAN, "team", team):
        if loan.starts is not None and loan.borrower is not None:
            begins, ends = max(first, loan.starts.toordinal()), min(last, _end(facts, loan))
            if begins <= ends and loan.lent is not None:
                spans.append((loan.lent.order, begins, ends, loan.borrower))
    yield from sorted(spans)


def _bearer(loans: Sequence[_Span], day: int) -> str | None:
    """Who has a team on loan on a day; where loans overlap, the one that began last."""
    return next((borrower for _, begins, ends, borrower in reversed(loans) if begins <= day <= ends), None)


def _end(facts: Facts, loan: Loan) -> int:
    """The last day (ordinal) of a loan: that of the return. A team that was not returned is still away, and stays so as long as is planned."""
    if loan.last_day is not None:
        return loan.last_day.toordinal()
    return date.max.toordinal() if loan.until is None else max(loan.until, facts.day).toordinal()
