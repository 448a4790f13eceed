"""The one-process stack: every service and the gateway on one port, over one log and one world."""

from __future__ import annotations

from collections.abc import Sequence

from libs.service.adapters import Adapters
from libs.service.host.process import Process, ProcessApp
from libs.service.host.service import ServiceDeclaration
from libs.service.settings import Settings
from services.backlog.main import DECLARED as BACKLOG
from services.portfolio.main import DECLARED as PORTFOLIO
from services.roadmap.main import DECLARED as ROADMAP

SERVICES: dict[str, ServiceDeclaration] = {d.name: d for d in (BACKLOG, ROADMAP, PORTFOLIO)}
GATEWAY = "gateway"
NAMES = (*SERVICES, GATEWAY)


def create_stack(settings: Settings, names: Sequence[str] = (), adapters: Adapters | None = None) -> ProcessApp:
    """The app of one process that runs these services (none named: all of them)."""
    chosen = list(names) or list(NAMES)
    process = Process(settings, adapters, hears_all=GATEWAY in chosen, name=chosen[0] if len(chosen) == 1 else "all")
    for name in chosen:
        if name != GATEWAY:
            process.add(SERVICES[name])
    if GATEWAY in chosen:
        from services.gateway.main import add_to  # six tenths of all imports, which a process of services alone need not wait for

        add_to(process)
    return process.composed()
