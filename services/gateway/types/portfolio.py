"""The portfolio: everything, or all of one organisation, at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import strawberry

from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.lifecycle import DEFAULT_LIFECYCLE, LIFECYCLE
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.product import Product as ProductFacts
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.portfolio.team import Team as TeamFacts
from libs.events.event import Kind, S
from libs.events.facts import Facts
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.types.connection import PAGE, After, Connection, First, page
from services.gateway.types.money import Investment, investment
from services.gateway.types.organisation import Organisation, Program, organisation, program
from services.gateway.types.product import Product, product
from services.gateway.types.team import Team, team
from services.gateway.types.telling import told

Overdue = Annotated[bool | None, strawberry.argument(description="Only what is overdue (true), or not yet (false). Default: both.")]
InPhase = Annotated[str | None, strawberry.argument(description="Only products in the phase of this id, such as beta.")]


@strawberry.type(description="User needs that are prioritised (S0-22).")
class Needs:
    prioritised: int = strawberry.field(description="How many there are.")
    met: int = strawberry.field(description="How many of them are met, by their latest judgement.")
    share: float | None = strawberry.field(description="The second over the first: 0 to 1, four places; null while none is prioritised.")


@strawberry.type(description="Targets of metrics (S2-08).")
class Targets:
    hit: int = strawberry.field(description="How many were reached by the day they were due.")
    missed: int = strawberry.field(description="How many were not.")
    not_measured: int = strawberry.field(description="How many wait for their first reading.")


@strawberry.enum(description="What is due.")
class DutyKind(StrEnum):
    BID_UNDECIDED = "bid_undecided"
    EVIDENCE_EXPIRES = "evidence_expires"


@strawberry.type(description="What a duty is about.")
class Subject:
    id: strawberry.ID = strawberry.field(description="Its global id.")
    name: str = strawberry.field(description="As people call it.")


@strawberry.type(description="Something that must be seen to by a day.")
class Duty:
    kind: DutyKind = strawberry.field(description="What is due.")
    due_on: date = strawberry.field(description="By which day.")
    subject: Subject = strawberry.field(description="About what.")
    rule: str | None = strawberry.field(description="The id of the rule or criterion that asks for it.")
    overdue: bool = strawberry.field(description="Whether that day is over.")


@strawberry.type(description="A phase, and how many products are in it.")
class PhaseCount:
    id: str = strawberry.field(description="Its id within the lifecycle, such as beta.")
    title: str = strawberry.field(description="As people call it.")
    products: int = strawberry.field(description="How many products are in it at this moment.")


@strawberry.type(description="Everything, or all of one organisation, at one moment.")
class Portfolio:
    facts: strawberry.Private[Facts]
    scope: strawberry.Private[str | None]
    world: str = strawberry.field(description="Names the state of the world that this was answered from; the same as the header X-Headway-World.")
    as_of: date = strawberry.field(description="As of the end of which day (UTC).")
    known_at: datetime | None = strawberry.field(description="As known at which instant; null: all that was heard.")

    @told("What is invested; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        kind = "organisation" if self.scope else None
        return investment(info, self.facts, kind, self.scope, lambda: deriving.figures(self.facts, "portfolio", self.scope))

    @told("How many prioritised user needs are met.")
    def needs(self) -> Needs:
        found = deriving.needs_of(self.facts, self._product_ids)
        return Needs(prioritised=found.prioritised, met=found.met, share=deriving.share(found.share))

    @told("How many targets were hit.")
    def targets(self) -> Targets:
        found = deriving.targets_of(self.facts, self._product_ids)
        return Targets(hit=found.hit, missed=found.missed, not_measured=found.not_measured)

    @told("What is due, by day.")
    def duties(self, overdue: Overdue = None) -> list[Duty]:
        found = [*deriving.bid_duties(self.facts, self.scope)]
        for state in self._of(TEAM):
            found += deriving.evidence_duties(self.facts, state.id)
        chosen = [duty for duty in found if overdue in (None, duty.overdue)]
        return [_duty(self.facts, duty) for duty in sorted(chosen, key=lambda duty: (duty.due_on, duty.what, duty.id))]

    @told("The phases of the lifecycles in use, in order, with how many products are in each.")
    def phases(self) -> list[PhaseCount]:
        counted = Counter((state.lifecycle, state.phase) for state in self._of(PRODUCT) if state.phase)
        used = {state.lifecycle for state in self._of(PRODUCT)} - {None}
        lifecycles = [(None, DEFAULT_LIFECYCLE), *((state.id, state) for state in self.facts.every(LIFECYCLE) if state.id in used)]
        return [PhaseCount(id=p.id, title=p.title, products=counted[key, p.id]) for key, lifecycle in lifecycles for p in lifecycle.phases]

    @told("The organisations, by id.")
    def organisations(self) -> list[Organisation]:
        ids = [self.scope] if self.scope else [state.id for state in self.facts.every(ORGANISATION)]
        return [found for id in ids if self.facts.get(ORGANISATION, id) and (found := organisation(self.facts, id))]

    @told("The programs, by id.")
    def programs(self) -> list[Program]:
        return [program(self.facts, state.id) for state in self._of(PROGRAM)]

    @told("The products, by id.")
    def products(self, first: First = PAGE, after: After = None, phase: InPhase = None) -> Connection[Product]:
        found: Sequence[ProductFacts] = [state for state in self._of(PRODUCT) if phase in (None, state.phase)]
        return page(found, lambda state, _: product(self.facts, state.id), first, after)

    @told("The teams, by id; `first` is at most 500.")
    def teams(self, first: First = PAGE, after: After = None) -> Connection[Team]:
        found: Sequence[TeamFacts] = self._of(TEAM)
        return page(found, lambda state, _: team(self.facts, state), first, after)

    def _of(self, kind: Kind[S]) -> list[S]:
        return self.facts.related(kind, "home", self.scope) if self.scope else self.facts.every(kind)

    @property
    def _product_ids(self) -> tuple[str, ...]:
        return tuple(state.id for state in self._of(PRODUCT))


def _duty(facts: Facts, duty: deriving.Duty) -> Duty:
    return Duty(kind=DutyKind(duty.what), due_on=duty.due_on, subject=_subject(facts, duty), rule=duty.rule, overdue=duty.overdue)


def _subject(facts: Facts, duty: deriving.Duty) -> Subject:
    """The team itself; for a bid what its investment is for, and without that the bid by its id."""
    found: tuple[str, Any] = ("team", facts.get(TEAM, duty.id)) if duty.kind == "team" else ("bid", None)
    if duty.kind == "bid":
        bid = facts.get(BID, duty.id)
        money = facts.get(INVESTMENT, bid.investment) if bid else None
        if money is not None:
            found = ("team", facts.get(TEAM, money.team)) if money.team else ("product", facts.get(PRODUCT, money.product))
    kind, state = found
    return Subject(id=outside(kind, state.id), name=state.name) if state else Subject(id=outside(duty.kind, duty.id), name=duty.id)
