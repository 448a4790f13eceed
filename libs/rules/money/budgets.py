"""The plan of an investment's money by fiscal year, beside what is expected and what was spent in each (S4-09, S0-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.investment import INVESTMENT, Investment
from libs.events.currencies import at_scale, unit
from libs.events.facts import Facts
from libs.rules.money.amounts import Amount, Sum
from libs.rules.money.baselines import unplanned_of
from libs.rules.money.figures import investments_in, sums
from libs.rules.money.fiscal_years import Span, spent_by_year, year_of, year_start
from libs.rules.money.spending import home_of


class BudgetYear(NamedTuple):
    """One fiscal year of an investment: its budget beside what is expected and what was spent in it. Over all years each sums to the whole."""

    starts: Annotated[date, Doc("Its first day.")]
    ends: Annotated[date, Doc("Its last day.")]
    enhance: Annotated[Amount, Doc("What is planned for enhancing the product.")]
    support: Annotated[Amount, Doc("What is planned for supporting the version in use.")]
    budget: Annotated[Amount, Doc("What is planned in all.")]
    forecast: Annotated[
        Amount | None,
        Doc("What it is expected to cost: of a year that is over what was spent; the rest of the forecast lies on the others as their budgets do."),
    ]
    actual: Annotated[Amount, Doc("What was spent in it: each amount lies evenly over the days it covers.")]
    variance: Annotated[Amount | None, Doc("Forecast less budget; null where nothing is forecast.")]


def budget_years(facts: Facts, id: str) -> tuple[BudgetYear, ...]:
    """The fiscal years of an investment's home in which something is planned or was spent, in order; none while nothing is planned."""
    investment = facts.get(INVESTMENT, id)
    if investment is None or investment.currency is None or not investment.years:
        return ()
    currency, begins = investment.currency, year_start(facts, facts.derive(home_of, id))
    planned: dict[Span, tuple[Decimal, Decimal]] = {}
    for year in investment.years:
        enhance, support = planned.get(span := year_of(year.starts, begins), (_NOTHING, _NOTHING))
        planned[span] = enhance + year.enhance.amount, support + year.support.amount
    spent: dict[Span, Decimal] = {}
    for span, (_, amount) in spent_by_year(facts, investment, begins, None):
        spent[span] = spent.get(span, _NOTHING) + amount
    spans = sorted({*planned, *spent})
    expected = _expected(facts, investment, spans, {span: sum(planned.get(span, ()), _NOTHING) for span in spans}, spent)

    def told(value: Decimal) -> Amount:
        return Amount(at_scale(value, currency), currency)

    found = []
    for span in spans:
        enhance, support = planned.get(span, (_NOTHING, _NOTHING))
        forecast, budget = expected.get(span), enhance + support
        over = None if forecast is None else told(forecast - budget)
        said = None if forecast is None else told(forecast)
        found.append(BudgetYear(*span, told(enhance), told(support), told(budget), said, told(spent.get(span, _NOTHING)), over))
    return tuple(found)


class BudgetTotal(NamedTuple):
    """One fiscal year of all investments that have a plan by year: their budgets beside what is expected and what was spent in it."""

    starts: Annotated[date, Doc("Its first day.")]
    ends: Annotated[date, Doc("Its last day.")]
    budget: Annotated[tuple[Amount, ...], Doc("What is planned in it.")]
    forecast: Annotated[tuple[Amount, ...], Doc("What it is expected to cost, of what is forecast.")]
    actual: Annotated[tuple[Amount, ...], Doc("What was spent in it.")]
    variance: Annotated[tuple[Amount, ...], Doc("Forecast less budget, of what is forecast.")]


@dataclass(frozen=True, slots=True)
class BudgetsOf:
    """The budgets by fiscal year of a `subject` (team, product, program, organisation, portfolio), years of the home of each investment, in order (S4-09)."""

    subject: str

    def __call__(self, facts: Facts, id: str | None) -> tuple[BudgetTotal, ...]:
        years: dict[Span, list[BudgetYear]] = {}
        for investment in investments_in(facts, self.subject, id):
            for year in facts.derive(budget_years, investment):
                years.setdefault((year.starts, year.ends), []).append(year)
        return tuple(
            BudgetTotal(*span, *(_added(parts, name) for name in ("budget", "forecast", "actual", "variance"))) for span, parts in sorted(years.items())
        )


def _added(years: Iterable[BudgetYear], name: str) -> tuple[Amount, ...]:
    found = (getattr(year, name) for year in years)
    return Sum((one.currency, one.amount) for one in found if one is not None).to_tuple()


def unplanned(facts: Facts, id: str) -> Amount | None:
    """By how much the baseline that holds is more than what is planned by year, below zero where it is less; None where there is none, or no plan."""
    investment = facts.get(INVESTMENT, id)
    return unplanned_of(investment) if investment is not None else None


def _expected(
    facts: Facts, investment: Investment, spans: Sequence[Span], budget: Mapping[Span, Decimal], spent: Mapping[Span, Decimal]
) -> Mapping[Span, Decimal]:
    """The forecast by year; nothing where nothing is forecast. Years that are over cost what was spent; the last year takes what does not divide."""
    currency, whole = str(investment.currency), facts.derive(sums, investment.id).forecast
    if not whole:
        return {}
    left = whole.get(currency) - sum(spent.values(), _NOTHING)
    open_years = [span for span in spans if span[1] >= facts.day] or spans[-1:]
    weights = [max(budget[span] - spent.get(span, _NOTHING), _NOTHING) for span in open_years]
    if not any(weights):
        weights = [Decimal(1)] * len(open_years)
    found = {span: spent.get(span, _NOTHING) for span in spans}
    for span, weight in zip(open_years[:-1], weights, strict=False):
        part = (left * weight / sum(weights)).quantize(unit(currency))
        found[span] += part
    found[open_years[-1]] = whole.get(currency) - sum((value for span, value in found.items() if span != open_years[-1]), _NOTHING)
    return found


_NOTHING = Decimal(0)
