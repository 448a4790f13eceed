"""The live line of a page: how many events of its kinds came since it was made. It moves nothing that is being read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response, StreamingResponse

from libs.events.timely import timed
from libs.events.world import World
from libs.rules.roles import Principal
from libs.service.app import public
from libs.service.process import Process
from services.gateway.pages import words
from services.gateway.pages.page import Page
from services.gateway.pages.reading import SignInFirst, authorization_of, reader_of
from services.gateway.staying import ending
from services.gateway.stopping import stopping_of

SSE: Final = "text/event-stream"
MOST_OPEN: Final = 200
EVERY: Final = 1.0
"""Seconds between two looks at the world."""
HEARTBEAT: Final = 15.0
LONGEST: Final = 3600.0
"""Seconds after which a browser must connect again."""
_END: Final = b"event: end\ndata: \n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def seen(world: World, page: Page) -> int:
    """How many events of a page's kinds the world has heard."""
    return sum(tally.events for kind, tally in world.tallies().items() if not page.kinds or kind in page.kinds)


def live_routes(process: Process, pages: tuple[Page, ...], *, every: float = EVERY) -> APIRouter:
    """`GET /live/{page}?seen=N` as SSE: each message is the line as HTML; `end` says that the session is over."""
    router = APIRouter(include_in_schema=False)
    by_name = {page.name: page for page in pages}
    lines = Lines(process, every)

    @public
    async def live(request: Request, page: str, seen: Annotated[int, Query(ge=0)]) -> Response:
        if page not in by_name:
            raise HTTPException(404)
        try:
            reader = await reader_of(request)
        except SignInFirst:  # whatever else were answered would be shown in the place of the line
            return Response(_END, headers=_HEADERS, media_type=SSE)
        if lines.open >= MOST_OPEN:
            return Response(status_code=204, headers={"Retry-After": "30"})
        chunks = lines.until_sent_away(lines.of(by_name[page], seen, reader), reader, authorization_of(request))
        return StreamingResponse(lines.counted(chunks), media_type=SSE, headers=_HEADERS)

    router.get("/live/{page}")(live)
    return router


class Lines:
    """The live lines that are open, and what each says."""

    def __init__(self, process: Process, every: float) -> None:
        self.process, self.every, self.open = process, every, 0

    async def of(self, page: Page, begin: int, reader: Principal) -> AsyncGenerator[bytes]:
        """The line whenever it changes, until the reader's session ends."""
        shown = 0
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST
        while loop.time() < until:
            if reader.expires is not None and self.process.adapters.clock() >= reader.expires:
                yield _END
                return
            came = max(seen(self.process.world, page) - begin, 0)
            if came != shown:
                shown = came
                yield b"data: " + line(came).encode() + b"\n\n"
            await asyncio.sleep(self.every)

    async def until_sent_away(self, said: AsyncGenerator[bytes], reader: Principal, authorization: str) -> AsyncIterator[bytes | None]:
        """The same, until the process stops or the reader may no longer read: the browser is told `end` then. None where nothing came for long."""
        async with ending(self.process, reader, authorization, stopping_of(self.process.app)) as end:
            async with aclosing(timed(said, HEARTBEAT, end)) as timely:
                async for chunk in timely:
                    yield chunk
            if end.why:
                yield _END

    async def counted(self, chunks: AsyncIterator[bytes | None]) -> AsyncIterator[bytes]:
        """The same chunks, counted as one that is open as long as they are read; a comment where nothing came for long."""
        self.open += 1
        try:
            yield b": Headway\n\n"
            async for chunk in chunks:
                yield b": still here\n\n" if chunk is None else chunk
        finally:
            self.open -= 1


def line(came: int) -> str:
    """What the live line says after so many events; nothing after none."""
    return f'{words.count(came, "change").capitalize()} since this page was made. <a class="govuk-link" href="">Refresh</a>' if came else ""
