"""Adds the routes of pages, actions, sign-in and assets to a process."""

from __future__ import annotations

from services.gateway.capacity.prefetch import warm_with
from services.gateway.gateway import Gateway
from services.gateway.pages.action_routes import acting_routes
from services.gateway.pages.first_questions import FirstQuestions
from services.gateway.pages.kit.assets import asset_routes
from services.gateway.pages.kit.errors import show_errors_as_pages
from services.gateway.pages.kit.live import live_routes
from services.gateway.pages.pack.routes import pack_routes
from services.gateway.pages.registry import KIND_PAGES, PAGES, REPORT_PAGES
from services.gateway.pages.routes import Pages, page_routes
from services.gateway.pages.sign_in.routes import sign_in_routes


def mount_pages(gateway: Gateway) -> None:
    """Adds every page of the registry to the process's app, and has its errors shown to people as pages."""
    process, app = gateway.process, gateway.process.app
    app.include_router(asset_routes())
    every = (*PAGES, *REPORT_PAGES, *KIND_PAGES)
    answering = Pages(gateway, every)
    app.include_router(acting_routes(answering))
    app.include_router(pack_routes(process))
    app.include_router(page_routes(answering))
    app.include_router(live_routes(gateway, every))
    app.include_router(sign_in_routes(process, PAGES))
    show_errors_as_pages(app, PAGES)
    warm_with(process, gateway.prefetch, FirstQuestions(gateway, answering))
