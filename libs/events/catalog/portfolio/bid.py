"""A bid: the formal request for the money of an approved investment, and what came of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, day_of, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Decided, Input, InvestmentId, Money, Text, Title


class BidState(Choice):
    """What came of a bid (S0-15)."""

    WAITING = choice("waiting", "The deciding body has not said yet.", tone=Tone.GOING)
    WON = choice("won", "The money was granted.", tone=Tone.GOOD)
    LOST = choice("lost", "The money was not granted.", tone=Tone.ENDED)


@event("headway.portfolio.bid.submitted.v1")
class BidSubmitted(Payload):
    """This amount was formally asked for at the body that decides (S0-15); `decision` is the approval it rests on (its position)."""

    investment: Annotated[InvestmentId, Doc("The approved investment.")]
    amount: Annotated[Money, Doc("How much is asked for, in the investment's currency.")]
    body: Annotated[str, Input(Title), Doc("The body that decides.")]
    decision: Annotated[str | None, Decided, Doc("The approval that it rests on: the position of that event.")] = None


@judges(Of((BidSubmitted,), ("investment", "amount", "body")))
@event("headway.portfolio.bid.outcome_recorded.v1")
class BidOutcomeRecorded(Judgement):
    """The body decided on the bid as it was submitted: won or not, and why."""

    won: Annotated[bool, Doc("Whether the money was granted.")]
    reason: Annotated[str, Input(Text), Doc("Why the body decided so.")]


@state
class Bid:
    """A bid as it stands: `submitted` and `outcome` are its events, `won` None while it is undecided, `decision` the approval it rests on (its position)."""

    id: str
    investment: Annotated[InvestmentId | None, Doc("The investment that it asks money for.")] = None
    amount: Money | None = None
    body: Annotated[str, Doc("The body that decides.")] = ""
    decision: str | None = None
    submitted: Annotated[Event | None, Doc("The day on which it was submitted.")] = None
    outcome: Event | None = None
    won: bool | None = None

    @property
    def state(self) -> Annotated[BidState, Doc("What came of it.")]:
        """Waiting, won or lost."""
        if self.outcome is None:
            return BidState.WAITING
        return BidState.WON if self.won else BidState.LOST

    @property
    def decided_on(self) -> Annotated[date | None, Doc("The day of the outcome; null before.")]:
        """The day of the outcome."""
        return day_of(self.outcome)


def evolve(bid: Bid, event: Event) -> Bid:
    """The bid after one more event, in whatever order. Of several submissions, or outcomes, the one said last counts."""
    match event.data:
        case BidSubmitted(investment=investment, amount=amount, body=body, decision=decision):
            if bid.submitted is None or bid.submitted.sequence < event.sequence:
                return changed(bid, investment=investment, amount=amount, body=body, decision=decision, submitted=event)
        case BidOutcomeRecorded(won=won):
            if bid.outcome is None or bid.outcome.sequence < event.sequence:
                return changed(bid, outcome=event, won=won)
    return bid


BID = Kind("portfolio", "bid", "bids", Bid, evolve, defined_by=(BidSubmitted,), begins=True, definition=("investment", "body"))
