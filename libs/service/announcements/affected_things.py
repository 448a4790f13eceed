"""Finds the things whose announcements may have changed since the last look, because something they rest on has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from libs.commands.execution.handler import Handling
from libs.events.derivations import Rest
from libs.events.event import Event, mentions
from libs.events.ports.store import Tally

Mark = dict[str, Tally]
"""Per kind, what there is: equal while nothing is said."""


class Affected:
    """Compares what there is with what there was: the service's own in its store, and of others what it has heard of the kinds it `hears`."""

    def __init__(self, handling: Handling, hears: Iterable[str]) -> None:
        self._handling, self._hears = handling, frozenset(hears)
        self._mark: Mark | None = None
        self._last: dict[str, dict[str, int]] = {}
        self._rests: defaultdict[Rest, set[str]] = defaultdict(set)
        self._of: dict[str, frozenset[Rest]] = {}

    async def mark(self) -> Mark:
        """What there is at this moment. Cheap: it is asked every second. Raises StoreUnavailable."""
        heard = self._handling.heard.tallies()
        return {kind: heard[kind] for kind in self._hears if kind in heard} | await self._handling.store.tallies()

    async def since(self, mark: Mark) -> tuple[set[str], set[str]] | None:
        """What was looked at that something said between the last mark and this one may concern, and the aggregates of which something was said.

        None where there is no last mark: all must be looked at. Raises StoreUnavailable.
        """
        first, before_mark = self._mark is None, self._mark or {}
        said: set[Rest] = set()
        names: set[str] = set()
        for kind in [kind for kind, tally in mark.items() if before_mark.get(kind) != tally]:
            before, self._last[kind] = self._last.get(kind, {}), await self._lasts(kind)
            since = {name: before.get(name, 0) for name, last in self._last[kind].items() if last > before.get(name, 0)}
            if first:
                continue
            said |= {(kind,), *since}
            names |= since.keys()
            if any(isinstance(rest, tuple) and len(rest) == 3 and rest[0] == kind for rest in self._rests):
                said |= {(kind, field, id) for events in await self._events(kind, since) for e in events for field, id in mentions(e.data)}
        self._mark = mark
        return None if first else ({one for rest in said & self._rests.keys() for one in self._rests[rest]}, names)

    def looked(self, one: str, rests: frozenset[Rest]) -> None:
        """Something was looked at, and how it is seen rests on this."""
        before = self._of.get(one, frozenset())
        for rest in before - rests:
            self._rests[rest].discard(one)
        for rest in rests - before:
            self._rests[rest].add(one)
        self._of[one] = rests

    def said_itself(self, aggregate: str, last: int) -> None:
        """What the service itself said last of an aggregate, and changes nothing, is no news."""
        self._last.setdefault(aggregate.partition(":")[0], {})[aggregate] = last

    def forget(self) -> None:
        """What there is counts as new again: a comparison was not finished."""
        self._mark, self._last, self._of = None, {}, {}
        self._rests.clear()

    async def _lasts(self, kind: str) -> dict[str, int]:
        """The number of the last event of each aggregate of a kind."""
        if kind not in self._handling.own:
            return {name: self._handling.heard.last(name) for name in self._handling.heard.all(kind)}
        found: dict[str, int] = {}
        after = ""
        while page := await self._handling.store.heads(kind, after):
            found.update(page)
            after = page[-1][0]
        return found

    async def _events(self, kind: str, since: dict[str, int]) -> list[Sequence[Event]]:
        """What was said of aggregates of a kind behind these numbers."""
        histories = await self._handling.store.load(list(since)) if kind in self._handling.own else {name: self._handling.heard.events(name) for name in since}
        return [histories[name][last:] for name, last in since.items()]
