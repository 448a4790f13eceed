"""Long-lived connections: how many each caller may keep open, and until when, which is when the token expires or its roles change."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from libs.commands.errors import NotSignedIn, Unreachable
from libs.rules.roles import Principal
from libs.runtime.heartbeat import timed
from libs.service.host.process import Process

HEARTBEAT: Final = 15.0
"""Seconds of silence after which an open answer says that it is still there."""
LOOK: Final = 1.0
"""Seconds between two looks at whether a listener may still listen: well below the five within which it must be sent away."""
MOST_OF_ONE: Final = 32
"""How many connections that stay open (sockets and streams together) one caller may have."""


@dataclass(frozen=True, slots=True)
class Door:
    """An address that keeps no more than `most` connections open, whoever opens them."""

    name: str
    most: int


class OpenConnections:
    """How many connections stay open: of each caller, and at each door that bounds them."""

    def __init__(self, most: int = MOST_OF_ONE) -> None:
        self.most, self.now = most, Counter[str | Door]()

    def has_room(self, whose: Principal | Door) -> bool:
        """Whether one more may be opened."""
        return self.now[_counted_as(whose)] < (whose.most if isinstance(whose, Door) else self.most)

    def must_have_room(self, who: Principal) -> None:
        """Raises HTTPException 429 where this caller has as many open as one may."""
        if not self.has_room(who):
            raise HTTPException(429, f"{self.most} connections of this caller are open already.", {"Retry-After": "5"})

    @contextmanager
    def one(self, *whose: Principal | Door) -> Iterator[None]:
        """One more of each of these, as long as the block lasts."""
        counted = Counter[str | Door](map(_counted_as, whose))
        self.now += counted
        try:
            yield
        finally:
            self.now -= counted


def _counted_as(whose: Principal | Door) -> str | Door:
    return whose if isinstance(whose, Door) else whose.id


def authorization_of(connection: HTTPConnection) -> str:
    """The header by which somebody signed in, also where signing in took it from the session: the connection's own view of its headers is older."""
    return Headers(raw=connection.scope["headers"]).get("authorization", "")


async def until_sent_away(process: Process, who: Principal, authorization: str) -> str:
    """Returns why, once the token has expired, no longer verifies or no longer carries the same roles. An issuer that does not answer sends nobody away."""
    token = authorization.partition(" ")[2].strip()
    while True:
        if who.expires is not None and process.adapters.clock() >= who.expires:
            return "The token has expired."
        try:
            now = await process.verifier.verify(token)
        except NotSignedIn as e:
            return e.detail
        except Unreachable:
            now = who
        if now.roles != who.roles:
            return "The roles have changed."
        await asyncio.sleep(LOOK)


class Ending(asyncio.Event):
    """Set when a stream is to end: `why` says so where it is the listener who may no longer listen, and is empty where the process stops."""

    why = ""


@asynccontextmanager
async def ending(process: Process, who: Principal, authorization: str) -> AsyncIterator[Ending]:
    """The end of a stream for one listener, watched for as long as the block lasts."""
    end = Ending()

    async def stop() -> None:
        await process.stopping.wait()
        end.set()

    async def send_away() -> None:
        end.why = await until_sent_away(process, who, authorization)
        end.set()

    watching = [asyncio.create_task(stop()), asyncio.create_task(send_away())]
    try:
        yield end
    finally:
        for task in watching:
            task.cancel()
        for task in watching:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def held_open(
    process: Process,
    open: OpenConnections,
    who: Principal,
    authorization: str,
    chunks: AsyncIterator[bytes],
    *,
    whose: Sequence[Principal | Door],
    opening: bytes = b"",
    silence: bytes = b"",
    farewell: Callable[[str], bytes] | None = None,
) -> AsyncIterator[bytes]:
    """The chunks, counted as open for `whose`, until they end, the process stops or the caller may no longer listen: then `farewell` of why.

    `opening` goes before all, and `silence`, where it is given, is sent whenever nothing came for long.
    """
    with open.one(*whose):
        if opening:
            yield opening
        async with ending(process, who, authorization) as end:
            async with aclosing(timed(chunks, HEARTBEAT, end)) as timely:
                async for chunk in timely:
                    if chunk is not None or silence:
                        yield silence if chunk is None else chunk
            if end.why and farewell is not None:
                yield farewell(end.why)
