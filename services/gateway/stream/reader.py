"""Reads the log for one reader: each event once, in order per aggregate, and only what the reader may see."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Any, Final, TypeVar, cast

from libs.delivery.deduplication import Place, Published, Sequences, place_between
from libs.events.digest import identity
from libs.events.ports.log import Cursor, Delivery, Log, LogUnavailable
from libs.rules.authority import MONEY, belonging, reads_money
from libs.rules.roles import Principal
from libs.runtime.backoff import rest
from libs.service.host.process import Process
from libs.service.redaction import shown
from services.gateway.capacity.slices import GAP, SLICE
from services.gateway.stream.filters import EventFilter

T = TypeVar("T")

PATIENCE: Final = 10.0
"""Seconds after which what the process itself has not read is read again."""


class ReaderView:
    """Deliveries as one reader may see them: without repeats and what was filtered out, money and `stored` as its roles allow.

    Whether a delivery is a repeat is known by where it lies, since the process's own consumer has read the log from its beginning: so each event is shown
    once, also across a resume. Besides, what this reader was shown is not shown to it again, should the log be read anew. `charge` is told of how many
    records were looked at for it, whether or not they are shown.
    """

    def __init__(self, process: Process, who: Principal, wanted: EventFilter, charge: Callable[[int], None]) -> None:
        self._process, self._who, self._wanted, self.charge = process, who, wanted, charge
        self._audits = who.has("auditor")
        self._all_money = reads_money(who.roles, frozenset())
        self._some_money = any(role.name in MONEY for role in who.roles)
        self._begun = self._at = Cursor()
        self._likely: tuple[str, ...] = ()
        self._seen = Sequences()

    def begin(self, cursor: Cursor) -> None:
        """The log is read from here on."""
        self._begun = self._at = cursor

    def forget(self) -> None:
        """What was shown so far is thrown away: it is read again."""
        self._seen = Sequences()

    @property
    def expired(self) -> bool:
        """Whether the reader's token has ended meanwhile."""
        return self._who.expires is not None and self._process.adapters.clock() >= self._who.expires

    async def known(self, cursor: Cursor) -> bool:
        """Waits until the process itself has read as far as this reader now has; False where it does not within `PATIENCE` seconds."""
        published = self._published
        if published is not None:
            try:
                async with asyncio.timeout(PATIENCE):
                    await published.reach({name: offset for name, offset in cursor.offsets.items() if self._begun.offsets.get(name) != offset})
            except TimeoutError:
                return False
        return True

    def news(self, delivery: Delivery) -> bool:
        """Whether this is shown: a first delivery, of what was asked for. Deliveries are given in the order in which they were read."""
        place = place_between(self._at, delivery.cursor, self._likely)
        self._at, self._likely = delivery.cursor, place[0] if place else ()
        event = identity(delivery.record.headers)
        if event is not None and (self._is_repeat(place) or not self._seen.add(*event)):
            return False
        return self._wanted.takes(delivery.record)

    def line(self, delivery: Delivery) -> dict[str, Any]:
        """A record as one JSON CloudEvent, with the cursor behind it."""
        event = shown(delivery.record, money=self._reads_money(delivery.record.key), audits=self._audits)
        event["cursor"] = str(delivery.cursor)
        return event

    @property
    def _published(self) -> Published | None:
        return self._process.consumer.published if self._process.consumer else None

    def _is_repeat(self, place: Place | None) -> bool:
        return self._published is not None and self._published.is_first(place) is False

    def _reads_money(self, aggregate: str) -> bool:
        if self._all_money or not self._some_money:
            return self._all_money
        kind, _, id = aggregate.partition(":")
        return reads_money(self._who.roles, belonging(self._process.present(self._who.roles), kind, id))


async def scanned(log: Log, topics: Sequence[str], begin: Cursor, follow: bool, shown: ReaderView) -> AsyncIterator[tuple[Delivery, bool]]:
    """What lies behind a cursor, each with whether it is shown, until the reader's token ends: no further than the process itself has read.

    Who follows waits while the log is away. Raises LogUnavailable for the others. Others have their turn in between, also where nothing is shown and the log
    never lets anybody wait.
    """
    attempt, since = 0, time.perf_counter()
    while True:
        shown.begin(begin)
        reading = cast("AsyncGenerator[Sequence[Delivery], None]", log.read(topics, begin, follow=follow, limit=500))
        try:
            async with contextlib.aclosing(reading) as batches:
                async for batch in batches:
                    known = await shown.known(batch[-1].cursor)
                    shown.charge(len(batch))
                    for delivery in batch if known else ():
                        if time.perf_counter() - since >= SLICE:
                            await asyncio.sleep(GAP)
                            since = time.perf_counter()
                        yield delivery, shown.news(delivery)
                    if shown.expired:
                        return
                    if not known:
                        break  # a log that was begun anew meanwhile knows this place by another name: it is read again
                    begin, attempt = batch[-1].cursor, 0
                else:
                    return
        except LogUnavailable:
            if not follow:
                raise
            attempt += 1
            await asyncio.sleep(rest(attempt))


async def replayed(log: Log, topics: Sequence[str], begin: Cursor, follow: bool, shown: ReaderView) -> AsyncIterator[dict[str, Any]]:
    """What lies behind a cursor, and then, with `follow`, what comes, until the reader's token ends."""
    async for delivery, is_shown in scanned(log, topics, begin, follow, shown):
        if is_shown:
            yield shown.line(delivery)


async def newest(log: Log, topics: Sequence[str], many: int, shown: ReaderView) -> tuple[list[dict[str, Any]], Cursor]:
    """The newest events in the order of the log, and the cursor behind the last of all: read backwards in ever longer pieces until there are enough."""
    end = await log.end(topics)
    span = many
    while True:
        begin = Cursor({partition: max(0, offset - span) for partition, offset in end.offsets.items()})
        found = await _newest_since(log, topics, begin, many, shown)
        if len(found) >= many or not any(begin.offsets.values()):
            break
        span *= 4
    cursor = max((end, *(d.cursor for d in found)), key=lambda c: sum(c.offsets.values()))
    return [shown.line(d) for d in found], cursor


async def _newest_since(log: Log, topics: Sequence[str], begin: Cursor, many: int, shown: ReaderView) -> list[Delivery]:
    shown.forget()
    kept: list[tuple[str, int, Delivery]] = []
    read = 0
    async for delivery, is_shown in scanned(log, topics, begin, False, shown):
        if is_shown:
            read += 1
            entry = (delivery.record.headers.get("ce_stored", ""), read, delivery)
            if len(kept) < many:
                heapq.heappush(kept, entry)
            else:
                heapq.heappushpop(kept, entry)
    return [delivery for _, _, delivery in sorted(kept, key=lambda entry: entry[1])]
