"""Bids: none before the steering group has approved the investment."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.bid import RecordBidOutcome, SubmitBid
from libs.commands.deciding import Case
from libs.commands.errors import AlreadyExists, Invalid
from libs.commands.rows import anew, of_row
from libs.events.catalog.portfolio.bid import BID, Bid, BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.event import Payload
from services.portfolio.domain import decisions


@decisions.decides(SubmitBid)
def submit_bid(command: SubmitBid, case: Case[Bid]) -> Iterator[Payload]:
    """A formal bid, resting on the approval before it (S0-14, S0-15). Raises Refused (S0-14) without one by then, Invalid for another currency."""
    investment = case.facts.get(INVESTMENT, command.investment)
    approved = investment is not None and investment.approved
    case.demand("S0-14", approved, f"the steering group has not approved {command.investment} by {case.at.date()}", field="investment")
    known = case.current.get(INVESTMENT, command.investment)
    currency = known.currency if known else None
    if currency is not None and command.amount.currency != currency:
        raise Invalid(f"the investment is in {currency}", field="amount")
    decision = investment.decision if investment and approved else None
    yield BidSubmitted(investment=command.investment, amount=command.amount, body=command.body, decision=decision.id if decision else None)


@decisions.decides(RecordBidOutcome)
def record_bid_outcome(command: RecordBidOutcome, case: Case[Bid]) -> Iterator[Payload]:
    """What the body said, once (S0-15). Raises AlreadyExists, and Invalid before the bid was submitted."""
    if case.there.outcome and not case.revising:
        raise AlreadyExists(f"the outcome of {case.id} was recorded on {case.there.outcome.time.date()}", field="bid")
    if case.then is None or case.then.submitted is None:
        raise Invalid(f"{case.id} was not submitted by {case.at.date()}", field="at")
    yield from anew(case, of_row(case, BID), BidOutcomeRecorded(won=command.won, reason=command.reason))
