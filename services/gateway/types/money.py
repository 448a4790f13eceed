"""Money and what an investment comes to: lists with one entry a currency, since currencies are never added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from libs.events.facts import Facts
from libs.rules.breakdowns import Other, PartsBy, Why
from libs.rules.figures import Figures
from libs.rules.money import Amount
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.types.telling import told


@strawberry.type(description="An amount of one currency.")
class Money:
    amount: Decimal = strawberry.field(description="With the decimals of its currency, as text; negative where a difference is.")
    currency: str = strawberry.field(description="ISO 4217, such as CAD.")


@strawberry.type(description="Something about an investment that should be looked at.")
class Warning:
    rule: str = strawberry.field(description="The id of the rule, such as S0-08.")
    message: str = strawberry.field(description="What is wrong, in words.")


@strawberry.type(description="What investments come to in one fiscal year: over all years each figure sums to the whole (S4-09).")
class FiscalYear:
    starts: date = strawberry.field(description="Its first day.")
    ends: date = strawberry.field(description="Its last day.")
    first_baseline: list[Money] = strawberry.field(description="The first baselines of what was approved in it.")
    committed: list[Money] = strawberry.field(description="The current baselines of what was approved in it.")
    forecast: list[Money] = strawberry.field(description="What that is expected to cost in the end, in whatever year it is spent.")
    actual: list[Money] = strawberry.field(description="What was spent in it: each amount lies evenly over the days it covers.")


def listed(amounts: Iterable[Amount]) -> list[Money]:
    """Amounts as they are shown."""
    return [Money(amount=one.amount, currency=one.currency) for one in amounts]


def _sums(description: str, of: Callable[[Figures], Iterable[Amount]]) -> list[Money]:
    def resolve(self: Investment) -> list[Money]:
        return listed(of(self.figures))

    found: list[Money] = strawberry.field(resolver=resolve, description=f"{description} One entry a currency, by its code; empty where there is nothing.")
    return found


By = Annotated[PartsBy, strawberry.argument(description="By what it is broken down.")]


@strawberry.type(description="Money of a whole beside its parts: with the parts it sums to the whole. Every figure is a list with one entry a currency.")
class OtherMoney:
    why: Why = strawberry.field(description="Why it is in none of the parts, or in too many.")
    named: strawberry.ID | None = strawberry.field(description="The one that is only named so far, by its global id; null where that is not why.")
    known: bool = strawberry.field(description="False where one is only named so far.")
    first_baseline: list[Money] = strawberry.field(description="What was approved first (S0-14).")
    committed: list[Money] = strawberry.field(description="The current baselines.")
    forecast: list[Money] = strawberry.field(description="What it is expected to cost in the end.")
    actual: list[Money] = strawberry.field(description="What was spent.")
    enhance: list[Money] = strawberry.field(description="The part committed to enhancing products.")
    support: list[Money] = strawberry.field(description="The part committed to supporting the versions in use.")
    unsplit: list[Money] = strawberry.field(description="The part of what is committed that nobody has split.")
    returned: list[Money] = strawberry.field(description="What came back or was saved.")
    against_first_baseline: list[Money] = strawberry.field(description="Forecast less the first baseline.")
    against_current_baseline: list[Money] = strawberry.field(description="Forecast less the current baseline.")


def _other(one: Other) -> OtherMoney:
    sums = {field.name: listed(getattr(one.sums, field.name).to_tuple()) for field in fields(one.sums)}
    named = strawberry.ID(one.named) if one.named else None
    return OtherMoney(why=one.why, named=named, known=named is None, first_baseline=listed(one.first_baseline.to_tuple()), **sums)


@strawberry.type(description="What is invested, and what came of it. Every figure is a list with one entry a currency.")
class Investment:
    facts: strawberry.Private[Facts]
    kind: strawberry.Private[str]
    key: strawberry.Private[str | None]
    figures: strawberry.Private[Figures]
    committed: list[Money] = _sums("The current baselines of approved investments: the sum of enhance, support and unsplit.", lambda f: f.committed)
    forecast: list[Money] = _sums("What approved investments are expected to cost in the end.", lambda f: f.forecast)
    actual: list[Money] = _sums("What was spent up to this day, spread evenly over the days it covers.", lambda f: f.actual)
    enhance: list[Money] = _sums("The part committed to enhancing products.", lambda f: f.enhance)
    support: list[Money] = _sums("The part committed to supporting the versions in use.", lambda f: f.support)
    unsplit: list[Money] = _sums("The part of what is committed that nobody has split into enhance and support.", lambda f: f.unsplit)
    returned: list[Money] = _sums("What came back or was saved.", lambda f: f.returned)
    against_first_baseline: list[Money] = _sums("Forecast less the first baseline.", lambda f: f.against_first_baseline)
    against_current_baseline: list[Money] = _sums("Forecast less the current baseline.", lambda f: f.against_current_baseline)

    @told("What was approved first, which is never lost (S0-14). One entry a currency, by its code; empty where there is nothing.")
    def first_baseline(self) -> list[Money]:
        return listed(deriving.first_baseline(self.facts, self.kind, self.key))

    @told("The same by fiscal year, in order: years of the home of each investment; of what an organisation bears, its own.")
    def fiscal_years(self) -> list[FiscalYear]:
        return [
            FiscalYear(
                starts=one.starts,
                ends=one.ends,
                first_baseline=listed(one.first_baseline),
                committed=listed(one.committed),
                forecast=listed(one.forecast),
                actual=listed(one.actual),
            )
            for one in deriving.fiscal_years(self.facts, self.kind, self.key)
        ]

    @told("Of what an organisation's own investments have spent, the part that borrowers bear (S4-15); null but for an organisation.")
    def lent_out(self) -> list[Money] | None:
        return listed(deriving.moved_by_loans(self.facts, self.key)[0]) if self._is_home and self.key else None

    @told("What an organisation bears of what investments at home elsewhere have spent (S4-15); null but for an organisation.")
    def borrowed(self) -> list[Money] | None:
        return listed(deriving.moved_by_loans(self.facts, self.key)[1]) if self._is_home and self.key else None

    @told("What of it is in none of the parts, or in several: parts and this sum to it. Null but for a portfolio or an organisation.")
    def others(self, by: By) -> list[OtherMoney] | None:
        return [_other(one) for one in deriving.others(self.facts, by.value, self.key)] if self.kind in ("organisation", "portfolio") else None

    @property
    def _is_home(self) -> bool:
        return self.kind == "organisation"

    @told("What should be looked at.")
    def warnings(self) -> list[Warning]:
        return [Warning(rule=w.rule, message=w.message) for w in self.figures.warnings]


def investment(info: Info, facts: Facts, kind: str | None, id: str | None, figures: Callable[[], Figures]) -> Investment | None:
    """The investment of an aggregate; None, and noted as withheld, for whoever may not read its money."""
    if not info.context.reads_money(facts, kind, id):
        info.context.withhold(info.path.as_list())
        return None
    return Investment(facts=facts, kind=kind or "portfolio", key=id, figures=figures())
