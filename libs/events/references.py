"""References between aggregates: which fields name a kind, whether an id was ever mentioned, to which thing an aggregate belongs, its name and its address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from libs.events.event import KINDS, PAYLOADS, Kind, kind_of, split
from libs.events.ports.histories import Histories
from libs.events.values import Called, among, hints_of, references


def heard_of(histories: Histories, kind: str, id: str) -> bool:
    """Whether anything was ever said of an aggregate, or names it: a mere reference may be heard first."""
    naming = ((of, field, f"{before}{id}") for of, field, before in _naming(kind))
    return bool(histories.events(f"{kind}:{id}")) or any(any(True for _ in histories.referring(*one)) for one in naming)


def thing_of(aggregate: str) -> tuple[str, str]:
    """Kind and id of the thing that an aggregate (`kind:id`) tells of: the team of a graduation, the product of a backlog, else itself."""
    kind, id = split(aggregate)
    return (KINDS[kind].tells_of or kind) if kind in KINDS else kind, id


OTHERWISE: Final[Mapping[str, str]] = MappingProxyType({"change": "change-requests", "metric": "product-metrics"})
"""Kinds whose plural is the address of something else: `/changes` tells what moved, `/metrics` is the operator's."""


def list_of(kind: str) -> str:
    """The path of the list of a kind: its plural, `/roadmap-items`."""
    return "/" + (OTHERWISE.get(kind) or KINDS[kind].plural.replace("_", "-"))


def path_of(global_id: str) -> str:
    """The path of the page of a thing, `/teams/biohub`, for the kinds that have pages."""
    kind, id = thing_of(global_id)
    return f"{list_of(kind)}/{quote(id, safe='')}"


def telling_of(kind: str) -> tuple[str, ...]:
    """The kinds of aggregate that tell of a thing of a kind under its own id: itself, then its parts."""
    return kind, *(other.name for other in KINDS.values() if other.tells_of == kind)


def name_field(kind: Kind[Any]) -> str:
    """The field of a kind's state by which people call a thing; empty where they do not."""
    return _called_by(kind.state)


@cache
def _called_by(state: type) -> str:
    return next((name for name, hint in hints_of(state).items() if Called in getattr(hint, "__metadata__", ())), "")


@cache
def _naming(kind: str) -> tuple[tuple[str, str, str], ...]:
    """The kinds and fields of events that name aggregates of a kind, and what stands there before the id: of a global one the kind."""
    plain = [(kind_of(name).name, field, "") for name, cls in PAYLOADS.items() for field, named in references(cls) if named == kind]
    whole = [(kind_of(name).name, field, f"{kind}:") for name, cls in PAYLOADS.items() for field, kinds in among(cls).items() if kind in kinds]
    return tuple(dict.fromkeys((*plain, *whole)))
