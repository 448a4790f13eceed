"""The port of delivery records: how far each webhook is, what waits for another try, and the attempts made."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

LEASE: Final = 30.0
"""Seconds after which a webhook whose deliverer gave no sign of life is another's."""
KEPT: Final = 1_000
"""Attempts that are remembered of a webhook: the newest."""


class DeliveryOutcome(enum.StrEnum):
    """The outcome of an attempt: accepted; refused and to be retried; refused for 24 hours; or the receiver says that it is gone."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: `number` counts a webhook's attempts from 1, `tries` those of this event; `milliseconds` it took; `again` is when the next is due."""

    number: int
    event: str
    type: str
    at: datetime
    tries: int
    milliseconds: int
    outcome: DeliveryOutcome
    status: int | None = None
    reason: str | None = None
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An aggregate whose event of this sequence is the next to be delivered, and lies in the log behind `cursor`.

    `tries` were made so far, the first at `first`; the next is due at `due` (None: at once).
    """

    sequence: int
    cursor: str
    tries: int = 0
    first: datetime | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a webhook is: what lies before `cursor` in the log is delivered, was not wanted, or waits.

    `generation` is the sequence of the webhook's event that said where to begin. What was stored before `since` is not sent. `attempts` counts them.
    """

    generation: int
    cursor: str
    since: datetime | None = None
    attempts: int = 0


class Deliveries(Protocol):
    """What the deliverers of a portfolio service share. Every method raises DeliveriesUnavailable.

    Only who claims a webhook begins and saves for it; a stale claim makes `save` answer False.
    """

    async def open(self) -> None:
        """Connects, and creates what is missing."""

    async def close(self) -> None:
        """Gives up every claim, and lets go."""

    async def claim(self, webhook: str) -> bool:
        """Whether this deliverer may deliver a webhook for the next `LEASE` seconds; asked again before they are over. At most one may."""

    async def release(self, webhook: str) -> None:
        """Gives up a claim, so that another need not wait."""

    async def load(self, webhook: str) -> tuple[Progress, dict[str, Waiting]] | None:
        """How far a webhook is and what waits, by aggregate; None where nothing was begun."""

    async def begin(self, webhook: str, progress: Progress) -> bool:
        """Forgets what waits, and begins there."""

    async def save(self, webhook: str, progress: Progress, put: Mapping[str, Waiting], gone: Collection[str], attempts: Sequence[Attempt]) -> bool:
        """Stores what has come of deliveries, durably: first what waits (`put`), then how far the log is read, then what waits no more (`gone`).

        False where the claim was lost: another delivers, and nothing is to be done any more.
        """

    async def attempts(self, webhook: str, before: int | None, many: int) -> list[Attempt]:
        """The newest attempts first, beginning below this number."""

    async def forget(self, webhook: str) -> None:
        """Forgets how far a webhook was and what waits; its attempts stay."""


class DeliveriesUnavailable(Exception):
    """The store of deliveries did not answer."""
