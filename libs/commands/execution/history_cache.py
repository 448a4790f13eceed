"""Caches the histories that were used lately, so that loading from the store brings only what is new."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from libs.events.derivations import Replays
from libs.events.event import Event
from libs.events.history import History
from libs.events.ports.store import CommitStore, StoreUnavailable

MOST = 100_000
"""Events at most; the histories that were not used for longest go first."""


class HistoryCache:
    """The cached histories of a store, each as far as it was loaded. The store says what is new at every load, so nothing that is given is older than the load.

    Whoever stores on top of a history that has become another one is refused by the store's own lock, and calls `forget`: then all of it is read anew.
    """

    def __init__(self, store: CommitStore, most: int = MOST) -> None:
        self.store, self.most = store, most
        self.replays = Replays()
        self._histories: OrderedDict[str, tuple[History, int]] = OrderedDict()
        self._events = 0

    async def load(self, aggregates: Iterable[str]) -> dict[str, History]:
        """The histories of these aggregates as they stand. Raises StoreUnavailable; what was kept is then doubted."""
        held = {a: self._histories[a][0] if a in self._histories else History() for a in aggregates}
        behind = {a: len(history) for a, history in held.items() if history}
        try:
            found = await self.store.load(list(held), behind)
            if gone := [a for a, events in found.items() if _apart(held[a], events)]:
                self.forget(gone)
                found |= await self.store.load(gone)
                held |= {a: History() for a in gone}
        except StoreUnavailable:
            self.forget(list(self._histories))
            raise
        for aggregate, events in found.items():
            history = held[aggregate]
            # Somebody else may have loaded the same meanwhile.
            new = [event for event in events if event.sequence > len(history)]
            history.extend(new)
            self._keep(aggregate, history)
        return held

    def forget(self, aggregates: Iterable[str]) -> None:
        """They may be others than they were."""
        for aggregate in aggregates:
            if aggregate in self._histories:
                self._events -= self._histories.pop(aggregate)[1]

    def _keep(self, aggregate: str, history: History) -> None:
        self.forget([aggregate])
        if history:
            self._histories[aggregate] = history, len(history)
            self._events += len(history)
        while self._events > self.most and len(self._histories) > 1:
            self.forget([next(iter(self._histories))])


def _apart(history: History, events: list[Event]) -> bool:
    """Whether what follows does not follow."""
    return bool(events) and events[0].sequence > len(history) + 1
