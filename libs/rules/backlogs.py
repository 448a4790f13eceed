"""Backlogs: their one total order, and how many items are open and delivered (S0-19, S0-25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from libs.events.catalog.backlog.backlog import BACKLOG, Backlog
from libs.events.catalog.backlog.item import ITEM, Item, ItemState
from libs.events.facts import Facts


class Counts(NamedTuple):
    """How many items of a backlog wait (open or started), and how many were delivered."""

    open: int
    delivered: int


def items(facts: Facts, product: str) -> tuple[Item, ...]:
    """Every item of a product that was ever added, also dropped ones, in the order in which they were added (`Event.order`)."""
    found = [(item.added.order, item) for item in facts.related(ITEM, "product", product) if item.added is not None]
    return tuple(item for _, item in sorted(found, key=lambda one: one[0]))


def ordered(facts: Facts, product: str) -> tuple[Item, ...]:
    """The items of a backlog that are not dropped, from the top: position 1 is the first (S0-12, S0-19)."""
    return tuple(item for item in facts.derive(places, product) if item.state is not ItemState.DROPPED)


def places(facts: Facts, product: str) -> tuple[Item, ...]:
    """Every item of a backlog from the top, those that were dropped at the place where they would stand again.

    An item comes in at the end when it is added. A reordering puts its item at a position among those that are in the backlog at that time. An item that is
    dropped keeps its neighbours, where it stands again if it is reopened.
    """
    every = facts.derive(items, product)
    backlog = facts.get(BACKLOG, product)
    if backlog is None or not backlog.moves:
        return every
    by_id = {item.id: item for item in every}
    order: list[str] = []
    away: set[str] = set()
    for _, step, _, item, value in sorted(_timeline(every, backlog), key=lambda one: one[:3]):
        if step == _ADDED:
            order.append(item)
        elif step == _TURNED:
            (away.add if value else away.discard)(item)
        elif item in by_id and item in order:
            order.remove(item)
            order.insert(_place(order, away, value), item)
    return tuple(by_id[id] for id in order)


def counts(facts: Facts, product: str) -> Counts:
    """How many items of a product are open or started, and how many delivered; dropped ones count nowhere (S0-19, S0-25)."""
    every = facts.derive(items, product)
    return Counts(sum(item.open for item in every), sum(item.state is ItemState.DELIVERED for item in every))


# What happens at the same instant happens in this order: so an item that is added and moved on the same day is there when it is moved.
_ADDED, _TURNED, _MOVED = range(3)


def _timeline(every: tuple[Item, ...], backlog: Backlog) -> Iterator[tuple[datetime, int, tuple[Any, ...], str, int]]:
    """What the order follows from: (time, step, order of the event, item, value), the value of a turn being whether it was dropped, of a move its position."""
    for item in every:
        if item.added is not None:
            yield item.added.time, _ADDED, item.added.order, item.id, 0
        for turn in item.turns:
            yield turn.event.time, _TURNED, turn.event.order, item.id, int(turn.state is ItemState.DROPPED)
    for move in backlog.moves:
        yield move.event.time, _MOVED, (move.event.sequence,), move.item, move.position


def _place(order: list[str], away: set[str], position: int) -> int:
    """The index in the list at which an item stands at this position among those that are not away."""
    seen = 0
    for index, id in enumerate(order):
        if id not in away:
            seen += 1
            if seen == position:
                return index
    return len(order)
