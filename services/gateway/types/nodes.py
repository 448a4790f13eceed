"""From a global id to the thing itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from libs.events.event import KINDS, split
from libs.events.facts import Facts
from libs.events.values import ID_PATTERN
from services.gateway.types.backlog import item
from services.gateway.types.governing import change_request, metric, need
from services.gateway.types.investing import bid, investment_case
from services.gateway.types.node import Node
from services.gateway.types.organisation import organisation, program
from services.gateway.types.person import person
from services.gateway.types.product import product
from services.gateway.types.roadmap import release, roadmap_item
from services.gateway.types.team import loan, team

MAKERS: Final[Mapping[str, Callable[[Facts, Any], Node | None]]] = MappingProxyType(
    {
        "organisation": lambda facts, state: organisation(facts, state.id),
        "program": lambda facts, state: program(facts, state.id),
        "product": lambda facts, state: product(facts, state.id),
        "team": team,
        "loan": loan,
        "investment": investment_case,
        "bid": bid,
        "roadmap_item": roadmap_item,
        "release": release,
        "change": change_request,
        "metric": metric,
        "need": need,
        "item": item,
    }
)
"""Kind of aggregate -> what makes its type of the schema from its state."""

_TOLD_OF: Final[Mapping[str, str]] = MappingProxyType({"graduation": "team", "backlog": "product"})
"""Kinds without a type of their own that bear the id of what they are about."""
_ID: Final = re.compile(ID_PATTERN)


def subject_of(aggregate: str) -> tuple[str, str]:
    """Kind and id of the thing that an aggregate (`kind:id`) tells of: the team of a graduation, the product of a backlog, else itself."""
    kind, id = split(aggregate)
    return _TOLD_OF.get(kind, kind), id


def node_of(facts: Facts, kind: str, id: str) -> Node | None:
    """The thing of this id at this moment; None before its first event, and for a kind that has no type of its own. Persons are wherever one is named."""
    if kind == "person":
        return person(id) if _ID.match(id) else None
    state = facts.get(KINDS[kind], id) if kind in MAKERS and kind in KINDS else None
    return MAKERS[kind](facts, state) if state is not None else None


def node_at(facts: Facts, global_id: str) -> Node | None:
    """The thing of a global id, `kind:id`; None for what is no such id."""
    return node_of(facts, *split(global_id))
