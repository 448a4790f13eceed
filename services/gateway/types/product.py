"""Products and their phases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.backlog.need import NEED
from libs.events.catalog.portfolio import product as catalogue
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.change import CHANGE
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import Kind, S
from libs.events.facts import Facts
from libs.rules.homes import home_of_product
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.types import backlog as backlogs
from services.gateway.types import roadmap as roadmaps
from services.gateway.types.changes import Kinds, Movement, Since, moved
from services.gateway.types.connection import PAGE, After, Connection, First, Listing, by_id, page
from services.gateway.types.explaining import Explanation, Field, explanation
from services.gateway.types.governing import ChangeRequest, Metric, Need, change_request, metric, need
from services.gateway.types.money import Investment, investment
from services.gateway.types.needs import Needs, Targets, needs, targets
from services.gateway.types.node import KNOWN, Node
from services.gateway.types.organisation import Organisation, Program, organisation, program
from services.gateway.types.saying import SaidEvent
from services.gateway.types.stories import StoryKinds, first_of, told_of
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.team import Team


@strawberry.type(description="The phase of its lifecycle that a product is in.")
class Phase:
    id: str = strawberry.field(description="Its id within the lifecycle, such as beta.")
    title: str = strawberry.field(description="As people call it.")
    since: date = strawberry.field(description="The day on which it was entered.")


@strawberry.type(description="An early halt of the work on a product: a risk, not a completion (S0-03).")
class Halt:
    since: date = strawberry.field(description="The day on which work halted.")
    reason: str = strawberry.field(description="Why.")
    lacking: str | None = strawberry.field(description="What was lacking, where that was said.")


@strawberry.type(description="The phases that a product goes through, in their order (S0-01).")
class Lifecycle:
    id: strawberry.ID = strawberry.field(description="`lifecycle:` and the id that commands use.")
    name: str = strawberry.field(description="As people call it; its id while nothing was heard of it but the id.")
    known: bool = strawberry.field(description=KNOWN)


@strawberry.type(description="A digital service to citizens.")
class Product(Node):
    facts: strawberry.Private[Facts]
    key: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="`product:` and the id that commands use.")
    name: str = strawberry.field(description="As people call it; its id while nothing was heard of it but the id.")
    known: bool = strawberry.field(description="Whether it was registered: a mere reference may be heard first.")

    @told("The phase it is in; null before the first.")
    def phase(self) -> Phase | None:
        found = deriving.phase(self.facts, self.key)
        return Phase(id=found.id, title=found.title, since=found.since) if found else None

    @told("Every phase that it entered, in order of time (S0-01).")
    def phases(self) -> list[Phase]:
        return [Phase(id=one.id, title=one.title, since=one.since) for one in deriving.phases_of(self.facts, self.key)]

    @told("The halt of the work on it; null while it goes on.")
    def halt(self) -> Halt | None:
        state = self._state
        said = state.halted.data if state and state.halted else None
        if state is None or state.halted_since is None or not isinstance(said, catalogue.ProductHalted):
            return None
        return Halt(since=state.halted_since.date(), reason=said.reason, lacking=said.lacking)

    @told("The day on which it was decommissioned (S0-02); null while it is offered.")
    def decommissioned_on(self) -> date | None:
        return deriving.event_day(self._state.decommissioned) if self._state else None

    @told("The organisation it is at home in.")
    def home(self) -> Organisation | None:
        return organisation(self.facts, home_of_product(self.facts, self._state)) if self._state else None

    @told("The lifecycle that it names; null where it goes through the default one.")
    def lifecycle(self) -> Lifecycle | None:
        id = self._state.lifecycle if self._state else None
        found = self.facts.defined(LIFECYCLE, id)
        return Lifecycle(id=outside("lifecycle", id), name=(found.name if found else "") or id, known=found is not None) if id else None

    @told("The program it is part of.")
    def program(self) -> Program | None:
        state = self._state
        return program(self.facts, state.program) if state and state.program else None

    @told("The teams that serve it.")
    def teams(self) -> list[Annotated[Team, strawberry.lazy("services.gateway.types.team")]]:
        from services.gateway.types.team import team

        return [team(self.facts, state) for state in self.facts.related(TEAM, "products", self.key)]

    @told("What is invested in it; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "product", self.key, lambda: deriving.figures(self.facts, "product", self.key))

    @told("How many of its prioritised user needs are met (S0-22).")
    def needs(self) -> Needs:
        return needs(self.facts, (self.key,))

    @told("How many of its targets were hit, and where the others stand (S0-23).")
    def targets(self) -> Targets:
        return targets(self.facts, (self.key,))

    @told("What its users need, by id (S0-04).")
    def user_needs(self, first: First = PAGE, after: After = None) -> Connection[Need]:
        return page(self._listing(NEED), lambda state: need(self.facts, state), first, after)

    @told("By what it is measured, by id (S1-01).")
    def metrics(self, first: First = PAGE, after: After = None) -> Connection[Metric]:
        return page(self._listing(METRIC), lambda state: metric(self.facts, state), first, after)

    @told("What the change advisory board was asked of it, by id (S0-16, S0-17).")
    def change_requests(self, first: First = PAGE, after: After = None) -> Connection[ChangeRequest]:
        return page(self._listing(CHANGE), lambda state: change_request(self.facts, state), first, after)

    @told("What it means to bring about.")
    def roadmap(self) -> roadmaps.Roadmap:
        return roadmaps.roadmap(self.facts, f"product:{self.key}", (self.key,))

    @told("The products that it depends on, as the change advisory board approved (S0-17), by id.")
    def depends_on(self) -> list[Product]:
        return [product(self.facts, id) for id in deriving.depends_on(self.facts, self.key)]

    @told("What has a day: releases that were published, targets that are due, by day.")
    def milestones(self) -> list[roadmaps.Milestone]:
        return roadmaps.milestones(self.facts, self.key)

    @told("What it still wants; null while no backlog was opened.")
    def backlog(self) -> backlogs.Backlog | None:
        return backlogs.backlog(self.facts, self.key)

    @told("What goes out to its users, in the order of the proposals.")
    def releases(self) -> list[roadmaps.Release]:
        return roadmaps.releases(self.facts, self.key)

    @told("What moved from an instant until this moment of it, by the time it came true.")
    def changes(self, info: Info, since: Since, kinds: Kinds = None, first: First = PAGE, after: After = None) -> Connection[Movement]:
        return moved(info, since, self.facts, ("product", self.key), kinds, first, after)

    @told("All that was said of it, its money, bids, roadmap, releases, changes, metrics, needs and backlog, the latest first; what was taken back is marked.")
    def story(self, kinds: StoryKinds = None, first: First = PAGE, after: After = None) -> Connection[SaidEvent]:
        return told_of(self.facts, "product", self.key, kinds, first, after)

    @told("The first that was said of it, by the time it was true; null where it was only named.")
    def first_event(self) -> SaidEvent | None:
        return first_of(self.facts, "product", self.key)

    @told("Why a figure is what it is, such as graduation.status or investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "product", self.key, field)

    def _listing(self, kind: Kind[S]) -> Listing[S]:
        return by_id(f"{kind.plural} of {self.key}", self.facts.related(kind, "product", self.key))

    @property
    def _state(self) -> catalogue.Product | None:
        return self.facts.get(catalogue.PRODUCT, self.key)


def product(facts: Facts, id: str) -> Product:
    """The product of this id."""
    state = facts.get(catalogue.PRODUCT, id)
    return Product(
        facts=facts,
        key=id,
        id=outside("product", id),
        name=(state.name if state else "") or id,
        known=state is not None and bool(state.registered or state.name),
    )
