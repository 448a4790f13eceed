"""Events a second from an SQLite store through the relay to Kafka, beside aiokafka alone under the same rule: `python -m bench.relay [EVENTS] [AGGREGATES]`.

The rule: one event of an aggregate in flight, many aggregates at once. The broker is the one that HEADWAY_TEST_KAFKA names, else a private one.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from bench.servers import address_of
from bench.store import added
from libs.adapters.kafka.log import KafkaLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.relay import Relay
from libs.events.envelope import to_record, topic
from libs.events.ports.log import Record
from libs.events.ports.store import AppendOutcome, Commit
from tools.servers import KafkaServer

TIMES = 5
PARTITIONS = 12


def commits(run: str, events: int, aggregates: int) -> list[Commit]:
    """So many one-event commits, spread over so many aggregates."""
    found = []
    for n in range(events):
        one, first = added(run, n % aggregates), n // aggregates + 1
        found.append(Commit(one.aggregate, first, (replace(one.events[0], sequence=first),), None, one.reply))
    return found


async def alone(address: str, records: Sequence[Record]) -> float:
    """Records a second that aiokafka alone acknowledges."""
    keys: dict[str, list[tuple[bytes, bytes, list[tuple[str, bytes]]]]] = {}
    for r in records:
        keys.setdefault(r.key, []).append((r.key.encode(), r.value, [(name, value.encode()) for name, value in r.headers.items()]))
    producer: Any = AIOKafkaProducer(bootstrap_servers=address, acks="all", enable_idempotence=True, max_batch_size=131_072)
    await producer.start()

    async def one_by_one(messages: Sequence[tuple[bytes, bytes, list[tuple[str, bytes]]]]) -> None:
        for key, value, headers in messages:
            await producer.send_and_wait(records[0].topic, value, key, headers=headers)

    began = time.perf_counter()
    await asyncio.gather(*map(one_by_one, keys.values()))
    rate = len(records) / (time.perf_counter() - began)
    await producer.stop()
    return rate


async def filled(path: Path, said: Sequence[Commit]) -> SqliteCommitStore:
    """A store in which nothing is published yet."""
    store = SqliteCommitStore(path)
    await store.open()
    for at in range(0, len(said), 1000):
        assert set(await store.append(said[at : at + 1000])) == {AppendOutcome.STORED}
    return store


async def relayed(log: KafkaLog, namespace: str, store: SqliteCommitStore) -> float:
    """Events a second from the store to the log, with their marks cleared."""
    relay = Relay(store, log, namespace)
    began = time.perf_counter()
    assert await relay.drain()
    return relay.published / (time.perf_counter() - began)


async def measured(address: str, events: int, aggregates: int) -> None:
    """Prints the table."""
    namespace = f"bench{uuid.uuid4().hex[:8]}"
    log = KafkaLog.of(f"kafka://{address}", namespace, PARTITIONS)
    await log.open()
    said = commits("r", events, aggregates)
    records = [to_record(namespace, c.events[0]) for c in said]
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(TIMES):  # in turns, since the machine is faster in one minute than in the next
            store = await filled(Path(folder) / f"{n}.sqlite3", said)
            gc.collect()
            gc.freeze()  # what the measuring itself holds is nobody's garbage
            theirs.append(await alone(address, records))
            ours.append(await relayed(log, namespace, store))
            await store.close()
    await log.close()
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.delete_topics([topic(namespace, s) for s in ("backlog", "roadmap", "portfolio")])
    await admin.close()
    ratio = median(our / their for our, their in zip(ours, theirs, strict=True))
    print(f"{events:,} events of {aggregates:,} aggregates, {PARTITIONS} partitions, the median of {TIMES} turns")
    print(f"aiokafka alone, one in flight per aggregate  {median(theirs):9,.0f} events/s")
    print(f"relay from an SQLite store, marks cleared    {median(ours):9,.0f} events/s   ratio {ratio:.2f} (goal 0.6)")


def main() -> None:
    """Runs the benchmark on the broker there is, or on one of its own."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    aggregates = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    with address_of(KafkaServer) as kafka:
        asyncio.run(measured(kafka, events, aggregates))


if __name__ == "__main__":
    main()
