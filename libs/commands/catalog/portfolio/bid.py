"""What can be asked of a bid."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.bid import BID, BidOutcomeRecorded, BidSubmitted
from libs.events.values import BidId, InvestmentId, Money, Text, Title


@command("portfolio.submit_bid", BID, topic="bids", says=(BidSubmitted,), creates=True, requirements=("S0-14", "S0-15"))
class SubmitBid(Command):
    """Submit a formal bid for the money of an investment that the steering group has approved."""

    bid: Annotated[BidId | None, Field(description="Its id; made where none is given.")] = None
    investment: Annotated[InvestmentId, Field(description="The approved investment.")]
    amount: Annotated[Money, Field(description="How much is asked for, in the investment's currency.")]
    body: Annotated[Title, Field(description="The body that decides.")]


@command("portfolio.record_bid_outcome", BID, topic="bids", says=(BidOutcomeRecorded,), requirements=("S0-15",))
class RecordBidOutcome(Command):
    """Record what the deciding body said of a bid, once."""

    bid: Annotated[BidId, Field(description="The bid.")]
    won: Annotated[bool, Field(description="Whether the money was granted.")]
    reason: Annotated[Text, Field(description="Why.")]
