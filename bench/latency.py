"""From acknowledgement to visible in the gateway at 200 events a second on Kafka and MongoDB, beside aiokafka alone: `python -m bench.latency [SECONDS]`.

The servers are those that HEADWAY_TEST_KAFKA and HEADWAY_TEST_MONGO name, else private ones; goal: a p99 of at most 100 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from rich.console import Console
from rich.table import Table

from bench.relay import commits
from bench.servers import address_of
from libs.delivery.consumer import Consumer
from libs.delivery.relay import Relay
from libs.delivery.store_owner import StoreOwner
from libs.events.envelope import all_topics
from libs.events.event import Event
from libs.events.ports.store import AppendOutcome
from libs.events.world import World
from libs.runtime.cancellation import ended
from libs.service.adapters import adapters_of, log_of
from tests.faults.clients import Said, commands, founded
from tests.faults.places import BOTH, Instance, Place, apart, cleared, on_servers, running, whole
from tools.servers import KafkaServer, MongoServer

RATE: Final = 200
ASKED: Final = 8
"""Of so many commands one is followed to the gateway: to ask for each would be a load of its own."""
GOAL: Final = 0.1
WARM: Final = 3.0
"""Seconds that are not counted."""

Seconds = list[float]


class Connections:
    """Plain keep-alive connections: a client library of comfort would take the cores from what is measured."""

    def __init__(self) -> None:
        self._free: dict[int, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = defaultdict(list)

    async def post(self, url: str, path: str, token: str, body: object, **headers: str) -> dict[str, Any]:
        """The answer's JSON, asked for again as long as it is 503. Fails where it is neither 200 nor that."""
        port = int(url.rpartition(":")[2])
        reader, writer = self._free[port].pop() if self._free[port] else await asyncio.open_connection("127.0.0.1", port)
        content = orjson.dumps(body)
        said = {"Host": "bench", "Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
        head = "\r\n".join([f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""])
        writer.write(head.encode() + content)
        begun = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in begun.split(b"\r\n") if line.lower().startswith(b"content-length"))
        answer = await reader.readexactly(length)
        self._free[port].append((reader, writer))
        if begun.startswith(b"HTTP/1.1 503"):
            return await self.post(url, path, token, body, **headers)
        assert begun.startswith(b"HTTP/1.1 200"), (begun, answer)
        found: dict[str, Any] = orjson.loads(answer)
        return found

    def close(self) -> None:
        """Lets go of them."""
        for free in self._free.values():
            for _, writer in free:
                writer.close()


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
    said: Sequence[Said] = commands(int(seconds + WARM) * RATE)
    importer, executive = place.token(), place.token("executive")
    question = {"query": "{ __typename }"}
    http = Connections()

    async def one(n: int) -> None:
        c = said[n]
        answer = await http.post(address(c.service), f"/{c.service}/v1/commands/{c.verb}", importer, c.body, **{"Idempotency-Key": c.key})
        acknowledged = time.perf_counter()
        if n % ASKED or n < WARM * RATE:
            return
        await http.post(gateway, "/graphql", executive, question, **{"X-Headway-After": answer["position"]})
        again = time.perf_counter()
        found.append(again - acknowledged)
        await http.post(gateway, "/graphql", executive, question)
        floor.append(time.perf_counter() - again)

    await paced(len(said), one)
    http.close()
    return found, floor


async def within(place: Place, seconds: int) -> Seconds:
    """From a store's acknowledgement until a world has the event, through relay, log and consumer within this process, without HTTP."""
    adapters, namespace = adapters_of(place.settings), place.settings.namespace
    store, world = adapters.store("backlog"), World()
    await adapters.log.open()
    await store.open()
    await adapters.decisions.open()
    acknowledged: dict[str, float] = {}
    found: Seconds = []

    def heard(events: Sequence[Event]) -> None:
        now = time.perf_counter()
        found.extend(max(0.0, now - acknowledged.get(e.id, now)) for e in events)

    relay = Relay(store, adapters.log, namespace)
    consumer = Consumer(adapters.log, all_topics(namespace), world, owners={"backlog": StoreOwner(store, namespace)}, decisions=adapters.decisions, heard=heard)
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(consumer.run())]
    await consumer.ready.wait()
    said = commits("l", seconds * RATE, 200)

    async def one(n: int) -> None:
        assert await store.append([said[n]]) == [AppendOutcome.STORED]
        acknowledged[said[n].events[0].id] = time.perf_counter()
        relay.nudge()

    await paced(len(said), one)
    await world.heard([c.events[0].id for c in said[-200:]], 30)
    await ended(*tasks)
    await store.close()
    await adapters.decisions.close()
    await adapters.log.close()
    return found


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
    with tempfile.TemporaryDirectory() as folder:
        async with placed(Path(folder), kafka, mongo) as place:
            row("store, relay, log and world, without HTTP", await within(place, seconds))
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


def main() -> None:
    """Runs the benchmark."""
    with address_of(KafkaServer) as kafka, address_of(MongoServer) as mongo:
        asyncio.run(measured(kafka, mongo, int(sys.argv[1]) if len(sys.argv) > 1 else 20))


if __name__ == "__main__":
    main()
