"""A finding: what the readings, the feedback and the experiments on a product come to: a cause, a pattern or an opportunity (S1-10)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Existing, GroundId, Input, Inverse, ProductId, Text


class FindingKind(Choice):
    """What a finding is (S1-10)."""

    CAUSE = choice("cause", "It is why a problem is there.")
    PATTERN = choice("pattern", "It comes again and again.")
    OPPORTUNITY = choice("opportunity", "Something could be better than it is.")


@event("headway.roadmap.finding.recorded.v1")
class FindingRecorded(Payload):
    """This was found, and it rests on that."""

    product: Annotated[ProductId, Doc("The product that it is about.")]
    kind: Annotated[FindingKind, Doc("cause, pattern or opportunity.")]
    text: Annotated[str, Input(Text), Doc("What was found.")]
    rests_on: Annotated[
        tuple[GroundId, ...],
        Existing("product"),
        Input(max_length=100),
        Doc("The metrics, themes and experiments that it rests on, one at least, by their global ids; a plain id is that of the first of these that there is."),
    ]


@state
class Finding:
    """A finding as it was recorded."""

    id: str
    text: Annotated[str, Doc("What was found."), Called] = ""
    kind: Annotated[FindingKind, Doc("What it is (S1-10).")] = FindingKind.PATTERN
    product: Annotated[ProductId, Doc("The product that it is about."), Inverse("What was found of it, by id (S1-10).")] = ""
    rests_on: Annotated[
        tuple[GroundId, ...], Doc("The metrics, themes and experiments that it rests on."), Inverse("The findings that rest on it, by id (S1-10).")
    ] = ()
    recorded: Annotated[Event | None, Doc("The day on which it was found.")] = None


def evolve(finding: Finding, event: Event) -> Finding:
    """The finding after one more event."""
    match event.data:
        case FindingRecorded(product=product, kind=kind, text=text, rests_on=rests_on):
            return changed(finding, product=product, kind=kind, text=text, rests_on=rests_on, recorded=event)
    return finding


FINDING = Kind(
    "roadmap", "finding", "findings", Finding, evolve, defined_by=(FindingRecorded,), begins=True, definition=("product", "kind", "text", "rests_on")
)
