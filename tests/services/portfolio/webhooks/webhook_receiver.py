"""A little receiver of webhooks on loopback, which answers as a test tells it to, and a lone webhook with a log of its own."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.patience import GIVE_UP

HANG, DROP = -1, -2
"""Statuses that are none: never answer; break the connection off."""


@dataclass(frozen=True)
class Request:
    """One request as it came; headers have names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Answering = Callable[[Request], int | tuple[int, Mapping[str, str]]]


class Receiver:
    """Keeps what came in (`requests`), and of that what it answered with 2xx (`taken`)."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.taken: list[Request] = []
        self.answering: Answering = lambda request: 204
        self.open = self.most_open = 0
        self._news = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?key=hidden"

    @property
    def ids(self) -> list[str]:
        """The events that were taken, in the order in which they were."""
        return [request.event["id"] for request in self.taken]

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def until(self, met: Callable[[], bool], seconds: float = GIVE_UP) -> None:
        """Waits until something holds of what came in."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(met)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (line := await reader.readline()).strip():
                _, path, _ = line.decode().split(" ", 2)
                headers: dict[str, str] = {}
                while field := (await reader.readline()).decode().strip():
                    name, _, value = field.partition(":")
                    headers[name.lower()] = value.strip()
                request = Request(path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
                if not await self._answer(request, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        told = self.answering(request)
        status, more = told if isinstance(told, tuple) else (told, {})
        async with self._news:
            self.requests.append(request)
            if 200 <= status < 300:
                self.taken.append(request)
            self._news.notify_all()
        if status == HANG:
            await asyncio.sleep(60)
        await asyncio.sleep(0)
        self.open -= 1
        if status < 0:
            return False
        length = {} if status == 204 else {"Content-Length": "2"}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**length, **more}.items())
        writer.write(f"HTTP/1.1 {status} Said\r\n{head}\r\n{'' if status == 204 else 'ok'}".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()
