"""Whose spending it is: the home of the day bears it, or the borrower from the day on which it accepted a loan to its last (S4-15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from libs.events.catalog.portfolio.investment import INVESTMENT, Actual, Investment
from libs.events.catalog.portfolio.loan import LOAN, Loan, SeatsLent, TeamLent
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import Event, Order
from libs.events.facts import Facts
from libs.rules.money.amounts import NOTHING, EvenSpread, Sum
from libs.rules.money.lots import ids, in_lots
from libs.rules.products.homes import home_of_product, merger_days, successions


def home_of(facts: Facts, investment_id: str) -> str | None:
    """The organisation that an investment belongs to: its team's home; without a team its product's, or that one's program's. None while that is not known:
    whoever may speak of it or read it is found so too (`libs.rules.authority`), and money is no organisation's that could still become another's.
    """
    investment = facts.get(INVESTMENT, investment_id)
    return _home(facts, investment.team, investment.product) if investment else None


def _home(facts: Facts, team_id: str | None, product_id: str | None) -> str | None:
    """The same of what is for this team, or without one for this product."""
    if team_id is not None:
        team = facts.defined(TEAM, team_id)
        return team.home if team else None
    return home_of_product(facts, facts.defined(PRODUCT, product_id))


def homes_of(facts: Facts, team: str | None, product: str | None) -> tuple[tuple[date, str | None], ...]:
    """The organisations that such an investment has belonged to, each with its first day: what was spent on a day counts for the home of that day."""
    home = _home(facts, team, product)
    days = {event.time.date() for event in _moves(facts, team, product)} | merger_days(facts, home)
    if not days:
        return ((date.min, home),)
    before = facts.on(max(days) - timedelta(days=1))
    return (*before.derive(homes_of, team, product), (max(days), home))


def _moves(facts: Facts, team: str | None, product_id: str | None) -> list[Event]:
    """What has moved the home: the team's, else the product's, or that one's program's while it had none of its own."""
    if team is not None:
        return _moves_in(facts.history(TEAM, team))
    product = facts.defined(PRODUCT, product_id)
    if product is None:
        return []
    own = _moves_in(facts.history(PRODUCT, product.id))
    return own if product.program is None or (product.home is not None and not own) else [*own, *_moves_in(facts.history(PROGRAM, product.program))]


def _moves_in(history: Iterable[Event]) -> list[Event]:
    return [event for event in history if isinstance(event.data, Moved)]


def investments_by_home(facts: Facts) -> Mapping[str | None, tuple[str, ...]]:
    """The ids of all investments by the organisation they belong to."""
    found: dict[str | None, list[str]] = {}
    for id in ids(facts, INVESTMENT):
        found.setdefault(facts.derive(home_of, id), []).append(id)
    return {home: tuple(those) for home, those in found.items()}


def borne(facts: Facts, investment_id: str) -> tuple[tuple[str | None, Sum], ...]:
    """What each organisation bears of what an investment has spent, the home first; the parts sum to the whole in units of the currency.

    An amount lies evenly over the days it covers, both included. The days of a loan from its acceptance on (the day of return included) count for the borrower,
    of lent seats as large a part as they are of the team; the rest for the home of the day.
    """
    investment = facts.get(INVESTMENT, investment_id)
    if investment is None:
        return ()
    home = facts.derive(home_of, investment_id)
    found: dict[str | None, list[tuple[str, Decimal]]] = {home: []}
    for actual in investment.actuals:
        for stretch in stretches(facts, investment, actual):
            found.setdefault(stretch.bearer, []).append((actual.amount.currency, stretch.amount))
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
    return _summed(part for some in in_lots(ids(facts, INVESTMENT)) for part in facts.derive(_borne_of, some).items())


def _borne_of(facts: Facts, some: tuple[str, ...]) -> Mapping[str | None, Sum]:
    return _summed(part for one in some for part in facts.derive(borne, one))


def _summed(parts: Iterable[tuple[str | None, Sum]]) -> Mapping[str | None, Sum]:
    found: dict[str | None, list[Sum]] = {}
    for organisation, part in parts:
        found.setdefault(organisation, []).append(part)
    return {organisation: Sum.total(those) for organisation, those in found.items()}


def borne_at(facts: Facts, organisation: str) -> Sum:
    """What one organisation bears."""
    return facts.derive(borne_by).get(organisation, NOTHING)


class Stretch(NamedTuple):
    """Days (both included) that an amount covers and on which one and the same bears it: a borrower, or the home of the day (None: nobody knows one).
    `amount` is what lies on them.
    """

    first: date
    last: date
    bearer: str | None
    amount: Decimal


def stretches(facts: Facts, investment: Investment, actual: Actual, edges: Iterable[date] = ()) -> tuple[Stretch, ...]:
    """The days that an amount covers, in order, divided where somebody else bears them, and before each of these days (`edges`).

    Their amounts sum to the whole, however they are divided: where seats are lent, the days stand once for each who bears a part. An amount that covers no days
    lies on its first.
    """
    first, last = actual.covers_from.toordinal(), max(actual.covers_from, actual.covers_until).toordinal()
    loans = list(_spans(facts, investment.team, first, last)) if investment.team is not None and actual.covers_from <= actual.covers_until else []
    spread = EvenSpread(actual.amount.amount, actual.amount.currency, last - first + 1)
    homes = facts.derive(homes_of, investment.team, investment.product)
    cuts = {first, last + 1, *(cut for one in loans for cut in (one.begins, one.ends + 1))}
    others = [since for bearers in (homes, *(one.bearers for one in loans)) for since, _ in bearers]
    cuts |= {cut for edge in (*edges, *others) if first < (cut := edge.toordinal()) <= last}
    found = []
    for begins, after in pairwise(sorted(cuts)):
        days, rest = (date.fromordinal(begins), date.fromordinal(after - 1)), spread.part(begins - first, after - begins)
        for one in loans:
            if one.share < 1 and one.begins <= begins <= one.ends:
                # As with whole amounts, a part is the difference of two sums, so that it is the same however the days are divided.
                part = one.part_of(spread, first, after) - one.part_of(spread, first, begins)
                found.append(Stretch(*days, _on(one.bearers, begins), part))
                rest -= part
        found.append(Stretch(*days, _bearer(loans, homes, begins), rest))
    return tuple(found)


_Bearers = Sequence[tuple[date, str | None]]
"""Who bears, each with its first day."""


class _Span(NamedTuple):
    """When a loan began, the days (ordinals, both included) that count, the part of the team that is lent, and the borrower, with what it was merged into."""

    order: Order
    begins: int
    ends: int
    share: Fraction
    bearers: _Bearers

    def part_of(self, spread: EvenSpread, first: int, day: int) -> Decimal:
        """What lies on its seats before a day, of an amount that begins on `first`; in units of the currency."""
        whole = spread.part(self.begins - first, day - self.begins)
        units = int(whole / spread.least)
        return int(units * self.share) * spread.least


def _spans(facts: Facts, team: str, first: int, last: int) -> Iterator[_Span]:
    """The loans of a team that were accepted, in these days (ordinals, both included), in the order in which they began."""
    spans = []
    for loan in facts.related(LOAN, "team", team):
        if loan.borne_from is not None and loan.lent is not None and loan.declined is None:
            begins, ends = max(first, loan.borne_from.toordinal()), min(last, _end(facts, loan))
            if begins <= ends and isinstance(loan.lent.data, TeamLent | SeatsLent):
                spans.append(_Span(loan.lent.order, begins, ends, _share(facts, loan, loan.borne_from), successions(facts, loan.lent.data.borrower)))
    yield from sorted(spans)


def _share(facts: Facts, loan: Loan, day: date) -> Fraction:
    """The part of the team that is lent: all of it, or the lent people among those who were on it on the first day that counts."""
    if not loan.people:
        return Fraction(1)
    team = facts.get(TEAM, loan.team)
    there = {one.person for one in team.members if one.since <= day and (one.left is None or one.left.time.date() >= day)} if team is not None else set()
    return Fraction(len(loan.people), len(there | set(loan.people)))


def _bearer(loans: Sequence[_Span], homes: _Bearers, day: int) -> str | None:
    """Who has the whole team on loan on a day, where loans overlap the one that began last; else the home of that day."""
    return _on(next((one.bearers for one in reversed(loans) if one.share == 1 and one.begins <= day <= one.ends), homes), day)


def _on(bearers: _Bearers, day: int) -> str | None:
    return next((bearer for since, bearer in reversed(bearers) if since.toordinal() <= day), None)


def _end(facts: Facts, loan: Loan) -> int:
    """The last day (ordinal) of a loan: that of the return. A team that was not returned is still away, and stays so as long as is planned."""
    if loan.last_day is not None:
        return loan.last_day.toordinal()
    return date.max.toordinal() if loan.until is None else max(loan.until, facts.day).toordinal()
