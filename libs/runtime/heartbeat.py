"""Passes on an asynchronous stream, with a heartbeat whenever nothing has come for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

T = TypeVar("T")


async def timed(items: AsyncIterator[T], seconds: float, stopping: asyncio.Event | None = None) -> AsyncGenerator[T | None, None]:
    """The items, and None whenever so many seconds went by without one; ends when they end, or once `stopping` is set."""
    waiting: asyncio.Future[T] | None = None
    stop: asyncio.Future[Any] = asyncio.ensure_future((stopping or asyncio.Event()).wait())
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
