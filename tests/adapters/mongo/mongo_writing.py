"""A process that appends to a few aggregates in MongoDB, beside others that do the same; every line on its output is a commit that was acknowledged.

Half of its commits begin where they should not: at the last number again, or beyond the next one.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys

from libs.adapters.contracts.suites import commit
from libs.events.ports.store import AppendOutcome
from tests.adapters.mongo.mongo_databases import opened
from tests.events.kinds import said

AGGREGATES = tuple(f"thing:{key}" for key in "abc")


async def main(url: str, database: str, driver: str, name: str, count: int) -> None:
    rnd = random.Random(name)
    async with opened(url, database, driver) as store:

        async def write(writer: int) -> None:
            for n in range(count):
                aggregate, size, aside = rnd.choice(AGGREGATES), rnd.randint(1, 3), rnd.choice((0, 0, -1, 1))
                first = max(1, len((await store.load([aggregate]))[aggregate]) + 1 + aside)
                (outcome,) = await store.append([commit(said, aggregate, first, size, key=f"{name}.{writer}.{n}")])
                if outcome is AppendOutcome.STORED:
                    os.write(1, f"{aggregate} {first} {size} {name}.{writer}.{n}\n".encode())

        await asyncio.gather(*(write(writer) for writer in range(4)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])))
