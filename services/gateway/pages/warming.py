"""Derives what the overview asks for before anybody does, a team at a time, so that the first reader of a day waits no longer than the second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Final, cast

from fastapi import FastAPI

from libs.events.catalog.portfolio.team import TEAM
from libs.service.process import Process
from services.gateway import deriving
from services.gateway.pages.moment import last_of
from services.gateway.pages.quarters import last_quarter_end
from services.gateway.slices import GAP

LOOK: Final = 30.0
"""Seconds between two looks at whether the world is there, or another day has begun."""
SOON: Final = 0.5


class Warmth:
    """Whether the present has been derived, which is done once a day for all."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._day: date | None = None
        self._one_at_a_time = asyncio.Lock()

    async def present(self) -> bool:
        """Sees to it; whether that was still to be done."""
        today = self._process.adapters.clock().date()
        if self._day == today:
            return False
        async with self._one_at_a_time:
            if self._day != today:
                await warm(self._process, today)
                self._day = today
        return True


def warmth_of(process: Process) -> Warmth:
    """The process's own."""
    state = process.app.state
    if not hasattr(state, "warmth"):
        state.warmth = Warmth(process)
    return cast("Warmth", state.warmth)


async def keep_warm(process: Process) -> None:
    """Warms once the world is there, and again on each new day; goes on until it is cancelled."""
    while True:
        ready = await process.is_ready()
        if ready:
            await warmth_of(process).present()
        await asyncio.sleep(LOOK if ready else SOON)


async def warm(process: Process, today: date) -> None:
    """Where each team stands today, and stood at the end of the last quarter; between two teams others have their turn."""
    then = last_quarter_end(today, deriving.fiscal_year_start(process.world.facts(today, None), "portfolio", None))
    moments: tuple[tuple[date, datetime | None], ...] = ((today, None), (then, last_of(then)))
    for moment in moments:
        for team in process.world.facts(*moment).every(TEAM):
            deriving.graduation(process.world.facts(*moment), team.id)
            await asyncio.sleep(GAP)


def warm_with(app: FastAPI, process: Process) -> None:
    """Keeps warm as long as the app runs."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with inner(served) as state:
            warming = asyncio.create_task(keep_warm(process), name="warming")
            try:
                yield state
            finally:
                warming.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await warming

    app.router.lifespan_context = lifespan
