"""Where what was spent counts: with the team's home, and with the borrower for the days on loan (S4-15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

from libs.events.catalog.portfolio.investment import INVESTMENT, Actual, Investment
from libs.events.catalog.portfolio.loan import LOAN, Loan
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.money import Sum


def home_of(facts: Facts, investment_id: str) -> str | None:
    """The organisation that an investment belongs to: its team's home, else its product's, else its program's; None while none is known."""
    investment = facts.get(INVESTMENT, investment_id)
    if investment is None:
        return None
    team = facts.get(TEAM, investment.team)
    if team is not None and team.home is not None:
        return team.home
    product = facts.get(PRODUCT, investment.product)
    if product is None or product.home is not None:
        return product.home if product else None
    program = facts.get(PROGRAM, product.program)
    return program.home if program else None


def investments_by_home(facts: Facts) -> Mapping[str | None, tuple[str, ...]]:
    """The ids of all investments by the organisation they belong to."""
    found: dict[str | None, list[str]] = {}
    for investment in facts.every(INVESTMENT):
        found.setdefault(facts.derive(home_of, investment.id), []).append(investment.id)
    return {home: tuple(ids) for home, ids in found.items()}


def borne(facts: Facts, investment_id: str) -> tuple[tuple[str | None, Sum], ...]:
    """What each organisation bears of what an investment has spent, the home first; the parts sum to the whole to the cent.

    An amount lies evenly over the days it covers, both included. The days of a loan (the day of return included) count for the borrower, whose part is
    rounded down to the cent; the rest is the home's.
    """
    investment = facts.get(INVESTMENT, investment_id)
    if investment is None:
        return ()
    home = facts.derive(home_of, investment_id)
    parts: list[tuple[str | None, tuple[str, Decimal]]] = []
    for actual in investment.actuals:
        whole, currency = actual.amount.amount, actual.amount.currency
        for borrower, part in lent_out(facts, investment, actual):
            parts.append((borrower, (currency, part)))
            whole -= part
        parts.append((home, (currency, whole)))
    organisations = dict.fromkeys((home, *(organisation for organisation, _ in parts)))
    return tuple((one, Sum(pair for organisation, pair in parts if organisation == one)) for one in organisations)


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


def lent_out(facts: Facts, investment: Investment, actual: Actual) -> list[tuple[str, Decimal]]:
    """The borrowers' parts of one amount, each rounded down to the cent."""
    first, last = actual.covers_from.toordinal(), actual.covers_until.toordinal()
    if investment.team is None or first > last:
        return []
    days = days_on_loan(facts, investment.team, first, last)
    cents = int(actual.amount.amount * 100)
    return [(borrower, Decimal(cents * n // (last - first + 1)) / 100) for borrower, n in sorted(days.items())]


def days_on_loan(facts: Facts, team: str, first: int, last: int) -> dict[str, int]:
    """How many of these days (ordinals, both included) count for which borrower. Where loans overlap, the one that began last has the team."""
    spans = []
    for loan in facts.related(LOAN, "team", team):
        if loan.starts is not None and loan.borrower is not None:
            start, end = max(first, loan.starts.toordinal()), min(last, _end(facts, loan))
            if start <= end:
                spans.append((loan.starts, loan.id, start, end, loan.borrower))
    spans.sort()
    edges = sorted({first, last + 1, *(edge for _, _, start, end, _ in spans for edge in (start, end + 1))})
    found: dict[str, int] = {}
    for edge, following in pairwise(edges):
        there = [borrower for _, _, start, end, borrower in spans if start <= edge <= end]
        if there:
            found[there[-1]] = found.get(there[-1], 0) + following - edge
    return found


def _end(facts: Facts, loan: Loan) -> int:
    """The last day (ordinal) of a loan: that of the return. A team that was not returned is still away, and stays so as long as is planned."""
    if loan.last_day is not None:
        return loan.last_day.toordinal()
    return date.max.toordinal() if loan.until is None else max(loan.until, facts.day).toordinal()
