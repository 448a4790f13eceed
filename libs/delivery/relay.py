"""Publishes stored commits to the log, in order per aggregate, without ever skipping one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from libs.events.envelope import to_record
from libs.events.event import Event
from libs.events.ports.log import Log, Record
from libs.events.ports.store import Commit, CommitStore, Mark
from libs.runtime.backoff import rest

logger = logging.getLogger(__name__)

PAGE = 500
"""Commits published in one call."""
AHEAD = 12
"""Pages under way at once: while one waits for its acknowledgements the next is read and sent."""
LOOK = 1.0
"""Seconds between two looks without a nudge, for what another process stored."""
SHORTEST_LOOK = 0.05
FRUITLESS = 100
"""Looks in a row that publish nothing, after which a drain takes what is left for something that cannot be published."""

_STORE = "the store"
"""Rests like an aggregate after it failed."""


@dataclass
class _Round:
    """What came of one look through everything unpublished."""

    published: int = 0
    failed: set[str] = field(default_factory=set)
    resting: set[str] = field(default_factory=set)
    left: bool = False
    waiting: int = 0
    oldest: datetime | None = None

    def note(self, left: Sequence[Commit]) -> None:
        """Commits that stay unpublished after this look."""
        self.waiting += len(left)
        for commit in left:
            stored = commit.events[0].stored
            self.oldest = stored if self.oldest is None else min(self.oldest, stored)


class Relay:
    """One loop per process; any number of processes may relay the same store.

    A commit is marked as published only after the log acknowledged every event of it, so a crash at any point means sending again, never losing.
    An aggregate whose event fails is left at that event until it succeeds, while the others go on. `failures` and `published` count since the start,
    `waiting` is what the last look left unpublished, which began at `looked` (monotonic seconds). `sent` is told the events of each acknowledged commit.
    """

    def __init__(self, store: CommitStore, log: Log, namespace: str, *, sent: Callable[[Sequence[Event]], None] | None = None) -> None:
        self.store, self.log, self.namespace, self.sent = store, log, namespace, sent
        self.published = 0
        self.failures = 0
        self.waiting = 0
        self.looked = float("-inf")
        self._oldest: datetime | None = None
        self._nudged = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._tried: dict[str, tuple[int, float]] = {}

    def oldest(self) -> float:
        """Seconds since the oldest commit that the last look left unpublished was stored; 0 where none was left."""
        return 0.0 if self._oldest is None else max(0.0, (datetime.now(UTC) - self._oldest).total_seconds())

    def nudge(self) -> None:
        """Something was stored: looks at once."""
        self._nudged.set()

    async def run(self) -> None:
        """Relays until it is cancelled; no error ends it."""
        fruitless = 0
        while True:
            self._nudged.clear()
            done = await self._look(patient=True)
            fruitless = 0 if done.published or not done.failed else fruitless + 1
            if fruitless:  # nothing goes through: nudges wait too, or every command would scan what waits
                await asyncio.sleep(rest(fruitless))
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._next_look()):
                        await self._nudged.wait()

    async def catch_up(self) -> bool:
        """One pass over everything unpublished: what lay there before it began is published (True), unless something failed (False)."""
        return not (await self._look(patient=False)).failed

    async def drain(self) -> bool:
        """Publishes until nothing is unpublished (True), or something fails or stays in spite of several looks (False)."""
        fruitless = 0
        while fruitless < FRUITLESS:
            done = await self._look(patient=False)
            if done.failed:
                return False
            if not done.published and not done.left:
                return True
            fruitless = 0 if done.published else fruitless + 1
            await asyncio.sleep(0)
        return False

    async def _look(self, *, patient: bool) -> _Round:
        done = _Round()
        async with self._one_at_a_time:
            began = time.monotonic()
            try:
                await self._every_page(done, patient=patient)
                self.waiting, self._oldest, self.looked = done.waiting, done.oldest, began
                self._tried = {a: tried for a, tried in self._tried.items() if a in done.failed or a in done.resting}
            except Exception as e:
                self._failed(done, _STORE, "the store failed", e)
        return done

    async def _every_page(self, done: _Round, *, patient: bool) -> None:
        """Publishes pages side by side; one that goes on with an aggregate waits for the page before."""
        under_way: dict[asyncio.Task[None], set[str]] = {}
        after: Mark | None = None
        try:
            while page := _whole(await self.store.unpublished(after, PAGE)):
                after = page[-1].aggregate, page[-1].first
                aggregates = {c.aggregate for c in page}
                while len(under_way) >= AHEAD or not all(aggregates.isdisjoint(others) for others in under_way.values()):
                    await _first_of(under_way)
                under_way[asyncio.create_task(self._page(page, done, patient=patient))] = aggregates
            while under_way:
                await _first_of(under_way)
        except asyncio.CancelledError:
            for task in under_way:
                task.cancel()
            raise
        finally:
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _page(self, page: Sequence[Commit], done: _Round, *, patient: bool) -> None:
        acknowledged = set(await self._publish(page, done, patient=patient))
        done.note([c for c in page if (c.aggregate, c.first) not in acknowledged])

    async def _publish(self, page: Sequence[Commit], done: _Round, *, patient: bool) -> list[Mark]:
        """The commits of a page that are marked as published now."""
        ready = await self._in_order(page, done, patient=patient)
        records: list[Record] = []
        sent: list[tuple[Commit, int]] = []
        for commit in ready:
            if commit.aggregate in done.failed:
                continue
            try:
                said = [to_record(self.namespace, e) for e in commit.events]
            except Exception as e:
                self._failed(done, commit.aggregate, f"{commit.aggregate}@{commit.first} has no form to travel in", e)
                continue
            records += said
            sent.append((commit, len(said)))
        if not sent:
            return []
        try:
            answers = await self.log.publish(records)
        except Exception as e:
            answers = [e] * len(records)
        acknowledged: list[Mark] = []
        at = 0
        for commit, count in sent:
            error = next((a for a in answers[at : at + count] if a is not None), None)
            at += count
            if commit.aggregate in done.failed:
                continue
            if error is not None:
                self._failed(done, commit.aggregate, f"{commit.aggregate}@{commit.first} was not acknowledged", error)
            else:
                acknowledged.append((commit.aggregate, commit.first))
                if self.sent is not None:
                    self.sent(commit.events)
        await self.store.published(acknowledged)
        done.published += len(acknowledged)
        self.published += len(acknowledged)
        return acknowledged

    async def _in_order(self, page: Sequence[Commit], done: _Round, *, patient: bool) -> list[Commit]:
        """The commits of a page before which nothing of their aggregate is unpublished, be it in the page or in the store.

        A scan that is not a snapshot may show a commit and miss the one before it, stored meanwhile; that aggregate waits for the next look.
        """
        lowest = await self.store.first_unpublished(list(dict.fromkeys(c.aggregate for c in page)))
        now = time.monotonic()
        following: dict[str, int] = {}
        ready: list[Commit] = []
        for commit in page:
            a = commit.aggregate
            if a in done.failed:
                continue
            if patient and self._tried.get(a, (0, 0.0))[1] > now:
                done.resting.add(a)
                continue
            if a not in lowest or commit.first < lowest[a]:  # another process has published it since the scan
                continue
            if commit.first == following.get(a, lowest[a]):
                following[a] = commit.last + 1
                ready.append(commit)
            else:
                done.left = True
        return ready

    def _failed(self, done: _Round, aggregate: str, what: str, error: Exception) -> None:
        times = self._tried.get(aggregate, (0, 0.0))[0] + 1
        self._tried[aggregate] = times, time.monotonic() + rest(times)
        done.failed.add(aggregate)
        self.failures += 1
        logger.warning("relay: %s: %s", what, error, extra={"aggregate": aggregate, "attempt": times, "error": type(error).__name__})

    def _next_look(self) -> float:
        """Seconds until the next look: sooner where a failed aggregate has rested."""
        if not self._tried:
            return LOOK
        return min(LOOK, max(SHORTEST_LOOK, min(until for _, until in self._tried.values()) - time.monotonic()))


def _whole(page: Sequence[Commit]) -> Sequence[Commit]:
    """A full page without its last aggregate, which may go on in the next one, unless it has no other."""
    if len(page) < PAGE or page[0].aggregate == page[-1].aggregate:
        return page
    return [c for c in page if c.aggregate != page[-1].aggregate]


async def _first_of(under_way: dict[asyncio.Task[None], set[str]]) -> None:
    """Waits until one page is done. Raises what it failed with."""
    finished, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    for task in finished:
        del under_way[task]
    if errors := [error for task in finished if (error := task.exception()) is not None]:
        raise errors[0]
