"""Composition root of the portfolio service: `create_app(settings)` runs it alone."""

from __future__ import annotations

from fastapi import FastAPI

import libs.commands.catalog  # noqa: F401 - declares every command, and with them every event
from libs.service.adapters import Adapters
from libs.service.process import Process
from libs.service.serving import Declared
from libs.service.settings import Settings
from services.portfolio.domain import decisions
from services.portfolio.reactions import HEARS, reactions
from services.portfolio.webhooks.delivering import deliverer_of
from services.portfolio.webhooks.routes import webhook_routes

DECLARED = Declared(
    "portfolio",
    decisions,
    HEARS,
    routes=lambda service: (webhook_routes(service.handling, deliverer_of(service)),),
    reactions=lambda service: (*reactions(service), deliverer_of(service).run),
)


def create_app(settings: Settings, adapters: Adapters | None = None) -> FastAPI:
    """The app of a process that runs this service alone. Raises SettingsError."""
    process = Process(settings, adapters, name="portfolio")
    process.add(DECLARED)
    return process.composed()
