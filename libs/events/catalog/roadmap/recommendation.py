"""A recommendation: what should be done about findings, as those concerned see it, and what the product owner says to it (S1-11, S1-12)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import ONE_OR_SEVERAL, Called, Existing, FindingId, Input, Inverse, ProductId, Text, Title


class RecommendationState(Choice):
    """What became of a recommendation (S1-11)."""

    MADE = choice("made", "The product owner has not answered it.", words="Waits for an answer", tone=Tone.GOING)
    ACCEPTED = choice("accepted", "The product owner has taken it up.", tone=Tone.GOOD)
    DECLINED = choice("declined", "The product owner does not follow it, and has said why.", tone=Tone.ENDED)


Consulted = Annotated[
    tuple[str, ...],
    ONE_OR_SEVERAL,
    Input(Title, max_length=100),
    Doc("Who was consulted: groups and bodies, not people by name."),
]


@event("headway.roadmap.recommendation.made.v1")
class RecommendationMade(Payload):
    """This should be done, because of these findings."""

    product: Annotated[ProductId, Doc("The product that it is for.")]
    text: Annotated[str, Input(Text), Doc("What should be done.")]
    findings: Annotated[tuple[FindingId, ...], Existing("product"), Input(max_length=100), Doc("The findings that it rests on, one at least.")]
    consulted: Consulted = ()


_MADE = Of((RecommendationMade,), ("product", "text"))


@judges(_MADE)
@event("headway.roadmap.recommendation.accepted.v1")
class RecommendationAccepted(Judgement):
    """The product owner takes it up."""


@judges(_MADE)
@event("headway.roadmap.recommendation.declined.v1")
class RecommendationDeclined(Judgement):
    """The product owner does not follow it."""

    reason: Annotated[str, Input(Text), Doc("Why it is not followed.")]


@state
class Recommendation:
    """A recommendation as it stands."""

    id: str
    text: Annotated[str, Doc("What should be done."), Called] = ""
    product: Annotated[ProductId, Doc("The product that it is for."), Inverse("What was recommended for it, by id (S1-11).")] = ""
    findings: Annotated[tuple[FindingId, ...], Doc("The findings that it rests on."), Inverse("The recommendations that rest on it, by id (S1-11).")] = ()
    consulted: Annotated[tuple[str, ...], Doc("Who was consulted (S1-11).")] = ()
    made: Annotated[Event | None, Doc("The day on which it was made.")] = None
    accepted: Annotated[Event | None, Doc("The day on which the product owner accepted it; null before.")] = None
    declined: Annotated[Event | None, Doc("The day on which the product owner declined it; null where it was not.")] = None
    declined_because: Annotated[str | None, Doc("Why it was declined; null where it was not.")] = None

    @property
    def state(self) -> Annotated[RecommendationState, Doc("What became of it.")]:
        """The product owner's answer."""
        if self.declined is not None:
            return RecommendationState.DECLINED
        return RecommendationState.ACCEPTED if self.accepted is not None else RecommendationState.MADE


def evolve(recommendation: Recommendation, event: Event) -> Recommendation:
    """The recommendation after one more event, in whatever order."""
    match event.data:
        case RecommendationMade(product=product, text=text, findings=findings, consulted=consulted):
            return changed(recommendation, product=product, text=text, findings=findings, consulted=consulted, made=event)
        case RecommendationAccepted():
            return changed(recommendation, accepted=event)
        case RecommendationDeclined(reason=reason):
            return changed(recommendation, declined=event, declined_because=reason)
    return recommendation


RECOMMENDATION = Kind(
    "roadmap",
    "recommendation",
    "recommendations",
    Recommendation,
    evolve,
    defined_by=(RecommendationMade,),
    begins=True,
    definition=("product", "text", "findings", "consulted"),
)
