"""Types for money and the figures of investments: lists with one entry a currency, since currencies are never added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any, NamedTuple

import strawberry
from annotated_doc import Doc

from libs.events.facts import Facts
from libs.events.values import GlobalId
from libs.rules.explanations.fiscal import borrowed, lent_out
from libs.rules.money.amounts import Amount
from libs.rules.money.breakdowns import Other, Others, PartsBy, Why
from libs.rules.money.budgets import BudgetsOf, BudgetTotal
from libs.rules.money.figures import Figures, first_baselines
from libs.rules.money.fiscal_years import FiscalYear, YearsOf
from libs.rules.money.warnings import Warning
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.types import tells

By = Annotated[PartsBy, strawberry.argument(description="By what it is broken down.")]


class OtherMoney(NamedTuple):
    """Money of a whole beside its parts: with the parts it sums to the whole. Every figure is a list with one entry a currency."""

    why: Annotated[Why, Doc("Why it is in none of the parts, or in too many.")]
    named: Annotated[GlobalId | None, Doc("The one that is only named so far, by its global id; null where that is not why.")]
    known: Annotated[bool, Doc("False where one is only named so far.")]
    first_baseline: Annotated[tuple[Amount, ...], Doc("What was approved first (S0-14).")]
    committed: Annotated[tuple[Amount, ...], Doc("The current baselines.")]
    forecast: Annotated[tuple[Amount, ...], Doc("What it is expected to cost in the end.")]
    actual: Annotated[tuple[Amount, ...], Doc("What was spent.")]
    enhance: Annotated[tuple[Amount, ...], Doc("The part committed to enhancing products.")]
    support: Annotated[tuple[Amount, ...], Doc("The part committed to supporting the versions in use.")]
    unsplit: Annotated[tuple[Amount, ...], Doc("The part of what is committed that nobody has split.")]
    returned: Annotated[tuple[Amount, ...], Doc("What came back or was saved.")]
    against_first_baseline: Annotated[tuple[Amount, ...], Doc("Forecast less the first baseline.")]
    against_current_baseline: Annotated[tuple[Amount, ...], Doc("Forecast less the current baseline.")]


def _other(one: Other) -> OtherMoney:
    sums = {field.name: getattr(one.sums, field.name).to_tuple() for field in fields(one.sums)}
    return OtherMoney(why=one.why, named=one.named, known=one.named is None, first_baseline=one.first_baseline.to_tuple(), **sums)


@tells(Figures)
class Investment:
    """What is invested, and what came of it. Every figure is a list with one entry a currency."""

    def __init__(self, facts: Facts, kind: str, key: str | None, of: Figures) -> None:
        self.facts, self.kind, self.key, self.of = facts, kind, key, of

    @told("What was approved first, which is never lost (S0-14). One entry a currency, by its code; empty where there is nothing.")
    def first_baseline(self) -> tuple[Amount, ...]:
        return self.facts.derive(first_baselines, self.kind, self.key)

    @told("The same by fiscal year, in order: years of the home of each investment; of what an organisation bears, its own.")
    def fiscal_years(self) -> tuple[FiscalYear, ...]:
        return self.facts.derive(YearsOf(self.kind), self.key)

    @told("The budgets by fiscal year of what has a plan by year, beside what is expected and what was spent, in order of the years.")
    def budget_years(self) -> tuple[BudgetTotal, ...]:
        return self.facts.derive(BudgetsOf(self.kind), self.key)

    @told("Of what an organisation's own investments have spent, the part that borrowers bear (S4-15); null but for an organisation.")
    def lent_out(self) -> tuple[Amount, ...] | None:
        return self.facts.derive(lent_out, self.key) if self._is_home and self.key else None

    @told("What an organisation bears of what investments at home elsewhere have spent (S4-15); null but for an organisation.")
    def borrowed(self) -> tuple[Amount, ...] | None:
        return self.facts.derive(borrowed, self.key) if self._is_home and self.key else None

    @told("What of it is in none of the parts, or in several: parts and this sum to it. Null but for a portfolio or an organisation.")
    def others(self, by: By) -> list[OtherMoney] | None:
        return [_other(one) for one in self.facts.derive(Others(by.value), self.key)] if self.kind in ("organisation", "portfolio") else None

    @property
    def _is_home(self) -> bool:
        return self.kind == "organisation"

    @told("What should be looked at.")
    def warnings(self) -> tuple[Warning, ...]:
        return self.of.warnings


def investment(info: Info, facts: Facts, kind: str | None, id: str | None, rule: Callable[[Facts, Any], Figures]) -> Investment | None:
    """What a rule says of the investment of an aggregate; None, and noted as withheld, for whoever may not read its money."""
    if not info.context.reads_money(facts, kind, id):
        info.context.withhold(info.path.as_list())
        return None
    return Investment(facts, kind or "portfolio", id, facts.derive(rule, id))
