"""What can be asked of an investment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    FixedScopeFlagged,
    ForecastRecorded,
    Funding,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    ReturnRecorded,
    Spending,
    SupportUnfunded,
)
from libs.events.values import Day, InvestmentId, Money, ProductId, TeamId, Text, Title

Enhance = Annotated[Money | None, Field(description="For enhancing; together with `support`, instead of `amount`.")]
Support = Annotated[Money | None, Field(description="For supporting the version in use; together with `enhance`.")]
Amount = Annotated[Money | None, Field(description="In one amount, instead of `enhance` and `support`.")]


@command(
    "portfolio.propose_investment",
    INVESTMENT,
    topic="investments",
    says=(InvestmentProposed, FixedScopeFlagged),
    creates=True,
    requirements=("S0-08", "S3-09", "S4-03", "S4-04", "S4-09"),
    binds=("product",),
)
class ProposeInvestment(Command):
    """Propose money for a team or a product, for the steering group to decide; in one currency throughout."""

    investment: Annotated[InvestmentId | None, Field(description="Its id; made where none is given.")] = None
    team: Annotated[TeamId | None, Field(description="The team that it pays for; a team, a product or both.")] = None
    product: Annotated[ProductId | None, Field(description="The product that it is for.")] = None
    enhance: Enhance = None
    support: Support = None
    amount: Amount = None
    funding: Annotated[Funding | None, Field(description="A one-off project, or an ongoing product.")] = None
    kind: Annotated[Spending | None, Field(description="Capital or operating.")] = None
    value: Annotated[Text | None, Field(description="The value it is to bring, by which it is decided.")] = None
    ends: Annotated[Day | None, Field(description="The day it ends, where there is one.")] = None


@command(
    "portfolio.decide_investment",
    INVESTMENT,
    topic="decisions",
    says=(InvestmentDecided, SupportUnfunded),
    dated_by_importers_only=True,
    requirements=("S0-14", "S3-09"),
)
class DecideInvestment(Command):
    """Record the decision of the steering group on an investment, once; an approval makes the amounts its first baseline."""

    investment: Annotated[InvestmentId, Field(description="The investment.")]
    approved: Annotated[bool, Field(description="Whether it is approved.")]
    reason: Annotated[Text, Field(description="Why.")]


@command("portfolio.record_forecast", INVESTMENT, topic="forecasts", says=(ForecastRecorded,), counts=True, requirements=("S4-09",))
class RecordForecast(Command):
    """Record what the whole investment is now expected to cost."""

    investment: Annotated[InvestmentId, Field(description="The investment.")]
    amount: Annotated[Money, Field(description="The whole, in the investment's currency.")]


@command(
    "portfolio.rebaseline_investment",
    INVESTMENT,
    topic="baselines",
    dated_by_importers_only=True,
    says=(InvestmentRebaselined, SupportUnfunded),
    requirements=("S0-08", "S0-14"),
)
class RebaselineInvestment(Command):
    """Give an approved investment a new baseline; the first stays beside it."""

    investment: Annotated[InvestmentId, Field(description="The approved investment.")]
    enhance: Enhance = None
    support: Support = None
    amount: Amount = None
    approver: Annotated[Title, Field(description="Who approved the new baseline.")]
    reason: Annotated[Text, Field(description="Why.")]


@command("portfolio.record_actual", INVESTMENT, topic="actuals", says=(ActualRecorded,), counts=True, requirements=("S4-09",))
class RecordActual(Command):
    """Record what was spent over a number of days, both ends included."""

    investment: Annotated[InvestmentId, Field(description="The investment.")]
    amount: Annotated[Money, Field(description="How much, in the investment's currency.")]
    covers_from: Annotated[Day, Field(description="The first day that it covers.")]
    covers_until: Annotated[Day, Field(description="The last day that it covers; not in the future.")]


@command("portfolio.record_return", INVESTMENT, topic="returns", says=(ReturnRecorded,), counts=True, requirements=("S4-09",))
class RecordReturn(Command):
    """Record what an investment brought back or saved."""

    investment: Annotated[InvestmentId, Field(description="The investment.")]
    amount: Annotated[Money, Field(description="How much, in the investment's currency.")]
    description: Annotated[Text, Field(description="What it is.")]
