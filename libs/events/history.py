"""The history of one aggregate at its owner: events by number and by time, with states in between, so that only new events are folded."""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, overload

from libs.calendar.local_time import HOME, precedes, wall
from libs.events.event import Event, Kind, Retracted, S, position, seen
from libs.events.judgement import Course
from libs.runtime.failure_reason import reason

logger = logging.getLogger(__name__)

STEP = 64
"""Events between two states that are kept: so many are folded at most for a moment in the past."""


class History(Sequence[Event]):
    """Events of one aggregate in order of sequence, as a list that grows at its end.

    States on the way are kept (`_marks`: how many visible events each has taken in). A late or a retracted event casts doubt on those behind it: the first
    `_good` of them hold, and up to `_changed` the events are others. Folding goes on from the last one that holds, to where a doubted one comes out again.
    """

    __slots__ = ("_changed", "_course", "_days_ascend", "_events", "_good", "_keys", "_marks", "_shown", "_struck")

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events: list[Event] = []
        self._shown: list[Event] = []
        self._keys: list[tuple[datetime, int]] = []
        self._struck: set[int] = set()
        self._marks: list[tuple[int, Any]] = []
        self._good = self._changed = 0
        self._days_ascend = True
        self._course = Course()
        self.extend(events)

    def __len__(self) -> int:
        return len(self._events)

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        return self._events[index]

    def extend(self, events: Iterable[Event]) -> None:
        """Takes in what follows."""
        for event in events:
            self._events.append(event)
            if isinstance(event.data, Retracted):
                sequence = position(event.data.event)[1]
                self._course.take(event, self._events[sequence - 1] if 0 < sequence <= len(self._events) else None)
                self._strike(sequence)
            elif seen(event) and event.sequence not in self._struck:
                key = event.time, event.sequence
                at = bisect_left(self._keys, key)
                self._keys.insert(at, key)
                self._shown.insert(at, event)
                self._days_ascend = self._days_ascend and self._in_order_of_days(at)
                self._moved(at, 1)
                self._course.take(event)

    def fork(self) -> History:
        """The same history, which grows for itself."""
        other = History()
        other._events, other._shown, other._keys = self._events.copy(), self._shown.copy(), self._keys.copy()
        other._struck, other._marks = self._struck.copy(), self._marks.copy()
        other._good, other._changed, other._days_ascend = self._good, self._changed, self._days_ascend
        other._course = self._course.copy()
        return other

    @property
    def plain(self) -> bool:
        """Whether its judgements count wherever they are seen, as far as all that is known goes (`libs.events.judgement`), and its days come as its instants:
        in the hours around a move to a place whose clock is behind they do not.
        """
        return self._course.plain and self._days_ascend

    def retracted(self, sequence: int) -> bool:
        """Whether an event is out."""
        return sequence in self._struck

    def visible(self, before: datetime | None = None) -> list[Event]:
        """As `libs.events.event.visible`, of all that is known."""
        if before is not None and not self._days_ascend:
            return [event for event in self._shown if precedes(event.time, before)]
        return self._shown[: self._until(before)]

    def at(self, time: datetime) -> list[Event]:
        """The visible events of one instant."""
        return self._shown[self._until(time) : bisect_right(self._keys, (time, len(self._events)))]

    def state(self, kind: Kind[S], id: str, before: datetime | None = None) -> S | None:
        """What the visible events before an instant fold to; None without any. What cannot be folded is left out and said."""
        until = self._until(before)
        at = bisect_right(self._marks, until, 0, self._good, key=_count)
        count, state = self._marks[at - 1] if at else (0, None)
        last = count
        while count < until:
            state = taken_in(kind, id, state, self._shown[count])
            count += 1
            if self._good < len(self._marks) and self._marks[self._good][0] == count:
                last = count
                if count >= self._changed and self._marks[self._good][1] == state:  # what came late makes no difference from here on
                    self._good, self._changed = len(self._marks), 0
                    count, state = self._marks[bisect_right(self._marks, until, key=_count) - 1]
                    last = count
                else:
                    self._marks[self._good] = count, state
                    self._good += 1
                    if self._good == len(self._marks):
                        self._changed = 0
            elif count - last >= (STEP if self._good == len(self._marks) else 2 * STEP) and (not self._good or self._marks[self._good - 1][0] < count):
                self._keep(count, state)
                last = count
        if 0 < count == len(self._shown):
            self._keep(count, state)
        return state

    def defined(self, kind: Kind[Any], before: datetime | None = None) -> bool:
        """Whether what the aggregate is was said before an instant."""
        return any(isinstance(self._shown[n].data, kind.defined_by) for n in range(self._until(before)))

    def _until(self, before: datetime | None) -> int:
        if before is None:
            return len(self._keys)
        if before.tzinfo is HOME:
            return bisect_left(self._keys, wall(before), key=_wall)
        return bisect_left(self._keys, (before, 0))

    def _in_order_of_days(self, at: int) -> bool:
        """Whether an event lies on no earlier day than the one before it, and on no later one than the one behind it."""
        days = [event.time.date() for event in self._shown[max(at - 1, 0) : at + 2]]
        return days == sorted(days)

    def _strike(self, sequence: int) -> None:
        if sequence in self._struck:
            return
        self._struck.add(sequence)
        if 0 < sequence <= len(self._events):
            key = self._events[sequence - 1].time, sequence
            at = bisect_left(self._keys, key)
            if at < len(self._keys) and self._keys[at] == key:
                del self._keys[at], self._shown[at]
                self._moved(at, -1)

    def _moved(self, at: int, by: int) -> None:
        """An event came to this place, or went from it: the states behind it are doubted until one of them is found again."""
        first = bisect_right(self._marks, at, key=_count)
        if first < len(self._marks):
            self._marks[first:] = [(count + by, state) for count, state in self._marks[first:]]
            if self._marks[first][0] == (self._marks[first - 1][0] if first else 0):
                del self._marks[first]
            self._good = min(self._good, first)
            self._changed = max(self._changed + (by if at < self._changed else 0), at + max(by, 0))
        elif at < self._changed:
            self._changed += by

    def _keep(self, count: int, state: Any) -> None:
        """A state on the way; the one at the end stays only as long as it is the end."""
        if self._good == len(self._marks) and self._good:
            before = self._marks[-2][0] if self._good > 1 else 0
            if self._marks[-1][0] >= count:
                return
            if self._marks[-1][0] - before < STEP:
                self._marks.pop()
                self._good -= 1
        self._marks.insert(self._good, (count, state))
        self._good += 1


def _wall(key: tuple[datetime, int]) -> datetime:
    return wall(key[0])


def _count(mark: tuple[int, Any]) -> int:
    return mark[0]


def at_instant(events: Sequence[Event], time: datetime) -> list[Event]:
    """The visible ones, by what is known now, among the events of one aggregate that were true from this very instant on."""
    return (events if isinstance(events, History) else History(events)).at(time)


def taken_in(kind: Kind[S], id: str, state: S | None, event: Event) -> S:
    """The state after one more event; one that the kind's `evolve` fails on is left out and said, once: it must not fail every question about its kind."""
    state = kind.initial(id=id) if state is None else state
    try:
        return kind.evolve(state, event)
    except Exception as error:
        if event.id not in _FAULTS:
            _FAULTS.add(event.id)
            logger.exception("facts: %s is left out of its state: %s", event.id, reason(error), extra={"position": event.id, "error": type(error).__name__})
        return state


_FAULTS: set[str] = set()
"""Positions whose fault was said."""
