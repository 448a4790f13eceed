"""Events and values of rules as types and JSON, without the money that the reader may not see."""

from __future__ import annotations

import dataclasses
import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry.scalars import JSON

from libs.events.catalog.portfolio.people.person import Person
from libs.events.catalog.portfolio.team import TEAM
from libs.events.envelope import iso, payload
from libs.events.event import Event, Kind, Retracted, split
from libs.events.facts import Facts
from libs.rules.graduation.evidence import evidence
from libs.rules.history.stories import called, first_said, history
from libs.rules.judgements import judgements
from libs.rules.money.amounts import Amount
from libs.service.redaction import blanked
from services.gateway.graphql.context import Info
from services.gateway.graphql.global_ids import outside
from services.gateway.graphql.scalars import exact
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.connection import Connection, Listing, page
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.person import person_of


@strawberry.type(description="What something is about.")
class Subject:
    id: strawberry.ID = strawberry.field(description="Its global id.")
    name: str = strawberry.field(description="As people call it.")


def about(facts: Facts, aggregate: str) -> Subject:
    """A thing by its global id, with its name."""
    return Subject(id=strawberry.ID(aggregate), name=called(facts, aggregate))


@strawberry.type(description="Something that was said.")
class SaidEvent:
    facts: strawberry.Private[Facts]
    event: strawberry.Private[Event]
    team: strawberry.Private[str | None]
    known: strawberry.Private[bool | None]
    id: str = strawberry.field(description="Its position, `kind:id@sequence`.")
    type: str = strawberry.field(description="Its type, such as headway.roadmap.release.published.v1.")
    at: datetime = strawberry.field(description="When it was true.")
    recorded: datetime = strawberry.field(description="When it was learned.")
    asserted_by: str = strawberry.field(description="The role that said it.")
    retracted: bool = strawberry.field(description="Whether it was taken back, so that it counts no longer.")

    @told("Who said it; in which role, `assertedBy` says.")
    def by(self) -> Shown[Person] | None:
        return person_of(self.facts, self.event)

    @told("Whether it counts at this moment: it was not taken back, and what it judges, if anything, stands as it was judged.")
    def counts(self) -> bool:
        return not self.retracted and (isinstance(self.event.data, Retracted) or self.facts.counts(self.event)) if self.known is None else self.known

    @told("The position of what it judges: a decision, a sign-off, an outcome, an acceptance, an attestation, a verdict; null where it judges nothing.")
    def judges(self) -> str | None:
        return self.facts.judged(self.event)

    @told("Of what it was said.")
    def subject(self) -> Subject:
        return Subject(id=outside(*split(self.event.aggregate)), name=called(self.facts, self.event.aggregate))

    @told("Whether somebody else than the team that is explained said it; null where it is not a team that is explained.")
    def independent(self) -> bool | None:
        state = self.facts.get(TEAM, self.team)
        return evidence(self.event, state).independent if state else None

    @told("What it says; amounts are null for whoever may not read their money.")
    def data(self, info: Info) -> JSON:
        said, (kind, id) = payload(self.event), split(self.event.aggregate)
        without_money = blanked(said)
        return JSON(said if said == without_money or info.context.reads_money(self.facts, kind, id) else without_money)


def said(facts: Facts, event: Event, team: str | None = None, *, retracted: bool = False, counts: bool | None = None) -> SaidEvent:
    """An event, seen from a moment, perhaps as evidence about a team. Whether it counts is looked up where the caller does not know."""
    return SaidEvent(
        facts=facts,
        event=event,
        team=team,
        known=counts,
        id=event.id,
        type=event.type,
        at=event.time,
        recorded=event.recorded,
        asserted_by=event.actor.role,
        retracted=retracted,
    )


def judged(facts: Facts, kind: Kind[Any], id: str) -> list[SaidEvent]:
    """Every judgement of an aggregate, the latest first, also those that count no more."""
    return [said(facts, one.event, counts=one.counts) for one in facts.derive(judgements, kind, id)]


def history_of(facts: Facts, kind: str, id: str, first: int, after: str | None) -> Connection[SaidEvent]:
    """All that was said of a thing itself, the latest first."""
    found = facts.derive(history, kind, id)
    return page(Listing(f"history of {kind}:{id}", found, found), lambda one: said(facts, one.event, retracted=one.retracted, counts=one.counts), first, after)


def first_of(facts: Facts, kind: str, id: str) -> SaidEvent | None:
    """The event with which a thing begins."""
    found = first_said(facts, kind, id)
    return said(facts, found) if found else None


def shown(value: Any) -> Any:
    """A value of a rule as the schema shows it, as JSON: choices in capitals, money as text, other decimals as numbers, names in camel case.

    Of an event it shows what that says, and its day.
    """
    match value:
        case enum.Enum():
            return value.name
        case Amount(amount=amount, currency=currency):
            return {"amount": exact(amount), "currency": currency}
        case Decimal():
            return float(value)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case Event():
            return {**shown(value.data), "on": shown(value.time.date())}
        case dict():
            return {camel(name): shown(one) for name, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {camel(field.name): shown(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return shown(value._asdict())
    if isinstance(value, list | tuple):
        return [shown(one) for one in value]
    return value


def camel(name: str) -> str:
    """`held_on` as `heldOn`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
