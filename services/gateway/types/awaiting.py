"""What waits for the reader, or for anybody, ready to be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from libs.commands.command import COMMANDS
from libs.events.facts import Facts
from libs.rules.awaiting import Awaited, AwaitedKind, awaited, awaiting
from libs.rules.catalogue import RULES
from services.gateway.asking import Info
from services.gateway.ids import outside
from services.gateway.naming import mutation_names
from services.gateway.types.connection import Connection, Listing, page, said_at
from services.gateway.types.node import Node
from services.gateway.types.nodes import node_of
from services.gateway.types.saying import Subject, camel
from services.gateway.types.telling import told

Me = Annotated[
    bool,
    strawberry.argument(description="True: what the reader may do by the roles of its token, each within its scope. False: what waits for anybody."),
]
AwaitedKinds = Annotated[list[AwaitedKind] | None, strawberry.argument(description="Only these kinds. Default: all.")]


@strawberry.type(description="Something that waits for somebody, and the command that does it.")
class Awaiting:
    facts: strawberry.Private[Facts]
    of: strawberry.Private[Awaited]
    kind: AwaitedKind = strawberry.field(description="What is waited for.")
    subject: Subject = strawberry.field(description="The thing that it is about, such as a team or an investment.")
    what: str = strawberry.field(description="What to do, in words.")
    since: date | None = strawberry.field(description="The day on which it began to wait; null where that is not known.")
    due: date | None = strawberry.field(description="The day by the end of which it must be done; null where there is none.")
    overdue: bool = strawberry.field(description="Whether that day is over.")
    rule: str = strawberry.field(description="The id of the rule or requirement that asks for it.")
    roles: list[str] = strawberry.field(description="The roles that may do it, each within its scope (S4-20).")
    command: str = strawberry.field(description="The command that does it, as in a bulk import, such as portfolio.decide_investment.")

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
    found = awaiting(facts, info.context.principal.roles) if me else facts.derive(awaited)
    wanted = [one for one in found if not kinds or one.kind in kinds]
    listing = Listing(f"awaiting {'me' if me else 'anybody'}", found, wanted, key=lambda one: (one.due, one.since, *said_at(one.began), one.id))
    return page(listing, lambda one: _awaiting(facts, one), first, after)


def _awaiting(facts: Facts, one: Awaited) -> Awaiting:
    return Awaiting(
        facts=facts,
        of=one,
        kind=one.kind,
        subject=Subject(id=outside(one.subject_kind, one.subject_id), name=one.name),
        what=one.what,
        since=one.since,
        due=one.due,
        overdue=one.overdue,
        rule=one.rule,
        roles=list(one.roles),
        command=one.command,
    )


def _is_choice(annotation: object) -> bool:
    """Whether a field is a closed choice, whose values the schema has in capitals."""
    return isinstance(annotation, type) and issubclass(annotation, Enum)
