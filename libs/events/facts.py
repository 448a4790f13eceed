"""Facts at (`asOf`, `knownAt`): what rules and readers see of any histories, folded when asked and kept until an event changes them."""

from __future__ import annotations

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar, cast

from libs.events.event import Event, Kind, S, seen, visible
from libs.events.values import end_of

logger = logging.getLogger(__name__)

Q = ParamSpec("Q")
T = TypeVar("T")

Rest = Hashable
"""What a value rests on: an aggregate `kind:id`, every aggregate of a kind `(kind,)`, the referring ones `(kind, field, id)`, or `THE_DAY` itself."""
THE_DAY: Final[Rest] = ()
"""Stands among what a value rests on whose rule asked which day it is."""


class Histories(Protocol):
    """Where events lie: the world of a listener, or what an owner loaded from its store."""

    def events(self, aggregate: str) -> Sequence[Event]:
        """Of one aggregate, in order of sequence."""

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        """The aggregates of a kind of which some event names this id in this field."""

    def all(self, kind: str) -> Iterable[str]:
        """Every aggregate of a kind."""


class Folds:
    """States of histories that only grow, for one call of many commands: each is folded on from where it was, not from the beginning for every command.

    Histories with such `folds` are those of one call. A history that is not in order of time, or has retractions, is left to be folded whole.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Event, int, Any]] = {}

    def state(self, kind: Kind[S], id: str, events: Sequence[Event], before: datetime | None) -> S | None:
        """The state before an instant; None where it has to be folded whole."""
        if not events or (before is not None and events[-1].time >= before):
            return None
        key = kind.key(id)
        last, count, state = self._kept.get(key, (None, 0, None))
        if count > len(events) or (count and events[count - 1] is not last):
            last, count, state = None, 0, None
        for e in events[count:]:
            if (last is not None and e.time < last.time) or not seen(e):
                return None
            try:
                state = kind.evolve(kind.initial(id=id) if state is None else state, e)
            except Exception:
                return None
            last = e
        self._kept[key] = events[-1], len(events), state
        return cast("S", state)


class Facts:
    """The histories as they were before an instant and as they were known at another.

    `day` is the day of `asOf` (UTC): periods of rules count from it. A derived value is a function `rule(facts, …)`; asked through `derive` it is kept,
    together with what it rests on, until an event touches that.
    """

    KEPT_DAYS = 96

    def __init__(self, histories: Histories, *, day: date, before: datetime | None, known_at: datetime | None = None) -> None:
        self.histories, self.known_at = histories, known_at
        self._day, self._before = day, before
        self._states: dict[str, Any] = {}
        self._values: dict[Hashable, tuple[Any, frozenset[Rest]]] = {}
        self._resting: defaultdict[Rest, set[Hashable]] = defaultdict(set)
        self._others: OrderedDict[tuple[datetime, datetime | None], Facts] = OrderedDict()
        self._reading: list[set[Rest]] = []
        self._folds: Folds | None = getattr(histories, "folds", None)

    @property
    def day(self) -> date:
        """The day of `asOf` (UTC)."""
        self._note(THE_DAY)
        return self._day

    @property
    def before(self) -> datetime | None:
        """The first instant that is no longer seen; None where all are."""
        self._note(THE_DAY)
        return self._before

    @classmethod
    def on_day(cls, histories: Histories, day: date, known_at: datetime | None = None) -> Facts:
        """As of the end of a day."""
        return cls(histories, day=day, before=end_of(day), known_at=known_at)

    @classmethod
    def at(cls, histories: Histories, instant: datetime, known_at: datetime | None = None) -> Facts:
        """As of an instant, which is included."""
        return cls(histories, day=instant.date(), before=instant + timedelta(microseconds=1), known_at=known_at)

    def history(self, kind: Kind[Any], id: str) -> list[Event]:
        """The visible events of one aggregate, by (time, sequence)."""
        key = kind.key(id)
        self._note(key)
        return visible(self.histories.events(key), before=self._before, known_at=self.known_at)

    def said_at(self, kind: Kind[Any], id: str, time: datetime) -> list[Event]:
        """The visible events of one aggregate that were true from this very instant on, in order of sequence."""
        return [event for event in self.history(kind, id) if event.time == time]

    def get(self, kind: Kind[S], id: str | None) -> S | None:
        """The state of one aggregate; None while it has no visible event.

        Where something was said of it before what it is (a phase of a product that is registered as of a later day), what it is reads as it was said first.
        """
        if id is None:
            return None
        key = kind.key(id)
        self._note(key)
        try:
            return cast("S | None", self._states[key])
        except KeyError:
            events = self.histories.events(key)
            kept = self._folds.state(kind, id, events, self._before) if self._folds is not None and self.known_at is None else None
            folded = self._folded(kind, id, events) if kept is None else kept
            self._states[key] = folded
            return folded

    def defined(self, kind: Kind[S], id: str | None) -> S | None:
        """The state of one aggregate; before anything was said of it, what it is as that was said first, and nothing else. None where it never was."""
        state = self.get(kind, id)
        return kind.first_defined(id, self._of_all_days(kind, id)) if state is None and id is not None and kind.definition else state

    def _folded(self, kind: Kind[S], id: str, events: Sequence[Event]) -> S | None:
        shown = visible(events, before=self._before, known_at=self.known_at)
        state = self._fold(kind, id, shown)
        if state is None or not kind.definition or any(isinstance(e.data, kind.defined_by) for e in shown):
            return state
        return kind.with_definition(state, kind.first_defined(id, self._of_all_days(kind, id)))

    def _fold(self, kind: Kind[S], id: str, shown: Sequence[Event]) -> S | None:
        return folded_past_faults(kind, id, shown)

    def _of_all_days(self, kind: Kind[Any], id: str) -> list[Event]:
        return visible(self.histories.events(kind.key(id)), known_at=self.known_at)

    def related(self, kind: Kind[S], field: str, id: str) -> list[S]:
        """The aggregates of a kind whose state names this id in this field, in order of their ids: a list in an order of time sorts them by `Event.order`."""
        self._note((kind.name, field, id))
        found = (self.get(kind, aggregate.partition(":")[2]) for aggregate in sorted(self.histories.referring(kind.name, field, id)))
        return [s for s in found if s is not None and _names(getattr(s, field), id)]

    def every(self, kind: Kind[S]) -> list[S]:
        """All aggregates of a kind that exist at this moment, in order of their ids."""
        self._note((kind.name,))
        with self._frame():
            found = [self.get(kind, aggregate.partition(":")[2]) for aggregate in sorted(self.histories.all(kind.name))]
        return [s for s in found if s is not None]

    def on(self, day: date) -> Facts:
        """The same knowledge, as of the end of another day."""
        return self if day == self._day and self._before == end_of(day) else self._other(day, end_of(day))

    def until(self, before: datetime) -> Facts:
        """The same knowledge, of what was true before an instant."""
        return self._other((before - timedelta(microseconds=1)).date(), before)

    def _other(self, day: date, before: datetime) -> Facts:
        """The facts before another instant, kept for a while; what is read of them counts as read of these."""
        other = self._others.pop((before, self.known_at), None)
        if other is None:
            other = Facts(self.histories, day=day, before=before, known_at=self.known_at)
            other._reading = self._reading
        self._others[before, self.known_at] = other
        if len(self._others) > self.KEPT_DAYS:
            self._others.popitem(last=False)
        return other

    def derive(self, rule: Callable[Concatenate[Facts, Q], T], *args: Q.args, **named: Q.kwargs) -> T:
        """The value of a rule at this moment, computed once for what it rests on."""
        return self.resting(rule, *args, **named)[0]

    def resting(self, rule: Callable[Concatenate[Facts, Q], T], *args: Q.args, **named: Q.kwargs) -> tuple[T, frozenset[Rest]]:
        """The value of a rule, and what it rests on."""
        key = (rule, args, tuple(sorted(named.items())))
        kept = self._values.get(key)
        if kept is None:
            with self._frame() as rests:
                value = rule(self, *args, **named)
            kept = self._values[key] = value, frozenset(rests)
            for rest in kept[1]:
                self._resting[rest].add(key)
        if self._reading:
            self._reading[-1].update(kept[1])
        return cast("T", kept[0]), kept[1]

    def forget(self, aggregate: str, named: Iterable[tuple[str, str]]) -> None:
        """An event of this aggregate arrived that names these (field, id) pairs: drops what rests on it."""
        self._states.pop(aggregate, None)
        kind = aggregate.partition(":")[0]
        for rest in (aggregate, (kind,), *((kind, field, id) for field, id in named)):
            for key in self._resting.pop(rest, ()):
                self._values.pop(key, None)
        for other in self._others.values():
            other.forget(aggregate, named)

    def _note(self, rest: Rest) -> None:
        if self._reading:
            self._reading[-1].add(rest)

    @contextmanager
    def _frame(self) -> Iterator[set[Rest]]:
        rests: set[Rest] = set()
        self._reading.append(rests)
        try:
            yield rests
        finally:
            self._reading.pop()


def folded_past_faults(kind: Kind[S], id: str, events: Sequence[Event]) -> S | None:
    """The state after these events; one that the kind's `evolve` fails on is left out and said, once, since it must not fail every question about its kind."""
    try:
        return kind.fold(id, events)
    except Exception:
        return _folded_one_by_one(kind, id, events)


def _folded_one_by_one(kind: Kind[S], id: str, events: Sequence[Event]) -> S | None:
    state: S | None = None
    for e in events:
        state = kind.initial(id=id) if state is None else state
        try:
            state = kind.evolve(state, e)
        except Exception as error:
            if e.id not in _FAULTS:
                _FAULTS.add(e.id)
                logger.exception("facts: %s is left out of its state: %s", e.id, error, extra={"position": e.id, "error": type(error).__name__})
    return state


_FAULTS: set[str] = set()
"""Positions whose fault was said."""


def _names(value: object, id: str) -> bool:
    return value == id or (isinstance(value, tuple | list | frozenset) and id in value)
