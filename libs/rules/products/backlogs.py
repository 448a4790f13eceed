"""Backlogs: their one total order, and how many items are open and delivered (S0-19, S0-25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from libs.events.catalog.backlog.backlog import BACKLOG, Move
from libs.events.catalog.backlog.item import ITEM, Item, ItemState
from libs.events.facts import Facts


class BacklogCounts(NamedTuple):
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
    kept = facts.replays.get((places, product))
    course = _Course.of(every, backlog.moves)
    more = kept.more(course) if isinstance(kept, _Replayed) else None
    replayed = _NOTHING.after(course, _NOTHING.more(course) or []) if more is None else kept.after(course, more)
    facts.replays.keep((places, product), replayed)
    return tuple(by_id[id] for id in replayed.order)


def positions(facts: Facts, product: str) -> dict[str, int]:
    """Where each item of a backlog that is not dropped stands, by its id; 1 is the top."""
    return {item.id: n for n, item in enumerate(facts.derive(ordered, product), 1)}


def counts(facts: Facts, product: str) -> BacklogCounts:
    """How many items of a product are open or started, and how many delivered; dropped ones count nowhere (S0-19, S0-25)."""
    every = facts.derive(items, product)
    return BacklogCounts(sum(item.open for item in every), sum(item.state is ItemState.DELIVERED for item in every))


# What happens at the same instant happens in this order: so an item that is added and moved on the same day is there when it is moved.
_ADDED, _TURNED, _MOVED = range(3)
_Step = tuple[datetime, int, tuple[Any, ...], str, int]
"""(time, step, order of the event, item, value): the value of a turn is whether it was dropped, that of a move its position."""


class _Course(NamedTuple):
    """What an order follows from: what became of the items, in order of time, and the moves."""

    items: tuple[_Step, ...]
    moves: tuple[Move, ...]

    @classmethod
    def of(cls, every: tuple[Item, ...], moves: tuple[Move, ...]) -> _Course:
        return cls(tuple(sorted((step for item in every for step in _steps(item)), key=_key)), moves)


class _Replayed(NamedTuple):
    """The order at the end of a course, to go on from when more has come to its end."""

    items: tuple[_Step, ...]
    moves: tuple[Move, ...]
    last: _Step | None
    order: tuple[str, ...]
    away: frozenset[str]

    def more(self, course: _Course) -> list[_Step] | None:
        """What a course has more; None where it is no continuation of this one, and has to be replayed from the beginning."""
        done = len(self.moves)
        # Moves are kept in a tuple that is only ever lengthened: one and the same move in the same place has the same moves before it.
        if (done and (len(course.moves) < done or course.moves[done - 1] is not self.moves[-1])) or course.items[: len(self.items)] != self.items:
            return None
        more = sorted(
            [*course.items[len(self.items) :], *((m.event.time, _MOVED, (m.event.sequence,), m.item, m.position) for m in course.moves[done:])], key=_key
        )
        return None if more and self.last is not None and _key(more[0]) < _key(self.last) else more

    def after(self, course: _Course, more: list[_Step]) -> _Replayed:
        """The order at the end of the course, by what it has more."""
        if not more:
            return self
        order, away = list(self.order), set(self.away)
        there = set(order)
        for _, step, _, item, value in more:
            if step == _ADDED:
                order.append(item)
                there.add(item)
            elif step == _TURNED:
                (away.add if value else away.discard)(item)
            elif item in there:
                order.remove(item)
                order.insert(_place(order, away, value), item)
        return _Replayed(course.items, course.moves, more[-1], tuple(order), frozenset(away))


_NOTHING = _Replayed((), (), None, (), frozenset())


def _key(step: _Step) -> tuple[datetime, int, tuple[Any, ...]]:
    return step[:3]


def _steps(item: Item) -> Iterator[_Step]:
    """When an item came in, and when it was dropped and was not any more."""
    if item.added is not None:
        yield item.added.time, _ADDED, item.added.order, item.id, 0
    away = False
    for turn in item.turns:
        if (turn.state is ItemState.DROPPED) != away:
            away = not away
            yield turn.event.time, _TURNED, turn.event.order, item.id, int(away)


def _place(order: list[str], away: set[str], position: int) -> int:
    """The index in the list at which an item stands at this position among those that are not away."""
    if not away:
        return min(position - 1, len(order))
    seen = 0
    for index, id in enumerate(order):
        if id not in away:
            seen += 1
            if seen == position:
                return index
    return len(order)
