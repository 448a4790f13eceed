"""The one-process stack, within the test, over files in a temporary folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pymongo import MongoClient

from headway.stack import create_stack
from libs.events.event import KINDS
from libs.service.host.process import ProcessApp
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from tests.patience import GIVE_UP

Line = Mapping[str, Any]


class Running:
    """A running stack, and how to ask it as somebody."""

    def __init__(self, app: ProcessApp, client: httpx.AsyncClient, settings: Settings) -> None:
        self.app, self.client, self.settings = app, client, settings
        self.issuer = Issuer.embedded(settings)

    def signed_in(self, persona: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(persona)}"}

    async def command(self, name: str, data: Mapping[str, Any], persona: str = "importer", **headers: str) -> httpx.Response:
        service, _, verb = name.partition(".")
        return await self.client.post(f"/{service}/v1/commands/{verb}", json=dict(data), headers={**self.signed_in(persona), **headers})

    async def said(self, service: str, *kinds: str) -> int:
        """How many events of these kinds a service has stored; of a kind that there is not it is an error."""
        assert KINDS.keys() >= {*kinds}
        tallies = (await self.client.get(f"/{service}/v1/owner/tallies", headers=self.signed_in("auditor"))).json()
        return sum(tallies[kind]["events"] for kind in kinds if kind in tallies)

    async def bulk(self, service: str, lines: Sequence[Line], persona: str = "importer") -> list[dict[str, Any]]:
        body = "".join(json.dumps(line) + "\n" for line in lines)
        answer = await self.client.post(f"/{service}/v1/commands", content=body, headers=self.signed_in(persona))
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    async def say(self, *lines: tuple[str, Mapping[str, Any]]) -> str:
        """Commands by the importer, one by one, each heard before the next; the last position."""
        position = ""
        for name, data in lines:
            answer = await self.command(name, data)
            assert answer.status_code in (200, 201), answer.text
            position = answer.json()["position"]
            await self.ask("{ __typename }", after=position)
        return position

    async def ask(self, document: str, variables: Mapping[str, Any] | None = None, *, persona: str = "executive", after: str = "") -> Any:
        """The data of a GraphQL answer, once this position is heard."""
        headers = self.signed_in(persona) | ({"X-Headway-After": after} if after else {})
        async with asyncio.timeout(GIVE_UP):
            while True:
                answer = await self.client.post("/graphql", json={"query": document, "variables": dict(variables or {})}, headers=headers)
                if answer.status_code != 503:  # not heard within two seconds, as a loaded machine may be
                    break
        body = answer.json()
        assert answer.status_code == 200 and not body.get("errors"), answer.text
        return body["data"]


@asynccontextmanager
async def running(data: Path | Settings, make: Callable[[Settings], ProcessApp] = create_stack) -> AsyncIterator[Running]:
    """A stack with these settings, or with none but its folder."""
    settings = data if isinstance(data, Settings) else Settings(data=data)
    app = make(settings)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        async with asyncio.timeout(GIVE_UP):
            while (await client.get("/health/ready")).status_code != 200:  # noqa: ASYNC110 - as a probe asks
                await asyncio.sleep(0.01)
        yield Running(app, client, settings)


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as found:
        yield found


@pytest.fixture(params=["files", pytest.param("servers", marks=pytest.mark.servers)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Of an installation over files, and of one on Kafka and MongoDB."""
    if request.param == "files":
        yield Settings(data=tmp_path)
        return
    namespace = f"system{uuid4().hex[:10]}"
    mongo = request.getfixturevalue("mongo")
    yield Settings(namespace=namespace, store_url=mongo, log_url=f"kafka://{request.getfixturevalue('kafka')}", partitions=1, data=tmp_path)
    dropped(mongo, namespace)


def dropped(mongo: str, namespace: str) -> None:
    """Takes away what an installation has stored."""
    with MongoClient[dict[str, Any]](mongo) as client:
        for service in ("portfolio", "backlog", "roadmap", "gateway"):
            client.drop_database(f"{namespace}_{service}")
