"""REST reads of a service: its aggregates one by one and in pages, as of any day, as known at any instant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from libs.commands.errors import Invalid, NotFound
from libs.commands.execution.handler import Handling
from libs.commands.routes import positions
from libs.events.envelope import iso
from libs.events.event import KINDS, Kind
from libs.events.facts import Facts
from libs.events.values import DAY, ID_PATTERN, Instant, naming
from libs.rules.authority import money_of, reads_money
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import principal
from libs.service.serialization import has_money, presented

PAGE = 50
MOST = 100


def _iso_day(text: Any) -> Any:
    if isinstance(text, str) and not DAY.fullmatch(text):
        raise ValueError("a day such as 2024-05-01")
    return text


def _iso_instant(text: Any) -> Any:
    if isinstance(text, str) and not DAY.fullmatch(text) and not _WITH_OFFSET.fullmatch(text):
        raise ValueError("an instant with its offset such as 2024-05-01T09:00:00Z; a day means its start (UTC)")
    return text


# What stands in a query is text, and pydantic would take numbers in it for seconds since 1970.
_WITH_OFFSET = re.compile(DAY.pattern + r"[Tt ].+([Zz]|[+-][0-9]{2}:?[0-9]{2})")
AsOf = Annotated[date | None, BeforeValidator(_iso_day), Query(description="As of the end of this day, at the place of each thing.")]
KnownAt = Annotated[Instant | None, BeforeValidator(_iso_instant), Query(description="As known at this instant.")]


@dataclass(frozen=True)
class ReadableKind:
    """A kind of aggregate that can be read, and the relations by which its list can be narrowed."""

    kind: Kind[Any]
    by: tuple[str, ...] = ()


def views_of(service: str) -> tuple[ReadableKind, ...]:
    """Every kind that a service owns; a list is narrowed by what its state refers to."""
    own = (kind for kind in KINDS.values() if kind.service == service)
    return tuple(ReadableKind(kind, naming(kind.state)) for kind in own)


def read_routes(handling: Handling, views: Sequence[ReadableKind]) -> APIRouter:
    """`GET /{plural}` and `GET /{plural}/{id}` for each view."""
    router = late_router(prefix="/v1")
    for view in views:
        _add(router, handling, view)
    return router


def _add(router: APIRouter, handling: Handling, view: ReadableKind) -> None:
    kind = view.kind

    def today(facts: Facts) -> Facts:
        return Facts.by_now(facts.histories, handling.clock())

    async def one(
        request: Request,
        id: Annotated[str, Path(max_length=64)],
        asOf: AsOf = None,
        knownAt: KnownAt = None,
        x_headway_after: Annotated[str | None, Header(description="Positions that must have been heard first.")] = None,
        who: Principal = Depends(principal),
    ) -> Response:
        await handling.must_have_heard(positions(x_headway_after))
        found = await handling.see(lambda facts: _shown(facts, today(facts), kind, id, who), day=asOf, known_at=knownAt)
        if found is None:
            ahead = None if asOf else await handling.see(lambda facts: _ahead(facts, kind, id))
            why = f" yet: what was said of it is dated {iso(ahead)}, ahead of the clock here" if ahead else ""
            raise NotFound(f"there is no {kind.name} {id!r}" + (f" on {asOf}" if asOf else why), field="id")
        version = await handling.version(kind.key(id))
        return Response(orjson.dumps({**found, "version": version}), 200, {"ETag": f'"{version}"'}, "application/json")

    async def page(
        request: Request,
        first: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = PAGE,
        after: Annotated[str | None, Query(max_length=80, description="The cursor of the page before.")] = None,
        asOf: AsOf = None,
        knownAt: KnownAt = None,
        x_headway_after: Annotated[str | None, Header(description="Positions that must have been heard first.")] = None,
        who: Principal = Depends(principal),
    ) -> Response:
        await handling.must_have_heard(positions(x_headway_after))
        known = {"first", "after", "asOf", "knownAt"}
        if odd := [q for q in request.query_params if q not in known and q not in view.by]:
            raise Invalid("cannot be asked by this", field=odd[0][:60], remedy=f"It takes {', '.join([*sorted(known), *view.by])}.")
        if after and not re.fullmatch(ID_PATTERN, after):
            raise Invalid("this is no cursor of this list", field="after", remedy="Give the `next` of the page before.")
        narrowed = {field: request.query_params[field] for field in view.by if field in request.query_params}
        ids = await handling.names(kind, narrowed, after or "", first + 1)
        nodes = await handling.see(lambda facts: [_shown(facts, today(facts), kind, id, who) for id in ids[:first]], day=asOf, known_at=knownAt)
        body = {
            kind.plural: [n for n in nodes if n is not None and all(_names(n.get(f), v) for f, v in narrowed.items())],
            "next": ids[first - 1] if len(ids) > first else None,
        }
        return Response(orjson.dumps(body), 200, media_type="application/json")

    tags: list[str | Enum] = [kind.plural]
    narrowing = [{"name": f, "in": "query", "required": False, "schema": {"type": "string"}, "description": f"Only those of this {f}."} for f in view.by]
    router.get(f"/{kind.plural}", name=f"{kind.plural}.list", tags=tags, summary=f"The {kind.plural}", openapi_extra={"parameters": narrowing})(page)
    router.get(f"/{kind.plural}/{{id}}", name=f"{kind.plural}.one", tags=tags, summary=f"One {kind.name}")(one)


def _shown(facts: Facts, today: Facts, kind: Kind[Any], id: str, who: Principal) -> dict[str, Any] | None:
    state = facts.get(kind, id)
    if state is None:
        return None
    allowed = not has_money(state) or reads_money(who.roles, money_of(facts, today, kind.name, id))
    shown: dict[str, Any] = presented(state, money=allowed)
    if not allowed:
        shown["withheld"] = "money needs executive, portfolio_manager, steering_group or auditor of its scope"
    return shown


def _ahead(facts: Facts, kind: Kind[Any], id: str) -> datetime | None:
    """From when on something was said of an aggregate that is not seen yet; None where there is nothing."""
    return min((e.time for e in facts.histories.events(kind.key(id)) if not facts.dated(e)), default=None)


def _names(value: Any, id: str) -> bool:
    return value == id or (isinstance(value, list) and id in value)
