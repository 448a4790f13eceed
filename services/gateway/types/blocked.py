"""Why a command would be refused: its owner is asked without doing anything."""

from __future__ import annotations

from typing import Any

import strawberry

from libs.commands.command import COMMANDS
from libs.commands.errors import Invalid
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


async def why_blocked(info: Info, command: str, data: Any) -> Blocked | None:
    """The problem, or None where nothing stands in the way. Raises Invalid, and Unreachable where the owner does not answer."""
    cls = COMMANDS.get(command)
    if cls is None:
        raise Invalid(f"{command[:100]!r} is no command", field="command", remedy="Name it as in a bulk import: portfolio.form_team.")
    if not isinstance(data, dict):
        raise Invalid("the data must be an object with the command's fields", field="data")
    sent = Sent(service=cls.SPEC.service, verb=cls.SPEC.verb, data=with_plain_ids(cls, data), authorization=info.context.authorization, trying=True)
    try:
        await info.context.forwarding.send(sent)
    except Problem as e:
        known = {name: e.body.get(name) for name in ("rule", "source", "remedy", "field")}
        return Blocked(title=str(e.body.get("title", "Refused")), detail=str(e), status=e.status, **known)
    return None
