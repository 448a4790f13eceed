"""A topic that loses its records while everything runs: its owner notices, publishes them again, and whoever reads goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: the log in Kafka is not tried")

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic, RecordsToDelete

from libs.events.envelope import all_topics, topic
from libs.service.settings import Settings
from services.portfolio.webhooks import deliverer
from tests.adapters.kafka.kafka_logs import admin_of, deleted
from tests.patience import GIVE_UP
from tests.services.gateway.serving import Served, serving
from tests.services.portfolio.webhooks.webhook_receiver import Receiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Following:
    """A reader of `/events` that never reconnects."""

    url: str
    token: str
    ids: list[str] = field(default_factory=list)
    ended: str = ""

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=None, headers={"Authorization": f"Bearer {self.token}"}) as client:  # noqa: S113 - it lasts as long as the test
            try:
                async with client.stream("GET", f"{self.url}/events?follow=true") as answer:
                    async for line in answer.aiter_lines():
                        self.ids.append(json.loads(line)["id"])
                self.ended = "it ended"
            except httpx.HTTPError as e:
                self.ended = repr(e)


@dataclass
class Place:
    """The stack that is served, on which broker, and who reads from it."""

    served: Served
    kafka: str
    namespace: str
    following: Following
    receiver: Receiver

    async def asked(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.served.url, timeout=GIVE_UP) as client:
            return await client.get(path, headers=self.served.signed_in("subscriber"))

    async def troubles(self) -> dict[str, str]:
        """What is not well, by its part."""
        return {t["part"]: t["why"] for t in (await self.asked("/health/ready")).json().get("troubles", [])}

    async def metric(self, name: str) -> float:
        """Portfolio's figure."""
        lines = (await self.asked("/metrics")).text.splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f'{name}{{service="portfolio"}}'))

    async def organisations(self, *ids: str) -> None:
        for id in ids:
            await self.served.say("portfolio.register_organisation", {"organisation": id, "name": id.upper(), "currency": "CAD"})

    async def world(self) -> str:
        async with httpx.AsyncClient(base_url=self.served.url) as client:
            answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers=self.served.signed_in("executive"))
        return answer.headers["X-Headway-World"]

    async def held(self) -> Counter[str]:
        """How often each event stands in the topic."""
        found: Counter[str] = Counter()
        with contextlib.suppress(Exception):  # a topic that is just being made
            async for batch in self.served.process.adapters.log.read([topic(self.namespace, "portfolio")], follow=False):
                found.update(d.record.headers["ce_id"] for d in batch)
        return found

    async def until(self, what: str, met: Callable[[], Awaitable[bool]]) -> None:
        limit = time.monotonic() + GIVE_UP
        while not await met():
            if time.monotonic() > limit:
                pytest.fail(f"never: {what}; not well: {await self.troubles()}")
            await asyncio.sleep(0.1)


@pytest.fixture
async def place(kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(deliverer, "EVERY", 0.05)
    namespace = f"lost{uuid4().hex[:8]}"
    settings = Settings(data=tmp_path, log_url=f"kafka://{kafka}", namespace=namespace, partitions=2, webhooks_to_private=True)
    try:
        async with receiving() as receiver, serving(settings) as served:
            following = Following(served.url, served.token("subscriber"))
            reading = asyncio.create_task(following.run())
            yield Place(served, kafka, namespace, following, receiver)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    finally:
        await deleted(kafka, all_topics(namespace))


async def it_is_deleted(place: Place) -> None:
    """Headway makes it again."""
    await deleted(place.kafka, [topic(place.namespace, "portfolio")])


async def others_make_it_anew(place: Place) -> None:
    """Before Headway looks, as where brokers make topics by themselves; with one partition."""
    name = topic(place.namespace, "portfolio")
    async with admin_of(place.kafka) as admin:
        await admin.delete_topics([name])
        await asyncio.sleep(0.2)
        await admin.create_topics([NewTopic(name, 1, 1)])


async def it_comes_back_longer(place: Place) -> None:
    """With more records than anybody had read, all of them the same."""
    name = topic(place.namespace, "portfolio")
    one = next(d.record for batch in [b async for b in place.served.process.adapters.log.read([name], follow=False)] for d in batch)
    await others_make_it_anew(place)
    async with AIOKafkaProducer(bootstrap_servers=place.kafka) as producer:
        for _ in range(60):
            await producer.send_and_wait(name, one.value, one.key.encode(), headers=[(k, v.encode()) for k, v in one.headers.items()])


async def its_records_are_deleted(place: Place) -> None:
    """Of each partition all but the last."""
    name = topic(place.namespace, "portfolio")
    extent = await place.served.process.adapters.log.extent(name)
    async with admin_of(place.kafka) as admin:
        await admin.delete_records({TopicPartition(name, int(p)): RecordsToDelete(max(0, end - 1)) for p, (_, end) in extent.spans.items()})


@pytest.mark.parametrize("lost", [it_is_deleted, others_make_it_anew, it_comes_back_longer, its_records_are_deleted])
async def test_what_a_topic_lost_while_everything_runs_is_published_again_and_who_reads_goes_on(place: Place, lost: Callable[[Place], Awaitable[None]]) -> None:
    await place.organisations(*(f"o{n}" for n in range(8)))
    await place.served.say("portfolio.subscribe_webhook", {"webhook": "w", "url": place.receiver.url, "secret": SECRET, "kinds": ["organisation"]})
    await place.organisations("o8", "o9")
    everything = {f"organisation:o{n}@1" for n in range(10)}
    await place.receiver.until(lambda: len(place.receiver.taken) == 2)
    await place.until("everything is followed", lambda: _true(everything <= set(place.following.ids)))
    before, heard = await place.world(), place.served.process.world.last("organisation:o1")
    everything |= set(place.following.ids)

    await lost(place)
    await place.until("everything is in the topic again", lambda: _found(place, everything))
    assert await place.metric("headway_lost_by_log_total") >= 8
    await place.until("all is well", lambda: _all_well(place))
    assert await place.metric("headway_missing_in_log") == 0
    assert (await place.world(), place.served.process.world.last("organisation:o1")) == (before, heard)

    await place.organisations("last")
    await place.receiver.until(lambda: "organisation:last@1" in place.receiver.ids)
    await place.until("the last is followed", lambda: _true("organisation:last@1" in place.following.ids))
    assert place.following.ended == ""
    assert sorted(place.following.ids) == sorted({*everything, "organisation:last@1"}), "each once"
    assert set(place.receiver.ids) == {"organisation:o8@1", "organisation:o9@1", "organisation:last@1"}
    await place.until("the digest holds", lambda: _digest_holds(place))


async def _true(holds: bool) -> bool:
    return holds


async def _found(place: Place, everything: set[str]) -> bool:
    return everything <= set(await place.held())


async def _all_well(place: Place) -> bool:
    return not await place.troubles()


async def _digest_holds(place: Place) -> bool:
    """Whether the gateway says of the end of the log what a reader of the log from its beginning counts."""
    log, topics = place.served.process.adapters.log, all_topics(place.namespace)
    heard: defaultdict[str, set[str]] = defaultdict(set)
    async for batch in log.read(topics, follow=False):
        for d in batch:
            if "ce_id" in d.record.headers:
                heard[d.record.key.partition(":")[0]].add(d.record.headers["ce_id"])
    asked: dict[str, Any] = {
        "query": "query ($upTo: String) { streamDigest(upTo: $upTo) { kinds { kind count } } }",
        "variables": {"upTo": str(await log.end(topics))},
    }
    async with httpx.AsyncClient(base_url=place.served.url, timeout=GIVE_UP) as client:
        said = (await client.post("/graphql", json=asked, headers=place.served.signed_in("subscriber"))).json()
    return bool(said.get("data")) and {k["kind"]: k["count"] for k in said["data"]["streamDigest"]["kinds"]} == {k: len(v) for k, v in heard.items()}
