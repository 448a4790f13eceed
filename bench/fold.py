"""Folding events into a world: events per second, and memory per event (goal: 2 kB at most): `python -m bench.fold [N]`."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from libs.events.catalog.backlog.item import ITEM, ItemAdded, ItemDelivered, ItemStarted
from libs.events.envelope import from_record, to_record
from libs.events.event import Actor, Event, Payload
from libs.events.ports.log import Record
from libs.events.world import World

GOAL = 2000
SLICE = 1_000
EACH = 4
START = datetime(2019, 1, 1, tzinfo=UTC)


def records(count: int) -> Iterator[Record]:
    """Records as a log delivers them: items of 2,000 products that are added, started and delivered by 500 people, one a minute."""
    n = 0
    while n < count:
        item = n // EACH
        said: list[Payload] = [
            ItemAdded(product=f"p{item % 2000}", title=f"Story {item}: a permit can be renewed without a visit", goal="the office has time for hard cases"),
            ItemStarted(),
            ItemDelivered(),
            ItemStarted(),
        ]
        for sequence, data in enumerate(said, 1):
            at = START + timedelta(minutes=n)
            yield to_record("bench", Event(f"item:i{item}", sequence, at, at, at, Actor(f"person-{item % 500}", f"team@t{item % 200}"), data))
            n += 1


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(count: int) -> None:
    """Prints the rate of decoding, of folding and of both, the memory per event, and the time of one look at everything."""
    world = World()
    decoding = folding = 0.0
    delivered = records(count)
    gc.collect()
    before = resident()
    while heard := [record for _, record in zip(range(SLICE), delivered, strict=False)]:
        began = time.perf_counter()
        events = [from_record(record) for record in heard]
        decoded = time.perf_counter()
        for event in events:
            world.apply(event)
        folding += time.perf_counter() - decoded
        decoding += decoded - began
        del events, heard
    gc.collect()
    per_event = (resident() - before) / count
    first = timed(lambda: world.facts((START + timedelta(days=5000)).date()).every(ITEM))
    print(f"{count:,} events of {len(list(world.all('item'))):,} aggregates")
    print(f"{'decode':40}{count / decoding:>14,.0f} events/s")
    print(f"{'take into the world':40}{count / folding:>14,.0f} events/s")
    print(f"{'both':40}{count / (decoding + folding):>14,.0f} events/s")
    print(f"{'memory':40}{per_event:>14,.0f} bytes/event, {per_event / GOAL:.2f} of the goal of {GOAL:,}")
    print(f"{'first state of every aggregate':40}{first:>14.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
