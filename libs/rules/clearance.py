"""Whether a change may go out: by the board's outcome or, in a class that the board has approved, by its evidence alone (S0-16, S3-10)."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.roadmap.change import CHANGE, ChangeRequest
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS, ChangeClass, approves
from libs.events.event import Event
from libs.events.facts import Facts


class Clearance(NamedTuple):
    """Whether a change may go out, and by what (S0-16, S3-10)."""

    approved: Annotated[bool | None, Doc("Whether it may go out; null while neither the board nor the change's class says so.")] = None
    settled: Annotated[Event | None, Doc("The day since which that is so; null before.")] = None
    by_class: Annotated[bool, Doc("Whether it goes out by its class and its evidence, without a sitting of the board (S3-10).")] = False
    lacking: Annotated[tuple[str, ...], Doc("The evidence that its class asks for and nobody has attached; none where it is of no class.")] = ()
    class_approved: Annotated[bool, Doc("Whether the board lets changes of its class go out by their evidence; false where it is of no class.")] = False


def clearance(facts: Facts, id: str) -> Clearance:
    """Whether a change may go out. The board's own outcome comes before what its class says."""
    change = facts.get(CHANGE, id)
    if change is None:
        return Clearance()
    of = facts.get(CHANGE_CLASS, change.change_class) or ChangeClass(id="")
    lacking = tuple(one for one in of.evidence if all(one != attached.evidence for attached in change.attached))
    if change.decision is not None:
        return Clearance(change.approved, change.decision, lacking=lacking, class_approved=bool(of.approved))
    cleared = None if lacking or change.raised is None else _cleared(change, change.raised, of)
    return Clearance(True if cleared else None, cleared, cleared is not None, lacking, bool(of.approved))


def _cleared(change: ChangeRequest, raised: Event, of: ChangeClass) -> Event | None:
    """Since when a change that has brought everything goes out by its class: that, or the approval of the class where it came later.

    A class that is no longer approved stops only what had not brought everything before.
    """
    complete = max((raised, *(one.attached for one in change.attached if one.evidence in of.evidence)), key=lambda event: event.order)
    before = [decision for decision in of.decisions if decision.order < complete.order]
    if before and approves(before[-1]):
        return complete
    return next((decision for decision in of.decisions if decision.order > complete.order and approves(decision)), None)
