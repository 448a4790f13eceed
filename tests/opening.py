"""Adapters that tests open, one more on the same data whenever they like."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar


class _Opened(Protocol):
    async def open(self) -> None: ...

    async def close(self) -> None: ...


T = TypeVar("T", bound=_Opened)


@asynccontextmanager
async def opening(make: Callable[[], T]) -> AsyncIterator[Callable[[], Awaitable[T]]]:
    """What opens one more on the same data; all are closed at the end."""
    opened: list[T] = []

    async def open_one() -> T:
        opened.append(make())
        await opened[-1].open()
        return opened[-1]

    yield open_one
    for one in opened:
        await one.close()
