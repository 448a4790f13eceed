"""Routes that are read late: what FastAPI makes of an endpoint's signature is made when the first request, or the description of the API, needs it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute, request_response
from starlette.routing import get_name

_LATE: Final = (
    "dependant",
    "body_field",
    "_embed_body_fields",
    "response_model",
    "response_field",
    "is_sse_stream",
    "is_json_stream",
    "stream_item_type",
    "stream_item_field",
)
"""What FastAPI reads from a signature, and keeps at a route."""


class LateRoute(APIRoute):
    """A route that is read late: to read the signatures of all routes took nine tenths of a start, and nobody asks most of them."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        self._settings = settings
        said = {"name": settings.get("name") or get_name(endpoint), "description": settings.get("description") or inspect.cleandoc(endpoint.__doc__ or "")}
        super().__init__(path, _unread, **{**settings, **said, "response_model": None})
        for name in _LATE:
            del self.__dict__[name]
        self.endpoint = endpoint
        self.app = request_response(self.get_route_handler())

    def __getattr__(self, name: str) -> Any:
        """What is read late, all of it the first time that some of it is asked for."""
        if name not in _LATE:
            raise AttributeError(name)
        read = APIRoute(self.path, self.endpoint, **self._settings)
        self.__dict__.update({one: getattr(read, one) for one in _LATE})
        return self.__dict__[name]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, which is made at the first request."""
        of_framework = super().get_route_handler
        made: list[Callable[[Request], Coroutine[Any, Any, Response]]] = []

        async def handled(request: Request) -> Response:
            if not made:
                made.append(of_framework())
            return await made[0](request)

        return handled


def late_router(**settings: Any) -> APIRouter:
    """A router of such routes."""
    return APIRouter(route_class=LateRoute, **settings)


async def _unread() -> None:
    pass  # what stands for an endpoint as long as its signature is not read; words here would describe all of them
