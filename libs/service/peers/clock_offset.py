"""Measures how far this clock is off another machine's, to within half the time that the answer took."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from libs.commands.execution.timestamps import CARRIED
from libs.events.envelope import instant
from libs.events.ports.server_clock import ClockUntold, span

SECONDS: Final = CARRIED.total_seconds()
"""Clocks that are further apart than this are said to be off."""
RESOLUTION: Final = 0.001
"""Servers tell the time in milliseconds."""
_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def utc_now() -> datetime:
    """The instant that it is now, in UTC, by the clock here."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds of a clock that nobody sets; where the machine has one that goes on while it sleeps, by that."""
    return time.clock_gettime(_STEADY)


@dataclass(frozen=True, slots=True)
class Offset:
    """`ahead`: by how many seconds the clock here is ahead of another (negative: behind), give or take `error` seconds."""

    ahead: float
    error: float

    @property
    def off(self) -> bool:
        """Whether it is more than seconds, beyond what the measuring may be wrong by."""
        return abs(self.ahead) - self.error > SECONDS

    def words(self, of: str) -> str:
        """`the clock here is 2 h 0 min ahead of that of …`; or that both agree, and how far that is known."""
        if abs(self.ahead) <= max(self.error, SECONDS):
            return f"the clock here agrees with that of {of} (to {max(abs(self.ahead), self.error):.2g} s)"
        return f"the clock here is {span(abs(self.ahead))} {'ahead of' if self.ahead > 0 else 'behind'} that of {of}"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What time it was elsewhere when the steady clock here showed `at`, give or take `error` seconds. It stays true when the clock here is set."""

    theirs: datetime
    at: float
    error: float

    def now(self, at: float) -> datetime:
        """What time it is there by now, when the steady clock shows `at`."""
        return self.theirs + timedelta(seconds=at - self.at)

    def offset(self, ours: datetime, at: float) -> Offset:
        """How far a clock here that shows `ours` is off, when the steady clock shows `at`."""
        return Offset((ours - self.now(at)).total_seconds(), self.error)


async def told(ask: Callable[[], Awaitable[datetime]], ticks: Callable[[], float] = steady) -> ClockReading:
    """Asks what time it is elsewhere. Raises what the question raises."""
    before = ticks()
    theirs = await ask()
    after = ticks()
    return ClockReading(theirs, (before + after) / 2, (after - before) / 2 + RESOLUTION)


async def peer_time(client: httpx.AsyncClient, service: str) -> datetime:
    """What time it is in the process that runs a service, asked over HTTP. Raises ClockUntold for one too old to say, and httpx.HTTPError.

    ```python
    found = (await told(lambda: peer_time(client, "backlog"))).offset(utc_now(), steady())
    ```
    """
    answer = await client.get(f"/{service}/health/live")
    answer.raise_for_status()
    try:
        return instant(answer.json()["now"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise ClockUntold("what answers there does not say what time it is") from e
