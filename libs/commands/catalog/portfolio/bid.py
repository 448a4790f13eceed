"""Commands about a bid."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.bid import BID, BidOutcomeRecorded, BidSubmitted
from libs.events.values import BidId


@command("portfolio.submit_bid", BID, topic="bids", creates=True, requirements=("S0-14", "S0-15"))
class SubmitBid(Command, BidSubmitted):
    """Submit a formal bid for the money of an investment that the steering group has approved."""

    bid: Annotated[BidId | None, MADE] = None


@command("portfolio.record_bid_outcome", BID, topic="bids", requirements=("S0-15",))
class RecordBidOutcome(Command, BidOutcomeRecorded):
    """Record what the deciding body said of a bid, once."""

    bid: Annotated[BidId, Field(description="The bid's id.")]
