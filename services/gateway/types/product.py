"""Products and their phases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.portfolio import product as catalogue
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.types import backlog as backlogs
from services.gateway.types import roadmap as roadmaps
from services.gateway.types.changes import Kinds, Movement, Since, moved
from services.gateway.types.connection import PAGE, After, Connection, First
from services.gateway.types.explaining import Explanation, Field, explanation
from services.gateway.types.money import Investment, investment
from services.gateway.types.needs import Needs, Targets, needs, targets
from services.gateway.types.organisation import Organisation, Program, organisation, program
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.team import Team


@strawberry.type(description="The phase of its lifecycle that a product is in.")
class Phase:
    id: str = strawberry.field(description="Its id within the lifecycle, such as beta.")
    title: str = strawberry.field(description="As people call it.")
    since: date = strawberry.field(description="The day on which it was entered.")


@strawberry.type(description="A digital service to citizens.")
class Product:
    facts: strawberry.Private[Facts]
    key: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="`product:` and the id that commands use.")
    name: str = strawberry.field(description="As people call it; its id while nothing was heard of it but the id.")
    known: bool = strawberry.field(description="Whether it was registered: a mere reference may be heard first.")

    @told("The phase it is in; null before the first.")
    def phase(self) -> Phase | None:
        found = deriving.phase(self.facts, self.key)
        return Phase(id=found.id, title=found.title, since=found.since) if found else None

    @told("The organisation it is at home in.")
    def home(self) -> Organisation | None:
        return organisation(self.facts, self._state.home) if self._state else None

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

    @told("How many of its targets were hit (S0-23).")
    def targets(self) -> Targets:
        return targets(self.facts, (self.key,))

    @told("What it means to bring about.")
    def roadmap(self) -> roadmaps.Roadmap:
        return roadmaps.roadmap(self.facts, (self.key,))

    @told("What it still wants; null while no backlog was opened.")
    def backlog(self) -> backlogs.Backlog | None:
        return backlogs.backlog(self.facts, self.key)

    @told("What goes out to its users, in the order of the proposals.")
    def releases(self) -> list[roadmaps.Release]:
        return roadmaps.releases(self.facts, self.key)

    @told("What moved from an instant until this moment of it, by the time it came true.")
    def changes(self, info: Info, since: Since, kinds: Kinds = None, first: First = PAGE, after: After = None) -> Connection[Movement]:
        return moved(info, since, self.facts, ("product", self.key), kinds, first, after)

    @told("Why a figure is what it is, such as graduation.status or investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "product", self.key, field)

    @property
    def _state(self) -> catalogue.Product | None:
        return self.facts.get(catalogue.PRODUCT, self.key)


def product(facts: Facts, id: str) -> Product:
    """The product of this id."""
    state = facts.get(catalogue.PRODUCT, id)
    return Product(facts=facts, key=id, id=outside("product", id), name=(state.name if state else "") or id, known=state is not None)
