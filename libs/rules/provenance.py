"""Since when a value holds, since when that is known, and by which events: back from a moment, along each of the two clocks while the other stands still."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from libs.events.event import KINDS, Event, Retracted
from libs.events.facts import Facts
from libs.events.hindsight import Hindsight, Spread
from libs.events.values import start_of
from libs.rules.explaining import Figure, Reach, Said

Step = TypeVar("Step", date, datetime)
_INSTANT: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)


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

    def touching(self, facts: Facts, reach: Reach, said: Said) -> Iterator[Event]:
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


def origins(after: Facts, known_before: datetime | None, traced: Sequence[Traced], spread: Spread, said: Said) -> tuple[Origin, ...]:
    """The origins of several values at one moment, together best of what rests on the same; `known_before` is what was known first.

    Each day back is seen by what the moment knows, and each earlier knowledge on the moment's own day. Only days and instants are looked at on which an event
    that the value rests on was true or learned, or on which time may turn it.
    """
    values = [one.read(after) for one in traced]
    days = _first_days(Hindsight(after, spread), said, traced, values)
    learned = _first_known(Hindsight(after, spread), said, known_before, traced, values)
    return tuple(_origin(after, said, one, days.get(n), learned.get(n)) for n, one in enumerate(traced))


def _first_days(facts: Hindsight, said: Said, traced: Sequence[Traced], values: Sequence[Any]) -> dict[int, date]:
    """The first day of each value in a row; none of one that never was another."""

    def steps(one: Traced, reach: Reach) -> set[date]:
        turns = one.figure.turns
        events = one.besides(facts) if turns and turns.alone else one.touching(facts, reach, said)
        days = {event.time.date() for event in _known(events, facts) if not isinstance(event.data, Retracted)}
        return {day for day in days.union(facts.derive(turns.days, one.id) if turns else ()) if day <= facts.day}

    return _backwards(facts, traced, values, steps, lambda day: facts.to(day=day - _DAY))


def _first_known(facts: Hindsight, said: Said, since: datetime | None, traced: Sequence[Traced], values: Sequence[Any]) -> dict[int, datetime]:
    """The first instant after another from which on each value was known without a break; none of one that was known then."""

    def steps(one: Traced, reach: Reach) -> set[datetime]:
        return {event.recorded for event in _known(one.touching(facts, reach, said), facts) if since is not None and event.recorded > since}

    return _backwards(facts, traced, values, steps, lambda at: facts.to(known_at=at - _INSTANT))


def _backwards(
    facts: Hindsight, traced: Sequence[Traced], values: Sequence[Any], steps: Callable[[Traced, Reach], set[Step]], go_behind: Callable[[Step], object]
) -> dict[int, Step]:
    """Goes back from step to step until none of the values holds any more: of each the last step behind which it did not.

    What a value rests on is asked anew behind every step; while it is the same, so are the steps.
    """
    found: dict[int, Step] = {}
    known: dict[int, tuple[Reach, list[Step]]] = {}
    waiting: dict[int, Step] = {}

    def wait(n: int, behind: Step | None) -> None:
        one = traced[n]
        reach = one.figure.reach(facts, one.id)
        if n not in known or known[n][0] != reach:
            known[n] = reach, sorted(steps(one, reach))
        left = known[n][1] if behind is None else known[n][1][: bisect_left(known[n][1], behind)]
        if left:
            waiting[n] = left[-1]

    for n in range(len(traced)):
        wait(n, None)
    while waiting:
        step = max(waiting.values())
        go_behind(step)
        for n in [n for n, its in waiting.items() if its == step]:
            del waiting[n]
            if traced[n].read(facts) != values[n]:
                found[n] = step
            else:
                wait(n, step)
    return found


def _known(events: Iterable[Event], facts: Facts) -> Iterator[Event]:
    """What is known at a moment and not dated behind it, also what was taken back; a taking back, and what a thing is at all, count for every day."""
    before, known = facts.before, facts.known_at
    for event in events:
        if (known is None or event.recorded <= known) and (
            before is None or event.time < before or isinstance(event.data, (Retracted, *KINDS[event.kind].defined_by))
        ):
            yield event


def _origin(after: Facts, said: Said, traced: Traced, day: date | None, learned: datetime | None) -> Origin:
    """The origin, with the events that were true on its first day or learned at its instant: those that were both, where there are any."""
    if learned is None:
        return Origin(None if day is None else start_of(day), None, (), frozenset())
    then = Facts(after.histories, day=after.day, before=after.before, known_at=learned)
    for touching in (_of_figure(traced, after, said), traced.besides(after), _of_figure(traced, then, said)):
        made = _made(after, touching, day, learned)
        if made.events:
            break
    return made


def _of_figure(traced: Traced, facts: Facts, said: Said) -> Iterator[Event]:
    """What was said that its figure rests on at a moment; what belongs to a subject then may belong to another by now, and has made the value nevertheless."""
    yield from filter(traced.wanted, traced.figure.touching(traced.figure.reach(facts, traced.id), said))


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
