"""A candidate: a group of an organisation that applies to be onboarded as a team, with the products that it plans (S4-10)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Existing, Input, Inverse, OrganisationId, PersonId, TeamId, Text, Title, shared


class CandidateState(Choice):
    """What became of an application (S4-10)."""

    WAITING = choice("waiting", "Lab Operations has not answered.", tone=Tone.GOING)
    ONBOARDED = choice("onboarded", "A team came of it.", tone=Tone.GOOD)
    DECLINED = choice("declined", "It is not taken on, and Lab Operations has said why.", tone=Tone.ENDED)


@event("headway.portfolio.candidate.applied.v1")
class CandidateApplied(Payload):
    """A group of this organisation wants to be onboarded, and plans these products (S4-10)."""

    organisation: Annotated[OrganisationId, Existing(), Doc("The organisation that it is of.")]
    name: Annotated[str, Input(Title), Doc("As people call it.")]
    products: Annotated[tuple[str, ...], Input(Title, min_length=1, max_length=100), Doc("The products that it plans, one at least, each by its name.")]
    sponsor: Annotated[PersonId | None, Doc("The id of the person who stands for it in the organisation.")] = None


_APPLICATION = Of((CandidateApplied,), ("organisation", "name", "products"))


@judges(_APPLICATION)
@event("headway.portfolio.candidate.onboarded.v1")
class CandidateOnboarded(Judgement):
    """Lab Operations takes it on."""

    team: Annotated[TeamId, Existing(), Doc("The team that came of it.")]


@judges(_APPLICATION)
@event("headway.portfolio.candidate.declined.v1")
class CandidateDeclined(Judgement):
    """Lab Operations does not take it on."""

    reason: Annotated[str, Input(Text), Doc("Why it is not taken on.")]


@state
class Candidate:
    """A candidate as it stands."""

    id: str
    name: Annotated[str, Doc("As people call it."), Called] = ""
    organisation: Annotated[OrganisationId, Doc("The organisation that it is of."), Inverse("Who has applied here for onboarding, by id (S4-10).")] = ""
    products: Annotated[tuple[str, ...], Doc("The products that it plans.")] = ()
    sponsor: Annotated[PersonId | None, Doc("Who stands for it in the organisation; null where nobody is named.")] = None
    team: Annotated[
        TeamId | None, Doc("The team that came of it; null before it is onboarded."), Inverse("The applications from which it came, by id (S4-10).")
    ] = None
    declined_because: Annotated[str | None, Doc("Why it is not taken on; null where it was not declined.")] = None
    applied: Annotated[Event | None, Doc("The day on which it applied.")] = None
    onboarded: Annotated[Event | None, Doc("The day on which it was taken on; null before.")] = None
    declined: Annotated[Event | None, Doc("The day on which it was declined; null where it was not.")] = None

    @property
    def state(self) -> Annotated[CandidateState, Doc("What became of it.")]:
        """The answer of Lab Operations."""
        if self.declined is not None:
            return CandidateState.DECLINED
        return CandidateState.ONBOARDED if self.onboarded is not None else CandidateState.WAITING


def evolve(candidate: Candidate, event: Event) -> Candidate:
    """The candidate after one more event, in whatever order."""
    match event.data:
        case CandidateApplied() as said:
            return changed(candidate, **shared(Candidate, said), applied=event)
        case CandidateOnboarded(team=team):
            return changed(candidate, team=team, onboarded=event)
        case CandidateDeclined(reason=reason):
            return changed(candidate, declined=event, declined_because=reason)
    return candidate


CANDIDATE = Kind(
    "portfolio",
    "candidate",
    "candidates",
    Candidate,
    evolve,
    defined_by=(CandidateApplied,),
    begins=True,
    definition=("organisation", "name", "products", "sponsor"),
)
