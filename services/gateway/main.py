"""Adds the gateway to a process, or makes a process of the gateway alone: GraphQL, the event stream, pages, GraphiQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from libs.service.adapters import Adapters
from libs.service.host.process import Process, ProcessApp
from libs.service.settings import Settings
from services.gateway.gateway import Gateway
from services.gateway.graphql.schema import schema
from services.gateway.graphql.transport.http import graphql_routes
from services.gateway.graphql.transport.websocket import socket_route
from services.gateway.operation_metrics import OperationMetrics
from services.gateway.pages.routers import mount_pages
from services.gateway.proxy.command_client import CommandClient
from services.gateway.proxy.reverse_proxy import ReverseProxy, mount_passing
from services.gateway.stream.routes import event_routes

STATIC: Final = Path(__file__).parent / "static"


def add_to(process: Process) -> Gateway:
    """Adds the gateway's doors to a process that hears every service."""
    if not process.hears_all:
        raise ValueError("the gateway needs a process that hears all")
    schema()  # half a second that the first to ask would wait for
    gateway, app = Gateway(process, OperationMetrics(process.telemetry.registry)), process.app
    app.include_router(graphql_routes(gateway))
    app.include_router(event_routes(gateway))
    app.router.routes.append(socket_route(gateway))
    mount_pages(gateway)
    app.mount("/static/graphiql", StaticFiles(directory=STATIC / "graphiql"))
    _close_with(app, gateway.forwarding, *mount_passing(app, process))
    return gateway


def create_app(settings: Settings, adapters: Adapters | None = None) -> ProcessApp:
    """The app of a process that runs the gateway alone."""
    process = Process(settings, adapters, hears_all=True)
    add_to(process)
    return process.composed()


def _close_with(app: FastAPI, *connected: CommandClient | ReverseProxy) -> None:
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
