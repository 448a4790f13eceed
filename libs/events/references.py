"""Which fields of events name aggregates of a kind, and whether an aggregate was ever heard of."""

from __future__ import annotations

from functools import cache

from libs.events.event import PAYLOADS
from libs.events.facts import Histories
from libs.events.values import references


def heard_of(histories: Histories, kind: str, id: str) -> bool:
    """Whether anything was ever said of an aggregate, or names it: a mere reference may be heard first."""
    return bool(histories.events(f"{kind}:{id}")) or any(any(True for _ in histories.referring(of, field, id)) for of, field in _naming(kind))


@cache
def _naming(kind: str) -> tuple[tuple[str, str], ...]:
    """The (kind, field) pairs of events that name aggregates of a kind."""
    found = ((name.split(".")[2], field) for name, cls in PAYLOADS.items() for field, named in references(cls) if named == kind)
    return tuple(dict.fromkeys(found))
