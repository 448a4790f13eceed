"""Bids: none before the steering group has approved the investment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from libs.commands.catalog.portfolio.bid import RecordBidOutcome, SubmitBid
from libs.commands.decision import Case
from libs.commands.errors import AlreadyDecided, Invalid
from libs.events.catalog.portfolio.bid import Bid, BidSubmitted
from libs.events.catalog.portfolio.investment import INVESTMENT, Investment, InvestmentDecided
from libs.events.event import Payload
from libs.rules.judgements import of_something_else
from services.portfolio.domain import decisions
from services.portfolio.domain.investment import not_over


@decisions.decides(SubmitBid)
def submit_bid(command: SubmitBid, case: Case[Bid]) -> Iterator[Payload]:
    """A formal bid, resting on the approval before it of the amounts that hold (S0-14, S0-15).

    Raises Refused (S0-14) without one by then, also where the investment was re-baselined since, and for more than was approved; Invalid for another
    currency.
    """
    investment = case.facts.get(INVESTMENT, command.investment)
    approved = investment is not None and investment.approved
    earlier = of_something_else(case.facts, INVESTMENT, command.investment, InvestmentDecided)
    case.demand("S0-14", approved, f"the steering group has not approved {command.investment} by {case.at.date()}{earlier}", field="investment")
    known = case.current.get(INVESTMENT, command.investment)
    currency = known.currency if known else None
    if currency is not None and command.amount.currency != currency:
        raise Invalid(f"the investment is in {currency}", field="amount")
    decision = investment.decision if investment and approved else None
    if investment is not None:
        not_over(investment)
    if investment is not None and decision is not None:
        _within(command, case, investment, decision.time.date())
    yield BidSubmitted.of(command, decision=decision.id if decision else None)


@decisions.decides(RecordBidOutcome)
def record_bid_outcome(command: RecordBidOutcome, case: Case[Bid]) -> None:
    """What the body said, once (S0-15). Raises AlreadyDecided (S0-15)."""
    if case.there.outcome and not case.revising:
        detail = f"the outcome of {case.id} was recorded on {case.there.outcome.time.date()}"
        raise AlreadyDecided("S0-15", detail, field="bid", remedy="Retract the outcome that is on record, if it is wrong: portfolio.retract.")


def _within(command: SubmitBid, case: Case[Bid], investment: Investment, approved_on: date) -> None:
    """Refuses (S0-14) what the approval was not of: amounts that were re-baselined since, and more than was approved."""
    rebased, approved = investment.rebaselined, investment.decided_amounts
    if rebased is not None:
        detail = f"{investment.id} was re-baselined to {rebased.amount} on {rebased.since.date()}, and the approval of {approved_on} was not of that"
        remedy = "Have the steering group decide on what it was re-baselined to (portfolio.decide_investment), then submit the bid."
        case.demand("S0-14", False, detail, field="investment", remedy=remedy)
    elif approved is not None:
        detail = f"the bid is for {command.amount}, and the steering group approved {approved.total} on {approved_on}"
        remedy = "Bid for no more than was approved, or re-baseline the investment and have the steering group decide on that."
        case.demand("S0-14", command.amount.amount <= approved.total.amount, detail, field="amount", remedy=remedy)
