"""`whyBlocked`: asks the owner of a command whether it would be refused and why, without executing it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import strawberry

from libs.commands.command import COMMANDS, Command
from libs.commands.errors import Invalid, Unreachable
from libs.rules.authority import AUTHORITY
from libs.rules.roles import Role
from services.gateway.graphql.command_inputs import command_said
from services.gateway.graphql.context import Info
from services.gateway.graphql.inputs import with_plain_ids
from services.gateway.proxy.command_client import OutgoingCommand, Problem


@strawberry.type(description="Why a command would be refused: the problem that its owner would answer with.")
class Blocked:
    title: str = strawberry.field(description="Of which sort the problem is.")
    detail: str = strawberry.field(description="What is wrong, in words.")
    status: int = strawberry.field(description="The HTTP status of the refusal.")
    rule: str | None = strawberry.field(description="The id of the rule that refuses it, such as S0-14.")
    source: str | None = strawberry.field(description="The document that the rule comes from.")
    remedy: str | None = strawberry.field(description="What to do about it.")
    field: str | None = strawberry.field(description="What is wrong in the data, where it is that.")
    missing_roles: list[str] = strawberry.field(description="The roles that may say it, where it is that the caller has none of them here; else empty.")


async def why_blocked(info: Info, command: str | None, data: Any, said: Any, role: str | None) -> Blocked | None:
    """The problem, or None where nothing stands in the way; for the caller, or for whoever has a role.

    Raises Invalid for a command that there is not and a role that is none, and Unreachable where the owner does not answer, or is at fault itself.
    """
    cls, fields = command_said(said) if said is not None else _named(command, data)
    if said is not None and (command is not None or data is not None):
        raise Invalid("the command is given twice", field="input", remedy="Give either `input`, or `command` and `data`.")
    sent = OutgoingCommand(service=cls.SPEC.service, verb=cls.SPEC.verb, data=fields, authorization=info.context.authorization, trying=True, role=_role(role))
    try:
        await info.context.forwarding.send(sent)
    except Problem as e:
        if e.status >= 500:
            raise Unreachable(f"{cls.SPEC.service} cannot say now: {e}", remedy="Ask again.") from e
        known = {name: e.body.get(name) for name in ("rule", "source", "remedy", "field")}
        roles = [name for name, topics in AUTHORITY.items() if cls.SPEC.topic in topics] if e.status == 403 else []
        return Blocked(title=str(e.body.get("title", "Refused")), detail=str(e), status=e.status, missing_roles=roles, **known)
    return None


def _named(command: str | None, data: Any) -> tuple[type[Command], dict[str, Any]]:
    if command is None:
        raise Invalid("no command is given", field="command", remedy="Give `input`, or `command` and `data`.")
    cls = COMMANDS.get(command)
    if cls is None:
        near = get_close_matches(command, COMMANDS, n=3)
        example = f"Did you mean {' or '.join(near)}?" if near else "Name it as in a bulk import: portfolio.form_team."
        raise Invalid(f"{command[:100]!r} is no command", field="command", remedy=example)
    if not isinstance(data, dict):
        raise Invalid("the data must be an object with the command's fields", field="data")
    return cls, with_plain_ids(cls, data)


def _role(text: str | None) -> str | None:
    try:
        return None if text is None else str(Role.parse(text))
    except ValueError as e:
        raise Invalid(str(e), field="as") from e
