"""A person: an id that events may name. Names and addresses lie apart (`libs.events.ports.people`), so that somebody can be forgotten and history stays."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Id, Input, Inverse, OrganisationId, PersonMark, Ref, Text

RegisteredId = Annotated[Id, PersonMark, Ref("person")]
"""The id of a person of whom a name is, or was, kept."""


@event("headway.portfolio.person.registered.v1")
class PersonRegistered(Payload):
    """There is somebody of this id; name and address lie apart from all events, and are kept until the person is forgotten."""

    organisation: Annotated[OrganisationId | None, Doc("The organisation whose people they are among; without one, that of the role that says it.")] = None


@event("headway.portfolio.person.forgotten.v1")
class PersonForgotten(Payload):
    """Name and address were taken away, everywhere and for good; what the id said and did stays as it was."""

    reason: Annotated[str, Input(Text), Doc("Why, without saying who it is.")]


@state
class Person:
    """Somebody, by an id. Names never stand in events; who may not see a name reads the id in its place."""

    id: str
    organisation: Annotated[
        OrganisationId | None, Doc("The organisation that they were registered for; null for none."), Inverse("The people registered for it, by id.")
    ] = None
    registered: Annotated[Event | None, Doc("The day on which a name was registered; null where none ever was.")] = None
    forgotten: Annotated[Event | None, Doc("The day on which name and address were taken away; null where they were not.")] = None


def evolve(person: Person, event: Event) -> Person:
    """The person after one more event."""
    match event.data:
        case PersonRegistered(organisation=organisation):
            return changed(person, organisation=organisation, registered=event)
        case PersonForgotten():
            return changed(person, forgotten=event)
    return person


PERSON = Kind("portfolio", "person", "people", Person, evolve, defined_by=(PersonRegistered,))
