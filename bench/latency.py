"""From acknowledgement to visible in the gateway at 200 events a second on Kafka and MongoDB, beside aiokafka alone: `python -m bench.latency [SECONDS]`.

The servers are those that HEADWAY_TEST_KAFKA and HEADWAY_TEST_MONGO name, else private ones; goal: a p99 of at most 100 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from rich.console import Console
from rich.table import Table

from libs.service.adapters import log_of
from tests.faults.clients import Said, commands, founded
from tests.faults.places import BOTH, Instance, Place, apart, cleared, on_servers, running, whole
from tools.servers import KafkaServer, MongoServer, NotHere

RATE: Final = 200
ASKED: Final = 8
"""Of so many commands one is followed to the gateway: to ask for each would be a load of its own."""
GOAL: Final = 0.1
WARM: Final = 3.0
"""Seconds that are not counted."""

Seconds = list[float]


async def paced(count: int, work: Callable[[int], Any]) -> None:
    """Begins `RATE` pieces of work a second, whether or not the ones before have ended, and waits for all."""
    began = time.perf_counter()
    tasks = []
    for n in range(count):
        await asyncio.sleep(max(0.0, began + n / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(work(n)))
    await asyncio.gather(*tasks)


async def visible(place: Place, address: Callable[[str], str], gateway: str, seconds: int) -> tuple[Seconds, Seconds]:
    """From each followed command's acknowledgement until the gateway answers from a world that has it; and how long such an answer takes by itself."""
    found: Seconds = []
    floor: Seconds = []
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    said: Sequence[Said] = commands(int(seconds + WARM) * RATE)
    async with httpx.AsyncClient(timeout=30, limits=limits) as http:
        speaking = {"Authorization": f"Bearer {place.token()}", "Content-Type": "application/json"}
        asking = {"Authorization": f"Bearer {place.token('executive')}", "Content-Type": "application/json"}
        question = orjson.dumps({"query": "{ __typename }"})

        async def one(n: int) -> None:
            c = said[n]
            url = f"{address(c.service)}/{c.service}/v1/commands/{c.verb}"
            answer = await http.post(url, content=orjson.dumps(c.body), headers=speaking | {"Idempotency-Key": c.key})
            acknowledged = time.perf_counter()
            assert answer.status_code == 200, answer.text
            if n % ASKED or n < WARM * RATE:
                return
            seen = await http.post(f"{gateway}/graphql", content=question, headers=asking | {"X-Headway-After": answer.json()["position"]})
            assert seen.status_code == 200, seen.text
            again = time.perf_counter()
            found.append(again - acknowledged)
            await http.post(f"{gateway}/graphql", content=question, headers=asking)
            floor.append(time.perf_counter() - again)

        await paced(len(said), one)
    return found, floor


async def alone(kafka: str, seconds: int) -> Seconds:
    """From aiokafka's acknowledgement until its consumer has the record, at the same rate."""
    topic = f"bench{uuid.uuid4().hex[:8]}"
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    producer: Any = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    consumer: Any = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    acknowledged: dict[int, float] = {}
    read: dict[int, float] = {}
    count = seconds * RATE

    async def listen() -> None:
        async for message in consumer:
            read[int(message.value)] = time.perf_counter()
            if len(read) == count:
                return

    async def one(n: int) -> None:
        await producer.send_and_wait(topic, str(n).encode(), str(n % 200).encode())
        acknowledged[n] = time.perf_counter()

    listening = asyncio.create_task(listen())
    await paced(count, one)
    await listening
    await producer.stop()
    await consumer.stop()
    await admin.delete_topics([topic])
    await admin.close()
    return [max(0.0, read[n] - acknowledged[n]) for n in range(count)]


@contextlib.asynccontextmanager
async def placed(folder: Path, kafka: str, mongo: str) -> AsyncIterator[Place]:
    """An installation with topics of its own, which are gone at the end."""
    place = Place(BOTH, folder / "data", on_servers(kafka, mongo, f"bench{uuid.uuid4().hex[:8]}"))
    log = log_of(place.settings)
    await log.open()
    await log.close()
    try:
        yield place
    finally:
        await cleared(place)


async def measured(kafka: str, mongo: str, seconds: int) -> None:
    """Prints the table."""
    table = Table(f"at {RATE} events a second for {seconds} s, milliseconds", "p50", "p90", "p99", "most", "goal for p99")

    def row(name: str, found: Seconds, goal: str = "") -> None:
        cuts = quantiles(found, n=100)
        table.add_row(name, *(f"{1000 * x:,.1f}" for x in (cuts[49], cuts[89], cuts[98], max(found))), goal)

    row("aiokafka alone, acknowledged to read", await alone(kafka, seconds))
    for how in ("one process", "four processes"):
        with tempfile.TemporaryDirectory() as folder:
            async with placed(Path(folder), kafka, mongo) as place:
                four = apart(place) if how == "four processes" else {}
                one = four.get("gateway") or whole(place)
                async with running(*(four.values() or [one])):
                    where = _where(four, one)
                    await founded(where, place.token())
                    found, floor = await visible(place, where, one.url, seconds)
        row(f"Headway, {how}: acknowledged to visible", found, f"{1000 * GOAL:.0f}")
        row("  of which the question alone", floor)
    row("aiokafka alone, again", await alone(kafka, seconds))
    Console(width=140).print(table)


def _where(four: dict[str, Instance], one: Instance) -> Callable[[str], str]:
    return lambda service: four.get(service, one).url


@contextlib.contextmanager
def _servers() -> Iterator[tuple[str, str]]:
    kafka, mongo = (os.environ.get(f"HEADWAY_TEST_{name}", "").strip() for name in ("KAFKA", "MONGO"))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        for server in itertools.chain([] if kafka else [KafkaServer(Path(folder) / "kafka")], [] if mongo else [MongoServer(Path(folder) / "mongo")]):
            stack.callback(server.remove)
            address = server.start()
            kafka, mongo = (address, mongo) if isinstance(server, KafkaServer) else (kafka, address)
        yield kafka, mongo


def main() -> None:
    """Runs the benchmark."""
    try:
        with _servers() as (kafka, mongo):
            asyncio.run(measured(kafka, mongo, int(sys.argv[1]) if len(sys.argv) > 1 else 20))
    except NotHere as e:
        print(f"not measured: {e}")


if __name__ == "__main__":
    main()
