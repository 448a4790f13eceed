"""A world: what a listener has heard, as histories in memory, with an index over relations and a digest of the positions applied."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from libs.events.event import KINDS, Actor, Discarded, Event, Retracted, hash_of, mentions, position
from libs.events.facts import Facts
from libs.events.store import Tally

_DIGEST = 1 << 64


class World:
    """Histories of the kinds that a listener needs. One thread, no awaiting: between two events nothing changes.

    Events of one aggregate are applied in order of sequence, each once (`consuming` sees to it).
    """

    KEPT_MOMENTS = 16
    KEPT_CHANGES = 10_000

    def __init__(self) -> None:
        self._events: dict[str, list[Event]] = {}
        self._kinds: dict[str, dict[str, None]] = {}
        self._index: dict[tuple[str, str, str], dict[str, None]] = {}
        self._tallies: dict[str, tuple[int, int]] = {}
        self._moments: OrderedDict[tuple[date, datetime | None], tuple[Facts, list[int]]] = OrderedDict()
        self._changes: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        self._dropped = 0
        self.latest: datetime | None = None
        """The latest instant at which any event heard was stored, by its owner's clock."""
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
        aggregate, kind = event.aggregate, event.kind
        history = self._events.get(aggregate)
        if event.sequence != (len(history) if history else 0) + 1:
            raise ValueError(f"{event.id} cannot follow {aggregate}@{self.last(aggregate)}")
        if isinstance(event.data, Retracted) and position(event.data.event)[0] != aggregate:
            raise ValueError(f"{event.id} retracts {event.data.event}, which is not of its aggregate")
        named = tuple(mentions(event.data))
        of = KINDS.get(kind)
        if of is not None:
            try:  # what cannot even begin a state would fail every question about its kind
                of.evolve(of.initial(id=aggregate.partition(":")[2]), event)
            except Exception as e:
                raise ValueError(f"{event.id} cannot be folded: {type(e).__name__}: {e}") from e
        if history is None:
            history = self._events[aggregate] = []
            self._kinds.setdefault(kind, {})[aggregate] = None
        history.append(event)
        if self.latest is None or event.stored > self.latest:
            self.latest = event.stored
        for field, id in named:
            self._index.setdefault((kind, field, id), {})[aggregate] = None
        count, digest = self._tallies.get(kind, (0, 0))
        self._tallies[kind] = count + 1, (digest + hash_of(aggregate, event.sequence)) % _DIGEST
        if self._moments:
            self._changes.append((aggregate, named))
            if len(self._changes) > self.KEPT_CHANGES:  # somebody's old moment is no longer asked for: fold anew rather than remember for ever
                self._moments.clear()
                self._trim()
        if self._waiting:
            self._wake(aggregate, event.sequence)

    def pass_over(self, aggregate: str, reason: str, by: str, at: datetime) -> None:
        """Puts `Discarded` in the place of the next event of an aggregate: histories stay contiguous, the tally counts the position, nobody sees it."""
        self.apply(Event(aggregate, self.last(aggregate) + 1, at, at, at, Actor(by, "operator"), Discarded(reason=reason)))

    def tallies(self) -> dict[str, Tally]:
        """Per kind how many events were applied, and the sum of their hashes."""
        return {kind: Tally(*t) for kind, t in self._tallies.items()}

    @property
    def digest(self) -> str:
        """Names this state of the world: equal wherever the same positions were applied, in whatever order."""
        return f"{sum(d for _, d in self._tallies.values()) % _DIGEST:016x}-{sum(n for n, _ in self._tallies.values())}"

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

    def facts(self, day: date, known_at: datetime | None = None) -> Facts:
        """The world as of the end of a day and as known at an instant (None: all that was heard)."""
        key = (day, known_at)
        kept = self._moments.get(key)
        if kept is None:
            kept = self._moments[key] = Facts.on_day(self, day, known_at), [self._dropped + len(self._changes)]
            if len(self._moments) > self.KEPT_MOMENTS:
                self._moments.popitem(last=False)
        self._moments.move_to_end(key)
        facts, seen = kept
        for aggregate, named in self._changes[seen[0] - self._dropped :]:
            facts.forget(aggregate, named)
        seen[0] = self._dropped + len(self._changes)
        self._trim()
        return facts

    def _trim(self) -> None:
        oldest = min((seen[0] for _, seen in self._moments.values()), default=self._dropped + len(self._changes))
        if oldest > self._dropped:
            del self._changes[: oldest - self._dropped]
            self._dropped = oldest
