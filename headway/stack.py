"""The one-process stack: every service and the gateway on one port, over one log and one world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI

from libs.commands.command import COMMANDS
from libs.events.event import KINDS
from libs.events.values import named, references
from libs.service.adapters import Adapters
from libs.service.process import Process
from libs.service.serving import Declared
from libs.service.settings import Settings
from services.backlog.main import DECLARED as BACKLOG
from services.gateway.main import add_to as add_gateway
from services.portfolio.main import DECLARED as PORTFOLIO
from services.roadmap.main import DECLARED as ROADMAP

SERVICES: dict[str, Declared] = {d.name: d for d in (BACKLOG, ROADMAP, PORTFOLIO)}
GATEWAY = "gateway"
NAMES = (*SERVICES, GATEWAY)


def create_stack(settings: Settings, names: Sequence[str] = (), adapters: Adapters | None = None) -> FastAPI:
    """The app of one process that runs these services (none named: all of them)."""
    chosen = list(names) or list(NAMES)
    process = Process(settings, adapters, hears_all=GATEWAY in chosen)
    for name in chosen:
        if name != GATEWAY:
            process.add(SERVICES[name])
    if GATEWAY in chosen:
        add_gateway(process)
    return process.app


def hears(service: str, kind: str) -> bool:
    """Whether a service follows a kind of aggregate of the others."""
    return service in SERVICES and kind in SERVICES[service].hears


def service_of(kind: str) -> str | None:
    """The service that owns a kind; None for a kind that there is not."""
    return KINDS[kind].service if kind in KINDS else None


def mentioned(command: str, data: Mapping[str, Any]) -> list[str]:
    """The aggregates, `kind:id`, that a command line's data names."""
    cls = COMMANDS.get(command)
    return [f"{kind}:{id}" for field, kind in references(cls) for id in named(data.get(field))] if cls else []
