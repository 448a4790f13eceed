"""A vision: where a team, a product, a program, an organisation or an initiative is to be in the long term (S4-11, S2-06)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Day, Input, Inverse, SubjectId, Text, shared


@event("headway.roadmap.vision.set.v1")
class VisionSet(Payload):
    """This is where it is to be in the long term; said again, it is the next version."""

    subject: Annotated[SubjectId, Doc("Whose vision it is: the global id of a team, a product, a program, an organisation or an initiative.")]
    text: Annotated[str, Input(Text), Doc("Where it is to be, as those who work towards it should read it.")]
    until: Annotated[date | None, Input(Day), Doc("The last day that it is meant for; without one it holds until the next.")] = None


@state
class Vision:
    """A vision in the version of the latest day."""

    id: str
    text: Annotated[str, Doc("Where it is to be in the long term."), Called] = ""
    subject: Annotated[SubjectId, Doc("Whose vision it is."), Inverse("Every vision that was ever set for it, by id (S4-11).")] = ""
    until: Annotated[date | None, Doc("The last day that it is meant for; null where it holds until the next.")] = None
    set: Annotated[Event | None, Doc("The day on which this version was set.")] = None


def evolve(vision: Vision, event: Event) -> Vision:
    """The vision after one more event."""
    match event.data:
        case VisionSet() as said:
            return changed(vision, **shared(Vision, said), set=event)
    return vision


VISION = Kind("roadmap", "vision", "visions", Vision, evolve, defined_by=(VisionSet,), definition=("subject", "text"))
