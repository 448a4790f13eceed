"""Commands about an investment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    ActualRefunded,
    FixedScopeFlagged,
    ForecastRecorded,
    InvestmentClosed,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    InvestmentWithdrawn,
    ReturnRecorded,
    SupportUnfunded,
    YearsPlanned,
)
from libs.events.values import Balance, InvestmentId


class OfInvestment(Command):
    """Is asked of an investment that was proposed."""

    investment: Annotated[InvestmentId, Field(description="The investment's id.")]


@command(
    "portfolio.propose_investment",
    INVESTMENT,
    topic="investments",
    says=(FixedScopeFlagged,),
    creates=True,
    requirements=("S0-08", "S3-09", "S4-03", "S4-04", "S4-09"),
    binds=("product",),
)
class ProposeInvestment(Command, InvestmentProposed):
    """Propose money for a team or a product, for the steering group to decide; in one currency throughout."""

    investment: Annotated[InvestmentId | None, MADE] = None


@command("portfolio.decide_investment", INVESTMENT, topic="decisions", says=(SupportUnfunded,), dated_by_importers_only=True, requirements=("S0-14", "S3-09"))
class DecideInvestment(OfInvestment, InvestmentDecided):
    """Record the decision of the steering group on an investment, once; an approval makes the amounts its first baseline."""


@command("portfolio.record_forecast", INVESTMENT, topic="forecasts", counts=True, requirements=("S4-09",))
class RecordForecast(OfInvestment, ForecastRecorded):
    """Record what the whole investment is now expected to cost."""


@command(
    "portfolio.rebaseline_investment", INVESTMENT, topic="baselines", dated_by_importers_only=True, says=(SupportUnfunded,), requirements=("S0-08", "S0-14")
)
class RebaselineInvestment(Command, InvestmentRebaselined, first=("investment", "enhance", "support", "amount")):
    """Give an approved investment a new baseline; the first stays beside it."""

    investment: Annotated[InvestmentId, Field(description="The approved investment.")]


@command("portfolio.record_actual", INVESTMENT, topic="actuals", says=(ActualRefunded,), counts=True, requirements=("S4-09",))
class RecordActual(OfInvestment, ActualRecorded):
    """Record what was spent over a number of days, both ends included; or, below zero and with its reason, what of that came back."""

    amount: Annotated[Balance, Field(description="How much, in the investment's currency; below zero: a refund.")]


@command("portfolio.plan_years", INVESTMENT, topic="forecasts", requirements=("S4-09", "S0-08"))
class PlanYears(OfInvestment, YearsPlanned):
    """Plan what is spent in which fiscal year; said again, it is the whole plan anew."""


@command("portfolio.record_return", INVESTMENT, topic="returns", counts=True, requirements=("S4-09",))
class RecordReturn(OfInvestment, ReturnRecorded):
    """Record what an investment brought back or saved."""


@command("portfolio.withdraw_investment", INVESTMENT, topic="corrections", requirements=("S0-14",))
class WithdrawInvestment(OfInvestment, InvestmentWithdrawn):
    """Withdraw an investment that was not approved: nothing is decided on it any more."""


@command("portfolio.close_investment", INVESTMENT, topic="corrections", requirements=("S0-14", "S4-09"))
class CloseInvestment(OfInvestment, InvestmentClosed):
    """Close an approved investment: nothing more is spent, and what was spent is what it costs in the end."""
