"""Counts and logs the commands that a process answers."""

from __future__ import annotations

import logging

from prometheus_client import Counter

from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Result
from libs.service.observability.telemetry import Telemetry
from libs.service.problems import slug_of

_log = logging.getLogger("headway.commands")


class CommandMetrics:
    """Counts each answered command by its name and outcome, and logs it with the ids of its events: `created`, `unchanged`, or why not."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._counter = Counter("headway_commands", "Commands answered.", ["command", "outcome"], registry=telemetry.registry)
        self._children: dict[tuple[str, str], Counter] = {}

    def __call__(self, ask: Ask, result: Result) -> None:
        """One command of one call."""
        outcome = slug_of(result) if isinstance(result, Exception) else "created" if result.created else "unchanged"
        name = ask.command.SPEC.name
        child = self._children.get((name, outcome))
        if child is None:
            child = self._children[name, outcome] = self._counter.labels(name, outcome)
        child.inc()
        if _log.isEnabledFor(logging.INFO):
            fields = {
                "command": name,
                "outcome": outcome,
                "key": ask.key,
                "events": None if isinstance(result, Exception) else list(result.events),
                "aggregate": ask.command.aggregate,
                "trace": ask.traceparent[3:35] if ask.traceparent else None,
            }
            _log.info("command", extra={"fields": fields})
