"""Provenance of a value: since when it holds, since when that is known, and by which events."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from libs.calendar.local_time import start_of
from libs.events.event import KINDS, Event, Retracted, split
from libs.events.facts import Facts
from libs.events.rewind import EventSpread, Hindsight
from libs.rules.explanations import Figure, Reach, RelevantEvents
from libs.rules.money.amounts import NOTHING, RunningSum

Step = TypeVar("Step", date, datetime)
_INSTANT: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Traced:
    """A value whose origin is asked for: of which figure and subject it is, how it is read at a moment, and which events can have made it.

    `besides` are events that it rests on beside those of its figure: those by which the subject is there at all.
    """

    figure: Figure
    id: str
    read: Callable[[Facts], Any]
    wanted: Callable[[Event], bool] = field(default=lambda _: True)
    besides: Callable[[Facts], Iterable[Event]] = field(default=lambda _: ())

    def touching(self, facts: Facts, reach: Reach, said: RelevantEvents) -> Iterator[Event]:
        """What was ever said by which it may have become another at an earlier moment."""
        yield from filter(self.wanted, self.figure.touching(reach, said))
        yield from self.besides(facts)


class Origin(NamedTuple):
    """Since when a value holds, in a row up to the moment's day (None: since ever), and since when that day's value is known, without a break.

    `learned` is None where that was known at the first moment already: no event was needed, only time. `events` made it, in the order in which they were
    recorded; those in `struck` were taken back.
    """

    at: datetime | None
    learned: datetime | None
    events: tuple[Event, ...]
    struck: frozenset[str]


class _Found(NamedTuple, Generic[Step]):
    """The step behind which a value was another; of a sum the parts that were."""

    step: Step
    parts: tuple[str, ...] = ()


class _Clock(Protocol[Step]):
    """One of the two clocks along which values are gone back."""

    @property
    def end(self) -> Step:
        """Behind all steps."""

    def steps(self, facts: Facts, one: Traced, reach: Reach) -> set[Step]:
        """Where a value may become another, as far as is known of it at a moment."""

    def go_behind(self, facts: Hindsight, step: Step) -> object:
        """Takes the facts of a moment to before a step."""


@dataclass(frozen=True, slots=True)
class _Days:
    """Of what is so: by what the moment knows."""

    said: RelevantEvents
    end: date = date.max

    def steps(self, facts: Facts, one: Traced, reach: Reach) -> set[date]:
        turns = one.figure.turns
        events = one.besides(facts) if turns and turns.alone else one.touching(facts, reach, self.said)
        days = {event.time.date() for event in _known(events, facts) if not isinstance(event.data, Retracted)}
        return {day for day in days.union(facts.derive(turns.days, one.id) if turns else ()) if day <= facts.day}

    def go_behind(self, facts: Hindsight, step: date) -> object:
        return facts.to(day=step - _DAY)


@dataclass(frozen=True, slots=True)
class _Instants:
    """Of what is known: of the moment's own day, after an instant."""

    said: RelevantEvents
    since: datetime | None
    end: datetime = _END

    def steps(self, facts: Facts, one: Traced, reach: Reach) -> set[datetime]:
        since = self.since
        return {event.recorded for event in _known(one.touching(facts, reach, self.said), facts) if since is not None and event.recorded > since}

    def go_behind(self, facts: Hindsight, step: datetime) -> object:
        return facts.to(known_at=step - _INSTANT)


def origins(after: Facts, known_before: datetime | None, traced: Sequence[Traced], spread: EventSpread, said: RelevantEvents) -> tuple[Origin, ...]:
    """The origins of several values at one moment, together best of what rests on the same; `known_before` is what was known first.

    Each day back is seen by what the moment knows, and each earlier knowledge on the moment's own day. Only days and instants are looked at on which an event
    that the value rests on was true or learned, or on which time may turn it.
    """
    days = _backwards(after, spread, traced, _Days(said))
    learned = _backwards(after, spread, traced, _Instants(said, known_before))
    return tuple(_origin(after, said, one, days.get(n), learned.get(n)) for n, one in enumerate(traced))


def _backwards(after: Facts, spread: EventSpread, traced: Sequence[Traced], clock: _Clock[Step]) -> dict[int, _Found[Step]]:
    """Of each value the last step behind which it was another; none of one that never was."""
    found: dict[int, _Found[Step]] = {}
    single = [n for n, one in enumerate(traced) if one.figure.parts is None]
    if single:
        each = _single(Hindsight(after, spread), [traced[n] for n in single], clock)
        found.update({single[n]: step for n, step in each.items()})
    sums: dict[int, tuple[Figure, dict[tuple[str, str], int]]] = {}
    for n, one in enumerate(traced):
        if one.figure.parts is not None:
            sums.setdefault(id(one.figure.parts.figure), (one.figure.parts.figure, {}))[1][one.id, one.figure.parts.name] = n
    for figure, its in sums.values():
        summed = _summed(after, spread, figure, {key: traced[n] for key, n in its.items()}, clock)
        found.update({its[key]: step for key, step in summed.items()})
    return found


def _single(facts: Hindsight, traced: Sequence[Traced], clock: _Clock[Step]) -> dict[int, _Found[Step]]:
    """Goes back from step to step, for all values together, until none of them holds any more."""
    found: dict[int, _Found[Step]] = {}
    values = [one.read(facts) for one in traced]
    ahead = _Ahead(clock)
    for n, one in enumerate(traced):
        ahead.wait(n, one, facts, None)
    while ahead.waiting:
        step, which = ahead.next()
        clock.go_behind(facts, step)
        for n in which:
            if traced[n].read(facts) != values[n]:
                found[n] = _Found(step)
            else:
                ahead.wait(n, traced[n], facts, step)
    return found


def _summed(
    after: Facts, spread: EventSpread, figure: Figure, wholes: Mapping[tuple[str, str], Traced], clock: _Clock[Step]
) -> dict[tuple[str, str], _Found[Step]]:
    """The same of sums over much: each part goes back for itself, and at each step only those are looked at that something touched there.

    So it takes as long as there are events, not as many times all parts as there are steps.
    """
    parts = [Traced(figure, id, partial(figure.value, id=id)) for id in sorted(split(one)[1] for one in after.histories.all(figure.subject))]
    facts = [Hindsight(after, spread) for _ in parts]
    adds = [one.read(its) for one, its in zip(parts, facts, strict=True)]
    found: dict[tuple[str, str], _Found[Step]] = {}
    values = {key: one.read(after) for key, one in wholes.items()}
    sums = {key: RunningSum() for key in wholes}
    ahead = _Ahead(clock)
    for n, one in enumerate(parts):
        for key in adds[n].keys() & sums.keys():
            sums[key].replace(NOTHING, adds[n][key])
        ahead.wait(n, one, facts[n], None)
    while ahead.waiting and values:
        step, which = ahead.next()
        changed: dict[tuple[str, str], list[str]] = {}
        for n in which:
            clock.go_behind(facts[n], step)
            then, adds[n] = adds[n], parts[n].read(facts[n])
            for key in (then.keys() | adds[n].keys()) & values.keys():
                if (one_part := then.get(key, NOTHING)) != (other := adds[n].get(key, NOTHING)):
                    sums[key].replace(one_part, other)
                    changed.setdefault(key, []).append(parts[n].id)
            ahead.wait(n, parts[n], facts[n], step)
        for key, by in changed.items():
            if sums[key].to_tuple() != values[key]:
                found[key] = _Found(step, tuple(by))
                del values[key]
    return found


class _Ahead(Generic[Step]):
    """The steps that are ahead, from the last one back, of each value its own.

    What a value rests on is asked anew behind every step; while it is the same, so are the steps.
    """

    def __init__(self, clock: _Clock[Step]) -> None:
        self._clock: _Clock[Step] = clock
        self._known: dict[int, tuple[Reach, list[Step]]] = {}
        self.waiting: list[tuple[timedelta, int, Step]] = []

    def wait(self, n: int, one: Traced, facts: Facts, behind: Step | None) -> None:
        """A value waits for its last step, or for the last one before another."""
        reach = one.figure.reach(facts, one.id)
        if n not in self._known or self._known[n][0] != reach:
            self._known[n] = reach, sorted(self._clock.steps(facts, one, reach))
        steps = self._known[n][1]
        left = len(steps) if behind is None else bisect_left(steps, behind)
        if left:
            heappush(self.waiting, (self._clock.end - steps[left - 1], n, steps[left - 1]))

    def next(self) -> tuple[Step, list[int]]:
        """The last step that any value waits for, and those that do."""
        _, n, step = heappop(self.waiting)
        which = [n]
        while self.waiting and self.waiting[0][2] == step:
            which.append(heappop(self.waiting)[1])
        return step, which


def _known(events: Iterable[Event], facts: Facts) -> Iterator[Event]:
    """What is known at a moment and not dated behind it, also what was taken back; a taking back, and what a thing is at all, count for every day."""
    known = facts.known_at
    for event in events:
        if (known is None or event.recorded <= known) and (facts.dated(event) or isinstance(event.data, (Retracted, *KINDS[event.kind].defined_by))):
            yield event


def _origin(after: Facts, said: RelevantEvents, traced: Traced, true: _Found[date] | None, known: _Found[datetime] | None) -> Origin:
    """The origin, with the events that were true on its first day or learned at its instant: those that were both, where there are any."""
    day = None if true is None else true.step
    if known is None:
        return Origin(None if day is None else start_of(day), None, (), frozenset())
    then = Facts(after.histories, day=after.day, before=after.before, known_at=known.step)
    parts = {*known.parts, *(true.parts if true else ())}
    for touching in (_of_figure(traced, parts, after, said), traced.besides(after), _of_figure(traced, parts, then, said)):
        made = _made(after, touching, day, known.step)
        if made.events:
            break
    return made


def _of_figure(traced: Traced, parts: Iterable[str], facts: Facts, said: RelevantEvents) -> Iterator[Event]:
    """What was said that its figure rests on at a moment; what belongs to a subject then may belong to another by now, and has made the value nevertheless.

    Of a sum only what the parts rest on that were others.
    """
    figure = traced.figure
    reaches = [figure.reach(facts, traced.id)] if figure.parts is None else [figure.parts.figure.reach(facts, one) for one in sorted(parts)]
    for reach in reaches:
        yield from filter(traced.wanted, figure.touching(reach, said))


def _made(after: Facts, touching: Iterable[Event], day: date | None, learned: datetime) -> Origin:
    known = {event.id: event for event in _known(touching, after)}
    retractions = {event.data.event: event for event in known.values() if isinstance(event.data, Retracted)}
    corrected = {taken for taken, by in retractions.items() if by.recorded == learned}
    dated = [event for event in known.values() if event.time.date() == day and event.id not in retractions and not isinstance(event.data, Retracted)]
    both = [event for event in dated if event.recorded == learned]
    news = both or [*dated, *(event for event in known.values() if event.recorded == learned)]
    made = {event.id: event for event in (*news, *(retractions[taken] for taken in corrected), *(known[taken] for taken in corrected if taken in known))}
    events = tuple(sorted(made.values(), key=lambda event: event.order[1:]))
    return Origin(_instant(day, both or dated), learned, events, frozenset(corrected & made.keys()))


def _instant(day: date | None, dated: Iterable[Event]) -> datetime | None:
    """When on its first day: with the last of its events on it, else from its beginning."""
    return None if day is None else max((event.time for event in dated), default=start_of(day))
