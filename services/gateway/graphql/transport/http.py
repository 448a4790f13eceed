"""GraphQL over HTTP: GET and POST, both media types, entity tags, and reads that wait for what they must have heard."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from graphql import GraphQLError, OperationType
from starlette.responses import FileResponse, Response, StreamingResponse
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType as Allowed

from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import authenticate, direct, public
from libs.service.pieces import PiecedResponse
from libs.service.version import version
from services.gateway.capacity.allowances import Allowances
from services.gateway.capacity.compression import takes_gzip
from services.gateway.capacity.connections import held_open
from services.gateway.capacity.kept_answers import QueryAnswer
from services.gateway.gateway import Gateway
from services.gateway.graphql.answers.answer_key import days_of
from services.gateway.graphql.answers.request import GraphQLRequest, hashed
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.execution import Ended, answered, awaited, known, sent, stream, weighed
from services.gateway.graphql.extensions import as_json, readable, result_of
from services.gateway.graphql.schema import schema
from services.gateway.graphql.transport.request import GRAPHQL, JSON, first_fields, keep_reading, media_type, of_get, of_post, wants_page
from services.gateway.read_your_writes import must_have_heard
from services.gateway.stream.sse import HEADERS, SSE, STILL_HERE, encoded

PAGE: Final = Path(__file__).parents[2] / "static" / "graphiql" / "index.html"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STREAM: Final = {**HEADERS, "Vary": "Accept, Authorization"}


def graphql_routes(gateway: Gateway) -> APIRouter:
    """`GET` and `POST /graphql`; a browser gets GraphiQL."""
    router = late_router(tags=["graphql"])
    answering = GraphQLEndpoint(gateway)

    @direct
    @public
    async def get(request: Request) -> Response:
        if wants_page(request):
            return FileResponse(
                PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Vary": "Accept"}
            )
        who = await authenticate(request)
        return await answering.answer(request, who, of_get(request), reading=True)

    @direct
    async def post(request: Request) -> Response:
        return await answering.answer(request, await authenticate(request), await of_post(request), reading=False)

    @direct
    @public
    async def other(request: Request) -> Response:
        raise HTTPException(405, f"{request.method} is no method of this address.", {"Allow": "GET, POST"})

    router.get("/graphql", summary="Ask by GraphQL; GraphiQL for a browser", response_class=Response)(get)
    router.post("/graphql", summary="Ask or say something by GraphQL", response_class=Response, openapi_extra=_BODY)(post)
    router.api_route("/graphql", methods=_OTHERS, include_in_schema=False)(other)
    return router


_OTHERS: Final = ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "properties": {"query": {"type": "string"}, "operationName": {"type": "string"}, "variables": {"type": "object"}},
                    "required": ["query"],
                }
            }
        },
    }
}


class GraphQLEndpoint:
    """Answers GraphQL requests over HTTP, each from one state of the world."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.process, self.allowances = gateway, gateway.process, gateway.allowances

    async def answer(self, request: Request, who: Principal, asked: GraphQLRequest, *, reading: bool) -> Response:
        """The answer, or 304. Raises NotHeardYet, and HTTPException where the method or the media type does not fit."""
        head = first_fields(request.scope)
        media = media_type(head.get("accept", ""))
        self.allowances.must_be_left(who)
        if (after := head.get("x-headway-after")) is not None:
            await must_have_heard(self.process, after)
        asking = OperationContext(self.gateway, who, authorization=head.get("authorization", ""), traceparent=head.get("traceparent"))
        if media == SSE:
            self.gateway.open.must_have_room(who)
            return StreamingResponse(self._streamed(asked, asking, reading), media_type=SSE, headers=_STREAM)
        tag = self._tag(asked, asking, media)
        keep_reading(request.scope, asked)
        if tag and reading and not _tags(head.get("if-none-match", "")).isdisjoint((tag.removeprefix("W/"), "*")):
            return Response(status_code=304, headers=self._headers(tag, asking.digest))
        try:
            status, pieces, zipped = await _executed(asked, asking, reading, media, gzip=takes_gzip(head.get("accept-encoding", "")))
        finally:
            self.allowances.take(who, asking.budget.took)
        headers = {**self._headers(tag, asking.digest), **self.allowances.headers(who)}
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return PiecedResponse(pieces, status, headers, f"{media}; charset=utf-8")

    def _streamed(self, asked: GraphQLRequest, asking: OperationContext, reading: bool) -> AsyncIterator[bytes]:
        """The results as they come, until they end, the process stops, or the caller may no longer listen: only then, and at the end, is it told `complete`."""
        who, results = asking.principal, _results(asked, asking, reading, self.allowances)
        return held_open(self.process, self.gateway.open, who, asking.authorization, results, whose=(who,), silence=STILL_HERE, farewell=_sent_away)

    def _headers(self, tag: str | None, world: str) -> dict[str, str]:
        headers = {"X-Headway-World": world, "Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Encoding, Authorization"}
        return headers | {"ETag": tag} if tag else headers

    def _tag(self, asked: GraphQLRequest, asking: OperationContext, media: str) -> str | None:
        """Equal where the answer must be: same world, names, document, variables, rights and days. None where the world is not all.

        The days count also where `asOf` names another, as in the key of an answer. It is weak: what an answer took is another thing each time.
        """
        question = asked.question
        if question is None:
            return None
        return _tagged(asking.digest, str(self.process.people.revision), _version(), media, question.meaning, asking.rights, days_of(asking))


async def _executed(asked: GraphQLRequest, asking: OperationContext, reading: bool, media: str, *, gzip: bool) -> tuple[int, tuple[bytes, ...], bool]:
    """The status and the pieces of the answer, and whether that is compressed. Raises HTTPException for an operation that is not done by this method."""
    allowed = {Allowed.QUERY} if reading else {Allowed.QUERY, Allowed.MUTATION}
    if (kept := known(asked, asking) or await awaited(asked, asking)) is not None:
        return 200, *await sent(kept, asking, gzip=gzip)
    try:
        result = await answered(asked, asking, allowed)
    except InvalidOperationTypeError:
        raise _not_by(asked, reading) from None
    if isinstance(result, QueryAnswer):
        return 200, *await sent(result, asking, gzip=gzip)
    errors = [readable(e) for e in result.errors or ()]
    # What failed before anything ran has no path, and no data.
    failed_early = result.data is None and bool(errors) and not isinstance(result, Ended) and all(e.path is None for e in errors)
    body: dict[str, Any] = {"errors": [e.formatted for e in errors]} if errors else {}
    if not failed_early:
        body["data"] = result.data
        if result.extensions:
            body["extensions"] = result.extensions
    return 400 if failed_early and media == GRAPHQL else 200, (weighed(body, asking),), False


def _not_by(asked: GraphQLRequest, reading: bool) -> HTTPException:
    if asked.kind is OperationType.SUBSCRIPTION:
        return HTTPException(406, f"A subscription is answered as {SSE}, or over a WebSocket that speaks graphql-transport-ws.")
    return HTTPException(405, "A mutation is sent by POST." if reading else "Not by this method.", {"Allow": "POST"})


async def _results(asked: GraphQLRequest, asking: OperationContext, reading: bool, allowances: Allowances) -> AsyncGenerator[bytes, None]:
    """Every result as an SSE event `next`, then `complete` (GraphQL over SSE, distinct connections)."""
    if reading and asked.kind is OperationType.MUTATION:
        yield _event("next", {"errors": [GraphQLError("A mutation is sent by POST.", extensions={"code": "METHOD"}).formatted]})
    else:
        async with aclosing(stream(asked, asking, allowances)) as results:
            async for result in results:
                yield _event("next", weighed(result_of(result), asking))
    yield _event("complete", {})


def _event(name: str, body: Mapping[str, Any] | bytes) -> bytes:
    return encoded(body if isinstance(body, bytes) else as_json(body), event=name)


def _sent_away(why: str) -> bytes:
    return _event("next", {"errors": [GraphQLError(why, extensions={"code": "NOT_SIGNED_IN"}).formatted]}) + _event("complete", {})


@lru_cache(maxsize=1_000)
def _tagged(*parts: str) -> str:
    return f'W/"{hashed(*parts)[:32]}"'


@cache
def _version() -> str:
    """Names what answers: after an upgrade the same world may be told otherwise."""
    return hashlib.sha256(f"{version()}\n{schema().as_str()}".encode()).hexdigest()


def _tags(header: str) -> set[str]:
    return {tag.strip().lstrip("W/") for tag in header.split(",")}
