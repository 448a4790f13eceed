"""How long GraphQL operations take, for Prometheus: a query or a mutation until it is executed, a subscription until it listens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final, cast

from graphql import OperationType
from prometheus_client import Histogram
from strawberry.extensions import SchemaExtension

from libs.service.process import Process
from services.gateway.asking import Asking

_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class Timings:
    """The histogram of one process, by the kind of operation: `query`, `mutation`, `subscription`."""

    def __init__(self, process: Process) -> None:
        seconds = Histogram(
            "headway_query_seconds",
            "Seconds in which GraphQL operations were executed; of a subscription, until it listens.",
            ["operation"],
            buckets=_BUCKETS,
            registry=process.telemetry.registry,
        )
        self._seconds = {kind: seconds.labels(kind.value) for kind in OperationType}

    def observe(self, kind: OperationType, seconds: float) -> None:
        """One operation of this kind."""
        self._seconds[kind].observe(seconds)


def timings_of(process: Process) -> Timings:
    """The process's own, made when it is first asked for."""
    state = process.app.state
    if not hasattr(state, "timings"):
        state.timings = Timings(process)
    return cast("Timings", state.timings)


class Timed(SchemaExtension):
    """Times what is executed, from the reading of the document on. What cannot be executed is not timed."""

    def on_operation(self) -> Iterator[None]:
        """Starts the clock."""
        self._asking.begun = time.perf_counter()
        yield

    def on_execute(self) -> Iterator[None]:
        """Stops it behind a query or a mutation; a subscription says itself when it listens."""
        yield
        kind = OperationType(self.execution_context.operation_type.value)
        if kind is not OperationType.SUBSCRIPTION:
            timings_of(self._asking.process).observe(kind, time.perf_counter() - self._asking.begun)

    @property
    def _asking(self) -> Asking:
        return cast("Asking", self.execution_context.context)


def listens(asking: Asking) -> None:
    """Notes that a subscription has found where it begins."""
    timings_of(asking.process).observe(OperationType.SUBSCRIPTION, time.perf_counter() - asking.begun)
