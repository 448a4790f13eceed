"""Monitors a process from within: whether store and log answer, the clock is right, the consumer moves, and how late the event loop is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from libs.delivery.consumer import Consumer
from libs.events.ports.log import Cursor, Log
from libs.events.ports.store import CommitStore
from libs.runtime.failure_reason import reason
from libs.service.observability.health import ProcessHealth
from libs.service.peers.clock_check import Clocks

LOOK: Final = 2.0
"""Seconds between two looks."""
PATIENCE: Final = 5.0
"""Seconds that store and log have to answer a look."""
STUCK: Final = 60.0
"""Seconds without progress behind the log's end, after which the consumer counts as stuck."""
TICK: Final = 0.1
T = TypeVar("T")


@dataclass
class Watch:
    """Looks every two seconds; what it saw last is read by the metrics, what is not well goes into `health`.

    `behind` is the number of log records not heard yet, `folding` the events applied a second between the last two looks, `late` the most seconds
    by which the loop was held up since the look before.
    """

    health: ProcessHealth
    log: Log
    topics: list[str]
    stores: Mapping[str, tuple[CommitStore, str]]
    """By service: its store, and a kind of which it is asked."""
    consumer: Callable[[], Consumer | None]
    clocks: Clocks | None = None
    seconds: float = LOOK
    behind: int = 0
    folding: float = 0.0
    late: float = 0.0
    _latest: float = 0.0
    _moved: float = field(default_factory=time.monotonic)
    _seen: tuple[int, int, float] = (0, 0, 0.0)

    async def run(self) -> None:
        """Watches until it is cancelled; no error ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            tasks.create_task(self._look_on())

    async def look(self) -> None:
        """One look at everything."""
        self.late, self._latest = self._latest, 0.0
        if self.clocks is not None:
            await self.clocks.look()
        for name, (store, kind) in self.stores.items():
            await self._asked(f"store of {name}", partial(store.heads, kind, "", 1))
        end = await self._asked("log", partial(self.log.end, self.topics))
        self._consumer(end)

    async def _look_on(self) -> None:
        while True:
            with contextlib.suppress(Exception):
                await self.look()
            await self._rest()

    async def _rest(self) -> None:
        """Until the next look; a start that is over before that is said to be so at once."""
        consumer = self.consumer()
        if consumer is None or consumer.ready.is_set():
            await asyncio.sleep(self.seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.seconds):
                await consumer.ready.wait()
            self.health.well("consumer")

    async def _asked(self, part: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        try:
            async with asyncio.timeout(PATIENCE):
                found = await ask()
        except TimeoutError:
            self.health.ill(part, f"no answer within {PATIENCE:g} s")
        except Exception as e:
            self.health.ill(part, reason(e))
        else:
            self.health.well(part)
            return found
        return None

    def _consumer(self, end: Cursor | None) -> None:
        consumer = self.consumer()
        if consumer is None:
            return
        now, read, applied = time.monotonic(), sum(consumer.cursor.offsets.values()), consumer.applied
        before = self._seen
        self._seen = read, applied, now
        if now > before[2] > 0:
            self.folding = (applied - before[1]) / (now - before[2])
        if read != before[0]:
            self._moved = now
        if end is not None:
            self.behind = sum(max(0, offset - consumer.cursor.offsets.get(p, 0)) for p, offset in end.offsets.items())
        if self.behind and now - self._moved > STUCK:
            self.health.ill("consumer", f"it has not moved for {now - self._moved:.0f} s and is {self.behind} records behind")
        elif not consumer.ready.is_set():
            # Every start goes through this; a warning is due where it does not get on.
            level = logging.WARNING if now - self._moved > STUCK else logging.INFO
            self.health.ill("consumer", "it is still taking in what store and log held at the start", level)
        else:
            self.health.well("consumer")
        parked = len(consumer.parked())
        if parked:
            self.health.ill("world", f"{parked} events are parked: 'headway parked list' says why")
        else:
            self.health.well("world")

    async def _tick(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            self._latest = max(self._latest, time.monotonic() - before - TICK)
