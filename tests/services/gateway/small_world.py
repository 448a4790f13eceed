"""A gateway alone, without services, whose world is told what it needs; and those who ask it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from libs.calendar.local_time import start_of
from libs.events.event import Actor, Event, Kind, Payload
from libs.events.world import World
from libs.service.adapters import Adapters, adapters_of
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.gateway.main import add_to

TODAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = TODAY

    def __call__(self) -> datetime:
        """The instant that it was set to."""
        return self.now


@dataclass
class Telling:
    """Has a world hear what is said."""

    world: World = field(default_factory=World)

    def tell(self, kind: Kind[Any], id: str, data: Payload, at: str, *, by: str = "importer", known: str | None = None) -> Event:
        """An event: true from the start of a day on, known on the same day unless said."""
        key = kind.key(id)
        time, recorded = start_of(date.fromisoformat(at)), start_of(date.fromisoformat(known or at))
        event = Event(key, self.world.last(key) + 1, time, recorded, recorded, Actor(by.partition("@")[0], by), data)
        self.world.apply(event)
        return event


@dataclass
class Gateway:
    """The gateway under test."""

    folder: Path
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.settings = Settings(data=self.folder)
        adapters = adapters_of(self.settings)
        self.process = Process(self.settings, Adapters(adapters.log, adapters.store, adapters.decisions, self.clock), hears_all=True)
        self.shared = add_to(self.process)
        self.issuer = Issuer.embedded(self.settings)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.process.app), base_url="http://headway")

    def tell(self, kind: Kind[Any], id: str, data: Payload, at: str, *, by: str = "importer", known: str | None = None) -> Event:
        """The same of the gateway's world."""
        return Telling(self.process.world).tell(kind, id, data, at, by=by, known=known)

    def signed_in(self, persona: str) -> dict[str, str]:
        """The header of somebody with this role."""
        return {"Authorization": f"Bearer {self.issuer.token(persona)}"}

    async def post(self, query: str, variables: Mapping[str, Any] | None = None, *, persona: str = "executive", **headers: str) -> httpx.Response:
        """Asks by POST."""
        body = {"query": query, "variables": dict(variables or {})}
        return await self.client.post("/graphql", json=body, headers={**self.signed_in(persona), **{k.replace("_", "-"): v for k, v in headers.items()}})

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None, *, persona: str = "executive") -> Any:
        """The data of an answer that must have no errors."""
        answer = await self.post(query, variables, persona=persona)
        body = answer.json()
        assert answer.status_code == 200 and "errors" not in body, body
        return body["data"]
