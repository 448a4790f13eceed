"""Compares what was heard with what the owners hold, since a missing last event leaves no gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from libs.events.envelope import Undecodable
from libs.events.ports.history_source import Owner
from libs.events.ports.store import Tally
from libs.events.world import World
from libs.runtime.failure_reason import reason

logger = logging.getLogger(__name__)

LOOKS = 2
MOST_LOOKS = 16
"""Comparisons that must differ before an owner's aggregates are walked; doubled, up to the most, each time a walk finds nothing missing."""


@dataclass
class _Difference:
    """How long a kind has differed. Under steady traffic two tallies always differ by what is on its way."""

    seen: int = 0
    looks: int = LOOKS


class Reconciliation:
    """`fetch` hears what is missing of an aggregate; `stopped` are the aggregates that wait for an operator."""

    def __init__(
        self, world: World, owners: Mapping[str, Owner], kinds: frozenset[str] | None, stopped: Collection[str], fetch: Callable[[str], Awaitable[None]]
    ) -> None:
        self._world, self._owners, self._kinds, self._stopped, self._fetch = world, owners, kinds, stopped, fetch
        self._differences: dict[str, _Difference] = {}

    async def look(self) -> None:
        """Compares count and digest per kind with every owner; walks a kind that has differed in two consecutive looks. An owner that fails is left out."""
        for service, owner in self._owners.items():
            try:
                for kind in await self._differing(owner):
                    await self._consider(owner, kind)
            except Exception as e:
                logger.warning("reconciliation: %s does not answer: %s", service, reason(e), extra={"service": service, "error": type(e).__name__})

    async def complete(self) -> bool:
        """Fetches all that is missing now; whether everything that the owners' stores held is in the world or parked."""
        complete = True
        for service, owner in self._owners.items():
            try:
                for kind in await self._differing(owner):
                    _, missing = await self._walk(owner, kind)
                    complete = complete and not missing
            except Exception as e:
                logger.warning("reconciliation: %s does not answer: %s", service, reason(e), extra={"service": service, "error": type(e).__name__})
                complete = False
        return complete

    async def _differing(self, owner: Owner) -> list[str]:
        theirs = await owner.tallies()
        ours = self._world.tallies()
        differing = []
        for kind, tally in theirs.items():
            if self._kinds is not None and kind not in self._kinds:
                continue
            if ours.get(kind, Tally(0, 0)) == tally:
                self._differences.pop(kind, None)
            else:
                differing.append(kind)
        return differing

    async def _consider(self, owner: Owner, kind: str) -> None:
        difference = self._differences.setdefault(kind, _Difference())
        difference.seen += 1
        if difference.seen < difference.looks:
            return
        fetched, _ = await self._walk(owner, kind)
        difference.seen = 0
        difference.looks = LOOKS if fetched else min(MOST_LOOKS, difference.looks * 2)
        if fetched:
            logger.warning("reconciliation: %d aggregates of %s had missed events", fetched, kind, extra={"kind": kind, "aggregates": fetched})

    async def _walk(self, owner: Owner, kind: str) -> tuple[int, int]:
        """How many aggregates of a kind were behind and advanced, and how many are behind still."""
        fetched = missing = 0
        after = ""
        while heads := await owner.heads(kind, after):
            after = heads[-1][0]
            for aggregate, last in heads:
                before = self._world.last(aggregate)
                if last <= before or aggregate in self._stopped:
                    continue
                try:
                    await self._fetch(aggregate)
                except Undecodable as e:  # its owner's copy is damaged: the others go on, and nothing waits for it
                    logger.warning("reconciliation: %s: %s", aggregate, e, extra={"aggregate": aggregate})
                    continue
                fetched += self._world.last(aggregate) > before
                missing += self._world.last(aggregate) < last and aggregate not in self._stopped
            await asyncio.sleep(0)
        return fetched, missing
