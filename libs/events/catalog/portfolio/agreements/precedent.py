"""A precedent: a case that others can go by, with what came of it (S4-16)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import AgreementId, Called, Existing, Input, Inverse, LoanId, OpportunityId, Text, Title, shared


@event("headway.portfolio.precedent.published.v1")
class PrecedentPublished(Payload):
    """Others can go by this case; said again of the same precedent, it is told anew (S4-16)."""

    title: Annotated[str, Input(Title), Doc("The case in one line.")]
    text: Annotated[str, Input(Text), Doc("What was done, and what others can take from it.")]
    loan: Annotated[LoanId | None, Existing(), Doc("The loan that it is about.")] = None
    agreement: Annotated[AgreementId | None, Existing(), Doc("The agreement that it rests on.")] = None
    opportunity: Annotated[OpportunityId | None, Existing(), Doc("The opportunity that it came from.")] = None


@state
class Precedent:
    """A precedent as it was told last."""

    id: str
    title: Annotated[str, Doc("The case in one line."), Called] = ""
    text: Annotated[str, Doc("What was done, and what others can take from it.")] = ""
    loan: Annotated[
        LoanId | None, Doc("The loan that it is about; null for none, and once that was taken back."), Inverse("The precedents that tell of it, by id (S4-16).")
    ] = None
    agreement: Annotated[
        AgreementId | None, Doc("The agreement that it rests on; null for none."), Inverse("The precedents that rest on it, by id (S4-16).")
    ] = None
    opportunity: Annotated[
        OpportunityId | None, Doc("The opportunity that it came from; null for none."), Inverse("The precedents that came from it, by id (S4-16).")
    ] = None
    published: Annotated[Event | None, Doc("The day on which it was published.")] = None


def evolve(precedent: Precedent, event: Event) -> Precedent:
    """The precedent after one more event."""
    match event.data:
        case PrecedentPublished() as said:
            return changed(precedent, **shared(Precedent, said), published=event)
    return precedent


PRECEDENT = Kind("portfolio", "precedent", "precedents", Precedent, evolve, defined_by=(PrecedentPublished,), begins=True, definition=("title",))
