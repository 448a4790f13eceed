"""WebSockets spoken to by hand, so that server and test share one loop and a clock that stands still."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.envelope import to_record
from libs.events.event import Event, Kind, Payload
from tests.patience import GIVE_UP
from tests.services.gateway.small_world import Gateway

PROTOCOL = "graphql-transport-ws"


class Socket:
    """A WebSocket."""

    def __init__(self, gateway: Gateway, protocols: tuple[str, ...] = (PROTOCOL,), **headers: str) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.out: asyncio.Queue[Any] = asyncio.Queue()
        said = [(b"host", b"headway")] + [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "path": "/graphql", "raw_path": b"/graphql", "root_path": "",
            "scheme": "ws", "query_string": b"", "server": ("headway", 80), "client": ("y", 1), "headers": said, "subprotocols": list(protocols),
        }  # fmt: skip
        self._in.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(gateway.process.app(scope, self._in.get, self.out.put))

    async def event(self) -> dict[str, Any]:
        """What the server does next."""
        async with asyncio.timeout(GIVE_UP):
            event: dict[str, Any] = await self.out.get()
        return event

    async def message(self) -> dict[str, Any]:
        """The next message of the server."""
        event = await self.event()
        assert event["type"] == "websocket.send", event
        message: dict[str, Any] = json.loads(event["text"])
        return message

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close that must come next, after which the server is done with this socket."""
        event = await self.event()
        assert event["type"] == "websocket.close", event
        async with asyncio.timeout(GIVE_UP):
            await self.task
        return event["code"], event.get("reason") or ""

    async def say(self, message: Any) -> None:
        """Sends a message: what is no text already as JSON, bytes as they are."""
        if isinstance(message, bytes):
            await self._in.put({"type": "websocket.receive", "bytes": message, "text": None})
        else:
            text = message if isinstance(message, str) else json.dumps(message)
            await self._in.put({"type": "websocket.receive", "text": text})

    async def subscribe(self, query: str, id: str = "1", **variables: Any) -> None:
        """Begins an operation."""
        await self.say({"type": "subscribe", "id": id, "payload": {"query": query, "variables": variables}})

    async def next(self, id: str = "1") -> Any:
        """The data of the next result of an operation."""
        message = await self.message()
        assert (message["type"], message["id"]) == ("next", id) and "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def leave(self, code: int = 1000) -> None:
        """Goes away; the server has nothing left to do when this returns."""
        await self._in.put({"type": "websocket.disconnect", "code": code})
        async with asyncio.timeout(GIVE_UP):
            await self.task


async def accepted(gateway: Gateway, **headers: str) -> Socket:
    """A socket that stands, on which nothing was said."""
    socket = Socket(gateway, (PROTOCOL,), **headers)
    event = await socket.event()
    assert (event["type"], event["subprotocol"]) == ("websocket.accept", PROTOCOL)
    return socket


async def signed_in(gateway: Gateway, persona: str = "subscriber") -> Socket:
    """A socket on which somebody has signed in."""
    socket = await accepted(gateway)
    await socket.say({"type": "connection_init", "payload": gateway.signed_in(persona)})
    assert (await socket.message())["type"] == "connection_ack"
    return socket


async def publish(gateway: Gateway, id: str, kind: Kind[Any] = ORGANISATION, data: Payload | None = None, at: str = "2025-01-01") -> Event:
    """An event that the world has applied and the log holds."""
    event = gateway.tell(kind, id, data or OrganisationRegistered(name=id), at)
    assert await gateway.process.adapters.log.publish([to_record("headway", event)]) == [None]
    return event
