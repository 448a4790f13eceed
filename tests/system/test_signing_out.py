"""Signing out ends a session on the server: for every door and every instance, also after a restart."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from headway.stack import create_stack
from libs.service.identity import store_mirror
from libs.service.identity.session import COOKIE
from libs.service.settings import Settings
from services.gateway.capacity import connections
from tests.patience import GIVE_UP
from tests.services.gateway.pages.answers import HTML, proof, signed_in
from tests.services.gateway.serving import serving
from tests.system.conftest import running

PATHS = ("/events", "/graphql?query={__typename}", "/backlog/v1/items", "/portfolio/v1/owner/tallies", "/backlog/openapi.json")


async def token_of_a_session(client: httpx.AsyncClient, persona: str = "auditor") -> str:
    await signed_in(client, persona)
    return str(client.cookies[COOKIE])


async def sign_out(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/sign-out", data={"proof": await proof(client, "/")})


def test_it_is_known_everywhere_within_five_seconds() -> None:
    assert store_mirror.REFRESH + connections.LOOK < 5


async def test_whoever_kept_the_token_is_refused_at_every_door(tmp_path: Path) -> None:
    async with running(tmp_path) as stack:
        token = await token_of_a_session(stack.client)
        bearer = {"Authorization": f"Bearer {token}"}
        for path in PATHS:
            assert (await stack.client.get(path, headers=bearer)).status_code == 200, path
        assert (await sign_out(stack.client)).status_code == 303
        for path in PATHS:
            answer = await stack.client.get(path, headers=bearer)
            assert answer.status_code == 401 and "signing out" in answer.json()["detail"], path
        stack.client.cookies.set(COOKIE, token)
        assert (await stack.client.get("/", headers=HTML)).status_code == 303
        assert (await stack.client.get("/session")).json() == {"who": None}
        answer = await stack.client.get("/graphql?query={__typename}", headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 401
        assert (await stack.client.get("/live/home?seen=0")).text == "event: end\ndata: \n\n"
        stack.client.cookies.clear()
        assert (await signed_in(stack.client)).status_code == 303, "nobody else is signed out, and whoever was may sign in again"
    async with running(tmp_path) as stack:
        assert (await stack.client.get("/events", headers=bearer)).status_code == 401


async def test_a_session_that_another_instance_ended_is_over_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_mirror, "REFRESH", 0.05)
    settings = Settings(data=tmp_path)
    async with AsyncExitStack() as both:
        one = await both.enter_async_context(running(settings, lambda s: create_stack(s, ["portfolio", "gateway"])))
        other = await both.enter_async_context(running(settings, lambda s: create_stack(s, ["backlog"])))
        bearer = {"Authorization": f"Bearer {await token_of_a_session(one.client)}"}
        assert (await other.client.get("/backlog/v1/items", headers=bearer)).status_code == 200
        await sign_out(one.client)
        async with asyncio.timeout(GIVE_UP):
            while (await other.client.get("/backlog/v1/items", headers=bearer)).status_code != 401:  # noqa: ASYNC110 - as a caller sees it
                await asyncio.sleep(0.02)


async def test_where_it_cannot_be_remembered_nobody_is_told_that_the_session_has_ended(tmp_path: Path) -> None:
    async with running(tmp_path) as stack:
        token = await token_of_a_session(stack.client)
        await stack.app.process.adapters.revocations.close()
        answer = await sign_out(stack.client)
        assert answer.status_code == 503 and COOKIE in stack.client.cookies, answer.text
        assert (await stack.client.get("/events", headers={"Authorization": f"Bearer {token}"})).status_code == 200


async def test_a_proof_without_a_session_that_holds_revokes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as stack:
        token = await token_of_a_session(stack.client)
        sent = await proof(stack.client, "/")
        await stack.client.post("/sign-out", data={"proof": "x" + sent[1:]})
        assert (await stack.client.get("/events", headers={"Authorization": f"Bearer {token}"})).status_code == 200


STREAMS = {
    "events": ("/events?follow=true", {"Accept": "text/event-stream"}),
    "lines": ("/events?follow=true", {"Accept": "application/x-ndjson"}),
    "a subscription": ("/graphql?query=subscription{world}", {"Accept": "text/event-stream"}),
}


@pytest.mark.parametrize(("path", "headers"), STREAMS.values(), ids=STREAMS.keys())
async def test_a_stream_ends_with_the_session(tmp_path: Path, path: str, headers: dict[str, str]) -> None:
    async with serving(tmp_path) as served, httpx.AsyncClient(base_url=served.url, timeout=GIVE_UP) as client, asyncio.timeout(GIVE_UP):
        token = await token_of_a_session(client)
        async with client.stream("GET", path, headers={**headers, "Authorization": f"Bearer {token}"}) as answer:
            assert answer.status_code == 200
            await sign_out(client)
            async for _ in answer.aiter_bytes():
                pass


async def test_the_live_line_of_a_page_ends_with_the_session(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, httpx.AsyncClient(base_url=served.url, timeout=GIVE_UP) as client, asyncio.timeout(GIVE_UP):
        await token_of_a_session(client)
        async with client.stream("GET", "/live/home?seen=0") as answer:
            await sign_out(client)
            said = "".join([chunk async for chunk in answer.aiter_text()])
        assert said.endswith("event: end\ndata: \n\n")


async def test_a_socket_ends_with_the_session(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, httpx.AsyncClient(base_url=served.url, timeout=GIVE_UP) as client, asyncio.timeout(GIVE_UP):
        token = await token_of_a_session(client)
        async with connect(served.url.replace("http", "ws", 1) + "/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            await sign_out(client)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403


async def test_two_authorization_headers_are_refused_in_the_handshake(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, asyncio.timeout(GIVE_UP):
        reader, writer = await asyncio.open_connection(*served.url.removeprefix("http://").split(":"))
        bearer = "".join(f"Authorization: Bearer {served.token()}\r\n" for _ in range(2))
        writer.write(
            f"GET /graphql HTTP/1.1\r\nHost: x\r\n{bearer}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()
