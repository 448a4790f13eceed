"""Derives what the overview asks for before anybody does, a team at a time, so that the first reader of a day waits no longer than the second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Final

from fastapi import FastAPI

from libs.events.catalog.portfolio.team import TEAM
from libs.service.process import Process
from services.gateway import deriving
from services.gateway.pages.moment import last_of
from services.gateway.pages.quarters import last_quarter_end

LOOK: Final = 30.0
"""Seconds between two looks at whether the world is there, or another day has begun."""
SOON: Final = 0.5


async def keep_warm(process: Process) -> None:
    """Warms once the world is there, and again on each new day; goes on until it is cancelled."""
    warmed: date | None = None
    while True:
        today = process.adapters.clock().date()
        ready = await process.is_ready()
        if ready and warmed != today:
            await warm(process, today)
            warmed = today
        await asyncio.sleep(LOOK if ready else SOON)


async def warm(process: Process, today: date) -> None:
    """Where each team stands today, and stood at the end of the last quarter; between two teams others have their turn."""
    then = last_quarter_end(today, deriving.fiscal_year_start(process.world.facts(today, None), "portfolio", None))
    moments: tuple[tuple[date, datetime | None], ...] = ((today, None), (then, last_of(then)))
    for moment in moments:
        for team in process.world.facts(*moment).every(TEAM):
            deriving.graduation(process.world.facts(*moment), team.id)
            await asyncio.sleep(0)


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
