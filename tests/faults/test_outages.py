"""Row 3: Kafka, then MongoDB, killed and started again and once away for long, under load; commands are taken or refused with 503, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from libs.events.envelope import SERVICES
from tests.faults.clients import Load, commands, founded
from tests.faults.conftest import Figures, Sizes
from tests.faults.judging import Watch, answers_in_words, judged
from tests.faults.places import BOTH, Instance, Place, dropped, on_servers, running, whole
from tests.patience import GIVE_UP
from tools.servers import KafkaServer, MongoServer, Server

pytestmark = pytest.mark.servers

MOST = 100_000
"""More commands than can be sent: an outage ends the load, not the other way round."""
PACE = 0.08


@dataclass
class Outages:
    """What came of one server's outages under load."""

    load: Load
    drained: list[float] = field(default_factory=list)
    during: list[tuple[int, int]] = field(default_factory=list)
    """Per outage: commands stored, and answers 503."""


@asynccontextmanager
async def loaded(place: Place) -> AsyncIterator[tuple[Instance, Load]]:
    """A stack under a steady load of about 80 commands a second, which ends with the block."""
    one = whole(place)
    async with running(one):
        await founded(lambda service: one.url, place.token())
        load = Load(commands(MOST), lambda client, service: one.url, place.token(), pace=PACE)
        sending = asyncio.create_task(load.run())
        try:
            yield one, load
        finally:
            load.stopped = True
            await asyncio.gather(sending, return_exceptions=True)


async def suffered(server: Server, one: Instance, load: Load, place: Place, sizes: Sizes) -> Outages:
    """Kills the server and starts it again, and waits each time until everything stored since is published and heard, the load going on."""
    found = Outages(load)
    for away in (*[sizes.away] * sizes.outages, sizes.long_away):
        await load.until(load.answers["stored"] + 100)
        stored, refused = load.answers["stored"], load.answers["503"]
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(away)
        found.during.append((load.answers["stored"] - stored, load.answers["503"] - refused))
        await asyncio.to_thread(server.start)
        found.drained.append(await drained(place, one, load))
    return found


async def drained(place: Place, one: Instance, load: Load) -> float:
    """Seconds from now until all that is acknowledged by now has been heard by the gateway."""
    began = time.monotonic()
    wanted = [said.position for said in load.acknowledged][-200:]
    async with httpx.AsyncClient(timeout=10, headers={"Authorization": f"Bearer {place.token('executive')}"}) as http:
        while time.monotonic() - began < 2 * GIVE_UP:
            answer = await http.post(f"{one.url}/graphql", json={"query": "{ __typename }"}, headers={"X-Headway-After": ",".join(wanted)})
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def concluded(row: str, place: Place, one: Instance, found: Outages, figures: Figures) -> None:
    """Holds the log against the acknowledgements once the load has ended."""
    load = found.load
    seconds = await Watch(place, one.url).rest(2 * GIVE_UP)
    sent = [said for said in load.said if said.client >= 0]
    verdict = await judged(place, sent)
    wrong = list(verdict.wrong) + load.odd
    wrong += [f"not drained after {s:.0f} s" for s in found.drained if s > 2 * GIVE_UP]
    wrong += ["the process gave no answer"] if load.answers["no answer"] else []
    refused = [said for said in sent if said.refused and said.position]
    away = ", ".join(f"{stored}/{refusals}" for stored, refusals in found.during)
    figures(
        row,
        place.on,
        f"{len(found.during)} kills under load: {len(load.acknowledged):,} acknowledged, {verdict}; "
        f"heard {', '.join(f'{s:.1f}' for s in found.drained)} s after it was back, at rest {seconds:.1f} s after the load; "
        f"while it was away (stored/503): {away}; {len(refused)} refused, then stored once under the same key; "
        f"the slowest answer took {load.slowest:.1f} s; answers: {answers_in_words(load.answers)}",
        wrong,
    )


async def test_while_kafka_is_away_commands_are_stored_and_published_once_it_is_back(
    own_kafka: KafkaServer, mongo: str, tmp_path: Path, namespace: str, sizes: Sizes, figures: Figures
) -> None:
    place = Place(BOTH, tmp_path / "data", on_servers(own_kafka.address, mongo, namespace))
    try:
        async with loaded(place) as (one, load):
            found = await suffered(own_kafka, one, load, place, sizes)
            load.stopped = True
            await concluded("Kafka killed and away", place, one, found, figures)
    finally:
        await dropped(mongo, [f"{namespace}_{name}" for name in (*SERVICES, "gateway")])


async def test_while_mongodb_is_away_commands_are_refused_with_503_and_stored_once_after_it(
    own_mongo: MongoServer, kafka: str, tmp_path: Path, namespace: str, sizes: Sizes, figures: Figures
) -> None:
    place = Place(BOTH, tmp_path / "data", on_servers(kafka, own_mongo.address, namespace))
    async with loaded(place) as (one, load):
        found = await suffered(own_mongo, one, load, place, sizes)
        load.stopped = True
        await concluded("MongoDB killed and away", place, one, found, figures)
