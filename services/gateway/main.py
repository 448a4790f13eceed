"""Puts the gateway into a process: GraphQL, the stream of events, GraphiQL and its files; or makes a process of the gateway alone."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from libs.service.adapters import Adapters
from libs.service.process import Process
from libs.service.settings import Settings
from services.gateway.answering import graphql_routes
from services.gateway.events import event_routes
from services.gateway.following import socket_route
from services.gateway.forwarding import Forwarding
from services.gateway.pages.mounting import mount_pages
from services.gateway.passing import Passing, mount_passing
from services.gateway.schema import schema
from services.gateway.stopping import stopping_of
from services.gateway.timing import timings_of

STATIC: Final = Path(__file__).parent / "static"


def add_to(process: Process) -> None:
    """Adds the gateway's doors to a process that hears every service."""
    if not process.hears_all:
        raise ValueError("the gateway needs a process that hears all")
    schema()  # half a second that the first to ask would wait for
    forwarding = Forwarding(process)
    app = process.app
    stopping_of(app)
    timings_of(process)
    app.include_router(graphql_routes(process, forwarding))
    app.include_router(event_routes(process))
    app.router.routes.append(socket_route(process, forwarding))
    mount_pages(process, forwarding)
    app.mount("/static/graphiql", StaticFiles(directory=STATIC / "graphiql"))
    _close_with(app, forwarding, *mount_passing(app, process))


def create_app(settings: Settings, adapters: Adapters | None = None) -> FastAPI:
    """The app of a process that runs the gateway alone."""
    process = Process(settings, adapters, hears_all=True)
    add_to(process)
    return process.composed()


def _close_with(app: FastAPI, *connected: Forwarding | Passing) -> None:
    """What forwards lets go of its connections when the app stops."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with inner(served) as state:
            try:
                yield state
            finally:
                for speaking in connected:
                    await speaking.close()

    app.router.lifespan_context = lifespan
