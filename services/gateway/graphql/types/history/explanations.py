"""Types that explain a figure: the rule that makes it, and the events that it rests on."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from libs.commands.errors import Invalid
from libs.events.event import Kind
from libs.events.facts import Facts
from libs.rules.explanations import FIGURES, Figure, figure_of
from services.gateway.graphql.context import Info
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First, Listing, page
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import SaidEvent, said, shown

Field = Annotated[
    str, strawberry.argument(description="The figure by its path from here, such as investment.actual. One that there is not is answered with all there are.")
]


@strawberry.type(description="By what a figure is made.")
class MadeBy:
    id: str = strawberry.field(description="The requirement or rule, such as S0-14 or R-02.")
    statement: str = strawberry.field(description="How the figure comes about, in words.")
    source: str = strawberry.field(description="The document that asks for it.")
    also: list[str] = strawberry.field(description="Further requirements behind it.")


@strawberry.type(description="Why a figure is what it is at this moment. From its events alone the same value follows.")
class Explanation:
    facts: strawberry.Private[Facts]
    figure: strawberry.Private[Figure]
    key: strawberry.Private[str | None]
    field: str = strawberry.field(description="The name of the figure that is explained, such as investment.actual.")

    @told("What it comes to; null also for whoever may not read its money.")
    def value(self, info: Info) -> JSON | None:
        kind = None if self.key is None else "organisation" if self.figure.subject == "portfolio" else self.figure.subject
        if self.figure.money and not info.context.reads_money(self.facts, kind, self.key):
            info.context.withhold(info.path.as_list())
            return None
        return JSON(shown(self.figure.value(self.facts, self.key)))

    @told("The rule that makes it.")
    def rule(self) -> MadeBy:
        first, *others = self.figure.cites
        return MadeBy(id=first, statement=self.figure.statement, source=self.figure.source, also=others)

    @told("The events that it rests on, by time.")
    def events(self, first: First = PAGE, after: After = None) -> Connection[SaidEvent]:
        team = self.key if self.figure.subject == "team" else None
        events = self.figure.events(self.facts, self.key)
        listing = Listing(f"events of {self.figure.subject}:{self.key} {self.figure.field}", events, events)
        return page(listing, lambda event: said(self.facts, event, team), first, after)


def explanation(facts: Facts, subject: str, id: str | None, field: str) -> Explanation:
    """Why a figure of a subject is what it is. Raises Invalid, which names the figures there are, for one that there is not."""
    try:
        figure = figure_of(subject, field)
    except LookupError as e:
        raise Invalid(str(e.args[0]), field="field", remedy="Ask for one of these.") from None
    return Explanation(facts=facts, figure=figure, key=id, field=field)


def explained(kind: Kind[Any]) -> Any:
    """A field that explains the figures of things of a kind."""
    figures = ", ".join(FIGURES[kind.name])

    @told(f"Why a figure is what it is: the rule that makes it, and the events that it rests on. There are {figures}.")
    def explain(self: Shown[Any], field: Field) -> Explanation:
        return explanation(self.facts, kind.name, self.of.id, field)

    return explain
