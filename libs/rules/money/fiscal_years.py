"""Investments by fiscal year: approved in it and spent in it, so that the years sum to the whole."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.investment import INVESTMENT, Actual, Investment
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.money.amounts import NOTHING, Amount, Sum
from libs.rules.money.figures import investments_in, sums
from libs.rules.money.spending import borne, home_of, stretches

CALENDAR: Final = "01-01"
"""When a fiscal year begins (MM-DD) where an organisation says nothing."""


class FiscalYear(NamedTuple):
    """What investments come to in one fiscal year: over all years each figure sums to the whole (S4-09)."""

    starts: Annotated[date, Doc("Its first day.")]
    ends: Annotated[date, Doc("Its last day.")]
    first_baseline: Annotated[tuple[Amount, ...], Doc("The first baselines of what was approved in it.")]
    committed: Annotated[tuple[Amount, ...], Doc("The current baselines of what was approved in it.")]
    forecast: Annotated[tuple[Amount, ...], Doc("What that is expected to cost in the end, in whatever year it is spent.")]
    actual: Annotated[tuple[Amount, ...], Doc("What was spent in it: each amount lies evenly over the days it covers.")]


Span = tuple[date, date]
"""The first and the last day of a fiscal year."""


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
    split in units of its currency, and an organisation's years hold what it bears itself, for teams it has borrowed too.
    """

    subject: str

    def __call__(self, facts: Facts, id: str | None) -> tuple[FiscalYear, ...]:
        years: defaultdict[Span, _Year] = defaultdict(_Year)
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
    found = facts.defined(ORGANISATION, organisation)
    return (found.fiscal_year_start if found else None) or CALENDAR


def year_start_of(facts: Facts, subject: str, id: str | None) -> str:
    """The same of whatever has a home; of everything the one that all organisations share, else that of the calendar."""
    if id is None:
        starts = {one.fiscal_year_start or CALENDAR for one in facts.every(ORGANISATION)}
        return starts.pop() if len(starts) == 1 else CALENDAR
    if subject in ("organisation", "portfolio"):
        return year_start(facts, id)
    state = facts.defined(TEAM, id) if subject == "team" else facts.defined(PROGRAM, id)
    return year_start(facts, state.home if state else None)


def year_of(day: date, begins: str) -> Span:
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


def _spent(facts: Facts, subject: str, id: str | None, bearer: str | None) -> Iterator[tuple[Span, tuple[str, Decimal]]]:
    """Each part of what was spent, with its year: all of the subject's own investments, or, for a bearer, what it bears of all there are."""
    for investment_id in investments_in(facts, subject, id) if bearer is None else _borne_by(facts, bearer):
        investment = facts.get(INVESTMENT, investment_id)
        if investment is not None and investment.actuals:
            home = facts.derive(home_of, investment_id)
            yield from spent_by_year(facts, investment, year_start(facts, bearer or home), bearer)


def _borne_by(facts: Facts, bearer: str) -> Iterator[str]:
    """The investments of whose spending an organisation bears something: only their amounts are divided by its years."""
    return (one.id for one in facts.every(INVESTMENT) if any(of == bearer for of, _ in facts.derive(borne, one.id)))


def spent_by_year(facts: Facts, investment: Investment, begins: str, bearer: str | None) -> Iterator[tuple[Span, tuple[str, Decimal]]]:
    """What an investment has spent by year, in whole or (with a bearer) that one's part of it: currency and amount, as often as they are divided."""
    for actual in investment.actuals:
        for stretch in stretches(facts, investment, actual, _beginnings(actual, begins)):
            if stretch.amount and bearer in (None, stretch.bearer):
                yield year_of(stretch.first, begins), (actual.amount.currency, stretch.amount)


def _beginnings(actual: Actual, begins: str) -> Iterator[date]:
    """The first days of the fiscal years that begin within the days of an amount."""
    last = year_of(actual.covers_from, begins)[1]
    while last < actual.covers_until:
        yield last + timedelta(days=1)
        last = year_of(last + timedelta(days=1), begins)[1]


def _told(span: tuple[date, date], year: _Year) -> FiscalYear:
    return FiscalYear(
        *span,
        Sum.total(year.first_baseline).to_tuple(),
        Sum.total(year.committed).to_tuple(),
        Sum.total(year.forecast).to_tuple(),
        Sum(year.actual).to_tuple(),
    )
