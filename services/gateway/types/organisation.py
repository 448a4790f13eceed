"""Organisations and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.facts import Facts
from libs.rules.homes import products_at
from services.gateway import deriving
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.types.connection import PAGE, After, Connection, First, page
from services.gateway.types.explaining import Explanation, Field, explanation
from services.gateway.types.filtering import ProductsOrdered, ProductsWanted, TeamsOrdered, TeamsWanted
from services.gateway.types.money import Investment, investment
from services.gateway.types.node import Node
from services.gateway.types.telling import told

if TYPE_CHECKING:
    from services.gateway.types.product import Product
    from services.gateway.types.roadmap import Roadmap
    from services.gateway.types.team import Team


@strawberry.type(description="A public body that is home to programs, products and teams.")
class Organisation(Node):
    facts: strawberry.Private[Facts]
    key: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="`organisation:` and the id that commands use.")
    name: str = strawberry.field(description="As people call it; its id while nothing was heard of it but the id.")
    known: bool = strawberry.field(description="Whether it was registered: a mere reference may be heard first.")

    @told("What is invested here; null for whoever may not read its money.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "organisation", self.key, lambda: deriving.figures(self.facts, "organisation", self.key))

    @told("The day on which its fiscal year begins, MM-DD; 01-01 where it says none.")
    def fiscal_year_start(self) -> str:
        return deriving.own_year_start(self.facts, self.key)

    @told("What its products mean to bring about.")
    def roadmap(self) -> Annotated[Roadmap, strawberry.lazy("services.gateway.types.roadmap")]:
        from services.gateway.types.roadmap import roadmap

        return roadmap(self.facts, self.id, tuple(state.id for state in products_at(self.facts, self.key)))

    @told("The programs that are at home here.")
    def programs(self) -> list[Program]:
        return [program(self.facts, state.id) for state in self.facts.related(PROGRAM, "home", self.key)]

    @told("The products that are at home here, by id.")
    def products(
        self, first: First = PAGE, after: After = None, filter: ProductsWanted = None, order_by: ProductsOrdered = None
    ) -> Connection[Annotated[Product, strawberry.lazy("services.gateway.types.product")]]:
        from services.gateway.types.product import product
        from services.gateway.types.selecting import products_of

        found = products_of(f"products of {self.key}", self.facts, products_at(self.facts, self.key), filter, order_by)
        return page(found, lambda state: product(self.facts, state.id), first, after)

    @told("The teams that are at home here, by id.")
    def teams(
        self, first: First = PAGE, after: After = None, filter: TeamsWanted = None, order_by: TeamsOrdered = None
    ) -> Connection[Annotated[Team, strawberry.lazy("services.gateway.types.team")]]:
        from services.gateway.types.selecting import teams_of
        from services.gateway.types.team import team

        found = teams_of(f"teams of {self.key}", self.facts, self.facts.related(TEAM, "home", self.key), filter, order_by)
        return page(found, lambda state: team(self.facts, state), first, after)

    @told("Why a figure is what it is, such as investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "organisation", self.key, field)


@strawberry.type(description="Products of one organisation that belong together.")
class Program(Node):
    facts: strawberry.Private[Facts]
    key: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="`program:` and the id that commands use.")
    name: str = strawberry.field(description="As people call it; its id while nothing was heard of it but the id.")
    known: bool = strawberry.field(description="Whether it was opened: a mere reference may be heard first.")

    @told("The organisation it is at home in.")
    def home(self) -> Organisation | None:
        state = self.facts.get(PROGRAM, self.key)
        return organisation(self.facts, state.home) if state else None

    @told("Its products.")
    def products(self) -> list[Annotated[Product, strawberry.lazy("services.gateway.types.product")]]:
        from services.gateway.types.product import product

        return [product(self.facts, state.id) for state in self.facts.related(PRODUCT, "program", self.key)]

    @told("What is invested in its products; null for whoever may not read its money. Programs may overlap.")
    def investment(self, info: Info) -> Investment | None:
        return investment(info, self.facts, "program", self.key, lambda: deriving.figures(self.facts, "program", self.key))

    @told("Why a figure is what it is, such as investment.actual: the rule that makes it, and the events that it rests on.")
    def explain(self, field: Field) -> Explanation:
        return explanation(self.facts, "program", self.key, field)


def organisation(facts: Facts, id: str | None) -> Organisation | None:
    """The organisation of this id; None where none is named."""
    if id is None:
        return None
    state = facts.get(ORGANISATION, id)
    return Organisation(
        facts=facts,
        key=id,
        id=outside("organisation", id),
        name=(state.name if state else "") or id,
        known=state is not None and bool(state.registered or state.name),
    )


def program(facts: Facts, id: str) -> Program:
    """The program of this id."""
    state = facts.get(PROGRAM, id)
    return Program(
        facts=facts, key=id, id=outside("program", id), name=(state.name if state else "") or id, known=state is not None and bool(state.opened or state.name)
    )
