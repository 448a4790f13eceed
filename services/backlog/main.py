"""Composition root of the backlog service: `create_app(settings)` runs it alone."""

from __future__ import annotations

import libs.commands.catalog  # noqa: F401 - declares every command, and with them every event
from libs.service.adapters import Adapters
from libs.service.announcements.clock import clock_of
from libs.service.host.process import Process, ProcessApp
from libs.service.host.service import Extension, Service, ServiceDeclaration
from libs.service.settings import Settings
from services.backlog.domain import decisions
from services.backlog.reactions import HEARS
from services.backlog.webhooks.routes import webhook_routes


def _extension(service: Service) -> Extension:
    return Extension((webhook_routes(service.handling, service.store, service.process.telemetry),), (clock_of(service).run,))


DECLARED = ServiceDeclaration("backlog", decisions, HEARS, _extension)


def create_app(settings: Settings, adapters: Adapters | None = None) -> ProcessApp:
    """The app of a process that runs this service alone. Raises SettingsError."""
    process = Process(settings, adapters, name="backlog")
    process.add(DECLARED)
    return process.composed()
