"""Subscriptions: over a WebSocket with a token, or as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.envelope import to_record
from tests.services.gateway.small_world import Gateway


class Socket:
    """A WebSocket spoken to by hand, so that everything runs in one loop."""

    def __init__(self, gateway: Gateway, protocols: list[str]) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.out: asyncio.Queue[Any] = asyncio.Queue()
        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "path": "/graphql", "raw_path": b"/graphql", "root_path": "",
            "scheme": "ws", "query_string": b"", "server": ("x", 80), "client": ("y", 1), "headers": [(b"host", b"x")], "subprotocols": protocols,
        }  # fmt: skip
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(gateway.process.app(scope, self._in.get, self.out.put))

    async def next(self) -> dict[str, Any]:
        """What the server does next."""
        message: dict[str, Any] = await asyncio.wait_for(self.out.get(), 5)
        return message

    async def say(self, message: str) -> None:
        """Sends a message."""
        await self._in.put({"type": "websocket.receive", "text": message})

    async def close(self) -> None:
        """Goes away."""
        await self._in.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, 5)


@pytest.fixture
async def logged(tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway whose log is open and empty."""
    gateway = Gateway(tmp_path)
    await gateway.process.adapters.log.open()
    yield gateway
    await gateway.process.adapters.log.close()
    await gateway.client.aclose()


async def publish(g: Gateway, id: str) -> None:
    event = g.tell(ORGANISATION, id, OrganisationRegistered(name=id), "2025-01-01")
    await g.process.adapters.log.publish([to_record("headway", event)])


async def connected(g: Gateway, payload: str) -> tuple[Socket, dict[str, Any]]:
    socket = Socket(g, ["graphql-transport-ws"])
    accepted = await socket.next()
    assert accepted["type"] == "websocket.accept" and accepted["subprotocol"] == "graphql-transport-ws"
    await socket.say(f'{{"type": "connection_init", "payload": {payload}}}')
    return socket, await socket.next()


async def test_changes_are_told_as_the_world_applies_them(logged: Gateway) -> None:
    socket, answer = await connected(logged, f'{{"Authorization": "{logged.signed_in("subscriber")["Authorization"]}"}}')
    assert "connection_ack" in answer["text"]
    await socket.say('{"type": "subscribe", "id": "1", "payload": {"query": "subscription { world }"}}')
    assert logged.process.world.digest in (await socket.next())["text"]
    await publish(logged, "new")
    assert logged.process.world.digest in (await socket.next())["text"]
    await socket.close()


async def test_a_query_is_answered_over_the_socket_too_within_its_limits(logged: Gateway) -> None:
    socket, _ = await connected(logged, f'{{"authorization": "{logged.signed_in("subscriber")["Authorization"]}"}}')
    await socket.say('{"type": "subscribe", "id": "1", "payload": {"query": "{ portfolio { teams(first: 501) { totalCount } } }"}}')
    refused = (await socket.next())["text"]
    assert '"error"' in refused and "Portfolio.teams" in refused and "FIRST" in refused
    await socket.say('{"type": "subscribe", "id": "2", "payload": {"query": "{ portfolio { investment { warnings { rule } } } }"}}')
    assert "withheld" in (await socket.next())["text"]
    await socket.close()


@pytest.mark.parametrize("payload", ["{}", '{"Authorization": "Bearer nonsense"}', '{"Authorization": 7}', '{"Authorization": "Basic x"}'])
async def test_without_a_good_token_the_socket_is_closed(logged: Gateway, payload: str) -> None:
    socket, answer = await connected(logged, payload)
    assert (answer["type"], answer["code"]) == ("websocket.close", 4403)
    await socket.close()


async def test_nothing_is_answered_before_sign_in(logged: Gateway) -> None:
    socket = Socket(logged, ["graphql-transport-ws"])
    await socket.next()
    await socket.say('{"type": "subscribe", "id": "1", "payload": {"query": "{ portfolio { world } }"}}')
    answer = await socket.next()
    assert (answer["type"], answer["code"]) == ("websocket.close", 4401)
    await socket.close()


async def test_the_older_protocol_is_not_spoken(logged: Gateway) -> None:
    socket = Socket(logged, ["graphql-ws"])
    accepted = await socket.next()
    assert accepted.get("subprotocol") != "graphql-ws"
    closed = await socket.next() if accepted["type"] == "websocket.accept" else accepted
    assert closed["type"] == "websocket.close"
    await socket.close()


async def test_a_query_asked_for_as_a_stream_is_one_event_and_the_end(logged: Gateway) -> None:
    answer = await logged.post("{ portfolio { asOf } }", Accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == 'event: next\ndata: {"data":{"portfolio":{"asOf":"2026-03-02"}}}\n\nevent: complete\ndata: {}\n\n'


async def test_a_document_that_cannot_be_read_is_an_error_of_its_own_operation(logged: Gateway) -> None:
    socket, _ = await connected(logged, f'{{"Authorization": "{logged.signed_in("subscriber")["Authorization"]}"}}')
    for number, query in enumerate(("{", "{ a", "subscription A { world } subscription B { world }")):
        await socket.say(f'{{"type": "subscribe", "id": "{number}", "payload": {{"query": "{query}"}}}}')
        answer = (await socket.next())["text"]
        assert '"type":"error"' in answer.replace(" ", "") and ("SYNTAX" in answer or "OPERATION" in answer)
    await socket.close()
