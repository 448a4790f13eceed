"""Routes of the pages: from a request to HTML, CSV or 304, each from one state of the world and with its reader's rights."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Request
from graphql import GraphQLError
from markupsafe import Markup
from starlette.responses import Response, StreamingResponse
from strawberry.types.graphql import OperationType

from libs.commands.errors import Invalid, NotFound, NotHeardYet
from libs.commands.routes import positions
from libs.events.values import one_line
from libs.rules.money.fiscal_years import year_start_of
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import public
from libs.service.identity.session import form_key
from libs.service.problems import FORESEEN, NotReady
from libs.service.version import version
from services.gateway.capacity.kept_answers import QueryAnswer
from services.gateway.gateway import Gateway
from services.gateway.graphql.answers.request import GraphQLRequest, hashed
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import PAGE, Budget, SpentUp
from services.gateway.graphql.execution import answered, awaited, computed, known
from services.gateway.pages.actions.offers import HEARD, SAME, acting_on
from services.gateway.pages.kit import assets
from services.gateway.pages.kit.as_of import AS_OF, KNOWN_AT, moment_of
from services.gateway.pages.kit.errors import error_page, wants_page
from services.gateway.pages.kit.live import seen
from services.gateway.pages.kit.page import CSV, FORMAT, HTML, MARKDOWN, ORGANISATION, Data, Page, PageView, Visit
from services.gateway.pages.kit.reader import authorization_of, reader_of
from services.gateway.pages.kit.rendering import HEADERS, VARY, html, in_graphiql, rendered, theme_of
from services.gateway.pages.kit.table import Path, Table, as_csv, tables_in
from services.gateway.pages.kit.tables.whole_lists import CURSOR, at, document_of, is_whole, joined, with_at
from services.gateway.pages.kit.words import plain
from services.gateway.pages.page_parts import included

HEARD_SECONDS: Final = 2.0
T = TypeVar("T")
Rows = Sequence[Sequence[str | int]]
_CSV: Final = "text/csv; charset=utf-8; header=present"
_KEPT_PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": VARY}


def page_routes(answering: Pages) -> APIRouter:
    """Every page at its path."""
    router = late_router(include_in_schema=False)
    for page in answering.pages:
        router.add_api_route(page.path, public(answering.endpoint(page)), methods=["GET", "HEAD"], response_class=Response)
    return router


class Pages:
    """Answers for all pages: `nav` of each leads to the others."""

    def __init__(self, gateway: Gateway, pages: tuple[Page, ...]) -> None:
        self.gateway, self.process, self.pages = gateway, gateway.process, pages
        self._allowances = gateway.allowances

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """What answers at the page's path."""

        async def answer(request: Request) -> Response:
            try:
                return await self.answer(request, page)
            except FORESEEN:
                raise
            except Exception as error:
                if not wants_page(request):
                    raise
                return error_page(request, error, self.pages)

        return answer

    async def answer(self, request: Request, page: Page) -> Response:
        """HTML, a table as CSV, a report as Markdown, or 304. Raises SignInFirst, NotReady, NotHeardYet, and what the page or its query finds wrong."""
        begun = time.perf_counter()
        reader = await reader_of(request)
        if not await self.process.is_ready():
            raise NotReady("What the store and the log held at the start is still being taken in.", remedy="Open the page again in a moment.")
        await self._must_have_heard(request)
        visit = self._visit(request, page, reader)
        _demand_format(page, visit)
        table = request.query_params.get("table", "") if visit.query.get(FORMAT) == CSV else None
        tag = self._tag(request, visit)
        headers = {"ETag": tag, "X-Headway-World": visit.world}
        if tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers={**(HEADERS if table is None else _KEPT_PRIVATE), **headers})
        events_seen = seen(self.process.world, page)
        visit, view, data = await self.made(authorization_of(request), visit)
        if table is not None:
            return await self._csv(request, visit, view, data, table, headers)
        if page.as_markdown is not None and visit.query.get(FORMAT) == MARKDOWN:
            written = await self._in_slices(reader, partial(page.as_markdown, visit, view))
            return Response(written, headers={**headers, **_KEPT_PRIVATE}, media_type="text/markdown")
        parts = await self._parts(request, page.parts(visit, view)) if page.parts else []
        said = [request.query_params.get(name, "") for name in (HEARD, SAME)]
        shown = {"visit": visit, "view": view, "page": page, "seen": events_seen, "graphiql": in_graphiql(visit), "problem": None, "parts": parts}
        with self.process.world.held() as world:
            now = world.facts(visit.moment.today, until=self.process.latest(visit.moment.today))
            given = {**shown, "now": self.process.adapters.clock(), **acting_on(now, world, visit, *said)}
            body = await self._in_slices(reader, partial(rendered, request, page.template, self.pages, reader, **given))
        timing = {"Server-Timing": f"page;dur={(time.perf_counter() - begun) * 1000:.1f}"}
        return await self._in_slices(reader, partial(html, request, body, headers=headers | timing))

    async def presented(self, request: Request, visit: Visit) -> tuple[Visit, PageView]:
        """The page's document asked and its answer presented, also for a page that shows a form with errors again."""
        visit, view, _ = await self.made(authorization_of(request), visit)
        return visit, view

    async def made(self, authorization: str, visit: Visit) -> tuple[Visit, PageView, Data]:
        """The same, with the answer, asked with the reader's `Authorization`."""
        data, withheld = await self._asked(authorization, visit)
        there = tuple((plain(one["id"]), one["name"]) for one in data["everywhere"]["organisations"]) if "everywhere" in data else None
        visit = replace(visit, withheld=withheld, organisations=there)
        return visit, await self._in_slices(visit.reader, partial(visit.page.present, visit, data)), data

    async def _parts(self, request: Request, visits: tuple[Visit, ...]) -> list[Markup]:
        """Other pages that stand in this one."""
        return [await self._in_slices(visit.reader, partial(included, *await self.presented(request, visit))) for visit in visits]

    async def _in_slices(self, reader: Principal, work: Callable[[], T]) -> T:
        """What plain code makes of an answer, within a budget; others have their turn meanwhile. Raises Invalid where it costs too much."""
        budget = Budget(PAGE)
        budget.pauses = True
        try:
            return await computed(work, budget)
        except SpentUp as e:
            raise _cause([e.error]) from None
        finally:
            self._allowances.take(reader, budget.took)

    def _visit(self, request: Request, page: Page, reader: Principal) -> Visit:
        given = {name: said for name, value in request.query_params.items() if (said := one_line(value)).strip()}
        moment = moment_of(given, self.process.today(reader.roles))
        query = {name: value for name, value in given.items() if name not in (AS_OF, KNOWN_AT)} | moment.query
        facts, whose = self.process.world.facts(moment.day, moment.known_at), query.get(ORGANISATION)
        begins = facts.derive(year_start_of, "portfolio", plain(whose) if whose else None)
        return Visit(page, moment, reader, dict(request.path_params), query, self.process.world.digest, year_begins=begins)

    async def _asked(self, authorization: str, visit: Visit) -> tuple[Data, bool]:
        """The data of the answer, and whether money was withheld from it. Raises what the query's own error is."""
        data, withheld = await self._executed(authorization, visit, visit.page.document, visit.variables, within_allowance=True)
        for path in (*visit.page.wholes, *(visit.page.every_list if visit.whole else ())):
            if not is_whole(at(data, path)):
                pages = [page async for page in self._pages_of(authorization, visit, path)]
                data = with_at(data, path, joined(pages))
        return data, withheld

    async def _executed(
        self, authorization: str, visit: Visit, document: str, variables: Mapping[str, Any], *, within_allowance: bool = False
    ) -> tuple[Data, bool]:
        """The data of one document, kept or made. Raises what its error is, and HTTPException where it has to be made and the reader has nothing left."""
        asking = OperationContext(self.gateway, visit.reader, authorization=authorization, day=visit.moment.today, most=PAGE)
        asked = GraphQLRequest(document, None, dict(variables))
        try:
            if (kept := known(asked, asking) or await awaited(asked, asking)) is not None:
                return kept.decoded(), kept.withheld
            if within_allowance:
                self._allowances.must_be_left(visit.reader)
            result = await answered(asked, asking, {OperationType.QUERY})
        finally:
            self._allowances.take(visit.reader, asking.budget.took)
        if isinstance(result, QueryAnswer):
            return result.decoded(), result.withheld
        if result.errors or result.data is None:
            raise _cause(result.errors or [])
        return result.data, bool((result.extensions or {}).get("withheld"))

    async def _pages_of(self, authorization: str, visit: Visit, path: Path) -> AsyncIterator[Mapping[str, Any]]:
        """The pages of one list of a page's document, from the first to the last; between two of them others have their turn."""
        document, after = document_of(visit.page.document, path), None
        while True:
            data, _ = await self._executed(authorization, visit, document, {**visit.variables, CURSOR: after})
            page = at(data, path)
            if page is None:
                return
            yield page
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]
            await asyncio.sleep(0)

    async def _csv(self, request: Request, visit: Visit, view: PageView, data: Data, name: str, headers: dict[str, str]) -> Response:
        """A table, whole whatever the page shows of it, page after page. Raises NotFound where the page has no such table.

        With a byte order mark where a person takes it and there is, or may be, more than ASCII, since spreadsheets mistake anything else.
        """
        table = next((one for one in tables_in(view) if one.id == name), None)
        if table is None:
            there = ", ".join(one.id for one in tables_in(view))
            raise NotFound(f"this page has no table {name[:64]!r}", field="table", remedy=f"Ask for one of: {there}.")
        said = {**headers, **_KEPT_PRIVATE, "Content-Disposition": f'attachment; filename="{table.id}.csv"'}
        if table.path is None or not table.is_part:
            content = table.as_csv()
            encoding = "utf-8-sig" if wants_page(request) and not content.isascii() else "utf-8"
            return Response(content.encode(encoding, "replace"), headers=said, media_type=_CSV)
        if request.method == "HEAD":
            return Response(headers=said, media_type=_CSV)
        begin = ("\ufeff" if wants_page(request) else "") + as_csv([[column.key for column in table.columns]])
        rows = _once(self._rows(authorization_of(request), visit, data, table, table.path), shared=table.shared)
        return StreamingResponse(_encoded(begin, rows), headers=said, media_type=_CSV)

    async def _rows(self, authorization: str, visit: Visit, data: Data, table: Table, path: Path) -> AsyncIterator[Rows]:
        """The rows of a table as CSV has them, a page of its list at a time."""
        async for page in self._pages_of(authorization, visit, path):
            view = await self._in_slices(visit.reader, partial(visit.page.present, visit, with_at(data, path, page)))
            yield [row for one in tables_in(view) if one.id == table.id for row in one.exact]

    async def _must_have_heard(self, request: Request) -> None:
        """Waits for what a form has just said: `heard` in the address names its positions."""
        wanted = positions(request.query_params.get("heard") or request.headers.get("x-headway-after"))
        missing = await self.process.world.heard(wanted, HEARD_SECONDS) if wanted else []
        if missing:
            raise NotHeardYet("What was said is stored, and not yet heard here.", remedy="Open the page again in a moment.")

    def _tag(self, request: Request, visit: Visit) -> str:
        """Equal where the page must be: same world, names, address, reader, rights, session, days, theme, assets and version of Headway."""
        parts = [visit.world, visit.page.name, repr(sorted(visit.path.items())), repr(sorted(request.query_params.multi_items())), visit.reader.id]
        parts += [visit.reader.rights, form_key(request), theme_of(request), assets.state(), version()]
        parts += [visit.moment.today.isoformat(), self.process.latest(visit.moment.today).isoformat()]
        return f'W/"{hashed(*parts, str(self.process.people.revision))[:32]}"'


async def _once(pages: AsyncIterator[Rows], *, shared: bool) -> AsyncIterator[Rows]:
    """What several pages have in `shared` once: of what was given a few bytes a row are remembered."""
    given: set[bytes] = set()
    async for rows in pages:
        if shared:
            named = [(hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=12).digest(), row) for row in rows]
            rows = [row for name, row in named if name not in given]
            given.update(name for name, _ in named)
        yield rows


async def _encoded(begin: str, pages: AsyncIterator[Rows]) -> AsyncIterator[bytes]:
    yield begin.encode("utf-8")
    async for rows in pages:
        if rows:
            yield as_csv(rows).encode("utf-8", "replace")


def _cause(errors: list[GraphQLError]) -> Exception:
    """The error of an answer as the typed one that it was made from: what the address asks for is impossible, is not there, or went wrong here."""
    for error in errors:
        said = error.extensions or {}
        if said.get("code") not in (None, "UNFORESEEN", "SYNTAX"):
            kind = NotFound if said["code"] == "NOT_FOUND" else Invalid
            return kind(error.message, field=said.get("field"), remedy=said.get("remedy"))
    return RuntimeError(f"the document of a page is not answered: {[e.message for e in errors]}")


def _demand_format(page: Page, visit: Visit) -> None:
    """Refuses a format in which no such page is given. Raises Invalid."""
    given, there = visit.query.get(FORMAT) or HTML, [HTML, CSV, *([MARKDOWN] if page.as_markdown is not None else [])]
    if given not in there:
        raise Invalid(f"there is no format {given[:64]!r} of this page", field=FORMAT, remedy=f"Ask for one of: {', '.join(there)}.")
