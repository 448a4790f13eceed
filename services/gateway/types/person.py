"""People, of whom events hold nothing but an id."""

from __future__ import annotations

import strawberry

from libs.events.event import Event
from services.gateway.ids import outside
from services.gateway.types.node import Node


@strawberry.type(description="Somebody. Names never stand in events, so a person's name is the id.")
class Person(Node):
    id: strawberry.ID = strawberry.field(description="`person:` and the id that commands use.")
    name: str = strawberry.field(description="The id, until somebody says more.")


def person(id: str | None) -> Person | None:
    """The person of this id; None where none is named."""
    return Person(id=outside("person", id), name=id) if id else None


def person_of(event: Event | None) -> Person | None:
    """Who said something."""
    return person(event.actor.id) if event else None
