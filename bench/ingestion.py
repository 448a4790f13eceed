"""What reading the log costs, step by step, with a portfolio's events on SQLite: `python -m bench.ingestion [EVENTS]`.

Beside each step is what the same takes a reference that does the least of it, in the same minute: `sqlite3` fetching the same rows, orjson parsing the same
texts. By the clock of the process's own computing, so that what else runs on the machine matters little. Goal: 300,000 events a second from the file to the
first states, and 600 bytes an event.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import orjson
from rich.console import Console
from rich.table import Table

from bench.fold import resident
from bench.portfolio import NOW, Numbered, fill
from libs.adapters.sqlite.log import SqliteLog
from libs.delivery.consumer import Consumer
from libs.delivery.snapshot.snapshot_file import SnapshotFile
from libs.events.envelope import all_topics, from_record, to_record
from libs.events.event import KINDS, Event
from libs.events.ports.log import Delivery, Log
from libs.events.world import World
from tests.adapters.contracts.memory import Disk, MemoryDecisions

T = TypeVar("T")

GOAL: Final = 300_000
BYTES: Final = 600
A_TEAM: Final = 130
"""Events, nearly."""
TOGETHER: Final = 5_000
TOPICS: Final = all_topics("bench")


class Told(Numbered):
    """Takes what a world is told, to give it as records in the order in which it came: of many aggregates in turn, as in life."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[datetime, Event]] = []
        self._came: dict[str, datetime] = {}

    def apply(self, event: Event) -> None:
        """One event."""
        super().apply(event)
        came = self._came[event.aggregate] = max(event.stored, self._came.get(event.aggregate, event.stored))
        self.events.append((came, event))

    def in_order(self) -> list[Event]:
        """All of them as they came; of one aggregate as they were told."""
        return [event for _, event in sorted(self.events, key=lambda told: (told[0], told[1].sequence))]


async def published(log: Log, namespace: str, events: Sequence[Event]) -> None:
    """Writes events to a log, some thousands together."""
    await log.open()
    for begin in range(0, len(events), TOGETHER):
        assert not any(await log.publish([to_record(namespace, event) for event in events[begin : begin + TOGETHER]]))
    await log.close()


async def written(path: Path, events: int) -> int:
    """Writes a log; how many events that are."""
    told = Told()
    fill(told, max(events // A_TEAM, 1))
    await published(SqliteLog(path), "bench", told.in_order())
    return len(told.events)


def _written(path: Path, events: int) -> int:
    return asyncio.run(written(path, events))


@contextmanager
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of computing that it takes, without the collector, which a process tunes for itself (`libs.runtime.garbage_collection`)."""
    with _uncollected():
        begun = time.process_time()
        found = work()
        return time.process_time() - begun, found


async def _read(path: Path) -> list[Delivery]:
    log = SqliteLog(path)
    await log.open()
    found = [delivery async for batch in log.read(TOPICS, follow=False) for delivery in batch]
    await log.close()
    return found


def _rows(path: Path) -> list[tuple[str, bytes]]:
    with sqlite3.connect(path) as db:
        return db.execute("SELECT headers, value, n, topic, key FROM log ORDER BY n").fetchall()


async def _heard(path: Path, many: int, snapshot: Path | None = None) -> World:
    log, world = SqliteLog(path), World()
    await log.open()
    file = SnapshotFile(snapshot, "bench") if snapshot is not None else None
    consumer = Consumer(log, TOPICS, world, owners={}, decisions=MemoryDecisions(Disk()), snapshot=file)
    running = asyncio.create_task(consumer.run())
    await consumer.ready.wait()
    assert sum(tally.events for tally in world.tallies().values()) == many
    running.cancel()
    await consumer.close()
    await log.close()
    return world


def _applied(events: Sequence[Event]) -> World:
    world = World()
    for event in events:
        world.apply(event)
    return world


def _states(world: World) -> int:
    facts = world.facts(NOW.date())
    return sum(len(list(facts.every(kind))) for kind in KINDS.values())


class Heard(NamedTuple):
    """Seconds of hearing all and of making the states, how many these are, and the bytes of memory after each."""

    hearing: float
    stating: float
    states: int
    world: int
    stated: int


def heard(path: Path, events: int) -> Heard:
    """Everything at once, as a process does it."""
    gc.collect()
    before = resident()
    hearing, world = timed(lambda: asyncio.run(_heard(path, events)))
    gc.collect()
    size = resident() - before
    stating, states = timed(lambda: _states(world))
    gc.collect()
    return Heard(hearing, stating, states, size, resident() - before)


def measured(path: Path, events: int) -> None:
    """Prints the table."""
    table = Table("step", "events/s", "its reference", "events/s", "of the reference", title=f"{events:,} events")

    def row(step: str, took: float, reference: str = "", least: float = 0) -> None:
        beside = (f"{events / least:,.0f}", f"{least / took:.2f}") if least else ("", "")
        table.add_row(step, f"{events / took:,.0f}", reference, *beside)

    whole = heard(path, events)
    fetching, rows = timed(lambda: _rows(path))
    parsing = timed(lambda: [(orjson.loads(headers), orjson.loads(value)) for headers, value, *_ in rows])[0]
    reading, deliveries = timed(lambda: asyncio.run(_read(path)))
    decoding, said = timed(lambda: [from_record(delivery.record) for delivery in deliveries])
    row("read from SQLite", reading, "sqlite3 fetching the rows", fetching)
    row("decode", decoding, "orjson parsing headers and data", parsing)
    row("apply", timed(lambda: _applied(said))[0])
    row("consumed, all in one", whole.hearing, "sqlite3 and orjson", fetching + parsing)
    snapshot = path.with_name("world.snapshot")
    writing, written = timed(lambda: asyncio.run(_heard(path, events, snapshot)))
    again, known = timed(lambda: asyncio.run(_heard(path, events, snapshot)))
    assert known.digest == written.digest
    row("the same, and written down", writing)
    row("begun with what was written down", again, "consumed, all in one", whole.hearing)
    row("first states", whole.stating)
    row("all of it", whole.hearing + whole.stating, f"the goal of {GOAL:,}", events / GOAL)
    row("all of it, so begun", again + whole.stating, "all of it", whole.hearing + whole.stating)
    Console(width=120).print(table)
    print(f"{snapshot.stat().st_size / events:,.0f} bytes of snapshot an event, {path.stat().st_size / events:,.0f} of log")
    print(f"{whole.states:,} states; {whole.world / events:,.0f} bytes an event, {whole.stated / events:,.0f} with its states (goal: {BYTES})")


def main(events: int) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.sqlite")
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # so that nothing of it is left in the memory that is measured
            many = apart.submit(_written, path, events).result()
        measured(path, many)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
