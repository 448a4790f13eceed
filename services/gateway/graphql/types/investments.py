"""Types for single investments: what was asked for, what the steering group decided, and the bids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, NamedTuple, TypeVar

from annotated_doc import Doc

from libs.events.catalog.portfolio.baselines import Amounts, Baseline
from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.bid import Bid as BidFacts
from libs.events.catalog.portfolio.investment import INVESTMENT, Actual
from libs.events.catalog.portfolio.investment import Investment as InvestmentFacts
from libs.events.currencies import at_scale
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.events.values import Money as Value
from libs.rules.evaluations.confidence import Confidence, ConfidenceIn
from libs.rules.evaluations.signs import Standing, StandingOf
from libs.rules.money.amounts import Amount
from libs.rules.money.budgets import BudgetYear, budget_years, unplanned
from libs.rules.money.spending import home_of
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.person import Voice, voice
from services.gateway.graphql.types.kinds.types import show, shows

_CONFIDENCE, _STANDING = ConfidenceIn("investment"), StandingOf("investment")
T = TypeVar("T")


class SplitMoney(NamedTuple):
    """An amount, and its parts where it was split (S0-08)."""

    total: Annotated[Amount, Doc("The whole amount, with both its parts.")]
    enhance: Annotated[Amount | None, Doc("The part for enhancing the product; null where it was not split.")]
    support: Annotated[Amount | None, Doc("The part for supporting the version in use; null where it was not split.")]
    unsplit: Annotated[Amount | None, Doc("What is not split into the two: the whole, or null where it was split.")]


class InvestmentAmounts(NamedTuple):
    """The amounts of one investment."""

    asked: Annotated[SplitMoney | None, Doc("What was proposed last.")]
    first_baseline: Annotated[SplitMoney | None, Doc("What was approved first (S0-14); null before.")]
    current_baseline: Annotated[SplitMoney | None, Doc("What holds now; null before an approval.")]
    forecast: Annotated[Amount | None, Doc("What the whole is expected to cost (S4-09); null where nobody said.")]


class InvestmentActual(NamedTuple):
    """What was spent from one day to another, both included."""

    amount: Annotated[Amount, Doc("How much; below zero where it came back.")]
    covers_from: Annotated[date, Doc("The first day that it covers.")]
    covers_until: Annotated[date, Doc("The last day that it covers.")]
    reason: Annotated[str | None, Doc("Why; of what came back always said.")]
    on: Annotated[date, Doc("The day as of which it was recorded.")]


class InvestmentReturn(NamedTuple):
    """What an investment brought back or saved (S4-09)."""

    amount: Annotated[Amount, Doc("How much it is.")]
    description: Annotated[str, Doc("What it is.")]
    on: Annotated[date, Doc("The day on which it came.")]


class InvestmentForecast(NamedTuple):
    """What the whole was expected to cost from a day on."""

    amount: Annotated[Amount, Doc("What the whole costs.")]
    on: Annotated[date, Doc("The day on which it was expected so.")]


class InvestmentBaseline(NamedTuple):
    """A baseline: what was approved first, or what replaced it (S0-14)."""

    amounts: Annotated[SplitMoney, Doc("The amounts that it sets.")]
    since: Annotated[date, Doc("The day from which on it holds.")]
    reason: Annotated[str | None, Doc("Why it was approved, or changed.")]


@shows(
    INVESTMENT,
    order="state value procurement funding spending ends proposed_on decided_on reason team product decision amounts judgements",
    private="enhance support amount kind forecast years proposals decisions rebaselines replaced",
)
class InvestmentCase(Shown[InvestmentFacts]):
    """One investment: proposed for a team or a product, decided by the steering group (S0-14). `Investment` is what such come to together."""

    @told("Who spoke for the steering group, in which role, and when (S0-14); null before the decision.")
    def decision(self) -> Voice | None:
        return voice(self.facts, self.of.decision)

    @told("Its amounts; null for whoever may not read its money.")
    def amounts(self, info: Info) -> InvestmentAmounts | None:
        first, current = self.of.first_baseline, self.of.current_baseline
        return self._read(
            info,
            lambda: InvestmentAmounts(
                asked=_split(self.of.asked) if self.of.asked else None,
                first_baseline=_split(first.amounts) if first else None,
                current_baseline=_split(current.amounts) if current else None,
                forecast=_money(self.of.forecast.amount) if self.of.forecast else None,
            ),
        )

    @told("How sure those who answer for it are of it; what the rules make of it beside that is null for whoever may not read its money.")
    def confidence(self, info: Info) -> Confidence | None:
        found = self.facts.derive(_CONFIDENCE, self.of.id)
        return found if found is None or _readable(info, self.facts, "investment", self.of.id) else found._replace(derived=None, disagrees=False)

    @told("What the rules make of it, on the same levels; null where they know nothing that tells, and for whoever may not read its money.")
    def standing(self, info: Info) -> Standing | None:
        return self._read(info, lambda: self.facts.derive(_STANDING, self.of.id))

    @told("What was spent, and what of it came back, the earliest days first; null for whoever may not read its money.")
    def actuals(self, info: Info) -> list[InvestmentActual] | None:
        return self._read(info, lambda: [_actual(one) for one in sorted(self.of.actuals, key=lambda one: (one.covers_from, one.covers_until, one.event.order))])

    @told("What came back or was saved, the earliest first; null for whoever may not read its money.")
    def returns(self, info: Info) -> list[InvestmentReturn] | None:
        return self._read(info, lambda: [InvestmentReturn(_money(one.amount), one.description, one.event.time.date()) for one in self.of.returns])

    @told("Every forecast of the whole, the earliest first; null for whoever may not read its money.")
    def forecasts(self, info: Info) -> list[InvestmentForecast] | None:
        return self._read(info, lambda: [InvestmentForecast(_money(one.amount), one.event.time.date()) for one in self.of.forecasts])

    @told("Every baseline, the first first; null for whoever may not read its money.")
    def baselines(self, info: Info) -> list[InvestmentBaseline] | None:
        return self._read(info, lambda: [_baseline(one) for one in self.of.baselines])

    @told("Its budget by fiscal year, beside what is expected and what was spent; none without a plan, null for whoever may not read its money.")
    def budget_years(self, info: Info) -> list[BudgetYear] | None:
        return self._read(info, lambda: list(self.facts.derive(budget_years, self.of.id)))

    @told("By how much the baseline that holds is more than the plan by year; below zero where it is less. Null without a plan, and as its amounts are.")
    def unplanned(self, info: Info) -> Amount | None:
        return self._read(info, lambda: self.facts.derive(unplanned, self.of.id))

    def _read(self, info: Info, tell: Callable[[], T]) -> T | None:
        """What is told to whoever may read its money; for anybody else it is not even looked for."""
        return tell() if _readable(info, self.facts, "investment", self.of.id) else None

    @told("The bids for its money, in the order in which they were submitted.")
    def bids(self) -> list[Shown[BidFacts]]:
        found = self.facts.related(BID, "investment", self.of.id)
        return [show(self.facts, BID, state) for state in sorted(found, key=lambda one: began_by(one.submitted, one.id))]


@shows(BID, order="body state", private="decision outcome won")
class Bid(Shown[BidFacts]):
    """A formal request for the money of an approved investment (S0-15)."""

    @told("How much is asked for; null for whoever may not read its money.")
    def amount(self, info: Info) -> Amount | None:
        return amount_of(info, self.facts, "bid", self.of.id, self.of.amount)


def investment_cases(facts: Facts, organisation: str | None) -> Sequence[InvestmentFacts]:
    """The investments of one organisation, or of all, by id."""
    return [state for state in facts.every(INVESTMENT) if organisation in (None, facts.derive(home_of, state.id))]


def amount_of(info: Info, facts: Facts, kind: str, id: str, value: Value | None) -> Amount | None:
    """An amount of a thing; None where there is none, and for whoever may not read its money."""
    return _money(value) if value is not None and _readable(info, facts, kind, id) else None


def _readable(info: Info, facts: Facts, kind: str, id: str) -> bool:
    if info.context.reads_money(facts, kind, id):
        return True
    info.context.withhold(info.path.as_list())
    return False


def _money(value: Value) -> Amount:
    return Amount(at_scale(value.amount, value.currency), value.currency)


def _actual(one: Actual) -> InvestmentActual:
    return InvestmentActual(_money(one.amount), one.covers_from, one.covers_until, getattr(one.event.data, "reason", None), one.event.time.date())


def _baseline(one: Baseline) -> InvestmentBaseline:
    return InvestmentBaseline(_split(one.amounts), one.since.date(), getattr(one.event.data, "reason", None))


def _split(amounts: Amounts) -> SplitMoney:
    enhance, support, unsplit = (_money(part) if part else None for part in (amounts.enhance, amounts.support, amounts.unsplit))
    return SplitMoney(total=_money(amounts.total), enhance=enhance, support=support, unsplit=unsplit)
