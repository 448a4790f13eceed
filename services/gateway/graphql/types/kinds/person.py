"""People where something names them: who said something, and in which role."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from libs.events.catalog.portfolio.people.person import Person
from libs.events.event import Event, Kind
from libs.events.facts import Facts
from libs.rules import people as rules
from libs.rules.people import AnsweringFor
from services.gateway.graphql.types.kinds.annotations import Shown, person
from services.gateway.graphql.types.kinds.decorators import told


@strawberry.type(description="Who decided or signed something off, in which role, and when.")
class Voice:
    facts: strawberry.Private[Facts]
    said: strawberry.Private[Event]
    asserted_by: str = strawberry.field(description="The role in which it was said, such as product_owner@permits.")
    on: date = strawberry.field(description="The day on which that was said.")
    event: str = strawberry.field(description="The event that says so: its position, `kind:id@sequence`.")

    @told("The person who decided or signed off.")
    def by(self) -> Shown[Person] | None:
        return person_of(self.facts, self.said)


def answering_for(kind: Kind[Any]) -> Any:
    """The field with who answers for a thing of a kind."""

    @told("Who answers for it, by role: a senior responsible owner, a product owner, a sponsor (S4-20).")
    def accountable(self: Shown[Any]) -> list[AnsweringFor]:
        return list(self.facts.derive(rules.accountable, kind.key(self.of.id)))

    return accountable


def voice(facts: Facts, event: Event | None) -> Voice | None:
    """Who said something, with role and day; None where nobody has."""
    return Voice(facts=facts, said=event, asserted_by=event.actor.role, on=event.time.date(), event=event.id) if event else None


def person_of(facts: Facts, event: Event | None) -> Shown[Person] | None:
    """Who said something."""
    return person(facts, event.actor.id) if event else None
