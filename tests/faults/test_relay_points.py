"""Row 2: the relay killed at each of its fault points; the next one heals it, and no reader ever sees a gap."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.adapters.contracts.suites import commit, heard
from libs.delivery import relay as relaying
from libs.delivery.relay import Relay
from libs.events.envelope import topic
from libs.events.ports.store import AppendOutcome, Commit
from tests.adapters.kafka.kafka_logs import deleted
from tests.delivery.test_relay import never_skipped, sequences
from tests.events.kinds import said
from tests.faults.conftest import Figures, Sizes
from tests.faults.places import BOTH, SQLITE, dropped
from tests.faults.relaying import POINTS, made
from tests.patience import GIVE_UP

ROW = "relay killed at a fault point"
ROOT = Path(__file__).parents[2]
AGGREGATES = tuple(f"thing:a{n}" for n in range(40))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a relay runs."""

    on: str
    namespace: str
    store: str
    log: str


@pytest.fixture(params=[pytest.param(SQLITE, id="sqlite"), pytest.param(BOTH, id="servers", marks=pytest.mark.servers)])
async def spot(request: pytest.FixtureRequest, tmp_path: Path, namespace: str) -> AsyncIterator[Spot]:
    if request.param == SQLITE:
        yield Spot(SQLITE, namespace, str(tmp_path / "store.sqlite3"), str(tmp_path / "log.sqlite3"))
        return
    kafka, mongo = request.getfixturevalue("kafka"), request.getfixturevalue("mongo")
    yield Spot(BOTH, namespace, mongo, f"kafka://{kafka}")
    await deleted(kafka, [topic(namespace, "test")])
    await dropped(mongo, [namespace])


def some(lasts: dict[str, int], rnd: random.Random) -> list[Commit]:
    """A commit of one to three events for some aggregates."""
    found = []
    for aggregate in rnd.sample(AGGREGATES, 25):
        count = rnd.randint(1, 3)
        found.append(commit(said, aggregate, lasts.get(aggregate, 0) + 1, count))
        lasts[aggregate] = lasts.get(aggregate, 0) + count
    return found


async def test_whatever_the_point_at_which_it_is_killed_the_next_relay_heals_it(spot: Spot, sizes: Sizes, figures: Figures) -> None:
    rnd = random.Random(3)
    store, log = made(spot.namespace, spot.store, spot.log)
    await store.open()
    await log.open()
    lasts: dict[str, int] = {}
    longest, left, wrong = 0.0, dict.fromkeys(POINTS, 0), list[str]()
    for point in POINTS:
        for _ in range(sizes.point_kills):
            assert set(await store.append(some(lasts, rnd))) == {AppendOutcome.STORED}
            turn = rnd.randrange(20) if point == "after ack" else 0
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.relaying", point, str(turn), spot.namespace, spot.store, spot.log, cwd=ROOT
            )
            try:
                async with asyncio.timeout(GIVE_UP):
                    code = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
            wrong += [] if code == -9 else [f"{point}: the relay ended with {code}"]
            left[point] += len(await store.unpublished(None, relaying.PAGE))
            began = time.monotonic()
            wrong += [] if await Relay(store, log, spot.namespace).drain() else [f"{point}: not healed"]
            longest = max(longest, time.monotonic() - began)
    wrong += [f"{len(waiting)} unpublished"] if (waiting := await store.unpublished()) else []
    found = sequences(await heard(log, [topic(spot.namespace, "test")]))
    wrong += [f"{a}: a number was skipped" for a, numbers in found.items() if not never_skipped(numbers)]
    wrong += [f"{a}: not whole" for a, last in lasts.items() if sorted(set(found[a])) != list(range(1, last + 1))]
    repeated = sum(map(len, found.values())) - sum(lasts.values())
    await log.close()
    await store.close()
    figures(
        ROW,
        spot.on,
        f"{len(POINTS)} points ({', '.join(f'{p}: {n} commits left' for p, n in left.items())}), {sizes.point_kills} kills each: "
        f"{len(POINTS) * sizes.point_kills} healed, the slowest in {longest:.2f} s, 0 gaps, {sum(lasts.values())} events and {repeated} repeated in the log",
        wrong,
    )
