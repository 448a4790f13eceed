"""Which fields of events name aggregates of a kind, whether an aggregate was ever heard of, and of which thing it tells."""

from __future__ import annotations

from functools import cache

from libs.events.event import KINDS, PAYLOADS, split
from libs.events.facts import Histories
from libs.events.values import references


def heard_of(histories: Histories, kind: str, id: str) -> bool:
    """Whether anything was ever said of an aggregate, or names it: a mere reference may be heard first."""
    return bool(histories.events(f"{kind}:{id}")) or any(any(True for _ in histories.referring(of, field, id)) for of, field in _naming(kind))


def thing_of(aggregate: str) -> tuple[str, str]:
    """Kind and id of the thing that an aggregate (`kind:id`) tells of: the team of a graduation, the product of a backlog, else itself."""
    kind, id = split(aggregate)
    return (KINDS[kind].tells_of or kind) if kind in KINDS else kind, id


def telling_of(kind: str) -> tuple[str, ...]:
    """The kinds of aggregate that tell of a thing of a kind under its own id: itself, then its parts."""
    return kind, *(other.name for other in KINDS.values() if other.tells_of == kind)


@cache
def _naming(kind: str) -> tuple[tuple[str, str], ...]:
    """The (kind, field) pairs of events that name aggregates of a kind."""
    found = ((name.split(".")[2], field) for name, cls in PAYLOADS.items() for field, named in references(cls) if named == kind)
    return tuple(dict.fromkeys(found))
