"""What is asked under a service's path of a gateway that runs alone goes to the service and comes back as it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from headway.server import listening, server
from libs.commands.errors import NotFound
from libs.service import problems
from libs.service.observability.telemetry import Observed, Telemetry
from libs.service.peers.address import Peer
from services.gateway.proxy.reverse_proxy import ReverseProxy, plain_path


async def _right(service: str, *, doubted: bool = False) -> None:
    """Nobody has looked who answers there."""


async def _said(request: Request) -> Response:
    body = await request.body()
    names = ",".join(sorted(set(request.headers) - {"user-agent", "accept", "accept-encoding"}))
    headers = {"x-seen": f"{request.method} {request.scope['raw_path'].decode()}?{request.url.query}", "x-names": names, "x-headway-world": "w"}
    return PlainTextResponse(body + b" heard", status_code=418, headers=headers)


@pytest.fixture
async def service() -> AsyncIterator[str]:
    """A service that says what it was asked."""
    every = ["GET", "POST", "PUT", "DELETE"]
    with listening("127.0.0.1", 0) as bound:
        bound.listen()
        app = FastAPI()
        app.mount("/", Starlette(routes=[Route("/{path:path}", _said, methods=every)]))
        running = server(app)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        running.should_exit = True
        await task


@contextlib.asynccontextmanager
async def gateway(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway that passes `/portfolio` on to this address."""
    app, passing = FastAPI(), ReverseProxy(Peer("portfolio", url), _right)
    problems.install(app)
    app.mount("/portfolio", passing)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gateway") as client:
        yield client
    await passing.close()


async def test_method_path_query_and_body_go_as_they_are_and_the_answer_comes_as_it_is(service: str) -> None:
    async with gateway(service) as client:
        answer = await client.post("/portfolio/v1/teams/a%2Fb?first=2&after=%20x", content=b"line\nline\n")
    assert (answer.status_code, answer.text, answer.headers["x-headway-world"]) == (418, "line\nline\n heard", "w")
    assert answer.headers["x-seen"] == "POST /portfolio/v1/teams/a%2Fb?first=2&after=%20x"


async def test_the_callers_token_goes_along_and_a_browsers_session_does_not(service: str) -> None:
    async with gateway(service) as client:
        answer = await client.get("/portfolio/v1/teams", headers={"Authorization": "Bearer t", "Cookie": "headway-session=t", "X-Hub-Signature-256": "s"})
    names = answer.headers["x-names"].split(",")
    assert {"authorization", "x-hub-signature-256"} <= set(names)
    assert "cookie" not in names


async def test_a_service_that_does_not_answer_is_a_503_that_may_be_sent_again() -> None:
    async with gateway("http://127.0.0.1:9") as client:
        answer = await client.post("/portfolio/v1/commands/form_team", json={})
    assert answer.status_code == 503
    wrong = "HEADWAY_PORTFOLIO_URL is http://127.0.0.1:9, and nothing listens there (connection refused)"
    assert answer.json()["detail"] == f"portfolio does not answer: {wrong}"
    assert answer.json()["remedy"].startswith("Send it again. A command that bears the same Idempotency-Key is done once, however often it comes. If it lasts,")
    assert "Retry-After" in answer.headers


async def test_what_is_passed_on_is_counted_under_its_service_and_says_its_date_once(service: str) -> None:
    telemetry, app, passing = Telemetry(), FastAPI(), ReverseProxy(Peer("portfolio", service), _right)
    app.mount("/portfolio", passing)
    with listening("127.0.0.1", 0) as bound:
        bound.listen()
        front = FastAPI()
        front.mount("/", Observed(app, telemetry))
        running = server(front)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}") as client:
            answer = await client.get("/portfolio/v1/teams/biohub")
        running.should_exit = True
        await task
    await passing.close()
    assert len(answer.headers.get_list("date")) == 1
    assert 'headway_http_requests_total{method="GET",route="/portfolio/{path}",status="418"} 1.0' in telemetry.exposition().decode()


@pytest.mark.parametrize(
    "path",
    [
        "/portfolio/../backlog/v1/items",
        "/portfolio/%2e%2e/backlog/v1/items",
        "/portfolio/%252e%252e/backlog",
        "/portfolio/v1/..%2f..%2fowner",
        "/portfolio/v1/..\\owner",
        "/portfolio/v1//owner",
        "/portfolio/v1/./teams",
    ],
)
async def test_a_path_that_leads_out_of_what_it_begins_with_is_passed_on_to_nobody(path: str) -> None:
    raw = path.encode()
    scope = {"type": "http", "path": path, "raw_path": raw, "query_string": b"", "headers": []}
    with pytest.raises(NotFound):
        plain_path(scope)


async def test_no_cookie_of_one_caller_is_sent_for_another() -> None:
    seen: list[str | None] = []

    async def baking(request: Request) -> Response:
        seen.append(request.headers.get("cookie"))
        return PlainTextResponse("", headers={"Set-Cookie": "who=ann; Path=/"})

    with listening("127.0.0.1", 0) as bound:
        bound.listen()
        app = FastAPI()
        app.mount("/", Starlette(routes=[Route("/{path:path}", baking)]))
        running = server(app)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        async with gateway(f"http://127.0.0.1:{bound.getsockname()[1]}") as client:
            for _ in range(2):
                client.cookies.clear()
                await client.get("/portfolio/v1/teams")
        running.should_exit = True
        await task
    assert seen == [None, None]
