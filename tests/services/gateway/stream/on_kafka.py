"""A gateway alone that is served on the loopback and hears a namespace of its own on a real Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from aiokafka.admin import AIOKafkaAdminClient

from libs.events.envelope import all_topics
from libs.events.ports.log import Log, Record
from libs.service.host.process import ProcessApp
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.gateway.main import create_app
from tests.patience import GIVE_UP


@dataclass
class Running:
    """The gateway, and what a subscriber is told of it."""

    app: ProcessApp
    url: str
    kafka: str
    namespace: str
    token: str
    folder: Path

    async def publish(self, *records: Record) -> None:
        """Publishes records; one given twice stands in the log twice."""
        for record in records:
            assert await self.log.publish([record]) == [None]

    @property
    def log(self) -> Log:
        """Its log."""
        return self.app.process.adapters.log

    async def get(self, path: str, **params: str) -> httpx.Response:
        """What it answers."""
        async with httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=GIVE_UP) as client:
            return await client.get(path, params=params)

    async def digest(self, up_to: str | None = None) -> list[tuple[str, int, str]]:
        """What the gateway says."""
        query = "query ($upTo: String) { streamDigest(upTo: $upTo) { kinds { kind count digest } } }"
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self.token}"}, timeout=GIVE_UP) as client:
            said = (await client.post(self.url + "/graphql", json={"query": query, "variables": {"upTo": up_to}})).json()
        return [(one["kind"], one["count"], one["digest"]) for one in said["data"]["streamDigest"]["kinds"]]

    async def call(self, *words: str, **more: str) -> tuple[int, str]:
        """Runs a program in the folder, with the settings of a subscriber, and `more`; its exit status and what it wrote."""
        known = {"KAFKA": self.kafka, "HEADWAY_NAMESPACE": self.namespace, "HEADWAY_URL": self.url, "HEADWAY_TOKEN": self.token, **more}
        called = await asyncio.create_subprocess_exec(
            *words, cwd=self.folder, env={**os.environ, **known}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        wrote, _ = await asyncio.wait_for(called.communicate(), GIVE_UP)
        return called.returncode or 0, wrote.decode()


@contextlib.asynccontextmanager
async def served(kafka: str, folder: Path) -> AsyncIterator[Running]:
    """On two partitions a topic; the topics are deleted afterwards, so that a broker that many tests use stays small."""
    namespace = f"sub{secrets.token_hex(4)}"
    settings = Settings(data=folder, log_url=f"kafka://{kafka}", namespace=namespace, partitions=2)
    app = create_app(settings)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        try:
            async with asyncio.timeout(GIVE_UP):
                while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
                    await asyncio.sleep(0.05)
                assert app.process.consumer is not None
                await app.process.consumer.ready.wait()
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            yield Running(app, url, kafka, namespace, Issuer.embedded(settings).token("subscriber"), folder)
        finally:
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await serving
            await _delete(kafka, all_topics(namespace))


async def _delete(kafka: str, topics: list[str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_topics(topics)
    finally:
        await admin.close()
