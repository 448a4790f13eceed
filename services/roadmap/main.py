"""Composition root of the roadmap service: `create_app(settings)` runs it alone."""

from __future__ import annotations

import libs.commands.catalog  # noqa: F401 - declares every command, and with them every event
from libs.service.adapters import Adapters
from libs.service.announcements.clock import clock_of
from libs.service.host.process import Process, ProcessApp
from libs.service.host.service import Extension, Service, ServiceDeclaration
from libs.service.settings import Settings
from services.roadmap.announcements import EvidenceOfPipelines, MonitoringAfterRelease
from services.roadmap.domain import decisions
from services.roadmap.reactions import HEARS


def _extension(service: Service) -> Extension:
    return Extension(reactions=(clock_of(service, MonitoringAfterRelease(), EvidenceOfPipelines()).run,))


DECLARED = ServiceDeclaration("roadmap", decisions, HEARS, _extension)


def create_app(settings: Settings, adapters: Adapters | None = None) -> ProcessApp:
    """The app of a process that runs this service alone. Raises SettingsError."""
    process = Process(settings, adapters, name="roadmap")
    process.add(DECLARED)
    return process.composed()
