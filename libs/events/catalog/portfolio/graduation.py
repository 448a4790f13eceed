"""A team's graduation: what was said on the way to it, by its team's id, and what the owner's clock announces of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.withdrawal import Withdrawn
from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Id, Input, Lines, PersonId, Text, Title, worded

CriterionId = Annotated[str, worded(r"^R-0[1-6]$", "a criterion, R-01 to R-06")]


class HomeFunction(Choice):
    """The functions of the home organisation that must be brought along (R-06)."""

    IT_AGENCY = choice("it_agency", "The agency that runs the organisation's IT.", words="IT agency", spoken="the IT agency")
    PROJECT_OFFICE = choice("project_office", "The office that oversees the organisation's projects.", spoken="the project office")
    CORPORATE_SERVICES = choice("corporate_services", "The services that all of the organisation shares.")
    STRATEGIC_HR = choice("strategic_hr", "Strategic human resources: who is hired, and for what.", words="Strategic HR")
    PROGRAM_LEADERSHIP = choice("program_leadership", "Those who lead the program that the product belongs to.")


class HandoffState(Choice):
    """How far the hand-off to one function has come."""

    OPEN = choice("open", "Nothing was prepared.", tone=Tone.PLAIN)
    PREPARED = choice("prepared", "The function has prepared, and has not accepted (S4-17).", tone=Tone.GOING)
    ACCEPTED = choice("accepted", "The function has taken over its part (R-06).", tone=Tone.GOOD)
    FAILED = choice("failed", "It did not succeed; it may be prepared again (S4-07).", tone=Tone.BAD)


class GraduationStatus(Choice):
    """Where a team stands: derived from facts and the day, never typed."""

    IN_RESIDENCY = choice("in_residency", "It builds its product, and has not entered Sustain.", tone=Tone.GOING)
    SUSTAIN = choice("sustain", "Team and product are healthy, and the organisation around them is brought along (S4-01).", tone=Tone.GOING)
    HANDING_OFF = choice("handing_off", "A function of the home organisation has accepted its part.", tone=Tone.GOING)
    READY = choice("ready", "R-01 to R-06 are met: the ceremony can be held.", tone=Tone.GOOD)
    GRADUATED = choice("graduated", "The ceremony was held, and all criteria are still met.", tone=Tone.GOOD)
    ALUMNI = choice("alumni", "It graduated long ago, and all criteria are still met.", tone=Tone.GOOD)
    AT_RISK = choice("at_risk", "It graduated, and a criterion is no longer met.", tone=Tone.BAD)
    PIVOTED_AWAY = choice("pivoted_away", "It left the path to graduation for good, or was dissolved.", tone=Tone.ENDED)


Function = Annotated[HomeFunction, Doc("The function of the home organisation.")]


@event("headway.portfolio.graduation.sustain_entered.v1")
class SustainEntered(Payload):
    """Team and product are healthy enough that the Lab turns to the broader organisation (S4-01)."""


@event("headway.portfolio.graduation.handoff_prepared.v1")
class HandoffPrepared(Payload):
    """A function of the home organisation has prepared for the hand-off, as this shows (S4-05, S4-17)."""

    function: Function
    evidence: Annotated[str, Input(Text), Doc("What shows it.")]


@judges(Of((HandoffPrepared,), alike=("function",), given=False), Of((TeamFormed,), ("home",), kind="team", given=False))
@event("headway.portfolio.graduation.handoff_accepted.v1")
class HandoffAccepted(Judgement):
    """A function of the home organisation has taken over its part of the support (R-06); `accepted_by` says who accepted."""

    function: Function
    accepted_by: Annotated[Id, Doc("The organisation, or the person's id, that accepts.")]


@event("headway.portfolio.graduation.handoff_failed.v1")
class HandoffFailed(Payload):
    """The hand-off to a function did not succeed; it stays on record (S4-07), and an acceptance before it no longer counts."""

    function: Function
    reason: Annotated[str, Input(Text), Doc("Why the hand-off failed.")]


@judges(Of((TeamFormed,), ("home", "products"), kind="team", given=False))
@event("headway.portfolio.graduation.attested.v1")
class Attested(Judgement):
    """Somebody who answers for it says that a criterion is met by the team (R-04)."""

    criterion: Annotated[str, Input(CriterionId), Doc("The criterion, such as R-04.")]
    statement: Annotated[str, Input(Text), Doc("In the executive's words.")]


@event("headway.portfolio.graduation.story_told.v1")
class StoryTold(Payload):
    """What was achieved was told, with what failed, where that was said (R-05, S4-18)."""

    achieved: Annotated[str, Input(Text), Doc("What was achieved.")]
    failed: Annotated[str | None, Input(Lines), Doc("What failed; R-05 is met only where it is told.")] = None
    channels: Annotated[tuple[str, ...], Input(Title, max_length=50), Doc("Where it was told.")] = ()
    people: Annotated[tuple[PersonId, ...] | None, Input(max_length=100), Doc("Whose story it is, by id; never a name.")] = None


@event("headway.portfolio.graduation.ceremony_held.v1")
class CeremonyHeld(Payload):
    """The graduation was celebrated (S4-18)."""


@event("headway.portfolio.graduation.status_changed.v1")
class GraduationStatusChanged(Payload):
    """Announced: on this day the team stands there, for these events (their positions)."""

    status: Annotated[GraduationStatus, Doc("Where the team stands.")]
    day: Annotated[date, Doc("Since which day.")]
    before: Annotated[GraduationStatus | None, Doc("Where it stood before.")] = None
    evidence: Annotated[tuple[str, ...], Doc("The events that this rests on: their positions.")] = ()


@event("headway.portfolio.graduation.criterion_met.v1")
class CriterionMet(Payload):
    """Announced: on this day a criterion is met, by these events (their positions)."""

    criterion: Annotated[str, Doc("The criterion, R-01 to R-06.")]
    why: Annotated[str, Doc("Why it is met, in words.")]
    day: Annotated[date, Doc("Since which day.")]
    evidence: Annotated[tuple[str, ...], Doc("The events by which it is met: their positions.")] = ()


@event("headway.portfolio.graduation.criterion_lapsed.v1")
class CriterionLapsed(Payload):
    """Announced: on this day a criterion that was met is not."""

    criterion: Annotated[str, Doc("The criterion, R-01 to R-06.")]
    why: Annotated[str, Doc("Why it is not met, in words.")]
    day: Annotated[date, Doc("Since which day.")]
    evidence: Annotated[tuple[str, ...], Doc("The events that it rests on, also those that are too old: their positions.")] = ()


@event("headway.portfolio.graduation.evidence_expired.v1")
class EvidenceExpired(Payload):
    """Announced: on this day an event (its position) is too old to count for a criterion."""

    criterion: Annotated[str, Doc("The criterion that it counted for, R-01 to R-06.")]
    event: Annotated[str, Doc("The event that is too old: its position.")]
    day: Annotated[date, Doc("The first day on which it does not count.")]


@dataclass(frozen=True, slots=True)
class Handoff:
    """The hand-off to one function: every preparation, acceptance and failure, each in order of time."""

    function: HomeFunction
    prepared: tuple[Event, ...] = ()
    accepted: tuple[Event, ...] = ()
    failed: tuple[Event, ...] = ()

    @property
    def preparation(self) -> Event | None:
        """The first preparation: by it a function is late or not (S4-17)."""
        return self.prepared[0] if self.prepared else None

    @property
    def readiness(self) -> tuple[Event, ...]:
        """The preparations that an acceptance can rest on: after a failure those that came after it."""
        return tuple(event for event in self.prepared if not self.failed or _when(event) > _when(self.failed[-1]))

    @property
    def acceptance(self) -> Event | None:
        """The acceptance that counts: the last one, unless the hand-off failed after it."""
        if not self.accepted or (self.failed and _when(self.failed[-1]) > _when(self.accepted[-1])):
            return None
        return self.accepted[-1]

    @property
    def state(self) -> HandoffState:
        """How far it has come: what was said last."""
        said = [(_when(events[-1]), state) for events, state in zip((self.prepared, self.accepted, self.failed), _STATES, strict=True) if events]
        if self.acceptance is not None or not said:
            return HandoffState.ACCEPTED if said else HandoffState.OPEN
        return max(said)[1]


@state
class GraduationState:
    """What was said of a team's graduation; `id` is the team's, and the tuples are in order of time."""

    id: str
    sustain: Event | None = None
    handoffs: tuple[Handoff, ...] = tuple(Handoff(function) for function in HomeFunction)
    attestations: tuple[Event, ...] = ()
    stories: tuple[Event, ...] = ()
    ceremonies: tuple[Event, ...] = ()

    def handoff(self, function: HomeFunction) -> Handoff:
        """The hand-off to one of the five functions."""
        return next(handoff for handoff in self.handoffs if handoff.function == function)

    def attested(self, criterion: str) -> tuple[Event, ...]:
        """The attestations of one criterion, in order of time."""
        return tuple(event for event in self.attestations if isinstance(event.data, Attested) and event.data.criterion == criterion)


def evolve(graduation: GraduationState, event: Event) -> GraduationState:
    """The graduation after one more event, in whatever order. Announcements change nothing."""
    match event.data:
        case SustainEntered():
            if graduation.sustain is None or graduation.sustain.sequence < event.sequence:
                return changed(graduation, sustain=event)
        case HandoffPrepared() | HandoffAccepted() | HandoffFailed() as said:
            return changed(graduation, handoffs=tuple(_handed(h, event) if h.function == said.function else h for h in graduation.handoffs))
        case Attested():
            return changed(graduation, attestations=(*graduation.attestations, event))
        case StoryTold():
            return changed(graduation, stories=(*graduation.stories, event))
        case CeremonyHeld():
            held = any(one.time.date() == event.time.date() for one in graduation.ceremonies)
            return graduation if held else changed(graduation, ceremonies=(*graduation.ceremonies, event))
    return graduation


def _handed(handoff: Handoff, event: Event) -> Handoff:
    match event.data:
        case HandoffPrepared() as said:
            since = [one for one in handoff.prepared if not handoff.failed or _when(one) > _when(handoff.failed[-1])]
            return handoff if any(one.data == said for one in since) else dataclasses.replace(handoff, prepared=(*handoff.prepared, event))
        case HandoffAccepted():
            return dataclasses.replace(handoff, accepted=(*handoff.accepted, event))
    return dataclasses.replace(handoff, failed=(*handoff.failed, event))


def _when(event: Event) -> tuple[datetime, int]:
    return event.time, event.sequence


_STATES = (HandoffState.PREPARED, HandoffState.ACCEPTED, HandoffState.FAILED)

GRADUATION = Kind("portfolio", "graduation", "graduations", GraduationState, evolve, tells_of="team", says={"withdrawn": Withdrawn})
