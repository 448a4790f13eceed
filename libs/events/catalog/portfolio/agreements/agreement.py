"""An agreement between organisations, such as one by which a team is lent (S4-16)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Day, Input, Inverse, OrganisationId, Text, Url, shared


@event("headway.portfolio.agreement.recorded.v1")
class AgreementRecorded(Payload):
    """These organisations have agreed on this (S4-16)."""

    parties: Annotated[tuple[OrganisationId, ...], Input(min_length=2, max_length=100), Doc("The organisations that agree, two at least.")]
    text: Annotated[str, Input(Text), Doc("What they agree on.")]
    url: Annotated[str | None, Input(Url), Doc("Where it can be read.")] = None
    signed_on: Annotated[date | None, Input(Day), Doc("The day on which it was signed.")] = None


@state
class Agreement:
    """An agreement as it was recorded last."""

    id: str
    text: Annotated[str, Doc("What they agree on."), Called] = ""
    parties: Annotated[tuple[OrganisationId, ...], Doc("The organisations that agree."), Inverse("The agreements that it is a party to, by id (S4-16).")] = ()
    url: Annotated[str | None, Doc("Where it can be read; null where nobody said.")] = None
    signed_on: Annotated[date | None, Doc("The day on which it was signed; null where nobody said.")] = None
    recorded: Annotated[Event | None, Doc("The day on which it was recorded.")] = None


def evolve(agreement: Agreement, event: Event) -> Agreement:
    """The agreement after one more event."""
    match event.data:
        case AgreementRecorded() as said:
            return changed(agreement, **shared(Agreement, said), recorded=event)
    return agreement


AGREEMENT = Kind("portfolio", "agreement", "agreements", Agreement, evolve, defined_by=(AgreementRecorded,), begins=True, definition=("parties", "text"))
