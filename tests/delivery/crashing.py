"""A process that appends and relays until it is killed; every line on its output is a commit that was acknowledged."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from libs.adapters.contracts.suites import commit
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.relay import Relay
from libs.events.ports.store import AppendOutcome
from tests.events.kinds import said

AGGREGATES = tuple(f"thing:{key}" for key in "abcde")


async def main(folder: Path, seed: int) -> None:
    rnd = random.Random(seed)
    store, log = SqliteCommitStore(folder / "store.sqlite3"), SqliteLog(folder / "log.sqlite3")
    await store.open()
    await log.open()
    relay = Relay(store, log, "trial")

    async def write() -> None:
        while True:
            aggregate, count = rnd.choice(AGGREGATES), rnd.randint(1, 3)
            first = len((await store.load([aggregate]))[aggregate]) + 1
            (outcome,) = await store.append([commit(said, aggregate, first, count)])
            relay.nudge()
            if outcome is AppendOutcome.STORED:
                os.write(1, f"{aggregate} {first} {count}\n".encode())
            await asyncio.sleep(0)

    await asyncio.gather(relay.run(), *(write() for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
