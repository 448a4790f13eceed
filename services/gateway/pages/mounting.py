"""Puts the pages, the sign-in, and what they load into a process."""

from __future__ import annotations

from libs.service.process import Process
from services.gateway.forwarding import Forwarding
from services.gateway.pages.acting_routes import acting_routes
from services.gateway.pages.assets import asset_routes
from services.gateway.pages.errors import show_errors_as_pages
from services.gateway.pages.first_questions import FirstQuestions
from services.gateway.pages.live import live_routes
from services.gateway.pages.pack_routes import pack_routes
from services.gateway.pages.registry import KIND_PAGES, PAGES
from services.gateway.pages.routes import Pages, page_routes
from services.gateway.pages.warming import warm_with
from services.gateway.signing_in import sign_in_routes


def mount_pages(process: Process, forwarding: Forwarding) -> None:
    """Adds every page of the registry to the process's app, and has its errors shown to people as pages."""
    app = process.app
    app.include_router(asset_routes())
    answering = Pages(process, forwarding, (*PAGES, *KIND_PAGES))
    app.include_router(acting_routes(process, forwarding, answering))
    app.include_router(pack_routes(process))
    app.include_router(page_routes(answering))
    app.include_router(live_routes(process, (*PAGES, *KIND_PAGES)))
    app.include_router(sign_in_routes(process, PAGES))
    show_errors_as_pages(app, PAGES)
    warm_with(app, process, FirstQuestions(process, forwarding, answering))
