"""Killed at any moment, nothing that was acknowledged is lost, and the log has every event in order."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from libs.adapters.contracts.suites import heard
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.relay import Relay
from tests.delivery.crashing import AGGREGATES

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("HEADWAY_TEST_KILLS", "5"))
"""How often the process is killed; `make faults` does it oftener."""


async def killed_after(folder: Path, seed: int, lines: int) -> list[str]:
    """Runs the process, kills it after so many acknowledgements, and gives all it acknowledged."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.delivery.crashing", str(folder), str(seed), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        acknowledged = [(await process.stdout.readline()).decode() for _ in range(lines)]
    finally:
        process.kill()
    acknowledged += (await process.stdout.read()).decode().splitlines(keepends=True)
    await process.wait()
    assert all(acknowledged), "it ended by itself"
    return [line for line in acknowledged if line.endswith("\n")]


async def test_after_any_kill_nothing_acknowledged_is_lost_and_the_log_is_contiguous(
    stores: Callable[[], Awaitable[SqliteCommitStore]], logs: Callable[[], Awaitable[SqliteLog]], tmp_path: Path
) -> None:
    rnd = random.Random(7)
    acknowledged: list[str] = []
    async with asyncio.timeout(60 + 3 * KILLS):
        for seed in range(KILLS):
            acknowledged += await killed_after(tmp_path, seed, rnd.randint(1, 120))
    store, log = await stores(), await logs()
    stored = await store.load(AGGREGATES)
    for line in acknowledged:
        aggregate, first, count = line.split()
        assert [e.sequence for e in stored[aggregate]][int(first) - 1 : int(first) - 1 + int(count)] == list(range(int(first), int(first) + int(count)))
    assert {a: [e.sequence for e in events] for a, events in stored.items()} == {a: list(range(1, len(events) + 1)) for a, events in stored.items()}
    assert await Relay(store, log, "trial").drain()
    records = await heard(log, ["trial.test"])
    for aggregate, events in stored.items():
        assert [int(r.headers["ce_sequence"]) for r in records if r.key == aggregate] == [e.sequence for e in events]
