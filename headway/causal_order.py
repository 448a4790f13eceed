"""Works out which commands of an import must come first: which aggregates a line names, who owns them, and which services follow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import libs.commands.catalog  # noqa: F401 - declares every command
from libs.commands.command import COMMANDS
from libs.events.event import KINDS
from libs.events.values import among, named, references
from services.backlog.reactions import HEARS as BACKLOG_HEARS
from services.portfolio.reactions import HEARS as PORTFOLIO_HEARS
from services.roadmap.reactions import HEARS as ROADMAP_HEARS

_HEARS = {"backlog": BACKLOG_HEARS, "portfolio": PORTFOLIO_HEARS, "roadmap": ROADMAP_HEARS}


def hears(service: str, kind: str) -> bool:
    """Whether a service follows a kind of aggregate of the others."""
    return kind in _HEARS.get(service, ())


def service_of(kind: str) -> str | None:
    """The service that owns a kind; None for a kind that there is not."""
    return KINDS[kind].service if kind in KINDS else None


def mentioned(command: str, data: Mapping[str, Any]) -> list[str]:
    """The aggregates, `kind:id`, that a command line's data names."""
    cls = COMMANDS.get(command)
    if cls is None:
        return []
    plain = [f"{kind}:{id}" for field, kind in references(cls) for id in named(data.get(field))]
    return plain + [id for field in among(cls) for id in named(data.get(field))]
