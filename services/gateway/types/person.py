"""People, of whom events hold nothing but an id."""

from __future__ import annotations

from datetime import date

import strawberry

from libs.events.event import Event
from services.gateway.ids import outside
from services.gateway.types.node import Node


@strawberry.type(description="Somebody. Names never stand in events, so a person's name is the id.")
class Person(Node):
    id: strawberry.ID = strawberry.field(description="`person:` and the id that commands use.")
    name: str = strawberry.field(description="The id, until somebody says more.")


@strawberry.type(description="Who decided or signed something off, in which role, and when.")
class Voice:
    by: Person | None = strawberry.field(description="The person who decided or signed off.")
    asserted_by: str = strawberry.field(description="The role in which it was said, such as product_owner@permits.")
    on: date = strawberry.field(description="The day on which that was said.")
    event: str = strawberry.field(description="The event that says so: its position, `kind:id@sequence`.")


def voice(event: Event | None) -> Voice | None:
    """Who said something, with role and day; None where nobody has."""
    return Voice(by=person_of(event), asserted_by=event.actor.role, on=event.time.date(), event=event.id) if event else None


def person(id: str | None) -> Person | None:
    """The person of this id; None where none is named."""
    return Person(id=outside("person", id), name=id) if id else None


def person_of(event: Event | None) -> Person | None:
    """Who said something."""
    return person(event.actor.id) if event else None
