"""What investments come to per fiscal year: what was approved in it, and what was spent in it, so that the years sum to the whole to the cent."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from libs.events.catalog.portfolio.investment import INVESTMENT, Actual, Investment
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.figures import investments_in, sums
from libs.rules.money import NOTHING, Amount, Sum
from libs.rules.spending import days_on_loan, home_of, lent_out

CALENDAR: Final = "01-01"
"""When a fiscal year begins (MM-DD) where an organisation says nothing."""


class FiscalYear(NamedTuple):
    """A fiscal year (both days included), with one amount a currency in each figure.

    `first_baseline`, `committed` and `forecast` are of the investments that were approved in it, `actual` was spent in it.
    """

    starts: date
    ends: date
    first_baseline: tuple[Amount, ...]
    committed: tuple[Amount, ...]
    forecast: tuple[Amount, ...]
    actual: tuple[Amount, ...]


@dataclass(slots=True)
class _Year:
    first_baseline: list[Sum] = field(default_factory=list)
    committed: list[Sum] = field(default_factory=list)
    forecast: list[Sum] = field(default_factory=list)
    actual: list[tuple[str, Decimal]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class YearsOf:
    """The fiscal years of a `subject` (team, product, program, organisation, portfolio), in order (S4-09, S4-15).

    Years are those of the home of each investment; of what an organisation bears, its own. An amount that was spent lies evenly over the days it covers,
    split to the cent, and an organisation's years hold what it bears itself, for teams it has borrowed too.
    """

    subject: str

    def __call__(self, facts: Facts, id: str | None) -> tuple[FiscalYear, ...]:
        years: defaultdict[tuple[date, date], _Year] = defaultdict(_Year)
        for investment_id in investments_in(facts, self.subject, id):
            investment = facts.get(INVESTMENT, investment_id)
            if investment is not None and investment.approved:
                begins = year_start(facts, facts.derive(home_of, investment_id))
                _approved(years[year_of(_approval(investment, facts), begins)], facts, investment)
        bearer = id if self.subject in ("organisation", "portfolio") else None
        for year, part in _spent(facts, self.subject, id, bearer):
            years[year].actual.append(part)
        return tuple(_told(span, year) for span, year in sorted(years.items()))


def year_start(facts: Facts, organisation: str | None) -> str:
    """The day (MM-DD) on which an organisation's fiscal year begins; that of the calendar where it says none."""
    found = facts.get(ORGANISATION, organisation)
    return (found.fiscal_year_start if found else None) or CALENDAR


def year_start_of(facts: Facts, subject: str, id: str | None) -> str:
    """The same of whatever has a home; of everything the one that all organisations share, else that of the calendar."""
    if id is None:
        starts = {one.fiscal_year_start or CALENDAR for one in facts.every(ORGANISATION)}
        return starts.pop() if len(starts) == 1 else CALENDAR
    if subject in ("organisation", "portfolio"):
        return year_start(facts, id)
    state = facts.get(TEAM, id) if subject == "team" else facts.get(PROGRAM, id)
    return year_start(facts, state.home if state else None)


def year_of(day: date, begins: str) -> tuple[date, date]:
    """The first and last day of the fiscal year that a day lies in; those at the ends of the calendar are cut short."""
    this = _on(day.year, begins)
    if this <= day:
        return this, _on(day.year + 1, begins) - timedelta(days=1) if day.year < date.max.year else date.max
    return _on(day.year - 1, begins) if day.year > date.min.year else date.min, this - timedelta(days=1)


def _on(year: int, begins: str) -> date:
    """The day MM-DD of a year; of a month that is shorter its last, as 29 February of most years."""
    month, day = int(begins[:2]), int(begins[3:])
    return date(year, month, min(day, monthrange(year, month)[1]))


def _approval(investment: Investment, facts: Facts) -> date:
    if investment.first_baseline is not None:
        return investment.first_baseline.since.date()
    return investment.decision.time.date() if investment.decision else facts.day


def _approved(year: _Year, facts: Facts, investment: Investment) -> None:
    found, first = facts.derive(sums, investment.id), investment.first_baseline
    year.first_baseline.append(Sum.of(first.amount) if first else NOTHING)
    year.committed.append(found.committed)
    year.forecast.append(found.forecast)


def _spent(facts: Facts, subject: str, id: str | None, bearer: str | None) -> Iterator[tuple[tuple[date, date], tuple[str, Decimal]]]:
    """Each part of what was spent, with its year: all of the subject's own investments, or, for a bearer, what it bears of all there are."""
    for investment_id in investments_in(facts, subject, id) if bearer is None else [one.id for one in facts.every(INVESTMENT)]:
        investment = facts.get(INVESTMENT, investment_id)
        if investment is None or not investment.actuals:
            continue
        home = facts.derive(home_of, investment_id)
        begins = year_start(facts, bearer or home)
        for actual in investment.actuals:
            for year, cents in _by_year(facts, investment, actual, home, bearer, begins).items():
                yield year, (actual.amount.currency, Decimal(cents) / 100)


def _by_year(facts: Facts, investment: Investment, actual: Actual, home: str | None, bearer: str | None, begins: str) -> dict[tuple[date, date], int]:
    """The cents of one amount by year: the whole, or (with a bearer) its part."""
    whole = int(actual.amount.amount * 100)
    years = list(_years(actual, begins))
    if bearer is None:
        return _spread(whole, {year: days for year, _, days in years})
    lent = dict(lent_out(facts, investment, actual))
    part = int(lent.get(bearer, Decimal(0)) * 100)
    if home == bearer:
        part += whole - sum(int(amount * 100) for amount in lent.values())
    if not part:
        return {}
    days: dict[tuple[date, date], int] = {}
    for year, first, count in years:
        away = days_on_loan(facts, investment.team, first.toordinal(), first.toordinal() + count - 1) if investment.team and lent else {}
        days[year] = away.get(bearer, 0) + (count - sum(away.values()) if home == bearer else 0)
    return _spread(part, days)


def _years(actual: Actual, begins: str) -> Iterator[tuple[tuple[date, date], date, int]]:
    """The fiscal years that an amount covers, each with its first day in it and how many; one of no days counts on its first."""
    first, last = actual.covers_from, max(actual.covers_from, actual.covers_until)
    while first <= last:
        year = year_of(first, begins)
        until = min(last, year[1])
        yield year, first, (until - first).days + 1
        first = until + timedelta(days=1)


def _spread(cents: int, days: Mapping[tuple[date, date], int]) -> dict[tuple[date, date], int]:
    """Cents over years by their days: what was counted up to the end of each is rounded down, so that the last makes up the whole."""
    total, counted, gone = sum(days.values()), 0, 0
    found: dict[tuple[date, date], int] = {}
    for year, count in days.items():
        counted += count
        upto = cents * counted // total if total else cents
        found[year], gone = upto - gone, upto
    return {year: part for year, part in found.items() if part}


def _told(span: tuple[date, date], year: _Year) -> FiscalYear:
    return FiscalYear(
        *span,
        Sum.total(year.first_baseline).to_tuple(),
        Sum.total(year.committed).to_tuple(),
        Sum.total(year.forecast).to_tuple(),
        Sum(year.actual).to_tuple(),
    )
