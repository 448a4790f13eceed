"""`/pack/print.css`: headers and footers of the printed pages of a pack."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.runtime.late_route import late_router
from libs.service.app import public
from libs.service.host.process import Process
from services.gateway.pages.kit import words
from services.gateway.pages.kit.as_of import Moment, moment_of, read_instant
from services.gateway.pages.kit.reader import reader_of
from services.gateway.pages.pack.page import FRAME

_PLAIN: Final = re.compile(r"[^A-Za-z0-9 .,:;()-]")
_WORLD: Final = re.compile(r"[0-9a-f-]{1,64}\Z")
_EDGE: Final = 'font: 8.5pt "Inter", "Noto Sans", Arial, sans-serif; color: #333;'


def pack_routes(process: Process) -> APIRouter:
    """The style sheet, for whoever may open the pack."""
    router = late_router(include_in_schema=False)

    @public
    async def frame(
        request: Request, organisation: Annotated[str, Query(max_length=80)] = "", world: Annotated[str, Query(max_length=64)] = "", at: str = ""
    ) -> Response:
        reader = await reader_of(request)
        moment = moment_of(dict(request.query_params), process.today(reader.roles))
        known = process.world.facts(moment.day, moment.known_at).get(ORGANISATION, words.plain(organisation)) if organisation else None
        said = instant(moment, read_instant(at, "at"), world if _WORLD.match(world) else "")
        style = edges(said, known.name if known else "")
        return Response(style, headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}, media_type="text/css")

    router.get(FRAME)(frame)
    return router


def edges(below: str, whose: str) -> str:
    """The page boxes: the name above, the instant and the number of the page below; the first page has its name in large already."""
    return (
        "@page { size: A4; margin: 20mm 15mm 20mm;"
        f' @top-left {{ content: "Headway: portfolio pack"; {_EDGE} }}'
        f" @top-right {{ content: {quoted(whose)}; {_EDGE} }}"
        f" @bottom-left {{ content: {quoted(below)}; white-space: nowrap; {_EDGE} }}"
        f' @bottom-right {{ content: "Page " counter(page) " of " counter(pages); {_EDGE} }} }}\n'
        "@page :first { @top-left { content: none } @top-right { content: none } }\n"
    )


def instant(moment: Moment, made: datetime | None, world: str) -> str:
    """As of which day, as known at which instant (of a pack of now: when it was made), from which world."""
    known = moment.known_at or made
    said = f", as known on {words.day(known)}, {known:%H:%M} UTC" if known else ""
    return f"As of {words.day(moment.day)}{said}" + (f". World {world}" if world else "")


def quoted(text: str) -> str:
    """Text as a string of CSS, whatever it holds."""
    return '"' + _PLAIN.sub(lambda found: f"\\{ord(found[0]):06x}", text) + '"'
