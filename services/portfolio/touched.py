"""Which teams may be seen otherwise than at the last look: those whose graduation rests on something that was said since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from libs.commands.handling import Handling
from libs.events.event import Event, mentions
from libs.events.kept import Rest
from libs.events.store import Tally

Mark = dict[str, Tally]
"""Per kind, what there is: equal while nothing is said."""


class Touched:
    """Compares what there is with what there was: the service's own in its store, and of others what it has heard of the kinds it `hears`."""

    def __init__(self, handling: Handling, hears: Iterable[str]) -> None:
        self._handling, self._hears = handling, frozenset(hears)
        self._mark: Mark = {}
        self._last: dict[str, dict[str, int]] = {}
        self._rests: dict[str, frozenset[Rest]] = {}
        self._related: set[str] = set()

    async def mark(self) -> Mark:
        """What there is at this moment. Cheap: it is asked every second. Raises StoreUnavailable."""
        heard = self._handling.heard.tallies()
        return {kind: heard[kind] for kind in self._hears if kind in heard} | await self._handling.store.tallies()

    async def teams(self, mark: Mark) -> set[str]:
        """The teams that something said between the last mark and this one may concern, and those never looked at. Raises StoreUnavailable."""
        said: set[Rest] = set()
        for kind in [kind for kind, tally in mark.items() if self._mark.get(kind) != tally]:
            before, self._last[kind] = self._last.get(kind, {}), await self._lasts(kind)
            since = {name: before.get(name, 0) for name, last in self._last[kind].items() if last > before.get(name, 0)}
            said |= {(kind,), *since}
            if kind in self._related:
                said |= {(kind, field, id) for events in await self._events(kind, since) for e in events for field, id in mentions(e.data)}
        self._mark = mark
        ids = {name.partition(":")[2] for name in self._last.get("team", ())}
        return {id for id in ids if id not in self._rests or not self._rests[id].isdisjoint(said)}

    def looked(self, team_id: str, rests: frozenset[Rest]) -> None:
        """A team was looked at, and how it is seen rests on this."""
        self._rests[team_id] = rests
        self._related |= {rest[0] for rest in rests if isinstance(rest, tuple) and len(rest) == 3}

    def said_itself(self, aggregate: str, last: int) -> None:
        """What the service itself said last of an aggregate, and changes nothing, is no news."""
        self._last.setdefault(aggregate.partition(":")[0], {})[aggregate] = last

    def forget(self) -> None:
        """What there is counts as new again: a comparison was not finished."""
        self._mark, self._last, self._rests = {}, {}, {}

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
