"""Dead letters: records that could not be decoded or applied, and what an operator decided on them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from libs.events.ports.log import Record


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that waits for an operator. `position` names it (`kind:id@sequence`, or `unread:…` where it says no sequence).

    `held` is the highest sequence of its aggregate heard since, which waits behind it; 0 for none.
    """

    position: str
    reason: str
    record: Record
    since: datetime
    held: int = 0


@dataclass(frozen=True, slots=True)
class Discard:
    """An operator's decision to pass over a position for ever."""

    position: str
    reason: str
    by: str
    at: datetime


class OperatorDecisions(Protocol):
    """Where decisions are remembered over restarts. Every adapter passes `libs.adapters.contracts.suites.OperatorDecisionsContract`."""

    async def open(self) -> None:
        """Connects, and creates what is missing."""

    async def close(self) -> None:
        """Lets go."""

    async def discards(self) -> dict[str, Discard]:
        """All decisions by position."""

    async def discard(self, decision: Discard) -> None:
        """Remembers a decision durably before it returns; the first on a position stands."""


class DecisionsUnavailable(Exception):
    """What was decided cannot be read or written."""


class NotParked(Exception):
    """Nothing is parked at this position."""


def unread(record: Record) -> str:
    """The position of a record that says no sequence: a name made of what it holds, the same each time it is delivered."""
    parts = (record.topic, record.key, *(f"{name}={value}" for name, value in sorted(record.headers.items())))
    return f"unread:{hashlib.blake2b(chr(0).join(parts).encode(errors='replace') + record.value, digest_size=8).hexdigest()}"
