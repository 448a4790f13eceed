"""The queue of events for one webhook: read from the log, one queue per aggregate, with the progress to record."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from libs.events.catalog.portfolio.webhook import Webhook
from libs.events.envelope import instant
from libs.events.ports.log import Cursor, Delivery, Record
from services.portfolio.webhooks.deliveries import Progress, Waiting

MOST: Final = 2_000
"""Events of a webhook in hand at most: then its reading of the log waits until some are delivered, and nobody else's does."""
REMEMBERED: Final = 50_000
"""Aggregates of which it is remembered what was taken last."""


@dataclass(slots=True)
class QueuedEvent:
    """An event that waits to be delivered; `before` is the cursor behind which it lies in the log."""

    record: Record
    sequence: int
    before: Cursor
    tries: int = 0
    first: datetime | None = None
    due: datetime | None = None

    @property
    def event(self) -> str:
        """Its position."""
        return f"{self.record.key}@{self.sequence}"

    @property
    def waiting(self) -> Waiting:
        """As it is remembered."""
        return Waiting(self.sequence, str(self.before), self.tries, self.first, self.due)


class Queues:
    """The events in hand, in order per aggregate.

    Begins at `progress` with what waits (`waiting`, by aggregate): the log is read again from the first of that on, and of what lies before the cursor only
    what waited, and what follows it in its aggregate, is taken again.
    """

    def __init__(self, progress: Progress, waiting: Mapping[str, Waiting]) -> None:
        self._since = progress.since
        self._resumed = Cursor.parse(progress.cursor)
        self._behind = dict(waiting)
        self._left = dict(waiting)
        self.at = _first_of([self._resumed, *(Cursor.parse(one.cursor) for one in waiting.values())])
        self._queues: dict[str, deque[QueuedEvent]] = {}
        self._taken: OrderedDict[str, int] = OrderedDict()
        self._many = 0
        self._room = asyncio.Event()

    def __len__(self) -> int:
        return self._many

    async def room(self) -> None:
        """Waits until there are fewer in hand than may be."""
        while self._many >= MOST:
            self._room.clear()
            await self._room.wait()

    def take(self, delivery: Delivery, wanted: Webhook) -> str | None:
        """The next delivery of the log; the aggregate of which it is now the only event in hand, to be delivered, else None.

        What the log holds for a second time is left out, as far as this process remembers.
        """
        before, self.at = self.at, delivery.cursor
        record = delivery.record
        sequence = _sequence(record)
        if _went_back(before, self.at):  # the log was renewed, or is an older copy: nothing that was read counts as read
            self._resumed, self._behind, self._left = Cursor(), {}, {}
            self._taken.clear()
        elif self._lies_before(before):
            waiting = self._behind.get(record.key)
            if waiting is None or sequence < waiting.sequence:
                return None
        if sequence <= self._taken.get(record.key, 0) or not is_wanted(record, wanted, self._since):
            return None
        self._remember(record.key, sequence)
        return self._append(QueuedEvent(record, sequence, before), self._left.get(record.key))

    def _append(self, item: QueuedEvent, waiting: Waiting | None) -> str | None:
        if waiting is not None and waiting.sequence == item.sequence:
            item.tries, item.first, item.due = waiting.tries, waiting.first, waiting.due
        key = item.record.key
        queue = self._queues.get(key)
        self._many += 1
        if queue is not None:
            queue.append(item)
            return None
        self._queues[key] = deque((item,))
        return key

    def next(self, aggregate: str) -> QueuedEvent | None:
        """The event of an aggregate whose turn it is."""
        queue = self._queues.get(aggregate)
        return queue[0] if queue else None

    def delivered(self, aggregate: str) -> None:
        """The event whose turn it was is no longer in hand."""
        queue = self._queues[aggregate]
        done = queue.popleft()
        if aggregate in self._left:  # what follows it may lie before the cursor, and not be read again yet
            self._left[aggregate] = Waiting(done.sequence + 1, str(done.before))
        if not queue:
            del self._queues[aggregate]
        self._many -= 1
        self._room.set()

    @property
    def cursor(self) -> Cursor:
        """How far the log is read; while it is read again, as far as it had been."""
        at, before = self.at.offsets, self._resumed.offsets
        return Cursor({partition: max(at.get(partition, 0), before.get(partition, 0)) for partition in {**before, **at}})

    @property
    def waiting(self) -> dict[str, Waiting]:
        """What is not delivered, by aggregate: the first of each."""
        if self._left and self.at.covers(self._resumed):  # all of it was read again: what was not met is wanted no more
            self._left, self._behind = {}, {}
        return {**self._left, **{aggregate: queue[0].waiting for aggregate, queue in self._queues.items()}}

    def _lies_before(self, before: Cursor) -> bool:
        """Whether the record between `before` and here lies before the cursor at which this began."""
        there = self._resumed.offsets
        return all(offset <= there.get(partition, 0) for partition, offset in _moved(before, self.at).items())

    def _remember(self, aggregate: str, sequence: int) -> None:
        self._taken[aggregate] = sequence
        self._taken.move_to_end(aggregate)
        if len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)


def is_wanted(record: Record, webhook: Webhook, since: datetime | None) -> bool:
    """Whether a webhook is sent this record: an event of a type, a kind and an aggregate that it asks for, stored since it began."""
    type, kind = record.headers.get("ce_type", ""), record.key.partition(":")[0]
    if (webhook.types and type not in webhook.types) or (webhook.kinds and kind not in webhook.kinds):
        return False
    if (webhook.subjects and record.key not in webhook.subjects) or not _sequence(record):
        return False
    stored = stored_at(record)
    return since is None or stored is None or stored >= since


def stored_at(record: Record) -> datetime | None:
    """When an event came to us; None where the record does not say."""
    try:
        return instant(record.headers["ce_stored"])
    except (KeyError, ValueError, IndexError):
        return None


def _sequence(record: Record) -> int:
    text = record.headers.get("ce_sequence", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _moved(before: Cursor, after: Cursor) -> dict[str, int]:
    return {partition: offset for partition, offset in after.offsets.items() if before.offsets.get(partition, 0) != offset}


def _went_back(before: Cursor, after: Cursor) -> bool:
    return any(offset <= before.offsets.get(partition, 0) for partition, offset in _moved(before, after).items())


def _first_of(cursors: Iterable[Cursor]) -> Cursor:
    """The cursor before which all of these lie; a partition that one of them does not name is read from its beginning."""
    given = [cursor.offsets for cursor in cursors]
    return Cursor({partition: min(offsets.get(partition, 0) for offsets in given) for partition in set().union(*given)})
