"""What the portfolio service listens to, and the clock that announces graduations and duties."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from libs.service.announcements.clock import clock_of
from libs.service.host.service import Service
from services.portfolio.announcements import Graduations

HEARS: Final = frozenset({"item", "backlog", "release", "change", "metric", "roadmap_item", "need", "channel", "experiment", "initiative"})
"""The kinds of aggregate it follows: evidence of other services: releases, open items, targets, channels, experiments; and what an
override may be approved for."""


def reactions(service: Service) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
    """The loops of the service."""
    return (clock_of(service, Graduations()).run,)
