"""Shows errors to people as pages; programs get problem details."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from libs.rules.roles import Principal
from libs.service.problems import FORESEEN, instance_of, problem, response
from services.gateway.pages.kit.page import Page
from services.gateway.pages.kit.reader import SignInFirst, sign_in_address
from services.gateway.pages.kit.rendering import html, rendered

_log = logging.getLogger("headway.pages")
TITLES: Final = {
    403: "This is not open to you",
    404: "There is nothing here",
    422: "The address says something impossible",
    429: "Too many at once",
    503: "Not ready yet",
    500: "Something went wrong here",
}


def show_errors_as_pages(app: FastAPI, pages: tuple[Page, ...]) -> None:
    """Has an app answer people with pages where it answers programs with problem details."""

    async def answer(request: Request, error: Exception) -> Response:
        if not wants_page(request):
            return response(error, instance=instance_of(request.scope))
        if isinstance(error, SignInFirst):
            return RedirectResponse(sign_in_address(request), 303, {"Cache-Control": "no-store"})
        return error_page(request, error, pages)

    for kind in FORESEEN:
        app.add_exception_handler(kind, answer)


def wants_page(request: Request) -> bool:
    """Whether this is a browser that looks at the address, and no script or program."""
    return "text/html" in request.headers.get("accept", "").lower()


def error_page(request: Request, error: Exception, pages: tuple[Page, ...]) -> Response:
    """What went wrong, in words, with what to do about it; the number of the request for whoever is told of it."""
    status, headers, body = problem(error, instance=instance_of(request.scope))
    if isinstance(error, HTTPException) and error.headers:
        headers |= error.headers
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE:
        _log.error("a page cannot be shown: %s", type(error).__name__, exc_info=error)
    reader = request.scope.get("headway.principal")
    title = TITLES.get(status, str(body["title"]))
    text = rendered(request, "error.html", pages, reader if isinstance(reader, Principal) else None, title=title, problem=body, status=status, page=None)
    return html(request, text, status, {**headers, "Cache-Control": "no-store"})
