"""`/events`: the log as server-sent events or NDJSON, for readers without Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from starlette.responses import Response, StreamingResponse

from libs.commands.errors import Invalid
from libs.events.envelope import all_topics
from libs.events.ports.log import Cursor
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import principal
from libs.service.host.process import Process
from services.gateway.capacity.connections import Door, authorization_of, held_open
from services.gateway.gateway import Gateway
from services.gateway.read_your_writes import must_have_heard
from services.gateway.stream.filters import MOST_CURSOR, MOST_NAMED, TYPE, cursor_of, span, wanted
from services.gateway.stream.reader import ReaderView, newest, replayed
from services.gateway.stream.sse import HEADERS, OPENING, SSE, STILL_HERE, encoded

NDJSON: Final = "application/x-ndjson"
MOST_LAST: Final = 1_000
FOLLOWERS: Final = Door("/events", 32)
"""How many may follow the log at once. Each reads by itself and no faster than it is read from, so that a slow one holds up nobody."""
_FROM: Final = "Only what was true (`time`) at this instant or later; a day means its start at the place that an event is about."
_TO: Final = "Only what was true (`time`) before this instant; a day is meant as a whole, so that `from` and `to` of one day are that day."


def event_routes(gateway: Gateway) -> APIRouter:
    """`GET /events`."""
    router = late_router(tags=["events"])
    process, open, allowances = gateway.process, gateway.open, gateway.allowances
    topics = all_topics(process.settings.namespace)

    async def events(
        request: Request,
        after: Annotated[str | None, Query(max_length=MOST_CURSOR, description="The cursor behind which to begin: an SSE id, or `cursor` of a line.")] = None,
        type: Annotated[list[str] | None, Query(max_length=MOST_NAMED, description="Only events of this type; several are taken.")] = None,
        subject: Annotated[list[str] | None, Query(max_length=MOST_NAMED, description="Only of this aggregate, as `team:biohub`; several are taken.")] = None,
        from_: Annotated[str | None, Query(alias="from", max_length=40, description=_FROM)] = None,
        to: Annotated[str | None, Query(max_length=40, description=_TO)] = None,
        follow: Annotated[bool | None, Query(description="Go on as they come. Default: yes for SSE, no for NDJSON.")] = None,
        last: Annotated[int | None, Query(ge=1, le=MOST_LAST, description="Begin with the newest so many.")] = None,
        last_event_id: Annotated[str | None, Header(description="What a browser sends when it connects again; goes before `after`.")] = None,
        who: Principal = Depends(principal),
    ) -> Response:
        if unknown := request.query_params.keys() - _PARAMETERS:
            raise Invalid(f"{min(unknown)[:40]!r} is no parameter of /events", field=min(unknown)[:40], remedy=f"They are {', '.join(sorted(_PARAMETERS))}.")
        as_sse = SSE in request.headers.get("accept", "").lower()
        follows = as_sse if follow is None else follow
        begin = cursor_of(last_event_id or after)
        if last is not None and begin is not None:
            raise Invalid("give either a cursor or `last`", field="last")
        chosen = wanted(type or (), subject or (), span(from_, "from"), span(to, "to", ends=True))
        shown = ReaderView(process, who, chosen, partial(allowances.take, who))
        allowances.must_be_left(who)
        if follows and not open.has_room(FOLLOWERS):
            words = f"{FOLLOWERS.most} already follow the log: ask later, or read without `follow` from the last cursor."
            raise HTTPException(429, words, {"Retry-After": "5"})
        open.must_have_room(who)
        await must_have_heard(process, request.headers.get("x-headway-after"))
        lines = _lines(process, topics, begin or Cursor(), last, follows, shown)
        written, opening, silence = (_sse(lines), OPENING, STILL_HERE) if as_sse else (_ndjson(lines), b"", b"")
        whose = (who, FOLLOWERS) if follows else (who,)
        chunks = held_open(process, open, who, authorization_of(request), written, whose=whose, opening=opening, silence=silence)
        return StreamingResponse(chunks, media_type=SSE if as_sse else NDJSON, headers=_HEADERS)

    router.get(
        "/events",
        summary="The log",
        description="Every event once, in order per aggregate, as CloudEvents 1.0 (structured mode): SSE where `Accept: text/event-stream` asks for it, "
        "else NDJSON. `type`, `subject`, `from` and `to` choose: an event is shown where all that are given hold. The SSE id, and `cursor` of a line, is an "
        "opaque cursor over the whole log, whatever was chosen. Money is null for whoever may not read it; `stored` is for auditors.",
        response_class=Response,
        responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}, SSE: {"schema": {"type": "string"}}}}},
    )(events)
    return router


_PARAMETERS: Final = frozenset({"after", "type", "subject", "from", "to", "follow", "last"})
"""A misspelt filter must not show everything."""
_HEADERS: Final = {**HEADERS, "Vary": "Accept, Authorization"}


async def _lines(process: Process, topics: list[str], begin: Cursor, last: int | None, follows: bool, shown: ReaderView) -> AsyncIterator[dict[str, Any]]:
    log = process.adapters.log
    if last is not None:
        found, begin = await newest(log, topics, last, shown)
        for line in found:
            yield line
        if not follows:
            return
    async for line in replayed(log, topics, begin, follows, shown):
        yield line


async def _ndjson(lines: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    async for line in lines:
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


async def _sse(lines: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    async for line in lines:
        named = line.get("type", "")  # a damaged record may say anything, and none at all
        yield encoded(orjson.dumps(line), event=named if TYPE.fullmatch(named) else None, id=line["cursor"])
