"""Throttles addresses that present bad tokens or signatures, the longer the more they were refused in a minute; valid tokens never wait."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType
from typing import Final

from starlette.requests import HTTPConnection

from libs.commands.errors import NotSignedIn

FREE: Final = 20
"""So many in a minute are answered at once: a program whose token has just expired tries a few times."""
STEPS: Final = ((500, 0.25), (FREE, 0.05))
"""(more than so many in a minute, seconds that each further one waits)."""
WINDOW: Final = 60.0
MOST_ADDRESSES: Final = 10_000


class Refusals:
    """How many tokens and signatures of each address were refused within a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def note(self, address: str) -> float:
        """One more; the seconds after which it is to be answered."""
        now = self._clock()
        since, count = self._refused.pop(address, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        self._refused[address] = since, count + 1
        if len(self._refused) > MOST_ADDRESSES:
            self._refused.popitem(last=False)
        return next((seconds for many, seconds in STEPS if count >= many), 0.0)


class slowed:
    """Passes NotSignedIn on later, where many came from the same address."""

    def __init__(self, connection: HTTPConnection, refusals: Refusals) -> None:
        self._connection, self._refusals = connection, refusals

    async def __aenter__(self) -> None:
        """Nothing: whoever is not refused does not wait."""

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Waits where the block was refused."""
        if isinstance(error, NotSignedIn):
            client = self._connection.client
            await asyncio.sleep(self._refusals.note(client.host if client else ""))
