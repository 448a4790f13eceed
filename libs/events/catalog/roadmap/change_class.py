"""A class of changes: what the change advisory board approves once for all changes of one sort, and the evidence that each of them must bring (S3-10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, day_of, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Input, Inverse, OrganisationId, Text, Title


@event("headway.roadmap.change_class.defined.v1")
class ChangeClassDefined(Payload):
    """Changes of this sort are to go out without a sitting of the board, each with all of this evidence."""

    organisation: Annotated[OrganisationId, Doc("The organisation whose board approves it.")]
    name: Annotated[str, Input(Title), Doc("As people call it.")]
    evidence: Annotated[tuple[str, ...], Input(Title, min_length=1, max_length=50), Doc("What each change of it must bring, such as `all tests passed`.")]


@judges(Of((ChangeClassDefined,), ("organisation", "name", "evidence")))
@event("headway.roadmap.change_class.decided.v1")
class ChangeClassDecided(Judgement):
    """The board lets changes of the class go out by their evidence alone, or no longer."""

    approved: Annotated[bool, Doc("Whether such changes go out without a sitting.")]
    reason: Annotated[str, Input(Text), Doc("The board's reason.")]


@state
class ChangeClass:
    """A class of changes as it stands; `decisions` are the board's, in order of time, those left out that only repeat the one before."""

    id: str
    organisation: Annotated[
        OrganisationId, Doc("The organisation whose board approves it."), Inverse("The classes of changes that its board was asked to approve, by id (S3-10).")
    ] = ""
    name: Annotated[str, Doc("As people call it."), Called] = ""
    evidence: Annotated[tuple[str, ...], Doc("What each change of it must bring.")] = ()
    defined: Annotated[Event | None, Doc("The day on which it was defined.")] = None
    decisions: tuple[Event, ...] = ()

    @property
    def approved(self) -> Annotated[bool | None, Doc("Whether the board lets its changes go out without a sitting; null before it has said so.")]:
        """What the board decided last."""
        return approves(self.decisions[-1]) if self.decisions else None

    @property
    def reason(self) -> Annotated[str | None, Doc("The board's reason; null before it has decided.")]:
        """Why it decided so."""
        said = self.decisions[-1].data if self.decisions else None
        return said.reason if isinstance(said, ChangeClassDecided) else None

    @property
    def decided_on(self) -> Annotated[date | None, Doc("The day of the board's last decision on it; null before.")]:
        """The day on which it was decided last."""
        return day_of(self.decisions[-1]) if self.decisions else None


def approves(decision: Event) -> bool:
    """Whether a decision lets the changes of a class go out."""
    return isinstance(decision.data, ChangeClassDecided) and decision.data.approved


def evolve(of: ChangeClass, event: Event) -> ChangeClass:
    """The class after one more event, in whatever order."""
    match event.data:
        case ChangeClassDefined(organisation=organisation, name=name, evidence=evidence):
            if of.defined is None or of.defined.sequence < event.sequence:
                return changed(of, organisation=organisation, name=name, evidence=evidence, defined=event)
        case ChangeClassDecided():
            if not of.decisions or of.decisions[-1].data != event.data:
                return changed(of, decisions=(*of.decisions, event))
    return of


CHANGE_CLASS = Kind(
    "roadmap",
    "change_class",
    "change_classes",
    ChangeClass,
    evolve,
    defined_by=(ChangeClassDefined,),
    begins=True,
    definition=("organisation", "name", "evidence"),
)
