"""Composition root of the portfolio service: `create_app(settings)` runs it alone."""

from __future__ import annotations

import libs.commands.catalog  # noqa: F401 - declares every command, and with them every event
from libs.service.adapters import Adapters
from libs.service.host.process import Process, ProcessApp
from libs.service.host.service import Extension, Service, ServiceDeclaration
from libs.service.settings import Settings
from services.portfolio.domain import decisions
from services.portfolio.people import PeopleRegister
from services.portfolio.reactions import HEARS, reactions
from services.portfolio.webhooks.deliverer import Deliverer
from services.portfolio.webhooks.routes import webhook_routes


def _extension(service: Service) -> Extension:
    deliverer = Deliverer(service)
    return Extension((webhook_routes(service.handling, deliverer),), (*reactions(service), deliverer.run, PeopleRegister(service).run))


DECLARED = ServiceDeclaration("portfolio", decisions, HEARS, _extension)


def create_app(settings: Settings, adapters: Adapters | None = None) -> ProcessApp:
    """The app of a process that runs this service alone. Raises SettingsError."""
    process = Process(settings, adapters, name="portfolio")
    process.add(DECLARED)
    return process.composed()
