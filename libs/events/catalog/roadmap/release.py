"""A release: what goes out to the people a product is for, after the product owner's sign-off and the board's outcome (S0-13, S0-16)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, day_of, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Day, Existing, Input, Inverse, ProductId, RecommendationId, Text, Title, shared


class ReleaseStage(Choice):
    """The phase of the product that the release belongs to."""

    DISCOVERY = choice("discovery", "While it is found out what users need.")
    ALPHA = choice("alpha", "While ways of meeting the needs are tried.")
    BETA = choice("beta", "The first version that people use (R-01).")
    LIVE = choice("live", "The version in general use.")
    IMPROVE = choice("improve", "After that, while the product is made better.")


class ReleaseState(Choice):
    """How far a release is: proposed, then signed off, then published (S0-13)."""

    PROPOSED = choice("proposed", "It is meant; the product owner has not signed it off.", tone=Tone.GOING)
    SIGNED_OFF = choice("signed_off", "The product owner has agreed (S0-13).", tone=Tone.GOING)
    PUBLISHED = choice("published", "It is with the people it is for.", tone=Tone.GOOD)


@event("headway.roadmap.release.proposed.v1")
class ReleaseProposed(Payload):
    """A release is meant; `functional` says that it changes what the product does."""

    product: Annotated[ProductId, Doc("The product that goes out.")]
    stage: Annotated[ReleaseStage, Doc("The phase it belongs to: discovery, alpha, beta, live or improve.")]
    title: Annotated[str, Input(Title), Doc("As people call it.")]
    functional: Annotated[bool, Doc("Whether it changes what the product does: then it waits for the change advisory board.")] = True
    planned: Annotated[date | None, Input(Day), Doc("The day on which it is planned to go out.")] = None
    recommendation: Annotated[RecommendationId | None, Existing("product"), Doc("The recommendation that it carries out.")] = None


@event("headway.roadmap.release.replanned.v1")
class ReleaseReplanned(Payload):
    """It is planned to go out on another day."""

    planned: Annotated[date, Input(Day), Doc("The day on which it is planned to go out from now on.")]
    reason: Annotated[str, Input(Text), Doc("Why it moves.")]


@judges(Of((ReleaseProposed,), ("product", "stage", "title", "functional")))
@event("headway.roadmap.release.signed_off.v1")
class ReleaseSignedOff(Judgement):
    """The product owner agrees that it goes out as it is proposed (S0-13)."""


@judges(Of((ReleaseProposed,), ("product", "stage", "functional")))
@event("headway.roadmap.release.published.v1")
class ReleasePublished(Judgement):
    """What was proposed is in the hands of the people it is for; another title makes nothing else of it."""


@state
class Release:
    """A release as it stands. `proposed` is the proposal that was said last."""

    id: str
    product: Annotated[ProductId, Doc("The product that it is of.")] = ""
    title: Annotated[str, Doc("What it is called."), Called] = ""
    stage: Annotated[ReleaseStage, Doc("The phase of the product that it belongs to.")] = ReleaseStage.ALPHA
    functional: Annotated[bool, Doc("Whether it changes what the product does (S0-16).")] = True
    planned: Annotated[date | None, Doc("The day on which it is planned to go out, as that was said last; null where nobody said.")] = None
    recommendation: Annotated[
        RecommendationId | None,
        Doc("The recommendation that it carries out (S1-12); null where none is named."),
        Inverse("The releases that carry it out, by id (S1-12)."),
    ] = None
    proposed: Event | None = None
    signed_off: Event | None = None
    published: Event | None = None

    @property
    def state(self) -> Annotated[ReleaseState, Doc("How far it is.")]:
        """Proposed, signed off or published."""
        if self.published is not None:
            return ReleaseState.PUBLISHED
        return ReleaseState.PROPOSED if self.signed_off is None else ReleaseState.SIGNED_OFF

    @property
    def released_on(self) -> Annotated[date | None, Doc("The day on which it was published; null before.")]:
        """The day on which it was published."""
        return day_of(self.published)


def evolve(release: Release, event: Event) -> Release:
    """The release after one more event, in whatever order."""
    match event.data:
        case ReleaseProposed() as said:
            if release.proposed is not None and event.sequence < release.proposed.sequence:
                return release
            return changed(release, **shared(Release, said), proposed=event)
        case ReleaseReplanned(planned=planned):
            return changed(release, planned=planned)
        case ReleaseSignedOff():
            return changed(release, signed_off=event)
        case ReleasePublished():
            return changed(release, published=event)
    return release


RELEASE = Kind(
    "roadmap", "release", "releases", Release, evolve, defined_by=(ReleaseProposed,), begins=True, definition=("product", "stage", "title", "functional")
)
