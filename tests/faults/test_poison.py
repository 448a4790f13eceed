"""Row 6: poison among messages is parked and named, holds up nobody else, and is applied in order once its cause is mended."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.delivery.consumer import Consumer
from libs.events.envelope import to_record
from libs.events.event import PAYLOADS, Actor, Event, Kind, Payload, event, state
from libs.events.ports.log import Record
from tests.faults.conftest import Figures, Sizes
from tests.faults.hearing import ON, RecordOwner, listening, log_on
from tests.patience import GIVE_UP

ROW = "poison: bad bytes, unknown type, wrong schema, a handler that raises"
AGGREGATES = 200
TURNS = 3
NOW = datetime(2024, 1, 1, tzinfo=UTC)
UNKNOWN = itertools.count(2)
"""What is known once stays known to this process: each test has a version of its own that it does not know."""


@event("headway.test.parcel.weighed.v1")
class ParcelWeighed(Payload):
    grams: int


@state
class Parcel:
    id: str
    grams: int = 0


class Handler:
    """What is done with an event; it raises for some while it is `broken`."""

    broken = True

    def evolve(self, state: Parcel, event: Event) -> Parcel:
        if self.broken and isinstance(event.data, ParcelWeighed) and event.data.grams < 0:
            raise ZeroDivisionError("a parcel lighter than nothing")
        return state


HANDLER = Handler()
PARCEL = Kind("test", "parcel", "parcels", Parcel, HANDLER.evolve)


def weighed(namespace: str, id: str, sequence: int, grams: int = 1) -> Record:
    return to_record(namespace, Event(f"parcel:{id}", sequence, NOW, NOW, NOW, Actor("ada", "team"), ParcelWeighed(grams=grams)))


def poisoned(record: Record, how: int, later: str) -> tuple[Record, Record]:
    """What its owner has, and what is in the log instead."""
    match how % 4:
        case 0:
            return record, replace(record, value=b"\xff\xfe{damaged")
        case 1:
            sealed = replace(record, headers={**record.headers, "ce_type": later})
            return sealed, sealed
        case 2:
            return record, replace(record, value=b'{"grams": "heavy", "colour": 7}')
    heavy = replace(record, value=b'{"grams":-1}')
    return heavy, heavy


@pytest.fixture
def later() -> Iterator[str]:
    """A type of event that is not known yet, while the handler is broken."""
    HANDLER.broken = True
    name = f"headway.test.parcel.sealed.v{next(UNKNOWN)}"
    yield name
    PAYLOADS.pop(name, None)


def messages(namespace: str, count: int, later: str) -> tuple[list[Record], list[Record], list[Record]]:
    """What the owner has, what is in the log, and the same without poison; one in a hundred is poison, with an event before it and one behind."""
    rnd = random.Random(11)
    bad = count // 100
    lines = [[weighed(namespace, f"p{n}", s) for s in (1, 2, 3)] for n in range(bad)]
    left = count - 3 * bad
    lines += [[weighed(namespace, f"a{n}", s + 1) for s in range(left // AGGREGATES + (n < left % AGGREGATES))] for n in range(AGGREGATES)]
    owned, logged, clean = list[Record](), list[Record](), list[Record]()
    turns = [n for n, line in enumerate(lines) for _ in line]
    rnd.shuffle(turns)
    at = [0] * len(lines)
    for n in turns:
        record = lines[n][at[n]]
        at[n] += 1
        theirs, ours = poisoned(record, n, later) if n < bad and at[n] == 2 else (record, record)
        owned.append(theirs)
        logged.append(ours)
        clean.append(record)
    return owned, logged, clean


async def heard(consumer: Consumer, clean: list[Record], bad: int) -> float:
    """Seconds until all that no poison concerns is heard."""
    began = time.monotonic()
    lasts = {r.key: int(r.headers["ce_sequence"]) for r in clean if r.key.startswith("parcel:a")}
    assert await consumer.world.heard([f"{a}@{n}" for a, n in lasts.items()], 2 * GIVE_UP) == []
    seconds = time.monotonic() - began
    async with asyncio.timeout(GIVE_UP):
        while len(consumer.parked()) < bad:  # noqa: ASYNC110 - it tells nobody but its log
            await asyncio.sleep(0.01)
    return seconds


@pytest.mark.parametrize("on", ON)
async def test_poison_is_parked_delays_nobody_else_and_is_applied_after_the_mend(
    on: str, later: str, tmp_path: Path, namespace: str, sizes: Sizes, figures: Figures, request: pytest.FixtureRequest
) -> None:
    count, bad = sizes.poisoned, sizes.poisoned // 100
    plain: list[float] = []
    poisonous: list[float] = []
    wrong: list[str] = []
    for turn in range(TURNS):  # in turns, since the machine is faster in one minute than in the next
        for spoilt, seconds in ((False, plain), (True, poisonous)):
            name = f"{namespace}{'p' if spoilt else 'c'}{turn}"
            owned, logged, clean = messages(name, count, later)
            owner = RecordOwner()
            owner.take(owned if spoilt else clean)
            async with log_on(on, name, tmp_path, request) as log:
                assert set(await log.publish(logged if spoilt else clean)) == {None}
                async with listening(log, name, owner, tmp_path) as consumer:
                    seconds.append(await heard(consumer, clean, bad if spoilt else 0))
                    if spoilt and turn == TURNS - 1:
                        wrong, retried = await mended(consumer, owned, bad, later)
    ratio = min(poisonous) / min(plain)  # a figure for the table: how fast the machine is judges nothing
    figures(
        ROW,
        on,
        f"{count:,} messages, {bad} of them poison: {bad} parked, each holding its aggregate alone, 0 dropped; the others heard in {min(poisonous):.2f} s, "
        f"without poison {min(plain):.2f} s (ratio {ratio:.2f}); after the mend {retried} retried and applied, all in order",
        wrong,
    )


async def mended(consumer: Consumer, owned: list[Record], bad: int, later: str) -> tuple[list[str], int]:
    """What is wrong before and after the causes are mended and an operator retries what is parked, and how often it was."""
    parked = consumer.parked()
    wrong = [] if sorted(p.position for p in parked) == sorted(f"parcel:p{n}@2" for n in range(bad)) else ["others than the poison are parked"]
    async with asyncio.timeout(GIVE_UP):
        while any(p.held != 3 for p in consumer.parked()):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    wrong += [f"{p.position} applied though its cause stands" for p in parked if p.position.endswith("p1@2") and await consumer.retry(p.position)]
    HANDLER.broken = False

    @event(later)
    class ParcelSealed(Payload):
        grams: int = 0

    for p in parked:
        if not await consumer.retry(p.position):
            wrong.append(f"{p.position} is still parked")
    lasts: dict[str, int] = {}
    for record in owned:
        lasts[record.key] = int(record.headers["ce_sequence"])
    for aggregate, last in lasts.items():
        if [e.sequence for e in consumer.world.events(aggregate)] != list(range(1, last + 1)):
            wrong.append(f"{aggregate} is not whole")
    wrong += [f"{p.position} is parked at the end" for p in consumer.parked()]
    return wrong, len(parked)
