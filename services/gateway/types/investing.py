"""Investments one by one: what was asked for, what the steering group decided, and the bids for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.portfolio.baselines import Amounts
from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.bid import Bid as BidFacts
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.investment import Investment as InvestmentFacts
from libs.events.currencies import at_scale
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.events.values import Money as Value
from libs.rules.money import Amount
from libs.rules.spending import home_of
from services.gateway.asking import Info
from services.gateway.types.annotations import Shown
from services.gateway.types.kinds import show, shows
from services.gateway.types.person import Voice, voice
from services.gateway.types.telling import told


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


@shows(
    INVESTMENT,
    order="state value funding spending ends proposed_on decided_on reason team product decision amounts judgements",
    private="enhance support amount kind baselines forecast actuals returns proposals decisions rebaselines replaced",
)
class InvestmentCase(Shown[InvestmentFacts]):
    """One investment: proposed for a team or a product, decided by the steering group (S0-14). `Investment` is what such come to together."""

    @told("Who spoke for the steering group, in which role, and when (S0-14); null before the decision.")
    def decision(self) -> Voice | None:
        return voice(self.of.decision)

    @told("Its amounts; null for whoever may not read its money.")
    def amounts(self, info: Info) -> InvestmentAmounts | None:
        if not _readable(info, self.facts, "investment", self.of.id):
            return None
        first, current = self.of.first_baseline, self.of.current_baseline
        return InvestmentAmounts(
            asked=_split(self.of.asked),
            first_baseline=_split(first.amounts) if first else None,
            current_baseline=_split(current.amounts) if current else None,
            forecast=_money(self.of.forecast.amount) if self.of.forecast else None,
        )

    @told("The bids for its money, in the order in which they were submitted.")
    def bids(self) -> list[Shown[BidFacts]]:
        found = self.facts.related(BID, "investment", self.of.id)
        return [show(self.facts, BID, state) for state in sorted(found, key=lambda one: began_by(one.submitted, one.id))]


@shows(BID, order="body state", private="decision outcome won")
class Bid(Shown[BidFacts]):
    """A formal request for the money of an approved investment (S0-15)."""

    @told("How much is asked for; null for whoever may not read its money.")
    def amount(self, info: Info) -> Amount | None:
        if self.of.amount is None or not _readable(info, self.facts, "bid", self.of.id):
            return None
        return _money(self.of.amount)


def investment_cases(facts: Facts, organisation: str | None) -> Sequence[InvestmentFacts]:
    """The investments of one organisation, or of all, by id."""
    return [state for state in facts.every(INVESTMENT) if organisation in (None, facts.derive(home_of, state.id))]


def _readable(info: Info, facts: Facts, kind: str, id: str) -> bool:
    if info.context.reads_money(facts, kind, id):
        return True
    info.context.withhold(info.path.as_list())
    return False


def _money(value: Value) -> Amount:
    return Amount(at_scale(value.amount, value.currency), value.currency)


def _split(amounts: Amounts | None) -> SplitMoney | None:
    if amounts is None:
        return None
    enhance, support, unsplit = (_money(part) if part else None for part in (amounts.enhance, amounts.support, amounts.unsplit))
    return SplitMoney(total=_money(amounts.total), enhance=enhance, support=support, unsplit=unsplit)
