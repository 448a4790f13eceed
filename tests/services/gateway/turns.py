"""How often others have their turn while something is computed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def others_counted() -> AsyncIterator[Callable[[], int]]:
    """How often others have had their turn so far."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(others())
    try:
        yield lambda: turns
    finally:
        task.cancel()
