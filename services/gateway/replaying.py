"""The log read for one reader: each event once, in order per aggregate, and nothing that the reader may not see."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

from libs.events.envelope import to_structured
from libs.events.log import Cursor, Delivery, Log, Record
from libs.rules.authority import MONEY, belonging, reads_money
from libs.rules.roles import Principal
from libs.service.process import Process

T = TypeVar("T")


class Shown:
    """What one reader sees of records: duplicates and other types left out, money and `stored` as its roles allow."""

    def __init__(self, process: Process, who: Principal, types: frozenset[str]) -> None:
        self._process, self._who, self._types = process, who, types
        self._audits = who.has("auditor")
        self._all_money = reads_money(who.roles, frozenset())
        self._some_money = any(role.name in MONEY for role in who.roles)
        self._heard: dict[str, int] = {}

    def begin(self) -> None:
        """Forgets what was shown: the log is read again from elsewhere."""
        self._heard.clear()

    @property
    def expired(self) -> bool:
        """Whether the reader's token has ended meanwhile."""
        return self._who.expires is not None and self._process.adapters.clock() >= self._who.expires

    def news(self, record: Record) -> bool:
        """Whether this is shown: an event not seen before, of a type that was asked for."""
        sequence = record.headers.get("ce_sequence", "")
        if sequence.isascii() and sequence.isdigit():
            if int(sequence) <= self._heard.get(record.key, 0):
                return False
            self._heard[record.key] = int(sequence)
        return not self._types or record.headers.get("ce_type") in self._types

    def line(self, delivery: Delivery) -> dict[str, Any]:
        """A record as one JSON CloudEvent, with the cursor behind it."""
        event = to_structured(delivery.record)
        if not self._audits:
            event.pop("stored", None)
        if "data" in event and not self._reads_money(delivery.record.key):
            event["data"] = blanked(event["data"])
        event["cursor"] = str(delivery.cursor)
        return event

    def _reads_money(self, aggregate: str) -> bool:
        if self._all_money or not self._some_money:
            return self._all_money
        kind, _, id = aggregate.partition(":")
        return reads_money(self._who.roles, belonging(self._process.world.facts(self._process.adapters.clock().date()), kind, id))


async def replayed(log: Log, topics: Sequence[str], begin: Cursor, follow: bool, shown: Shown) -> AsyncIterator[dict[str, Any]]:
    """What lies behind a cursor, and then, with `follow`, what comes, until the reader's token ends."""
    async for batch in log.read(topics, begin, follow=follow, limit=500):
        for delivery in batch:
            if shown.news(delivery.record):
                yield shown.line(delivery)
        if shown.expired:
            return


async def newest(log: Log, topics: Sequence[str], many: int, shown: Shown) -> tuple[list[dict[str, Any]], Cursor]:
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


async def _newest_since(log: Log, topics: Sequence[str], begin: Cursor, many: int, shown: Shown) -> list[Delivery]:
    shown.begin()
    kept: list[tuple[str, int, Delivery]] = []
    read = 0
    async for batch in log.read(topics, begin, follow=False):
        for delivery in batch:
            if shown.news(delivery.record):
                read += 1
                entry = (delivery.record.headers.get("ce_stored", ""), read, delivery)
                if len(kept) < many:
                    heapq.heappush(kept, entry)
                else:
                    heapq.heappushpop(kept, entry)
    return [delivery for _, _, delivery in sorted(kept, key=lambda entry: entry[1])]


async def timed(items: AsyncIterator[T], seconds: float, stopping: asyncio.Event) -> AsyncIterator[T | None]:
    """The items, and None whenever so many seconds went by without one; ends when the process stops."""
    waiting: asyncio.Future[T] | None = None
    stop: asyncio.Future[Any] = asyncio.ensure_future(stopping.wait())
    try:
        while not stop.done():
            waiting = waiting or asyncio.ensure_future(anext(items))
            both: set[asyncio.Future[Any]] = {waiting, stop}
            await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                yield None
                continue
            finished, waiting = waiting, None
            try:
                yield finished.result()
            except StopAsyncIteration:
                return
    finally:
        stop.cancel()
        if waiting is not None:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await waiting


def blanked(value: Any) -> Any:
    """JSON values with null where money stands."""
    if isinstance(value, dict):
        return None if value.keys() == {"amount", "currency"} else {k: blanked(v) for k, v in value.items()}
    if isinstance(value, list):
        return [blanked(v) for v in value]
    return value
