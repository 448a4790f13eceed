"""Confidence: how sure those who answer for something are that it comes to what it is for, in words, beside what the rules make of it."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Among, Existing, Input, Inverse, Text, shared

_RATED = Among(("team", "product", "program", "organisation", "investment"))
RatedId = Annotated[str, _RATED, _RATED.written]
"""The global id of what confidence is rated in."""


class ConfidenceLevel(Choice):
    """How sure somebody is, in five levels, as other governments rate their projects."""

    HIGH = choice("high", "It comes about as it is meant, and nothing that is known stands in its way.", tone=Tone.GOOD)
    MEDIUM_HIGH = choice("medium_high", "It comes about as things are, where what stands in its way is seen to.", tone=Tone.GOOD)
    MEDIUM = choice("medium", "It can come about, though much stands in its way that somebody must deal with now.", tone=Tone.GOING)
    MEDIUM_LOW = choice("medium_low", "It is in doubt, and whether that can be turned is not known.", tone=Tone.BAD)
    LOW = choice("low", "It does not come about unless it is set up anew.", tone=Tone.BAD)


@event("headway.portfolio.confidence.rated.v1")
class ConfidenceRated(Payload):
    """So sure is whoever says it, on this day; said again, it is rated anew."""

    subject: Annotated[RatedId, Existing(), Doc("What is rated: the global id of a team, a product, a program, an organisation or an investment.")]
    level: Annotated[ConfidenceLevel, Doc("high, medium_high, medium, medium_low or low.")]
    words: Annotated[str, Input(Text), Doc("Why, in words.")]
    next_step: Annotated[str | None, Input(Text), Doc("What is done next about it.")] = None


@state
class ConfidenceRating:
    """What was rated under one id, as it was rated last; `ratings` is each of them, the earliest first."""

    id: str
    subject: Annotated[RatedId, Doc("What is rated."), Inverse("How sure those who answer for it were of it, by id.")] = ""
    level: Annotated[ConfidenceLevel | None, Doc("How sure whoever rated it last was.")] = None
    words: Annotated[str, Doc("Why, in words.")] = ""
    next_step: Annotated[str | None, Doc("What is done next about it; null where nobody said.")] = None
    rated: Annotated[Event | None, Doc("The day on which it was rated last.")] = None
    ratings: tuple[Event[ConfidenceRated], ...] = ()


def evolve(rating: ConfidenceRating, event: Event) -> ConfidenceRating:
    """The rating after one more event, in order of time."""
    match event.data:
        case ConfidenceRated() as said:
            return changed(rating, **shared(ConfidenceRating, said), rated=event, ratings=(*rating.ratings, event))
    return rating


CONFIDENCE = Kind("portfolio", "confidence", "confidences", ConfidenceRating, evolve, defined_by=(ConfidenceRated,), begins=True, definition=("subject",))
