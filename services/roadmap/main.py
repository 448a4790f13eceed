"""Composition root of the roadmap service: `create_app(settings)` runs it alone."""

from __future__ import annotations

from fastapi import FastAPI

import libs.commands.catalog  # noqa: F401 - declares every command, and with them every event
from libs.service.adapters import Adapters
from libs.service.process import Process
from libs.service.serving import Declared
from libs.service.settings import Settings
from services.roadmap.domain import decisions
from services.roadmap.reactions import HEARS

DECLARED = Declared("roadmap", decisions, HEARS)


def create_app(settings: Settings, adapters: Adapters | None = None) -> FastAPI:
    """The app of a process that runs this service alone. Raises SettingsError."""
    process = Process(settings, adapters, name="roadmap")
    process.add(DECLARED)
    return process.composed()
