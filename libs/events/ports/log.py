"""The port of the log: records in order per key, delivered at least once, readable again from any cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

LARGEST: Final = 1_000_000
"""Bytes of a record's value that every log takes: a broker of Kafka takes 1,048,588 in all, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Record:
    """A CloudEvent in binary mode: its attributes as headers (`ce_type`, …), its data as the value, the aggregate as the key."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: per partition the offset of the next record. Opaque outside."""

    offsets: Mapping[str, int] = field(default_factory=dict)

    def covers(self, other: Cursor) -> bool:
        """Whether everything before `other` lies before this one too."""
        return all(self.offsets.get(p, 0) >= o for p, o in other.offsets.items())

    def __str__(self) -> str:
        raw = json.dumps(dict(sorted(self.offsets.items())), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @staticmethod
    def parse(text: str) -> Cursor:
        """The inverse of `str`. Raises ValueError."""
        try:
            offsets = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, UnicodeDecodeError, RecursionError) as e:
            raise ValueError("not a cursor of this log") from e
        if not isinstance(offsets, dict) or not all(isinstance(o, int) and not isinstance(o, bool) and o >= 0 for o in offsets.values()):
            raise ValueError("not a cursor of this log")
        return Cursor(offsets)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record as it was read, and the cursor behind it."""

    record: Record
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class KeyExtent:
    """The extent of one key: the sequence up to which no record is missing (0 where the first is), and the highest sequence there is."""

    unbroken: int
    last: int


@dataclass(frozen=True, slots=True)
class Extent:
    """What is known of a topic without reading it.

    `origin` is another once the topic was made anew, or records may have been lost without a trace. `spans`: per partition the first offset there is and the
    one behind the last. `records`: how many there are at most.
    """

    origin: str
    spans: Mapping[str, tuple[int, int]]
    records: int

    def goes_on_from(self, earlier: Extent) -> bool:
        """Whether nothing shows that a record of an earlier extent is gone."""
        if self.origin != earlier.origin:
            return False
        mine = ((self.spans.get(partition, (0, -1)), then) for partition, then in earlier.spans.items())
        return all(now[0] <= then[0] and now[1] >= then[1] for now, then in mine)


class Log(Protocol):
    """Where events are published and heard. Every adapter passes `libs.adapters.contracts.suites.LogContract`."""

    async def open(self) -> None:
        """Connects, and creates what is missing."""

    async def close(self) -> None:
        """Finishes what was accepted, then lets go. Readers end."""

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Appends records, durably before it returns, in the given order per key; per record None, or why it is not known to be there.

        At most one record of a key is in flight: after one fails, later ones of its key in this call are not sent (`NotSent`).
        """

    def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        """Batches of at most `limit` records behind a cursor, in order per key; with `follow` it then waits for more, else it ends at the end of the log."""

    async def end(self, topics: Sequence[str]) -> Cursor:
        """The cursor behind everything published so far."""

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        """What there is of each key of a topic: all of it is read."""

    async def extent(self, topic: str) -> Extent:
        """What shows that records of a topic were lost, at a cost that does not depend on how many there are."""

    async def renew(self, topics: Sequence[str]) -> None:
        """Records of topics were lost: cursors given so far may lead to their beginning from now on, so that nobody passes over what is published again."""


@dataclass(frozen=True, slots=True)
class Share:
    """Records that one member of a group has in hand, in order per key. Their cursors tell no more than the place of each in its own partition.

    `done()` says that the work on them, and on all that this iterator gave before, is done: True once that is remembered. False where they are no longer
    this member's or the log is away: then they come again. It never raises.
    """

    deliveries: Sequence[Delivery]
    done: Callable[[], Awaitable[bool]]


@runtime_checkable
class SharedLog(Log, Protocol):
    """A log whose readers can share the work. Every adapter passes `libs.adapters.contracts.shared_log.SharedLogContract`."""

    def share(self, topics: Sequence[str], group: str, *, limit: int = 500) -> AsyncIterator[Share]:
        """Records of which each comes to one member of a group, from the beginning of the log on, at least once, until the log is closed.

        What was not `done` when a member ended, or was put out for asking for nothing over five minutes, comes to another: for a moment two may have the same
        in hand. Several shares may be in hand at once. Raises LogUnavailable.
        """


class NotSent(Exception):
    """An earlier record of the same key failed in the same call."""


class LogUnavailable(Exception):
    """The log did not answer, or not in time."""


class TopicMissing(LogUnavailable):
    """A topic is not there, and whoever asks may not make it."""
