"""Computes what will be asked first: before a start is ready, when a day begins, and after many new events."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any, Final

from libs.events.derivations import DerivationCache
from libs.runtime.failure_reason import reason
from libs.service.host.process import Process

logger = logging.getLogger(__name__)

LOOK: Final = 30.0
"""Seconds between two looks at whether another day begins, or much has been heard."""
SOON: Final = 0.05
"""Seconds between two looks at whether the world is there."""
LONGEST: Final = 20.0
"""Seconds by which readiness waits at most: what is not derived by then is derived while others ask."""
AHEAD: Final = timedelta(minutes=10)
"""How long before a day begins it is derived."""
MUCH: Final = 1_000
"""So many events touch enough of what was derived that it is looked through once more."""
SELDOM: Final = 20
"""The same day is derived again after so many times what it took: where all of it is more than is kept, it is not derived all the time."""
PART: Final = "first answers"

Derive = Callable[[date], Awaitable[None]]


async def _nothing(_: date) -> None:
    """Where no page is mounted, nothing is asked first."""


class Prefetch:
    """Whether the present has been derived, which is done once for all, a piece at a time; `derive` does it."""

    def __init__(self, process: Process) -> None:
        self.derive: Derive = _nothing
        self.waited_for = False
        """Whether readiness need not wait any more."""
        self._process = process
        self._day: date | None = None
        self._kept: DerivationCache | None = None
        self._heard = 0
        self._not_before = 0.0
        self._one_at_a_time = asyncio.Lock()
        self._deriving: asyncio.Task[Any] | None = None

    async def present(self) -> bool:
        """Sees to it that today has been derived; whether that was still to be done."""
        today = self._process.today()
        return not self._knows(today) and await self._derive(today, again=False)

    async def look(self) -> None:
        """Derives the day that it is, or soon will be, where that was not done or too much has been heard or given up since."""
        day, now = self._process.today(ahead=AHEAD), asyncio.get_running_loop().time()
        if self._knows(day) and now < self._not_before:
            return
        fresh = self._knows(day) and self._heard + MUCH > self._events() and self._kept is self._kept_of(day)
        if not fresh:
            await self._derive(day, again=True)
            done = asyncio.get_running_loop().time()
            self._not_before = done + SELDOM * (done - now)

    def _kept_of(self, day: date) -> DerivationCache:
        """What is kept of all that was said by now, on this day."""
        return self._process.world.kept(day, None, self._process.latest(day))

    def _knows(self, day: date) -> bool:
        return self._day is not None and self._day >= day

    def _events(self) -> int:
        return sum(tally.events for tally in self._process.world.tallies().values())

    async def _derive(self, day: date, *, again: bool) -> bool:
        if self._deriving is asyncio.current_task():  # what is asked to derive it is not to wait for itself
            return False
        async with self._one_at_a_time:
            if self._knows(day) and not again:
                return True
            self._deriving, heard = asyncio.current_task(), self._events()
            try:
                await self.derive(day)
            finally:
                self._deriving = None
            self._day, self._heard, self._kept = day, heard, self._kept_of(day)
        return True


async def keep_warm(process: Process, prefetch: Prefetch) -> None:
    """Derives once the world is there, at most so long before readiness says so, and keeps it derived; goes on until it is cancelled."""
    while not await process.is_ready():  # noqa: ASYNC110 - the consumer is made later than this begins
        await asyncio.sleep(SOON)
    if not prefetch.waited_for:
        process.health.ill(PART, "they are being derived, so that nobody has to wait for them", logging.INFO)
    first = asyncio.create_task(_looked(prefetch), name="first answers")
    try:
        await asyncio.wait({first}, timeout=LONGEST)
        prefetch.waited_for = True
        process.health.well(PART)
        await first
    finally:
        first.cancel()
    while True:
        await asyncio.sleep(LOOK)
        await _looked(prefetch)


async def _looked(prefetch: Prefetch) -> None:
    """No question that goes wrong keeps a process from being ready."""
    try:
        await prefetch.look()
    except Exception as e:
        logger.warning("what is asked first could not be derived: %s", reason(e), extra={"error": type(e).__name__})


def warm_with(process: Process, prefetch: Prefetch, derive: Derive) -> None:
    """Keeps warm as long as the app runs; readiness waits for the first time."""
    prefetch.derive = derive
    process.prepares(lambda: prefetch.waited_for)
    app = process.app
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with inner(served) as state:
            warming = asyncio.create_task(keep_warm(process, prefetch), name="warming")
            try:
                yield state
            finally:
                warming.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await warming

    app.router.lifespan_context = lifespan
