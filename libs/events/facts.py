"""Facts at a moment (`asOf`, `knownAt`): the states of aggregates, folded when asked for and kept until an event changes them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final, cast

from libs.calendar.local_time import HOME, end_of, precedes, start_of
from libs.events.cost import spend
from libs.events.derivations import THE_DAY, DerivationCache, OtherMoments, Replays, Rest
from libs.events.derivations.derivation import HOLDS, Derivation, Key
from libs.events.derivations.memo import EVENTS, EVER, RuleMemo
from libs.events.derivations.sameness import same
from libs.events.event import KINDS, Event, Kind, Overridden, S, changed, split, visible
from libs.events.history import History, taken_in
from libs.events.judgement import Course, SeenHistory, judged_by, judging, lapsed
from libs.events.nearby import Nearby
from libs.events.ports.histories import Histories
from libs.events.values import among, named, references

_NONE: Final[Mapping[Rest, int]] = MappingProxyType({})


class Facts(RuleMemo):
    """The histories as they were by the end of a day at each place, or before an instant, and as they were known at another.

    `day` is the day of `asOf`: periods of rules count from it. A derived value is a function `rule(facts, …)`; asked through `derive` it is kept until what it
    rests on comes out otherwise (`libs.events.derivations.memo`, which says what `kept`, `touched` and `heard` are).
    """

    def __init__(
        self,
        histories: Histories,
        *,
        day: date,
        before: datetime | None,
        known_at: datetime | None = None,
        kept: DerivationCache | None = None,
        touched: Mapping[Rest, int] = _NONE,
        heard: int = EVER,
        nearby: tuple[Nearby, ...] = (),
    ) -> None:
        super().__init__(kept, touched, heard)
        self.histories, self.known_at = histories, known_at
        self._nearby = nearby
        self._other_moments = self._kept.others
        """What is kept of all other moments that are asked about from the one that was asked about first."""
        self._day, self._before = day, before
        self._others: OrderedDict[tuple[date, datetime, bool, datetime | None], Facts] = OrderedDict()
        self.replays: Replays = getattr(histories, "replays", None) or self._kept.replays

    @property
    def day(self) -> date:
        """The day of `asOf`; of an instant the day that it is in the time in which it is said."""
        self._note(THE_DAY)
        return self._day

    @property
    def before(self) -> datetime | None:
        """The first instant that is no longer seen; None where all are."""
        self._note(THE_DAY)
        return self._before

    @classmethod
    def on_day(
        cls,
        histories: Histories,
        day: date,
        known_at: datetime | None = None,
        *,
        until: date | None = None,
        kept: DerivationCache | None = None,
        touched: Mapping[Rest, int] = _NONE,
        heard: int = EVER,
        nearby: tuple[Nearby, ...] = (),
    ) -> Facts:
        """As of the end of a day; given `until`, with what was so by the end of that one, at places where it is later already."""
        return cls(histories, day=day, before=end_of(until or day), known_at=known_at, kept=kept, touched=touched, heard=heard, nearby=nearby)

    @classmethod
    def by_now(cls, histories: Histories, now: datetime, known_at: datetime | None = None) -> Facts:
        """All that was so by the end of this day (UTC), whatever day it is by then at each place."""
        day = now.astimezone(UTC).date()
        return cls(histories, day=day, before=start_of(day + timedelta(days=1)), known_at=known_at)

    @classmethod
    def at(cls, histories: Histories, instant: datetime, known_at: datetime | None = None) -> Facts:
        """As of an instant, which is included."""
        return cls(histories, day=instant.date(), before=instant + timedelta(microseconds=1), known_at=known_at)

    def dated(self, event: Event) -> bool:
        """Whether what an event says was so by this moment."""
        return self.before is None or precedes(event.time, self.before)

    def history(self, kind: Kind[Any], id: str) -> list[Event]:
        """The visible events of one aggregate, by (time, sequence)."""
        key = kind.key(id)
        self._note(key)
        return self._visible(self.histories.events(key), self._before)

    def version(self, kind: Kind[Any], id: str) -> int:
        """How many events of one aggregate were heard, whatever the moment."""
        key = kind.key(id)
        self._note(key)
        return len(self.histories.events(key))

    def said_at(self, kind: Kind[Any], id: str, time: datetime) -> list[Event]:
        """The visible events of one aggregate that were true from this very instant on, in order of sequence."""
        key = kind.key(id)
        self._note(key)
        events = self.histories.events(key)
        if isinstance(events, History) and self.known_at is None:
            return events.at(time) if self._before is None or precedes(time, self._before) else []
        return [event for event in self._visible(events, self._before) if event.time == time]

    def counting(self, kind: Kind[Any], id: str) -> list[Event]:
        """The same but for the judgements of what is gone, or is another by now: these stand in the history, and count no more."""
        return self._counting(kind.key(id), self.history(kind, id))

    def _counting(self, key: str, shown: list[Event]) -> list[Event]:
        found = [event for event in shown if judging(event)]
        if not found or (self._plain(key) and not any(isinstance(event.data, Overridden) for event in found)):
            return shown
        gone = lapsed(shown, lambda aggregate: SeenHistory(self.histories.events(key), shown) if aggregate == key else self._look_at(key, aggregate))
        return [event for event in shown if event.sequence not in gone] if gone else shown

    def counts(self, event: Event) -> bool:
        """Whether an event counts at this moment: it is visible, and, where it is a judgement, what it judges stands as it was judged."""
        kind, id = KINDS[event.kind], split(event.aggregate)[1]
        return any(one.sequence == event.sequence for one in self.counting(kind, id))

    def judged(self, event: Event) -> str | None:
        """The position of what an event judges; None where it judges nothing."""

        def events_of(aggregate: str) -> Sequence[Event]:
            self._note(aggregate)
            return self.histories.events(aggregate)

        return judged_by(event, events_of)

    def get(self, kind: Kind[S], id: str | None) -> S | None:
        """The state of one aggregate; None while it has no visible event.

        Where something was said of it before what it is (a phase of a product that is registered as of a later day), what it is reads as it was said first.
        """
        if id is None:
            return None
        key = kind.key(id)
        self._note(key)
        states = self._kept_of(key).states
        try:
            found = cast("S | None", states[key])
        except KeyError:
            events = self.histories.events(key)
            spend(1 + len(events) // EVENTS)
            if self._nearby and self._took_over(key):
                found = cast("S | None", self._kept.states[key])
            else:
                found = self._inherited(kind, key, self._folded(kind, id, events))
                self._kept_of(key).states[key] = found  # others may have had their turn, and changed it
        for other in self._kept.leaning.get(key, ()):
            self._note(other)
        return found

    def _took_over(self, aggregate: str) -> bool:
        """Whether the state of an aggregate is known of a moment nearby and the same here, and was taken from there."""
        for near in self._nearby:
            if aggregate in near.kept.states:
                rests = aggregate, *near.kept.leaning.get(aggregate, ())
                if all(map(near.settled, rests)) and not (self._touched and any(map(self._late, rests))):
                    self._kept.states[aggregate] = near.kept.states[aggregate]
                    self._kept.lean(aggregate, rests[1:])
                    return True
        return False

    def _taken_over(self, key: Key) -> Derivation | None:
        """What a rule came to at a moment nearby, where it reads the same here, and its parts come out the same, in the order in which it asks them."""
        for near in self._nearby:
            known = near.known(key)
            if known is None:
                continue
            spend()
            value, rests, parts, own = known.value, known.rests, known.parts, list[Derivation]()
            for part in parts:
                expected = part.value
                try:
                    own.append(self._found(part.key))
                except Exception:
                    return None  # its rule may know what to do about it
                if not same(own[-1].value, expected):
                    return None
            heard = self._heard_of(rests, (*own,))
            if known.doubt == HOLDS and known.parts is parts and heard <= self._heard and all(part.doubt == HOLDS for part in own):
                return self._kept.keep(Derivation(key, value, rests, (*own,), heard=heard))
        return None

    def leaning(self, aggregate: str) -> Iterable[Rest]:
        """What has a say in its state too."""
        return self._kept.leaning.get(aggregate, ())

    def _kept_of(self, aggregate: str) -> DerivationCache:
        """Where the state of an aggregate is kept."""
        if self._touched and (self._late(aggregate) or any(map(self._late, self._kept.leaning.get(aggregate, ())))):
            return self._own()
        return self._kept

    def defined(self, kind: Kind[S], id: str | None) -> S | None:
        """The state of one aggregate; before anything was said of it, what it is as that was said first, and nothing else. None where it never was."""
        state = self.get(kind, id)
        return kind.first_defined(id, self._of_all_days(kind, id)) if state is None and id is not None else state

    def definition(self, kind: Kind[Any], id: str) -> list[Event]:
        """The events by which it is known what a thing is before anything of that was said: those said first, for a later moment than this."""
        said = [e for e in self._of_all_days(kind, id) if isinstance(e.data, kind.defined_by)]
        first = [e for e in said if e.time == said[0].time]
        return first if self.before is not None and first and not self.dated(first[0]) else []

    def _folded(self, kind: Kind[S], id: str, events: Sequence[Event]) -> S | None:
        if isinstance(events, History) and self.known_at is None and events.plain:
            state = events.state(kind, id, self._before)
            defined = not kind.definition or events.defined(kind, self._before)
        else:
            shown = self._visible(events, self._before)
            state = self._fold(kind, id, self._counting(kind.key(id), shown))
            if state is None and shown:  # what is there stays there, though nothing of it may count
                state = kind.initial(id=id)
            defined = not kind.definition or any(isinstance(e.data, kind.defined_by) for e in shown)
        if state is None or defined:
            return state
        first = kind.first_defined(id, self._of_all_days(kind, id))
        if first is None and kind.begins and any(isinstance(e.data, kind.defined_by) for e in events):
            return None  # what made it was taken back: it is not there, whatever else was said of it
        return kind.with_definition(state, first)

    def _fold(self, kind: Kind[S], id: str, shown: Sequence[Event]) -> S | None:
        return folded_past_faults(kind, id, shown)

    def _of_all_days(self, kind: Kind[Any], id: str) -> list[Event]:
        key = kind.key(id)
        self._note(key)
        return self._visible(self.histories.events(key), None)

    def _visible(self, events: Sequence[Event], before: datetime | None) -> list[Event]:
        if isinstance(events, History) and self.known_at is None:
            return events.visible(before)
        return visible(events, before=before, known_at=self.known_at)

    def related(self, kind: Kind[S], field: str, id: str) -> list[S]:
        """The aggregates of a kind whose state names this id in this field, in order of their ids: a list in an order of time sorts them by `Event.order`."""
        ids = self.named_as(kind, field, id)
        for one in ids:
            self._note((kind.name, field, one))
        naming = sorted({aggregate for one in ids for aggregate in self.histories.referring(kind.name, field, one)})
        spend(len(naming) // EVENTS)
        found = (self.get(kind, aggregate.partition(":")[2]) for aggregate in naming)
        return [s for s in found if s is not None and _names(getattr(s, field), id)]

    def naming(self, kind: Kind[Any], field: str, id: str) -> list[str]:
        """The ids of the aggregates of a kind of which any event names this id in this field, whatever their states say, in order."""
        self._note((kind.name, field, id))
        return sorted(aggregate.partition(":")[2] for aggregate in self.histories.referring(kind.name, field, id))

    def every(self, kind: Kind[S]) -> list[S]:
        """All aggregates of a kind that exist at this moment, in order of their ids."""
        self._note((kind.name,))
        every = sorted(self.histories.all(kind.name))
        spend(len(every) // EVENTS)
        with self._traced() as trace:
            found = [self.get(kind, aggregate.partition(":")[2]) for aggregate in every]
        for rest in trace.rests.keys() - every:  # what the judgements of some speak of lies outside the kind
            self._note(rest)
        return [s for s in found if s is not None]

    def heir(self, kind: Kind[Any], id: str) -> str:
        """What has taken the place of a thing by this moment; itself while nothing has."""
        return self.heirs(kind, id)[-1]

    def heirs(self, kind: Kind[Any], id: str) -> list[str]:
        """A thing, what it was merged into by this moment, and what that was in turn."""
        found = [id]
        while (into := next((one.id for one in self._naming(kind, kind.merged, found[-1]) if found[-1] in getattr(one, kind.merged)), "")) not in ("", *found):
            found.append(into)
        return found

    def merged(self, kind: Kind[Any], id: str) -> list[str]:
        """All whose place a thing has taken by this moment, be it through others."""
        found = [id]
        for one in found:  # which grows
            found += [other for state in self._naming(kind, INTO, one) if state.id == one for other in getattr(state, kind.merged) if other not in found]
        return found[1:]

    def named_as(self, kind: Kind[Any], field: str, id: str) -> list[str]:
        """The ids by which events may name what a state of a kind names by this one in this field: its own, and of all whose place it has taken."""
        return [id, *(f"{whole}{one}" for name, of, whole in succeeded(kind) if name == field for one in self.merged(of, id.removeprefix(whole)))]

    def _naming(self, kind: Kind[Any], field: str, id: str) -> Iterator[Any]:
        """The things of a kind of which an event that merges names this one in this field; few are ever merged."""
        self._note((kind.name, field, id))
        return (state for aggregate in self.histories.referring(kind.name, field, id) if (state := self.get(kind, split(aggregate)[1])) is not None)

    def _inherited(self, kind: Kind[S], key: str, state: S | None) -> S | None:
        """A state as it names what holds at this moment."""
        if state is None:
            return None
        found, rests = with_heirs(kind, state, self.heirs)
        self._kept.lean(key, rests)
        return found

    def on(self, day: date) -> Facts:
        """The same knowledge, as of the end of another day."""
        return self if day == self._day and self._before == end_of(day) else self._other(day, end_of(day))

    def until(self, before: datetime) -> Facts:
        """The same knowledge on the day of an instant, of what was true before it."""
        return self._other(before.date(), before)

    def _other(self, day: date, before: datetime) -> Facts:
        """The facts before another instant, kept for a while; what is read of them counts as read of these."""
        # The end of a day equals the instant at which it ends in UTC, and is another at each place.
        key = day, before, before.tzinfo is HOME, self.known_at
        other = self._others.pop(key, None)
        if other is None:
            kept = self._other_moments.at(key)
            other = Facts(self.histories, day=day, before=before, known_at=self.known_at, kept=kept, touched=self._touched, heard=self._heard)
            other._traces, other._other_moments = self._traces, self._other_moments
        self._others[key] = other
        if len(self._others) > OtherMoments.MOST:
            self._others.popitem(last=False)
        return other

    def forget(self, aggregate: str, named: Iterable[tuple[str, str]]) -> None:
        """An event of this aggregate arrived that names these (field, id) pairs: what rests on it is doubted."""
        self._kept.forget(aggregate, named)
        self._apart = None
        self._others.clear()

    def _plain(self, key: str) -> bool:
        """Whether all judgements of an aggregate count wherever they are seen, but for rules that were lifted (`libs.events.judgement.Course`)."""
        events = self.histories.events(key)
        return events.plain if isinstance(events, History) and self.known_at is None else Course.of(events).plain

    def _look_at(self, key: str, aggregate: str) -> SeenHistory:
        """What is seen of an aggregate of which another one's judgements speak."""
        self._note(aggregate)
        self._kept.lean(key, (aggregate,))
        events = self.histories.events(aggregate)
        return SeenHistory(events, self._visible(events, self._before))


def folded_past_faults(kind: Kind[S], id: str, events: Sequence[Event]) -> S | None:
    """The state after these events."""
    try:
        return kind.fold(id, events)
    except Exception:
        state: S | None = None
        for event in events:
            state = taken_in(kind, id, state, event)
        return state


def _names(value: object, id: str) -> bool:
    return value == id or (isinstance(value, tuple) and id in value)


INTO: Final = "into"
"""The field of an event that merges with what the others are merged into."""


@cache
def succeeded(kind: Kind[Any]) -> tuple[tuple[str, Kind[Any], str], ...]:
    """The fields of a kind's state that name what may be merged into another: with the kind of that, and what stands there before the id, of a global one."""
    plain = [(field, of, "") for field, of in references(kind.state) if not (of == kind.name and field == kind.merged)]
    whole = [(field, of, f"{of}:") for field, kinds in among(kind.state).items() for of in kinds]
    return tuple((field, KINDS[of], before) for field, of, before in (*plain, *whole) if of in KINDS and KINDS[of].merged)


def with_heirs(kind: Kind[S], state: S, heirs_of: Callable[[Kind[Any], str], list[str]]) -> tuple[S, list[Rest]]:
    """A state that names heirs, and what it rests on that there are these and no others; `heirs_of` is a thing and what took its place in turn."""
    rests = list[Rest]()
    for field, of, whole in succeeded(kind):
        value = getattr(state, field)
        heirs = {one: heirs_of(of, one.removeprefix(whole)) for one in named(value) if one.startswith(whole)}
        for chain in heirs.values():
            rests += [*((of.name, of.merged, one) for one in chain), *map(of.key, chain[1:])]
        last = {one: f"{whole}{chain[-1]}" for one, chain in heirs.items() if len(chain) > 1}
        if last:
            state = changed(state, **{field: last[value] if isinstance(value, str) else tuple(dict.fromkeys(last.get(one, one) for one in value))})
    return state, rests
