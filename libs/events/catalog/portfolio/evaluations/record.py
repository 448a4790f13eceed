"""A record: that staff are trained, that use is reported, that monitoring found a problem, or how change is managed (S1-18 to S1-21)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Existing, Input, Inverse, OrganisationId, ProductId, Text, Title, Url, shared


class RecordKind(Choice):
    """What is kept on record, as evidence of how a product is improved."""

    TRAINING = choice("training", "Staff are trained, or are to be (S1-19).")
    REPORT = choice("report", "It is reported how the product is used (S1-20).")
    MONITORING_PROBLEM = choice("monitoring_problem", "Monitoring has found a problem by itself (S1-21).", words="Problem that monitoring found")
    CHANGE_PROCESS = choice("change_process", "It is written down how change is managed (S1-18).", words="Way of managing change")


@event("headway.portfolio.record.kept.v1")
class RecordKept(Payload):
    """This is so of a product, or of all that is at home in an organisation, from now on."""

    kind: Annotated[RecordKind, Doc("What it is.")]
    text: Annotated[str, Input(Text), Doc("What is so: which training, what the report shows, what the problem was, how change is managed.")]
    product: Annotated[ProductId | None, Existing(), Doc("The product that it is of; either this or the organisation.")] = None
    organisation: Annotated[OrganisationId | None, Existing(), Doc("The organisation of whose products it is; either this or the product.")] = None
    url: Annotated[str | None, Input(Url), Doc("Where it can be read.")] = None
    meant_for: Annotated[str | None, Input(Title, called="for"), Doc("Whom it is meant for: those who are trained, or who read the report.")] = None


@event("headway.portfolio.record.closed.v1")
class RecordClosed(Payload):
    """It is so no longer: the training is over, the report is not made any more, the problem is solved, change is managed otherwise."""

    reason: Annotated[str, Input(Text), Doc("Why it is so no longer.")]


@state
class KeptRecord:
    """A record as it stands."""

    id: str
    text: Annotated[str, Doc("What is so."), Called] = ""
    kind: Annotated[RecordKind, Doc("What it is.")] = RecordKind.REPORT
    product: Annotated[
        ProductId | None, Doc("The product that it is of; null where it is of an organisation."), Inverse("What is on record of it, by id (S1-18 to S1-21).")
    ] = None
    organisation: Annotated[
        OrganisationId | None,
        Doc("The organisation of whose products it is; null where it is of a product alone."),
        Inverse("What is on record of its products together, by id (S1-18 to S1-21)."),
    ] = None
    url: Annotated[str | None, Doc("Where it can be read; null where nobody said.")] = None
    meant_for: Annotated[str | None, Doc("Whom it is meant for; null where nobody said.")] = None
    kept: Annotated[Event | None, Doc("The day since which it is so.")] = None
    closed: Annotated[Event | None, Doc("The day since which it is so no longer; null while it is.")] = None
    closed_because: Annotated[str | None, Doc("Why it is so no longer; null while it is.")] = None


def evolve(record: KeptRecord, event: Event) -> KeptRecord:
    """The record after one more event, in whatever order."""
    match event.data:
        case RecordKept() as said:
            return changed(record, **shared(KeptRecord, said), kept=event)
        case RecordClosed(reason=reason):
            return changed(record, closed=event, closed_because=reason)
    return record


RECORD = Kind(
    "portfolio",
    "record",
    "records",
    KeptRecord,
    evolve,
    defined_by=(RecordKept,),
    begins=True,
    definition=("kind", "text", "product", "organisation", "url", "meant_for"),
)
