"""A target condition: a far and hard state to reach, to which nobody knows the way yet, so that it has no day (S3-02)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Input, Inverse, SubjectId, Text


@event("headway.roadmap.target_condition.set.v1")
class TargetConditionSet(Payload):
    """This is the state to reach, whatever the way to it turns out to be."""

    subject: Annotated[SubjectId, Doc("What is to reach it: the global id of a team, a product, a program, an organisation or an initiative.")]
    text: Annotated[str, Input(Text), Doc("How it is once it is reached.")]


@event("headway.roadmap.target_condition.reached.v1")
class TargetConditionReached(Payload):
    """It is so now."""


@state
class TargetCondition:
    """A target condition as it stands."""

    id: str
    text: Annotated[str, Doc("How it is once it is reached."), Called] = ""
    subject: Annotated[SubjectId, Doc("What is to reach it."), Inverse("The target conditions that it is to reach, or has reached, by id (S3-02).")] = ""
    set: Annotated[Event | None, Doc("The day on which it was set. By when it is to be reached nobody says: the way is not known beforehand.")] = None
    reached: Annotated[Event | None, Doc("The day on which it was reached; null before.")] = None


def evolve(condition: TargetCondition, event: Event) -> TargetCondition:
    """The target condition after one more event."""
    match event.data:
        case TargetConditionSet(subject=subject, text=text):
            return changed(condition, subject=subject, text=text, set=event)
        case TargetConditionReached():
            return changed(condition, reached=event)
    return condition


TARGET_CONDITION = Kind(
    "roadmap", "target_condition", "target_conditions", TargetCondition, evolve, defined_by=(TargetConditionSet,), begins=True, definition=("subject", "text")
)
