"""Mirrors in memory what a store holds for all instances, and says where it cannot be read: requests ask it without awaiting anything."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Final

from libs.runtime.failure_reason import reason
from libs.service.observability.health import ProcessHealth

REFRESH: Final = 2.0
"""Seconds between two looks at what others have written: with the second after which a stream is looked at again, less than the five within which it ends."""
PATIENCE: Final = 5.0
"""Seconds for which an answer of the store is waited for."""


class StoreMirror(ABC):
    """What lies in a store, as far as it could be read. A subclass says under which name its health is told (`PART`), and takes in what is written."""

    PART: ClassVar[str]

    def __init__(self, clock: Callable[[], datetime], health: ProcessHealth) -> None:
        self._clock, self._health = clock, health

    @abstractmethod
    async def _take_in(self) -> None:
        """Takes in what is written. Raises whatever the store does."""

    def _unread(self) -> None:  # noqa: B027 - most have nothing to do then
        """Is told that it could not be read: what is known stands, unless a subclass says otherwise."""

    async def refresh(self) -> None:
        """Takes in what is written, or says that it cannot be read."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._take_in()
        except Exception as e:
            self._health.ill(self.PART, f"no answer within {PATIENCE:g} s" if isinstance(e, TimeoutError) else reason(e))
            self._unread()
            return
        self._health.well(self.PART)

    async def run(self) -> None:
        """Goes on refreshing until it is cancelled."""
        while True:
            await asyncio.sleep(REFRESH)
            await self.refresh()
