"""Mutations made from the registry of commands: forwarded to the owner, answered once the world has applied the result."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Final, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.tools import create_type

from libs.commands.command import NAMED, Command
from libs.commands.errors import Invalid
from libs.events.event import KINDS
from libs.events.references import thing_of
from libs.events.values import POSITION_PATTERN
from libs.rules.money.warnings import Warning
from libs.rules.warnings import warnings_for
from services.gateway.graphql.command_inputs import INPUTS
from services.gateway.graphql.context import Info
from services.gateway.graphql.extensions import code_of
from services.gateway.graphql.inputs import said
from services.gateway.graphql.mutation_names import mutation_names
from services.gateway.graphql.types.kinds.annotations import Shown
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.events import camel
from services.gateway.graphql.types.kinds.lists import one_of
from services.gateway.graphql.types.kinds.node import Node
from services.gateway.graphql.types.kinds.node_lookup import node_of
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.proxy.command_client import OutgoingCommand, Problem

SECONDS = 2.0
"""How long an answer waits until the world has applied what it speaks of."""


C = TypeVar("C", bound=type)


def with_things(cls: C) -> C:
    """Adds to a type one field a kind: the thing that a command was about, by its own type, for commands about a thing of that kind."""
    for name in sorted(BY_KIND):
        setattr(cls, one_of(KINDS[name]), _thing(name))
    return cls


def _thing(kind: str) -> Any:
    def tell(self: CommandAnswer) -> Any:
        of, id = thing_of(self.id)
        return node_of(self.asking.context.facts(None, None), kind, id) if of == kind else None

    tell.__annotations__ = {"return": Shown[KINDS[kind].state] | None}  # type: ignore[misc]
    words = one_of(KINDS[kind]).replace("_", " ")
    return told(f"The {words} as it is after this, where that is what the command was about; else null, as while the world has not seen it.")(tell)


@strawberry.type(
    description="What came of a command. One that was refused is null, and an error says why: `extensions.code`, and where a rule refused it `rule`, "
    "`source` (the document that it comes from) and `remedy` (what to do)."
)
@with_things
class CommandAnswer:
    asking: strawberry.Private[Info]
    id: strawberry.ID = strawberry.field(description="The global id of the thing.")
    version: int = strawberry.field(description="Its version from now on, for `ifMatch`.")
    events: list[str] = strawberry.field(description="The positions of what was said; empty where nothing changed.")
    position: str = strawberry.field(description="`kind:id@sequence`, for `after` and X-Headway-After.")

    @told("What should be looked at about it as it is after this; those that say amounts are left out for whoever may not read them.")
    def warnings(self) -> tuple[Warning, ...]:
        asking = self.asking.context
        return warnings_for(asking.facts(None, None), asking.roles, self.id)

    @told(
        "The thing as it is after this: of a graduation the team, of a backlog the product. Null where it has no type here, and while the world has not "
        "seen it (`extensions.notYetSeen` says so).",
        replaced="Ask for the field of its kind, such as `team` or `investment`, which is of its type.",
    )
    def node(self) -> Node | None:
        return node_of(self.asking.context.facts(None, None), *thing_of(self.id))


_POSITION: Final = re.compile(POSITION_PATTERN)


Key = Annotated[str | None, strawberry.argument(description="The same key and input again: the stored answer.")]
IfMatch = Annotated[int | None, strawberry.argument(description="The version that this was decided on.")]
After = Annotated[list[str] | None, strawberry.argument(description="Positions that the owner must have heard first.")]


def mutation_type() -> type:
    """The type with one mutation a command; a name that several services have begins with the service."""
    found = [_mutation(command, name) for command, name in mutation_names().items()]
    return create_type("Mutation", found, description="What can be said: one mutation a command. Each is answered once the world has applied what was said.")


def _mutation(command: type[Command], name: str) -> Any:
    async def resolve(root: Any, info: Info, input: Any, idempotency_key: Key = None, if_match: IfMatch = None, after: After = None) -> CommandAnswer | None:
        return await _forwarded(info, command, input, idempotency_key, if_match, after or [])

    resolve.__name__ = command.SPEC.name.replace(".", "_")
    resolve.__annotations__["input"] = Annotated[INPUTS[name], strawberry.argument(description="The command's fields.")]
    cites = f" ({', '.join(command.SPEC.requirements)})" if command.SPEC.requirements else ""
    return strawberry.mutation(resolver=resolve, name=name, description=" ".join((command.__doc__ or "").split()) + cites)


async def _forwarded(info: Info, command: type[Command], input: Any, key: str | None, if_match: int | None, after: list[str]) -> CommandAnswer:
    asking, spec = info.context, command.SPEC
    if key is not None and not (key.isascii() and key.isprintable()):
        raise Invalid("holds what no header can: use letters, digits and signs of ASCII", field="idempotencyKey")
    for one in after:
        if not _POSITION.fullmatch(one):
            raise Invalid(f"{one[:80]!r} is no position", field="after", remedy="Give positions as they came, such as team:biohub@3.")
    sent = OutgoingCommand(
        service=spec.service,
        verb=spec.verb,
        data=said(command, input),
        authorization=asking.authorization,
        key=key,
        if_match=if_match,
        after=after,
        traceparent=asking.traceparent,
    )
    try:
        answer = await asking.forwarding.send(sent)
    except Problem as e:
        found = _by_argument(e.body)
        raise GraphQLError(_message(found) or str(e), extensions={"code": code_of(e.body), **found}) from None
    last = str(answer["position"])
    asking.not_yet_seen += await asking.process.world.heard([last], SECONDS)
    asking.hold()  # what is told of it is told of the world that has it
    id = strawberry.ID(last.rpartition("@")[0])
    return CommandAnswer(asking=info, id=id, version=int(answer["version"]), events=list(answer["events"]), position=last)


_ARGUMENTS: Final = {"key": "idempotencyKey", "Idempotency-Key": "idempotencyKey", "If-Match": "ifMatch", "X-Headway-After": "after"}
"""What an owner calls a part of a request that is an argument here."""


def _by_argument(problem: dict[str, Any]) -> dict[str, Any]:
    """The problem, with what it says of fields said of the mutation's own arguments and input fields."""
    found = dict(problem)
    for part in ("detail", "remedy"):
        if isinstance(found.get(part), str):
            found[part] = in_mutations(found[part])
    if isinstance(found.get("field"), str):
        found["field"] = _argument(found["field"])
    if isinstance(found.get("errors"), list):
        found["errors"] = [{**one, "field": _argument(str(one.get("field", "")))} for one in found["errors"]]
    return found


def _message(problem: dict[str, Any]) -> str | None:
    """What is wrong, in words; of fields that do not fit, the first by the name that it has here."""
    errors = problem.get("errors")
    if errors:
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        problem["detail"] = f"{errors[0]['field']}: {errors[0].get('reason')}{more}"
    return problem.get("detail")


def in_mutations(text: str) -> str:
    """A text about commands and their fields (`covers_from`, backlog.open_backlog), by the names that these have as mutations and input fields."""
    named = NAMED.sub(lambda found: _mutations().get(found[0], found[0]), text)
    return _FIELD.sub(lambda found: f"`{_argument(found[1])}`", named)


@cache
def _mutations() -> dict[str, str]:
    return {command.SPEC.name: name for command, name in mutation_names().items()}


_FIELD: Final = re.compile(r"`([a-z][a-z0-9_.]*)`")


def _argument(field: str) -> str:
    return _ARGUMENTS.get(field) or ".".join(map(camel, field.split(".")))
