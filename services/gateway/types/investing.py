"""Investments one by one: what was asked for, what the steering group decided, and the bids for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.portfolio.baselines import Amounts
from libs.events.catalog.portfolio.bid import BID, BidState
from libs.events.catalog.portfolio.bid import Bid as BidFacts
from libs.events.catalog.portfolio.investment import INVESTMENT, Funding, InvestmentDecided, InvestmentState, Spending
from libs.events.catalog.portfolio.investment import Investment as InvestmentFacts
from libs.events.currencies import at_scale
from libs.events.event import began_by
from libs.events.facts import Facts
from libs.events.values import Money as Value
from libs.rules.spending import home_of
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.types.money import Money
from services.gateway.types.node import KNOWN, Node
from services.gateway.types.person import Voice, voice
from services.gateway.types.saying import SaidEvent, judged
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.product import Product
    from services.gateway.types.team import Team


@strawberry.type(description="An amount, and its parts where it was split (S0-08).")
class SplitMoney:
    total: Money = strawberry.field(description="The whole.")
    enhance: Money | None = strawberry.field(description="The part for enhancing the product; null where it was not split.")
    support: Money | None = strawberry.field(description="The part for supporting the version in use; null where it was not split.")
    unsplit: Money | None = strawberry.field(description="What is not split into the two: the whole, or null where it was split.")


@strawberry.type(description="The amounts of one investment.")
class InvestmentAmounts:
    asked: SplitMoney | None = strawberry.field(description="What was proposed last.")
    first_baseline: SplitMoney | None = strawberry.field(description="What was approved first (S0-14); null before.")
    current_baseline: SplitMoney | None = strawberry.field(description="What holds now; null before an approval.")
    forecast: Money | None = strawberry.field(description="What the whole is expected to cost (S4-09); null where nobody said.")


@strawberry.type(
    description="One investment: proposed for a team or a product, decided by the steering group (S0-14). `Investment` is what such come to together."
)
class InvestmentCase(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[InvestmentFacts]
    id: strawberry.ID = strawberry.field(description="`investment:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    state: InvestmentState = strawberry.field(description="Where it stands with the steering group.")
    value: str | None = strawberry.field(description="The value it is to bring (S3-09).")
    funding: Funding | None = strawberry.field(description="How the money is meant.")
    spending: Spending | None = strawberry.field(description="Of which kind the money is.")
    ends: date | None = strawberry.field(description="The day it ends, where there is one.")
    proposed_on: date | None = strawberry.field(description="The day of the proposal said last.")
    decided_on: date | None = strawberry.field(description="The day of the decision; null before.")
    reason: str | None = strawberry.field(description="Why it was decided so; null before.")

    @told("The team that it pays for.")
    def team(self) -> Annotated[Team, strawberry.lazy("services.gateway.types.team")] | None:
        from services.gateway.types.team import team_of

        return team_of(self.facts, self.of.team)

    @told("The product that it is for.")
    def product(self) -> Annotated[Product, strawberry.lazy("services.gateway.types.product")] | None:
        from services.gateway.types.product import product

        return product(self.facts, self.of.product) if self.of.product else None

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

    @told("Every judgement of it, the latest first, also those that count no more because what they judged was taken back or is another by now.")
    def judgements(self) -> list[SaidEvent]:
        return judged(self.facts, INVESTMENT, self.of.id)

    @told("The bids for its money, in the order in which they were submitted.")
    def bids(self) -> list[Bid]:
        return [bid(self.facts, state) for state in sorted(self.facts.related(BID, "investment", self.of.id), key=lambda one: began_by(one.submitted, one.id))]


@strawberry.type(description="A formal request for the money of an approved investment (S0-15).")
class Bid(Node):
    facts: strawberry.Private[Facts]
    of: strawberry.Private[BidFacts]
    id: strawberry.ID = strawberry.field(description="`bid:` and the id that commands use.")
    known: bool = strawberry.field(description=KNOWN)
    body: str = strawberry.field(description="The body that decides.")
    state: BidState = strawberry.field(description="What came of it.")
    submitted_on: date | None = strawberry.field(description="The day on which it was submitted.")
    decided_on: date | None = strawberry.field(description="The day of the outcome; null before.")

    @told("Every judgement of it, the latest first, also those that count no more because what they judged was taken back or is another by now.")
    def judgements(self) -> list[SaidEvent]:
        return judged(self.facts, BID, self.of.id)

    @told("The investment that it asks money for.")
    def investment(self) -> InvestmentCase | None:
        id = self.of.investment
        return investment_case(self.facts, self.facts.get(INVESTMENT, id) or INVESTMENT.initial(id=id)) if id else None

    @told("How much is asked for; null for whoever may not read its money.")
    def amount(self, info: Info) -> Money | None:
        if self.of.amount is None or not _readable(info, self.facts, "bid", self.of.id):
            return None
        return _money(self.of.amount)


def investment_case(facts: Facts, state: InvestmentFacts) -> InvestmentCase:
    """One investment."""
    decision = state.decision.data if state.decision else None
    return InvestmentCase(
        facts=facts,
        of=state,
        id=outside("investment", state.id),
        known=state.proposed is not None,
        state=state.state,
        value=state.value,
        funding=state.funding,
        spending=state.kind,
        ends=state.ends,
        proposed_on=deriving.event_day(state.proposed),
        decided_on=deriving.event_day(state.decision),
        reason=decision.reason if isinstance(decision, InvestmentDecided) else None,
    )


def investment_cases(facts: Facts, organisation: str | None) -> Sequence[InvestmentFacts]:
    """The investments of one organisation, or of all, by id."""
    return [state for state in facts.every(INVESTMENT) if organisation in (None, facts.derive(home_of, state.id))]


def bid(facts: Facts, state: BidFacts) -> Bid:
    """A bid."""
    return Bid(
        facts=facts,
        of=state,
        id=outside("bid", state.id),
        known=state.submitted is not None,
        body=state.body,
        state=state.state,
        submitted_on=deriving.event_day(state.submitted),
        decided_on=deriving.event_day(state.outcome),
    )


def _readable(info: Info, facts: Facts, kind: str, id: str) -> bool:
    if info.context.reads_money(facts, kind, id):
        return True
    info.context.withhold(info.path.as_list())
    return False


def _money(value: Value) -> Money:
    return Money(amount=at_scale(value.amount, value.currency), currency=value.currency)


def _split(amounts: Amounts | None) -> SplitMoney | None:
    if amounts is None:
        return None
    enhance, support, unsplit = (_money(part) if part else None for part in (amounts.enhance, amounts.support, amounts.unsplit))
    return SplitMoney(total=_money(amounts.total), enhance=enhance, support=support, unsplit=unsplit)
