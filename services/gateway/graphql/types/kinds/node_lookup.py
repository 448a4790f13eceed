"""Finds a thing by its global id."""

from __future__ import annotations

import re
from typing import Final

from libs.events.event import KINDS, split
from libs.events.facts import Facts
from libs.events.values import ID_PATTERN
from services.gateway.graphql.types.kinds.annotations import person
from services.gateway.graphql.types.kinds.node import Node
from services.gateway.graphql.types.kinds.types import BY_KIND

_ID: Final = re.compile(ID_PATTERN)


def node_of(facts: Facts, kind: str, id: str) -> Node | None:
    """The thing of this id at this moment; None before its first event, and for a kind that has no type of its own. Persons are wherever one is named."""
    if kind == "person":
        return person(facts, id) if _ID.match(id) else None
    made = BY_KIND.get(kind)
    state = facts.get(KINDS[kind], id) if made is not None else None
    return made(facts, state) if made is not None and state is not None and made.tells(state) else None


def node_at(facts: Facts, global_id: str) -> Node | None:
    """The thing of a global id, `kind:id`; None for what is no such id."""
    return node_of(facts, *split(global_id))
