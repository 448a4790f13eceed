"""The facts that a service decides by: its own, fresh from its store, and what it has heard of others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from libs.commands.command import kinds_of
from libs.commands.decision import Loaded, NotLoaded
from libs.commands.errors import NotHeardYet, Unreachable
from libs.commands.execution.history_cache import HistoryCache
from libs.events.event import Kind, position, split
from libs.events.facts import Facts
from libs.events.ports.store import CommitStore, StoreUnavailable
from libs.events.world import World

PATIENCE = 2.0
"""Seconds to wait for what must have been heard first."""
LOOK = 0.05
"""Seconds between two looks into the store for what is waited for."""

T = TypeVar("T")


class ServiceKnowledge:
    """The facts of one service. `follows` says whether it hears of a kind of other services' aggregates (default: of all)."""

    def __init__(
        self,
        service: str,
        store: CommitStore,
        heard: World,
        *,
        clock: Callable[[], datetime] | None = None,
        follows: Callable[[str], bool] | None = None,
    ) -> None:
        self.service, self.store, self.heard = service, store, heard
        self.kept = HistoryCache(store)
        self.own = kinds_of(service)
        self.clock = clock or (lambda: datetime.now(UTC))
        self.follows = follows or (lambda kind: True)

    def nothing_loaded(self) -> Loaded:
        """Histories with nothing of the store in memory yet."""
        return Loaded(self.own, self.heard, self.kept.replays)

    async def see(self, question: Callable[[Facts], T], *, day: date | None = None, known_at: datetime | None = None) -> T:
        """The answer of a pure question over these facts. Raises Unreachable."""
        loaded = self.nothing_loaded()
        facts = Facts.by_now(loaded, self.clock(), known_at) if day is None else Facts.on_day(loaded, day, known_at)
        return await self.found(loaded, lambda: question(facts))

    async def found(self, loaded: Loaded, question: Callable[[], T]) -> T:
        """The answer of a question that reads these histories, loaded as far as it needs. Raises Unreachable."""
        while True:
            try:
                return question()
            except NotLoaded as need:
                await self.fetch(loaded, need)

    async def must_have_heard(self, positions: Sequence[str]) -> None:
        """Waits until these were heard. Raises NotHeardYet after two seconds."""
        if missing := await self.unheard(set(positions)):
            raise not_heard(missing)

    async def unheard(self, positions: set[str]) -> set[str]:
        """Of what must have been heard first, what was not, after two seconds at most.

        The service's own is looked for in its store. What it does not follow is not waited for: it cannot change an answer.
        """
        if not positions:
            return set()
        until = time.monotonic() + PATIENCE
        mine = {p for p in positions if split(p)[0] in self.own}
        lacking = set(await self.heard.heard([p for p in positions - mine if self.follows(split(p)[0])], PATIENCE))
        while absent := await self.absent(mine, self.nothing_loaded()):
            if time.monotonic() >= until:
                return lacking | absent
            await asyncio.sleep(LOOK)
        return lacking

    async def absent(self, positions: Iterable[str], loaded: Loaded) -> set[str]:
        """Those of the service's own positions that are not there now."""
        wanted = {p: position(p) for p in positions}
        await self.load(loaded, {aggregate for aggregate, _ in wanted.values()})
        return {p for p, (aggregate, sequence) in wanted.items() if len(loaded.events(aggregate)) < sequence}

    async def version(self, aggregate: str) -> int:
        """The version of one of the service's own aggregates; 0 where it does not exist."""
        return len((await self.guarded(self.kept.load([aggregate])))[aggregate])

    async def names(self, kind: Kind[Any], narrowed: Mapping[str, str], after: str, limit: int) -> list[str]:
        """Ids of a kind in their order behind `after`; narrowed to those that ever named these ids, or what was merged into them, in these fields."""
        if not narrowed:
            return [split(a)[1] for a, _ in await self.guarded(self.store.heads(kind.name, kind.key(after) if after else "", limit))]
        named = await self.see(lambda facts: {field: facts.named_as(kind, field, id) for field, id in narrowed.items()})
        found = [{one for id in ids for one in await self.guarded(self.store.referring(kind.name, field, id))} for field, ids in named.items()]
        return sorted(id for a in set.intersection(*found) if (id := split(a)[1]) > after)[:limit]

    async def fetch(self, loaded: Loaded, need: NotLoaded) -> None:
        """Loads what a decision or a question lacked."""
        if need.aggregate is not None:
            await self.load(loaded, [need.aggregate])
        elif need.relation is not None:
            found = dict[str, None]()
            for relation in (need.relation, *loaded.next_asked(need.relation)):
                naming = await self.guarded(self.store.referring(*relation))
                loaded.relate(relation, naming)
                found.update(dict.fromkeys(naming))
            await self.load(loaded, found)
        elif need.kind is not None:
            names: list[str] = []
            while page := await self.guarded(self.store.heads(need.kind, names[-1] if names else "")):
                names += [name for name, _ in page]
            loaded.enumerate(need.kind, names)
            await self.load(loaded, names)

    async def load(self, loaded: Loaded, aggregates: Iterable[str]) -> None:
        """Loads those of the service's own aggregates that are not in memory yet."""
        missing = list(loaded.missing(aggregates))
        if missing:
            loaded.put(await self.guarded(self.kept.load(missing)))

    async def guarded(self, asked: Awaitable[T]) -> T:
        """What the store answers. Raises Unreachable: nothing has been stored yet."""
        try:
            return await asked
        except StoreUnavailable as e:
            raise Unreachable(f"the store does not answer: {e}", remedy="Send it again in a moment.") from e


def not_heard(missing: Iterable[str]) -> NotHeardYet:
    """Says what was waited for in vain."""
    return NotHeardYet(f"{', '.join(sorted(missing))} has not been heard here yet", remedy="Ask again in a second.", field="after")
