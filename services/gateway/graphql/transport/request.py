"""Parses GraphQL requests and negotiates media types (GraphQL over HTTP)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import HTTPException, Request

from libs.service.json_body import parse_json
from libs.service.problems import Malformed
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
    media, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if media != JSON or charset not in ("utf-8", "utf8"):
        raise HTTPException(415, f"The body must be {JSON}, in UTF-8.")
    body = await request.json()
    if isinstance(body, list):
        raise Unreadable("One request at a time: batches are not taken.", "body")
    if not isinstance(body, dict):
        raise Unreadable("The body must be an object with `query`.", "body")
    return asked(body)


def of_get(request: Request) -> GraphQLRequest:
    """The request in a query string; `variables` and `extensions` are JSON there. Raises Unreadable, Malformed and Invalid."""
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = parse_json(given[name])
        else:
            given.pop(name, None)
    return asked(given)


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


def media_type(request: Request) -> str:
    """The media type of the answer: the one of ours that is liked best, JSON where any will do. Raises HTTPException 406."""
    accept = request.headers.get("accept", "").strip().lower() or "*/*"
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
