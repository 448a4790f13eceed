"""The live line of a page, which counts new events of its kinds by server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response, StreamingResponse

from libs.events.world import World
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import public
from libs.service.host.process import Process
from services.gateway.capacity.connections import Door, held_open
from services.gateway.gateway import Gateway
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Page
from services.gateway.pages.kit.reader import SignInFirst, authorization_of, reader_of
from services.gateway.stream.sse import HEADERS, OPENING, SSE, STILL_HERE, encoded

LINES: Final = Door("/live", 200)
"""How many live lines may be open at once."""
EVERY: Final = 1.0
"""Seconds between two looks at the world."""
LONGEST: Final = 3600.0
"""Seconds after which a browser must connect again."""
_END: Final = encoded(b"", event="end")


def seen(world: World, page: Page) -> int:
    """How many events of a page's kinds the world has heard."""
    return sum(tally.events for kind, tally in world.tallies().items() if not page.kinds or kind in page.kinds)


def live_routes(gateway: Gateway, pages: tuple[Page, ...], *, every: float = EVERY) -> APIRouter:
    """`GET /live/{page}?seen=N` as SSE: each message is the line as HTML; `end` says that the session is over."""
    router = late_router(include_in_schema=False)
    by_name = {page.name: page for page in pages}
    process, open = gateway.process, gateway.open

    @public
    async def live(request: Request, page: str, seen: Annotated[int, Query(ge=0)]) -> Response:
        if page not in by_name:
            raise HTTPException(404)
        try:
            reader = await reader_of(request)
        except SignInFirst:  # whatever else were answered would be shown in the place of the line
            return Response(_END, headers=HEADERS, media_type=SSE)
        if not open.has_room(LINES):
            return Response(status_code=204, headers={"Retry-After": "30"})
        said = lines(process, by_name[page], seen, reader, every)
        chunks = held_open(
            process, open, reader, authorization_of(request), said, whose=(LINES,), opening=OPENING, silence=STILL_HERE, farewell=lambda why: _END
        )
        return StreamingResponse(chunks, media_type=SSE, headers=HEADERS)

    router.get("/live/{page}")(live)
    return router


async def lines(process: Process, page: Page, begin: int, reader: Principal, every: float) -> AsyncGenerator[bytes]:
    """The live line whenever it changes, until the reader's session ends."""
    shown = 0
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST
    while loop.time() < until:
        if reader.expires is not None and process.adapters.clock() >= reader.expires:
            yield _END
            return
        came = max(seen(process.world, page) - begin, 0)
        if came != shown:
            shown = came
            yield encoded(line(came).encode())
        await asyncio.sleep(every)


def line(came: int) -> str:
    """What the live line says after so many events; nothing after none."""
    return f'{words.count(came, "change").capitalize()} since this page was made. <a class="govuk-link" href="">Refresh</a>' if came else ""
