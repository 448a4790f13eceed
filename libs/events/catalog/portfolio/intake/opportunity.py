"""An opportunity: a priority across government for which a team may work beyond its program (S4-14)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Day, Existing, Input, Inverse, OrganisationId, TeamId, Text, shared


class OpportunityState(Choice):
    """What the home of the team said to an opportunity (S4-14)."""

    OPEN = choice("open", "The executive of the team's home has not answered.", words="Waits for an answer", tone=Tone.GOING)
    ACCEPTED = choice("accepted", "The team may take it up.", tone=Tone.GOOD)
    DECLINED = choice("declined", "The team stays with its program, and the executive has said why.", tone=Tone.ENDED)


@event("headway.portfolio.opportunity.recorded.v1")
class OpportunityRecorded(Payload):
    """This team is asked for beyond its program, by a priority of this organisation (S4-14)."""

    team: Annotated[TeamId, Existing(), Doc("The team that is asked for.")]
    organisation: Annotated[OrganisationId, Existing(), Doc("The organisation whose priority it is.")]
    text: Annotated[str, Input(Text), Doc("What there is to do.")]
    starts: Annotated[date | None, Input(Day), Doc("The first day of it.")] = None
    ends: Annotated[date | None, Input(Day), Doc("The last day of it.")] = None


_RECORDED = Of((OpportunityRecorded,), ("team", "organisation", "text", "starts", "ends"))


@judges(_RECORDED)
@event("headway.portfolio.opportunity.accepted.v1")
class OpportunityAccepted(Judgement):
    """The executive of the team's home agrees."""


@judges(_RECORDED)
@event("headway.portfolio.opportunity.declined.v1")
class OpportunityDeclined(Judgement):
    """The executive of the team's home does not agree."""

    reason: Annotated[str, Input(Text), Doc("Why the team stays with its program.")]


@state
class Opportunity:
    """An opportunity as it stands."""

    id: str
    text: Annotated[str, Doc("What there is to do."), Called] = ""
    team: Annotated[TeamId, Doc("The team that is asked for."), Inverse("The opportunities beyond its program, by id (S4-14).")] = ""
    organisation: Annotated[
        OrganisationId, Doc("The organisation whose priority it is."), Inverse("The opportunities that its priorities present to teams, by id (S4-14).")
    ] = ""
    starts: Annotated[date | None, Doc("The first day of it; null where nobody said.")] = None
    ends: Annotated[date | None, Doc("The last day of it; null where nobody said.")] = None
    declined_because: Annotated[str | None, Doc("Why it was declined; null where it was not.")] = None
    recorded: Annotated[Event | None, Doc("The day on which it was recorded.")] = None
    accepted: Annotated[Event | None, Doc("The day on which it was accepted; null before.")] = None
    declined: Annotated[Event | None, Doc("The day on which it was declined; null where it was not.")] = None

    @property
    def state(self) -> Annotated[OpportunityState, Doc("What the home of the team said to it.")]:
        """The answer of the home's executive."""
        if self.declined is not None:
            return OpportunityState.DECLINED
        return OpportunityState.ACCEPTED if self.accepted is not None else OpportunityState.OPEN


def evolve(opportunity: Opportunity, event: Event) -> Opportunity:
    """The opportunity after one more event, in whatever order."""
    match event.data:
        case OpportunityRecorded() as said:
            return changed(opportunity, **shared(Opportunity, said), recorded=event)
        case OpportunityAccepted():
            return changed(opportunity, accepted=event)
        case OpportunityDeclined(reason=reason):
            return changed(opportunity, declined=event, declined_because=reason)
    return opportunity


OPPORTUNITY = Kind(
    "portfolio",
    "opportunity",
    "opportunities",
    Opportunity,
    evolve,
    defined_by=(OpportunityRecorded,),
    begins=True,
    definition=("team", "organisation", "text", "starts", "ends"),
)
