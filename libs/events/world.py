"""The world that a listener has heard: histories in memory, an index of references, and a digest of the positions applied."""

from __future__ import annotations

import asyncio
import sys
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from libs.events.cost import spend
from libs.events.derivations import DerivationCache, OtherMoments, Rest, touched_by
from libs.events.derivations.memo import EVER
from libs.events.event import KINDS, Actor, Discarded, Event, Retracted, hash_of, mentions, position, split
from libs.events.facts import Facts
from libs.events.nearby import MomentKey, Nearby
from libs.events.ports.store import Tally

_DIGEST = 1 << 64
BETWEEN: Final = 0.001
"""Seconds between two pieces of what is let go of."""
PIECE: Final = 16
"""As so much counts what one day forgets of many events: others may have their turn after each."""


History = tuple[str, Sequence[Event], Sequence[tuple[str, str]]]
"""An aggregate, what follows of it, and all that this names."""


@dataclass(slots=True)
class _Moment:
    """What was found at a moment, up to which change it holds, and the facts for whoever finishes before the next event."""

    kept: DerivationCache
    upto: int
    facts: Facts | None = None

    @property
    def caches(self) -> Iterable[DerivationCache]:
        return (self.kept,)


@dataclass(slots=True)
class _Others:
    """The same of the other moments that rules ask about, whatever moment they are asked of."""

    caches: OtherMoments
    upto: int = 0


class World:
    """Histories of the kinds that a listener needs. One thread, no awaiting: between two events nothing changes.

    Events of one aggregate are applied in order of sequence, each once (`consuming` sees to it). Whoever lets others go on in between asks what is `held`.
    """

    KEPT_MOMENTS = 16
    KEPT_CHANGES = 10_000
    KEPT_ENTRIES = 500_000
    """Of what was found at all moments together: an entry takes 700 bytes at most, with what it rests on (`bench/kept.py`)."""

    def __init__(self) -> None:
        self._events: dict[str, list[Event]] = {}
        self._kinds: dict[str, dict[str, None]] = {}
        self._index: dict[tuple[str, str, str], dict[str, None]] = {}
        self._tallies: dict[str, tuple[int, int]] = {}
        self._moments: OrderedDict[MomentKey, _Moment] = OrderedDict()
        self._others = _Others(OtherMoments())
        self._held: set[WorldSnapshot] = set()
        self._heard = 0
        self._named = -1, ""
        self._touched: OrderedDict[Rest, int] = OrderedDict()
        self._changes: list[tuple[str, Sequence[tuple[str, str]]]] = []
        self._dropped = 0
        self.latest: datetime | None = None
        """The latest instant at which any event heard was stored, by its owner's clock."""
        self.furthest: Event | None = None
        """The event that was stored then."""
        self.new: list[Event] | None = None
        """What was taken in since somebody last took it away from here; None where nobody does."""
        self._waiting: dict[str, list[tuple[int, asyncio.Future[None]]]] = {}

    # Histories

    def events(self, aggregate: str) -> Sequence[Event]:
        return self._events.get(aggregate, ())

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self._index.get((kind, field, id), ())

    def all(self, kind: str) -> Iterable[str]:
        return self._kinds.get(kind, ())

    # Hearing

    def last(self, aggregate: str) -> int:
        """The number of the last event applied of an aggregate; 0 before its first."""
        return len(self._events.get(aggregate, ()))

    def apply(self, event: Event) -> None:
        """Takes in the next event of its aggregate. Raises ValueError where it is not; whatever it raises, nothing was taken in."""
        aggregate = event.aggregate
        history = self._events.get(aggregate)
        if event.sequence != (len(history) if history else 0) + 1:
            raise ValueError(f"{event.id} cannot follow {aggregate}@{self.last(aggregate)}")
        if isinstance(event.data, Retracted) and position(event.data.event)[0] != aggregate:
            raise ValueError(f"{event.id} retracts {event.data.event}, which is not of its aggregate")
        kind, id = split(aggregate)
        named = mentions(event.data)
        of = KINDS.get(kind)
        if of is not None:
            try:  # what cannot even begin a state would fail every question about its kind
                of.evolve(of.initial(id=id), event)
            except Exception as e:
                raise ValueError(f"{event.id} cannot be folded: {type(e).__name__}: {e}") from e
        self._note(aggregate, named)
        if history is None:
            history = self._events[aggregate] = []
            self._kinds.setdefault(kind, {})[aggregate] = None
        history.append(event)
        if self.new is not None:
            self.new.append(event)
        if self.latest is None or event.stored > self.latest:
            self.latest, self.furthest = event.stored, event
        for field, id in named:
            self._index.setdefault((kind, field, id), {})[aggregate] = None
        count, digest = self._tallies.get(kind, (0, 0))
        self._tallies[kind] = count + 1, (digest + hash_of(aggregate, event.sequence)) % _DIGEST
        if self._moments:
            self._changes.append((aggregate, named))
            if len(self._changes) > self.KEPT_CHANGES:
                self._let_old_go()
        if self._waiting:
            self._wake(aggregate, event.sequence)

    def adopt(self, histories: Iterable[History], counts: Mapping[str, tuple[int, int]], furthest: Event) -> None:
        """Takes in what a world has heard that had heard the same so far, which `counts` it came to, and which event of these was stored last.

        Each was looked at when it was heard.
        """
        for aggregate, events, named in histories:
            aggregate = sys.intern(aggregate)
            kind = split(aggregate)[0]
            self._note(aggregate, named)
            if aggregate in self._events:
                self._events[aggregate].extend(events)
            else:
                self._events[aggregate] = list(events)
                self._kinds.setdefault(kind, {})[aggregate] = None
            for field, id in named:
                self._index.setdefault((kind, field, id), {})[aggregate] = None
            if self._moments:
                self._changes.append((aggregate, named))
            if self._waiting:
                self._wake(aggregate, events[-1].sequence)
        self._tallies = dict(counts)
        if self.latest is None or furthest.stored > self.latest:
            self.latest, self.furthest = furthest.stored, furthest
        if len(self._changes) > self.KEPT_CHANGES:
            self._let_old_go()

    def _note(self, aggregate: str, named: Sequence[tuple[str, str]]) -> None:
        """What names these is about to be taken in: whoever holds the world is to be told of it without that."""
        self._heard += 1
        for held in self._held:
            held.note(aggregate, named)
        if self._held:
            for rest in touched_by(aggregate, named):
                self._touched[rest] = self._heard
                self._touched.move_to_end(rest)

    def counts(self) -> dict[str, tuple[int, int]]:
        """As `tallies`."""
        return dict(self._tallies)

    def pass_over(self, aggregate: str, reason: str, by: str, at: datetime) -> None:
        """Puts `Discarded` in the place of the next event of an aggregate: histories stay contiguous, the tally counts the position, nobody sees it."""
        self.apply(Event(aggregate, self.last(aggregate) + 1, at, at, at, Actor(by, "operator"), Discarded(reason=reason)))

    def tallies(self) -> dict[str, Tally]:
        """Per kind how many events were applied, and the sum of their hashes."""
        return {kind: Tally(*t) for kind, t in self._tallies.items()}

    @property
    def digest(self) -> str:
        """Names this state of the world: equal wherever the same positions were applied, in whatever order."""
        if self._named[0] != self._heard:  # each answer asks more than once
            counts = self._tallies.values()
            self._named = self._heard, f"{sum(d for _, d in counts) % _DIGEST:016x}-{sum(n for n, _ in counts)}"
        return self._named[1]

    async def heard(self, positions: Iterable[str], seconds: float) -> list[str]:
        """Waits until these positions were applied; those that were not, after the given time, come back."""
        futures: dict[str, asyncio.Future[None]] = {}
        for text in positions:
            aggregate, sequence = position(text)
            if self.last(aggregate) < sequence:
                future = asyncio.get_running_loop().create_future()
                self._waiting.setdefault(aggregate, []).append((sequence, future))
                futures[text] = future
        if not futures:
            return []
        try:
            await asyncio.wait(futures.values(), timeout=seconds)
            return [text for text, future in futures.items() if not future.done()]
        finally:
            for text, future in futures.items():
                if not future.done():
                    self._forget(position(text)[0], future)

    def _forget(self, aggregate: str, future: asyncio.Future[None]) -> None:
        """Nobody waits for it any more: what never comes must not pile up."""
        future.cancel()
        left = [(s, f) for s, f in self._waiting.get(aggregate, ()) if f is not future]
        if left:
            self._waiting[aggregate] = left
        else:
            self._waiting.pop(aggregate, None)

    def _wake(self, aggregate: str, sequence: int) -> None:
        waiting = self._waiting.pop(aggregate, None)
        if waiting is None:
            return
        later = [(s, f) for s, f in waiting if s > sequence and not f.done()]
        if later:
            self._waiting[aggregate] = later
        for s, future in waiting:
            if s <= sequence and not future.done():
                future.set_result(None)

    # Seeing

    @contextmanager
    def held(self) -> Iterator[WorldSnapshot]:
        """The world as it is now, for as long as the block lasts, whatever is heard meanwhile."""
        held = WorldSnapshot(self)
        self._held.add(held)
        try:
            yield held
        finally:
            self._held.discard(held)
            held.close()
            self._forget_touched()
            self._give_back()

    def _forget_touched(self) -> None:
        """Of what was touched, what all who hold the world have heard of."""
        oldest = min((held.heard for held in self._held), default=self._heard)
        while self._touched and next(iter(self._touched.values())) <= oldest:
            self._touched.popitem(last=False)

    def facts(self, day: date, known_at: datetime | None = None, until: date | None = None) -> Facts:
        """The world as of the end of a day (`until`: with what was so by the end of that one) and as known at an instant (None: all that was heard)."""
        if (facts := self._moment(day, known_at, until).facts) is None:
            facts = self._told(self, day, known_at, until)
            self._moments[day, known_at, until or day].facts = facts
        return facts

    def _told(self, histories: World | WorldSnapshot, day: date, known_at: datetime | None, until: date | None, heard: int = EVER) -> Facts:
        """What is told of these histories at a moment, with what is kept of it and of those nearby; others may have their turn meanwhile."""
        key = day, known_at, until or day
        near = self._near(key)
        kept = self._moment(day, known_at, until).kept  # only now: somebody may have asked of it meanwhile, or let it go
        now = self._dropped + len(self._changes)
        there = ((one, self._moments[one]) for one in near if one in self._moments)
        nearby = tuple(Nearby(moment.kept, histories, key, one) for one, moment in there if moment.upto == now)
        return Facts.on_day(histories, day, known_at, until=until, kept=kept, touched=self._touched, heard=heard, nearby=nearby)

    def kept(self, day: date, known_at: datetime | None, until: date | None = None) -> DerivationCache:
        """What was found at a moment, without what has changed since."""
        return self._moment(day, known_at, until).kept

    def _moment(self, day: date, known_at: datetime | None, until: date | None) -> _Moment:
        key = day, known_at, until or day
        if key in self._moments:
            self._moments.move_to_end(key)
        self._catch_up(self._others)
        if key in self._moments:
            self._catch_up(self._moments[key])
        moment = self._moments.get(key)
        if moment is None:  # or it was let go of meanwhile
            moment = self._moments[key] = _Moment(DerivationCache(self._others.caches), self._dropped + len(self._changes))
            self._give_back()
        self._moments.move_to_end(key)
        for one in (self._others, moment):
            self._catch_up(one, at_once=True)  # what was heard meanwhile: if others had their turn at this too, it might never end
        self._trim()
        return moment

    @property
    def entries(self) -> int:
        """How many entries are kept of all moments."""
        return sum(len(moment.kept) for moment in self._moments.values()) + self._others.caches.entries

    def _near(self, key: MomentKey) -> list[MomentKey]:
        """Of the moments of which more is known the nearest, and the one of which most is, as they are now; others may have their turn meanwhile."""
        known = {one: len(moment.kept) for one, moment in self._moments.items()}
        fuller = [one for one in known if known[one] > known.get(key, 0)]
        if not fuller:
            return []
        near = {min(fuller, key=lambda one: (one[1] != key[1], abs(one[2] - key[2]))): None, max(fuller, key=known.__getitem__): None}
        for one in near:
            if one in self._moments:
                self._catch_up(self._moments[one])
        return list(near)

    def _catch_up(self, moment: _Moment | _Others, *, at_once: bool = False) -> None:
        """Has a moment forget what has changed since it was asked about. Unless at once, others have their turn meanwhile, and the same moment."""
        now = self._dropped + len(self._changes)
        if moment.upto >= now:
            return
        changes = self._changes[moment.upto - self._dropped :]
        rests = {rest for aggregate, named in changes for rest in touched_by(aggregate, named)}
        aggregates = {aggregate for aggregate, _ in changes}
        for kept in moment.caches:
            kept.forget_all(aggregates, rests)
            if not at_once:
                spend(PIECE)
        moment.upto = max(moment.upto, now)
        if isinstance(moment, _Moment):
            moment.facts = None

    def _let_old_go(self) -> None:
        """Of the moments, those that were not asked about for longest: they are found anew rather than what has changed since remembered for ever."""
        recent = self._dropped + len(self._changes) // 2
        for key in [key for key, moment in self._moments.items() if moment.upto < recent]:
            self._let_go(key)
        if self._others.upto < recent:
            self._let_others_go()
        self._trim()

    def _let_others_go(self) -> None:
        self._others.caches.clear()
        self._others.upto = self._dropped + len(self._changes)

    def _let_other_go(self) -> int:
        for moment in self._moments.values():
            moment.facts = None
        return self._others.caches.drop_oldest()

    def _let_go(self, key: MomentKey) -> int:
        """Of a moment, in pieces where nobody is just telling of it; how many entries that were."""
        kept = self._moments.pop(key).kept
        if not self._moments:
            self._let_others_go()
        entries = len(kept)
        if entries > DerivationCache.AT_ONCE and not any(held.tells_of(key) for held in self._held):
            with suppress(RuntimeError):  # where no loop runs, nobody waits
                asyncio.get_running_loop().call_soon(_emptied, kept.empty())
        return entries

    def _give_back(self) -> None:
        """Lets go of what was not asked about longest where there is not room for all; of moments that rules alone ask about there is for half as much."""
        others, left = self._others.caches, self.entries
        while others.entries > self.KEPT_ENTRIES // 2:
            left -= self._let_other_go()
        while len(self._moments) > 1 and (left > self.KEPT_ENTRIES or len(self._moments) > self.KEPT_MOMENTS):
            left -= self._let_go(next(iter(self._moments)))
        while left > self.KEPT_ENTRIES and others:
            left -= self._let_other_go()
        if left > self.KEPT_ENTRIES:
            for key in list(self._moments):
                self._let_go(key)

    def _trim(self) -> None:
        oldest = min(self._others.upto, *(moment.upto for moment in self._moments.values()), self._dropped + len(self._changes))
        if oldest > self._dropped:
            del self._changes[: oldest - self._dropped]
            self._dropped = oldest


class WorldSnapshot:
    """The world as it was when an operation began, kept until that is answered: what is heard meanwhile is not part of it."""

    def __init__(self, world: World) -> None:
        self.digest = world.digest
        self.heard = world._heard
        self._world = world
        self._lengths: dict[str, int] = {}
        self._later: defaultdict[Rest, set[str]] = defaultdict(set)
        self._facts: dict[MomentKey, Facts] = {}

    def note(self, aggregate: str, named: Iterable[tuple[str, str]]) -> None:
        """An event of this aggregate, which names these, is about to be taken in."""
        kind = aggregate.partition(":")[0]
        if not self._world.last(aggregate):
            self._later[(kind,)].add(aggregate)
        self._lengths.setdefault(aggregate, self._world.last(aggregate))
        for field, id in named:
            if aggregate not in self._world.referring(kind, field, id):
                self._later[(kind, field, id)].add(aggregate)

    def tells_of(self, moment: MomentKey) -> bool:
        """Whether it has told of this moment."""
        return moment in self._facts

    def close(self) -> None:
        """Lets go of what was found: it refers to this, and circles go late."""
        self._facts.clear()

    def events(self, aggregate: str) -> Sequence[Event]:
        found = self._world.events(aggregate)
        length = self._lengths.get(aggregate)
        return found if length is None else found[:length]

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self._without((kind, field, id), self._world.referring(kind, field, id))

    def all(self, kind: str) -> Iterable[str]:
        return self._without((kind,), self._world.all(kind))

    def _without(self, rest: Rest, found: Iterable[str]) -> Iterable[str]:
        later = self._later.get(rest)
        return found if later is None else [one for one in found if one not in later]

    def facts(self, day: date, known_at: datetime | None = None, until: date | None = None) -> Facts:
        """This world at a moment, as `World.facts` has it."""
        key = day, known_at, until or day
        if key not in self._facts:
            self._facts[key] = self._world._told(self, day, known_at, until, self.heard)
        return self._facts[key]


def _emptied(pieces: Iterator[None]) -> None:
    """One piece, then others, then the next."""
    if next(pieces, pieces) is None:
        asyncio.get_running_loop().call_later(BETWEEN, _emptied, pieces)
