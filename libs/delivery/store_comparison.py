"""Keeps comparing a store with its topic, cheaply while nothing differs and event by event where it does, and republishes what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final

from libs.delivery.relay import Relay
from libs.delivery.startup_recovery import compared, first_unpublished, publish_again
from libs.events.envelope import topic
from libs.events.ports.log import Extent, Log
from libs.events.ports.store import CommitStore

REST: Final = 5.0
"""After a comparison event by event, so many times as long as it took until the next one: a log that goes on losing must not take the process over."""


class Comparison:
    """Of one service, beside its relay.

    Something may be lost where a topic does not go on from what it was (`Extent`), or holds fewer records than were published. Then the heads of the store are
    held against the keys of the topic, until that finds nothing missing after the relay has looked once more: what it had sent before may have been lost too.

    `missing`: how many events the log lacks, of those known to be lost. `lost`: how many were found missing since the start.
    """

    def __init__(
        self, store: CommitStore, log: Log, namespace: str, service: str, kinds: Collection[str], relay: Relay, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._log, self._namespace, self._service, self._kinds, self._relay, self._clock = store, log, namespace, service, kinds, relay, clock
        self._topic = topic(namespace, service)
        self.missing = 0
        self.lost = 0
        self._sound: Extent | None = None
        self._counted: tuple[int, float] | None = None
        self._due = 0
        self._explained = 0
        self._suspected: float | None = None
        self._again: dict[str, int] = {}
        self._marked = self._not_before = float("-inf")

    @property
    def words(self) -> str:
        """What is the matter; empty where nothing is."""
        return f"topic {self._topic} has lost events: {self.missing:,} are missing in it, and are being published again from the store" if self.missing else ""

    async def begin(self) -> None:
        """Before the store is held against the log at a start: what the log loses from here on is noticed. Raises LogUnavailable."""
        self._sound = await self._log.extent(self._topic)

    async def look(self) -> None:
        """One look. Raises whatever store and log raise; the next one goes on where this one was."""
        await self._count()
        extent = await self._log.extent(self._topic)
        short = max(0, self._due - extent.records)
        if self._suspected is None:
            if short <= self._explained and (self._sound is None or extent.goes_on_from(self._sound)):
                self._sound = extent
                return
            self._suspected = self._clock()
        if self._clock() >= self._not_before and await self._all_is_published():
            await self._compare(extent, short)

    async def _count(self) -> None:
        """How many records the log must hold at least: what was stored before a look of the relay that left nothing unpublished."""
        if self._counted is not None and self._relay.waiting == 0 and self._relay.looked > self._counted[1]:
            self._due, self._counted = self._counted[0], None
        if self._counted is None:
            at = self._clock()
            self._counted = sum(tally.events for kind, tally in (await self._store.tallies()).items() if kind in self._kinds), at

    async def _all_is_published(self) -> bool:
        """Whether the relay has published again what was found missing."""
        if self._again and self._relay.looked > self._marked:
            began = self._clock()
            still = await first_unpublished(self._store, list(self._again)) if self._relay.waiting else {}
            self._again = {a: n for a, n in self._again.items() if a in still}
            self.missing = sum(self._again.values()) or self.missing
            self._rest(began)
        return not self._again

    async def _compare(self, extent: Extent, short: int) -> None:
        began = self._clock()
        found = await compared(self._store, self._log, self._namespace, self._service, self._kinds)
        self._rest(began)
        if found.behind:
            self._again, self.missing, self.lost = dict(found.missing), found.events, self.lost + found.events
            await publish_again(self._store, self._log, self._topic, found)
            self._marked = self._clock()
            self._relay.nudge()
        elif self._suspected is not None and self._relay.looked > self._suspected:
            self._suspected, self._sound, self._explained, self.missing = None, extent, short, 0

    def _rest(self, began: float) -> None:
        now = self._clock()
        self._not_before = now + REST * (now - began)
