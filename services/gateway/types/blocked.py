"""Why a command would be refused: its owner is asked without doing anything."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import strawberry

from libs.commands.command import COMMANDS
from libs.commands.errors import Invalid, Unreachable
from libs.rules.authority import AUTHORITY
from services.gateway.asking import Info
from services.gateway.forwarding import Problem, Sent
from services.gateway.inputs import with_plain_ids


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


async def why_blocked(info: Info, command: str, data: Any) -> Blocked | None:
    """The problem, or None where nothing stands in the way.

    Raises Invalid for a command that there is not, and Unreachable where the owner does not answer, or is at fault itself.
    """
    cls = COMMANDS.get(command)
    if cls is None:
        near = get_close_matches(command, COMMANDS, n=3)
        example = f"Did you mean {' or '.join(near)}?" if near else "Name it as in a bulk import: portfolio.form_team."
        raise Invalid(f"{command[:100]!r} is no command", field="command", remedy=example)
    if not isinstance(data, dict):
        raise Invalid("the data must be an object with the command's fields", field="data")
    sent = Sent(service=cls.SPEC.service, verb=cls.SPEC.verb, data=with_plain_ids(cls, data), authorization=info.context.authorization, trying=True)
    try:
        await info.context.forwarding.send(sent)
    except Problem as e:
        if e.status >= 500:
            raise Unreachable(f"{cls.SPEC.service} cannot say now: {e}", remedy="Ask again.") from e
        known = {name: e.body.get(name) for name in ("rule", "source", "remedy", "field")}
        roles = [name for name, topics in AUTHORITY.items() if cls.SPEC.topic in topics] if e.status == 403 else []
        return Blocked(title=str(e.body.get("title", "Refused")), detail=str(e), status=e.status, missing_roles=roles, **known)
    return None
