"""`awaiting`: what waits for the reader or for anybody, with the command that does it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from libs.commands.command import COMMANDS
from libs.events.facts import Facts
from libs.rules.catalogue import RULES
from libs.rules.tasks import Awaited, AwaitedKind, awaited, awaiting
from services.gateway.graphql.context import Info
from services.gateway.graphql.global_ids import outside
from services.gateway.graphql.mutation_names import mutation_names
from services.gateway.graphql.types.kinds.connection import Connection, Listing, page, said_at
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import Subject, camel
from services.gateway.graphql.types.kinds.node import Node
from services.gateway.graphql.types.kinds.node_lookup import node_of
from services.gateway.graphql.types.kinds.types import DerivedValue, tells

Me = Annotated[
    bool,
    strawberry.argument(description="True: what the reader may do by the roles of its token, each within its scope. False: what waits for anybody."),
]
AwaitedKinds = Annotated[list[AwaitedKind] | None, strawberry.argument(description="Only these kinds. Default: all.")]


@tells(Awaited, order="kind subject what since due overdue rule roles command")
class Awaiting(DerivedValue[Awaited]):
    """Something that waits for somebody, and the command that does it."""

    @told("The thing that it is about, such as a team or an investment.")
    def subject(self) -> Subject:
        return Subject(id=outside(self.of.subject_kind, self.of.subject_id), name=self.of.name)

    @told("The document that the rule comes from; null where the catalogue of rules does not hold it.")
    def source(self) -> str | None:
        found = RULES.get(self.of.rule)
        return found.source if found else None

    @told("The mutation that does it, such as decideInvestment.")
    def mutation(self) -> str:
        return mutation_names()[COMMANDS[self.of.command]]

    @told("What is known already of the mutation's input, as JSON; the rest is the reader's to say.")
    def input(self) -> JSON:
        fields = COMMANDS[self.of.command].model_fields
        return JSON({camel(name): value.upper() if _is_choice(fields[name].annotation) else value for name, value in self.of.data})

    @told("The same as the command's own fields, as `whyBlocked` and a bulk import take them.")
    def data(self) -> JSON:
        return JSON(dict(self.of.data))

    @told("The thing itself.")
    def node(self) -> Node | None:
        return node_of(self.facts, self.of.subject_kind, self.of.subject_id)


def waiting(info: Info, facts: Facts, me: bool, kinds: Sequence[AwaitedKind] | None, first: int, after: str | None) -> Connection[Awaiting]:
    """What waits for the reader, or for anybody."""
    found = awaiting(facts, info.context.roles) if me else facts.derive(awaited)
    wanted = [one for one in found if not kinds or one.kind in kinds]
    listing = Listing(f"awaiting {'me' if me else 'anybody'}", found, wanted, key=lambda one: (one.due, one.since, *said_at(one.began), one.id))
    return page(listing, lambda one: Awaiting(facts, one), first, after)


def _is_choice(annotation: object) -> bool:
    """Whether a field is a closed choice, whose values the schema has in capitals."""
    return isinstance(annotation, type) and issubclass(annotation, Enum)
