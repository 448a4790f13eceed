"""Divides what a whole is made of into lots, each a part by itself: where one thing is another, its lot and the whole are summed anew, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from libs.events.event import Kind
from libs.events.facts import Facts

_LOT: Final = 64


def ids(facts: Facts, kind: Kind[Any]) -> tuple[str, ...]:
    """The ids of all that there are of a kind: these are others more seldom than what is said of them."""
    return facts.derive(_ids, kind)


def _ids(facts: Facts, kind: Kind[Any]) -> tuple[str, ...]:
    return tuple(one.id for one in facts.every(kind))


def in_lots(ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """So many at a time."""
    return (ids[n : n + _LOT] for n in range(0, len(ids), _LOT))
