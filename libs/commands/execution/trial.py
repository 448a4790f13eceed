"""Tries a command as whoever has a role, for somebody who has another: what is told to them is no more than they may read."""

from __future__ import annotations

from dataclasses import replace

from libs.commands.errors import Invalid, NotAllowed, Refused
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.rules.authority import MONEY
from libs.rules.catalogue import RULES
from libs.rules.roles import Principal, Role


async def tried_as(text: str, ask: Ask, handling: Handling) -> Answer:
    """What a command would be answered to somebody with this role (`cab@env`), without doing it.

    Raises what it would be refused by: a rule in the words of the catalogue alone, where the role reads money that the caller does not. Raises Invalid for
    what is no role, and where more than a try is asked for; NotAllowed for whoever has no role at all.
    """
    if not ask.trying:
        raise Invalid("a command is said by its sender's own roles", field="as", remedy="Try it (`try=1`), or leave `as` out.")
    if not ask.principal.roles:
        raise NotAllowed("only whoever has a role may ask what another role could say", remedy="Leave `as` out.")
    try:
        role = Role.parse(text)
    except ValueError as e:
        raise Invalid(str(e), field="as") from e
    try:
        found = await handling.answer(replace(ask, principal=Principal(ask.principal.id, frozenset({role}))))
    except Refused as refused:
        if role.name not in MONEY or _reads_as(ask.principal, role):
            raise
        raise type(refused)(refused.rule, RULES[refused.rule].statement, remedy=refused.remedy, field=refused.field) from None
    return replace(found, warnings=())


def _reads_as(caller: Principal, role: Role) -> bool:
    """Whether a caller reads all the money that a role reads."""
    return any(one.name in MONEY and (one.everywhere or one.scope == role.scope) for one in caller.roles)
