"""Reverse proxy for services in other processes: requests under a service's name are passed on unchanged, and so are the responses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from uuid import uuid4

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from libs.commands.errors import NotFound, Unreachable
from libs.service.host.process import Process
from libs.service.peers.address import Peer
from libs.service.problems import instance_of, response
from services.gateway.proxy.command_client import unanswered

SECONDS: Final = 30.0
"""How long a service may be silent while it answers: a thousand lines of a bulk import take some."""
_OURS: Final = frozenset({"host", "cookie", "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-authorization", "expect"})
"""Headers that belong to one connection, or to the gateway's own sessions."""
_THEIRS: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "trailer", "date", "x-request-id"})
"""Headers that this server sets itself."""


@dataclass(frozen=True, slots=True)
class _Passed:
    """The template under which metrics, traces and logs name what was passed on; its owner's say which route it was."""

    path: str = "/{path}"


class ReverseProxy:
    """An ASGI app that stands for one service. The owner looks at the token; the gateway only bounds the body.

    `must_be_right` is that of `PeerWatch`. What comes back to the process that has passed it on, by an address that leads here, is not passed on again.
    """

    def __init__(self, peer: Peer, must_be_right: Callable[..., Awaitable[None]]) -> None:
        self.peer, self._must_be_right = peer, must_be_right
        self._mark = f"1.1 headway-{uuid4().hex[:12]}"
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on; 503 where the service does not answer."""
        if scope["type"] != "http":
            return
        scope["route"] = _Passed()
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except (NotFound, Unreachable) as e:
            await response(e, instance=instance_of(scope))(scope, receive, send)
            return
        except httpx.HTTPError as e:
            await response(unanswered(self.peer.service, self.peer, e), instance=instance_of(scope))(scope, receive, send)
            return
        headers = [(name, value) for name, value in answer.headers.raw if name.decode("latin-1").lower() not in _THEIRS]
        passed = StreamingResponse(_chunks(answer), answer.status_code)
        passed.raw_headers = headers
        await passed(scope, receive, send)

    async def close(self) -> None:
        """Lets go of the connections."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    async def _answer(self, request: Request) -> httpx.Response:
        """The service's answer. Raises NotFound, Unreachable and httpx.HTTPError."""
        service = self.peer.service
        if self._mark in ", ".join(request.headers.getlist("via")):
            raise Unreachable(self.peer.named("it leads back to this gateway"), remedy=f"Whoever operates Headway must {self.peer.remedy(answered=True)}.")
        asks_who = request.url.path.endswith(f"/{service}/health/live")
        if not asks_who:
            await self._must_be_right(service)
        answer = await self._asked(request)
        if answer.status_code == httpx.codes.NOT_FOUND and not asks_who:
            try:
                await self._must_be_right(service, doubted=True)
            except Unreachable:
                await answer.aclose()
                raise
        return answer

    async def _asked(self, request: Request) -> httpx.Response:
        if self._transport is None:
            # No client stands around it: nothing of one caller's answer, no cookie and no redirect, is kept for another's request.
            self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=100))
        path = plain_path(request.scope) + (f"?{request.url.query}" if request.url.query else "")
        headers = [(name, value) for name, value in request.headers.raw if name.decode("latin-1").lower() not in _OURS]
        headers.append((b"via", self._mark.encode()))
        body = await request.body()
        asked = httpx.Request(request.method, self.peer.url + path, headers=headers, content=body, extensions={"timeout": httpx.Timeout(SECONDS).as_dict()})
        return await self._transport.handle_async_request(asked)


def plain_path(scope: Scope) -> str:
    """The path as it came, percent-encoding kept. Raises NotFound where a part of it, also once decoded again, would lead out of what it begins with.

    What is passed on is decided by the path; whoever answers must not read it in another way.
    """
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("ascii", "replace")
    parts, decoded = path, unquote(path)
    while decoded != parts:
        parts, decoded = decoded, unquote(decoded)
    if any(part in (".", "..") for part in parts.replace("\\", "/").split("/")) or "//" in path or "\0" in parts:
        raise NotFound("nothing is at this address: a path goes straight to what it names", field="path")
    return path


def mount_passing(app: FastAPI, process: Process) -> list[ReverseProxy]:
    """Mounts one for each service that does not run in this process and whose address the settings name."""
    found = []
    for service, peer in process.peers.peers.items():
        found.append(ReverseProxy(peer, process.peers.must_be_right))
        app.mount(f"/{service}", found[-1])
    return found


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it came, compressed where it was."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()
