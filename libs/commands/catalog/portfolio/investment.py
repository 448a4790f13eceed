"""What can be asked of an investment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    FixedScopeFlagged,
    ForecastRecorded,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    ReturnRecorded,
    SupportUnfunded,
)
from libs.events.values import InvestmentId


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


@command("portfolio.record_actual", INVESTMENT, topic="actuals", counts=True, requirements=("S4-09",))
class RecordActual(OfInvestment, ActualRecorded):
    """Record what was spent over a number of days, both ends included."""


@command("portfolio.record_return", INVESTMENT, topic="returns", counts=True, requirements=("S4-09",))
class RecordReturn(OfInvestment, ReturnRecorded):
    """Record what an investment brought back or saved."""
