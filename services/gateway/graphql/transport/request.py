"""Parses GraphQL requests and negotiates media types (GraphQL over HTTP)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import HTTPException, Request
from starlette.datastructures import QueryParams
from starlette.types import Scope

from libs.service.json_body import parse_json
from libs.service.problems import Malformed
from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.stream.sse import SSE

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"
LONGEST: Final = 100_000
"""Characters of a document; far more than 1,000 tokens need."""


class Unreadable(Malformed):
    """The request is no GraphQL request; `field` says which of its parts is wrong."""

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail)
        self.field = field


async def of_post(request: Request) -> GraphQLRequest:
    """The request in a JSON body. Raises Unreadable, Malformed, Invalid, and HTTPException 415 for another media type."""
    content = next((value for name, value in request.scope["headers"] if name == b"content-type"), b"").decode("latin-1")
    media, *parameters = (part.strip().lower() for part in content.split(";"))
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if media != JSON or charset not in ("utf-8", "utf8"):
        raise HTTPException(415, f"The body must be {JSON}, in UTF-8.")
    return _read(request.scope, await request.body(), _of_body)


def _of_body(text: bytes) -> GraphQLRequest:
    body = parse_json(text)
    if isinstance(body, list):
        raise Unreadable("One request at a time: batches are not taken.", "body")
    if not isinstance(body, dict):
        raise Unreadable("The body must be an object with `query`.", "body")
    return asked(body)


def of_get(request: Request) -> GraphQLRequest:
    """The request in a query string; `variables` and `extensions` are JSON there. Raises Unreadable, Malformed and Invalid."""
    return _read(request.scope, request.scope["query_string"], _of_query_string)


def _of_query_string(text: bytes) -> GraphQLRequest:
    given: dict[str, Any] = dict(QueryParams(text))
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = parse_json(given[name])
        else:
            given.pop(name, None)
    return asked(given)


_ANEW: Final = "headway.read_anew"
_READ: Final[Bounded[tuple[str, bytes], tuple[GraphQLRequest, int]]] = Bounded(8 * 1_048_576, lambda kept: 2_000 + 10 * kept[1])
"""What was read of bodies and query strings, by these as they came, with their length: texts and numbers in variables take several times that."""


def _read(scope: Scope, text: bytes, reading: Callable[[bytes], GraphQLRequest]) -> GraphQLRequest:
    kept = _READ.get((scope["method"], text))
    if kept is not None:
        return kept[0]
    scope[_ANEW] = text
    return reading(text)


def keep_reading(scope: Scope, asked: GraphQLRequest) -> None:
    """Has what was read anew be read no second time, where it asks what is asked again and again."""
    text = scope.get(_ANEW)
    if text is not None and asked.question is not None and asked.question.kept:
        _READ.keep((scope["method"], text), (asked, len(text)))


def first_fields(scope: Scope) -> dict[str, str]:
    """The header fields by their names in small letters; of those that are there twice, the first. To go through all for each takes longer."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


def asked(given: Mapping[str, Any]) -> GraphQLRequest:
    """The request in the parts of a body, a query string or a message. Raises Unreadable."""
    query, operation, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(query, str) or not query.strip():
        raise Unreadable("There must be a GraphQL document in `query`.", "query")
    if len(query) > LONGEST:
        raise Unreadable(f"The document is longer than {LONGEST:,} characters.", "query")
    if operation is not None and not isinstance(operation, str):
        raise Unreadable("`operationName` must be a text.", "operationName")
    if variables is not None and not isinstance(variables, dict):
        raise Unreadable("`variables` must be an object.", "variables")
    if given.get("extensions") is not None and not isinstance(given["extensions"], dict):
        raise Unreadable("`extensions` must be an object.", "extensions")
    return GraphQLRequest(query, operation or None, variables or {})


def wants_page(request: Request) -> bool:
    """Whether this is a browser that looks at the address, and no program that asks."""
    accept = request.headers.get("accept", "").lower()
    return "text/html" in accept and JSON not in accept and GRAPHQL not in accept


def media_type(accept: str) -> str:
    """The media type of the answer, by an `Accept`: the one of ours that is liked best, JSON where any will do. Raises HTTPException 406."""
    accept = accept.strip().lower() or "*/*"
    if accept in (JSON, "*/*"):  # most, and to weigh one alone is work for nothing
        return JSON
    liked = sorted(_liked(accept), key=lambda one: -one[1])
    for media, quality in liked:
        if quality > 0:
            if media in (JSON, GRAPHQL, SSE):
                return media
            if media in ("*/*", "application/*"):
                return JSON
    raise HTTPException(406, f"The answer comes as {JSON}, {GRAPHQL} or, for subscriptions, {SSE}.")


def _liked(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        media, *parameters = (p.strip() for p in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            found.append((media, float(quality)))
        except ValueError:
            continue
    return found
