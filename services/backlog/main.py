"""Composition root of the backlog service: `create_app(settings)` runs it alone."""

from __future__ import annotations

from fastapi import FastAPI

import libs.commands.catalog  # noqa: F401 - declares every command, and with them every event
from libs.service.adapters import Adapters
from libs.service.process import Process
from libs.service.serving import Declared
from libs.service.settings import Settings
from services.backlog.domain import decisions
from services.backlog.reactions import HEARS
from services.backlog.webhooks.routes import webhook_routes

DECLARED = Declared("backlog", decisions, HEARS, routes=lambda service: (webhook_routes(service.handling, service.store, service.process.telemetry),))


def create_app(settings: Settings, adapters: Adapters | None = None) -> FastAPI:
    """The app of a process that runs this service alone. Raises SettingsError."""
    process = Process(settings, adapters, name="backlog")
    process.add(DECLARED)
    return process.composed()
