"""Limits the size of requests: a larger body is answered 413 before anything reads it, and the connection stays usable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.commands.errors import TooLarge
from libs.service.problems import instance_of, response

E = TypeVar("E", bound=Callable[..., Any])

BODY_LIMIT: Final = 1_048_576
# What is still sent of a body too large is read and dropped, so that the sender gets to read its answer; beyond this the connection is closed.
_DRAINED: Final = 16 * BODY_LIMIT
_DRAIN_SECONDS: Final = 10.0


def takes(limit: int) -> Callable[[E], E]:
    """Marks an endpoint that takes larger bodies than others, and reads them itself, after what can be checked beforehand."""

    def mark(endpoint: E) -> E:
        endpoint.__headway_takes__ = limit  # type: ignore[attr-defined]
        return endpoint

    return mark


class BodyLimit:
    """ASGI middleware: bodies of at most `limit` bytes, with a declared length or without one (chunked).

    An app that knows of endpoints with a limit of their own (`takes`) says so by `body_limit(scope)`; what is sent to them is not read before they ask for it.
    """

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 413 to a body over the limit, and passes everything else on."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        own: int | None = scope["app"].body_limit(scope) if hasattr(scope.get("app"), "body_limit") else None
        limit = own or self._limit
        length, chunked, expects = None, False, False
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"expect":
                expects = True
        if chunked or (length is not None and not length.isdigit()):
            return await (self._undeclared(scope, receive, send) if own is None else self._app(scope, _counted(receive, own), send))
        if length is None or (len(length) <= 18 and int(length) <= limit):
            return await self._app(scope, receive, send)
        # Whoever asks first (Expect: 100-continue) is told before sending anything.
        drained = not expects and await drain(receive)
        await self._refuse(scope, receive, send, limit, close=not drained)

    async def _undeclared(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is read first: only then is it known whether it may be answered."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                drained = not more or await drain(receive)
                return await self._refuse(scope, receive, send, self._limit, close=not drained)
        whole: Message | None = {"type": "http.request", "body": bytes(body), "more_body": False}

        async def replay() -> Message:
            nonlocal whole
            if whole is None:
                return await receive()
            message, whole = whole, None
            return message

        await self._app(scope, replay, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int, *, close: bool) -> None:
        error = _too_large(limit)
        answer = response(error, instance=instance_of(scope))
        if close:
            answer.headers["Connection"] = "close"
        await answer(scope, receive, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit} bytes.", remedy="Send it in smaller parts.", field="body")


def _counted(receive: Receive, limit: int) -> Receive:
    """Receives up to so many bytes; then TooLarge is raised where the body is read."""
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large(limit)
        return message

    return counted


async def drain(receive: Receive) -> bool:
    """Reads the rest of a body and drops it; False where there is too much of it, or it takes too long."""
    left = _DRAINED
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return True
    except TimeoutError:
        pass
    return False
