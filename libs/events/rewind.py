"""Steps facts back to earlier days or earlier knowledge, reusing whatever no event in between touched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from libs.calendar.local_time import end_of, wall
from libs.events.cost import spend
from libs.events.derivations import THE_DAY
from libs.events.derivations.derivation import Derivation, Key, Rest
from libs.events.derivations.memo import EVENTS
from libs.events.event import Event, Kind, S
from libs.events.facts import Facts, folded_past_faults
from libs.events.judgement import Course
from libs.events.ports.histories import Histories


class _Fold:
    """A state, and what it becomes after each event (its sequence) that was ever folded onto it."""

    __slots__ = ("next", "state")

    def __init__(self, state: Any) -> None:
        self.state, self.next = state, dict[int, _Fold]()


class EventSpread:
    """Shared by all facts that are rewound from a moment: how events spread over both clocks, and the states of histories that begin alike, each found once."""

    def __init__(self, histories: Histories) -> None:
        self._histories = histories
        self._times: dict[Rest, tuple[list[datetime], list[datetime]]] = {}
        self._folds: dict[str, _Fold] = {}
        self._plain: dict[str, bool] = {}

    def plain(self, aggregate: str) -> bool:
        """Whether every judgement of an aggregate counts wherever it is seen (`libs.events.judgement.Course`)."""
        found = self._plain.get(aggregate)
        if found is None:
            found = self._plain[aggregate] = Course.of(self._histories.events(aggregate)).plain
        return found

    def state(self, kind: Kind[S], id: str, events: Sequence[Event]) -> S | None:
        """The state after these events, in this order; None without any."""
        if not events:
            return None
        fold = self._folds.setdefault(kind.key(id), _Fold(None))
        for event in events:
            after = fold.next.get(event.sequence)
            if after is None:
                try:
                    after = fold.next[event.sequence] = _Fold(kind.evolve(kind.initial(id=id) if fold.state is None else fold.state, event))
                except Exception:
                    return folded_past_faults(kind, id, events)
            fold = after
        return cast("S", fold.state)

    def true_between(self, rest: Rest, first: datetime | None, end: datetime | None) -> bool:
        """Whether an event is dated from an instant on and before another (None: the end of all)."""
        times = self._of(rest)[0]
        if first is None or not times or times[-1] < first:
            return False
        return bisect_left(times, first) < (len(times) if end is None else bisect_left(times, end))

    def learned_between(self, rest: Rest, after: datetime | None, until: datetime | None) -> bool:
        """Whether an event was recorded after an instant and by another (None: the end of all)."""
        recorded = self._of(rest)[1]
        if after is None or not recorded or recorded[-1] <= after:
            return False
        return bisect_right(recorded, after) < (len(recorded) if until is None else bisect_right(recorded, until))

    def _of(self, rest: Rest) -> tuple[list[datetime], list[datetime]]:
        found = self._times.get(rest)
        if found is None:
            events = [event for aggregate in self._aggregates(rest) for event in self._histories.events(aggregate)]
            spend(len(events) // EVENTS)
            times = [event.time for event in events]
            times += [wall(time) for time in times if time.tzinfo is not UTC]  # days end by the clock of each place, instants everywhere
            found = self._times[rest] = sorted(times), sorted(event.recorded for event in events)
        return found

    def _aggregates(self, rest: Rest) -> Iterable[str]:
        if isinstance(rest, str):
            return (rest,)
        if isinstance(rest, tuple) and rest:
            return self._histories.referring(*rest) if len(rest) == 3 else self._histories.all(rest[0])
        return ()


class Hindsight(Facts):
    """The facts of a moment, and after `to` those of an earlier one: going back costs what was touched in between, not everything anew.

    Each step leads to a day that is not later and to knowledge that is not newer than the one before. What it has found stays, unless an event in between
    touches it, or the day is another and a rule asked for the day. It is for one call: no new event may be heard while it is used.
    """

    def __init__(self, base: Facts, spread: EventSpread | None = None) -> None:
        super().__init__(base.histories, day=base._day, before=base._before, known_at=base.known_at)
        self._base = base
        self._spread = spread or EventSpread(base.histories)
        self._earlier: dict[date, Hindsight] = {}
        self._unmoved: dict[Derivation, bool] = {}

    def to(self, *, day: date | None = None, known_at: datetime | None = None) -> Hindsight:
        """Goes back to the end of a day, to what was known at an instant, or (None) stays there; gives itself."""
        before = self._before if day is None else end_of(day)
        known = self.known_at if known_at is None else known_at
        rests = (*self._kept.states, *self._kept.resting.keys(), *self._kept.leaned_on)
        spend(len(rests) // EVENTS)
        for rest in rests:
            if self._tells_apart(rest, before, known, self._before, self.known_at):
                self._drop(rest)
        if day is not None and day != self._day:
            self._drop(THE_DAY)
            self._day = day
        self._before, self.known_at = before, known
        self._unmoved.clear()
        if known_at is not None:
            for other in self._earlier.values():
                other.to(known_at=known_at)
        return self

    def get(self, kind: Kind[S], id: str | None) -> S | None:
        key = kind.key(id) if id is not None else ""
        if id is not None and key not in self._kept.states and self._settled(key):
            state, leaning = self._base.get(kind, id), tuple(self._base.leaning(key))
            if all(map(self._settled, leaning)):
                self._kept.states[key] = state
                self._kept.lean(key, leaning)
        return super().get(kind, id)

    def _plain(self, key: str) -> bool:
        return self._spread.plain(key)

    def _fold(self, kind: Kind[S], id: str, shown: Sequence[Event]) -> S | None:
        return self._spread.state(kind, id, shown)

    def on(self, day: date) -> Facts:
        if day == self._day and self._before == end_of(day):
            return self
        other = self._earlier.get(day)
        if other is None:
            other = self._earlier[day] = Hindsight(self._base.on(day), self._spread)
            other._traces = self._traces
            if self.known_at is not None:
                other.to(known_at=self.known_at)
        return other

    def _found(self, key: Key) -> Derivation:
        if key not in self._kept.values and (known := self._base.known(key)) is not None and self._holds(known):
            return self._kept.keep(Derivation(key, known.value, tuple(known.all_rests()), ()))
        return super()._found(key)

    def _holds(self, known: Derivation) -> bool:
        """Whether a value of the moment that it came from is the same here: it sees the same of all that this rests on."""
        found = self._unmoved.get(known)
        if found is None:
            found = self._unmoved[known] = all(map(self._settled, known.rests)) and all(map(self._holds, known.parts))
        return found

    def _settled(self, rest: Rest) -> bool:
        """Whether the moment that it came from sees the same of this."""
        if rest == THE_DAY:
            return self._day == self._base._day
        return not self._tells_apart(rest, self._before, self.known_at, self._base._before, self._base.known_at)

    def _tells_apart(self, rest: Rest, before: datetime | None, known: datetime | None, later: datetime | None, newer: datetime | None) -> bool:
        """Whether an event tells two moments apart, the earlier one first."""
        return (before != later and self._spread.true_between(rest, before, later)) or (known != newer and self._spread.learned_between(rest, known, newer))

    def _drop(self, rest: Rest) -> None:
        self._kept.drop_state(rest)
        self._kept.touch(rest)
