"""Coalesces requests: what several ask for at the same time is made by one of them, and the others wait for it (docs/decisions/0078)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Work that is under way, by what it is of. Whoever waits for it can do without: then it makes the same by itself."""

    def __init__(self) -> None:
        self._flights: dict[K, asyncio.Future[V | None]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def of_another(self, key: K, seconds: float) -> V | None:
        """What another makes of this key at the moment, once it is there.

        None where nobody does, where it comes to nothing or is given up, and where it takes longer than so many seconds.
        """
        flight = self._flights.get(key)
        if flight is None:
            return None
        done, _ = await asyncio.wait({flight}, timeout=seconds)
        return flight.result() if done else None

    @contextmanager
    def own(self, key: K) -> Iterator[Callable[[V], None]]:
        """Has others wait for what the block makes and hands over; whatever ends the block without, they go on. They do not wait for a second one."""
        flight = asyncio.get_running_loop().create_future()
        leads = self._flights.setdefault(key, flight) is flight
        try:
            yield flight.set_result
        finally:
            if leads:
                del self._flights[key]
            if not flight.done():
                flight.set_result(None)
