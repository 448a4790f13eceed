"""How long GraphQL operations take, for Prometheus."""

from __future__ import annotations

from typing import Final

from graphql import OperationType
from prometheus_client import CollectorRegistry, Histogram

_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class OperationMetrics:
    """The histogram of one process, by the kind of operation: `query`, `mutation`, `subscription`. Without a registry nobody is told."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        seconds = Histogram(
            "headway_query_seconds",
            "Seconds in which GraphQL operations were executed; of a subscription, until it listens.",
            ["operation"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._seconds = {kind: seconds.labels(kind.value) for kind in OperationType}

    def observe(self, kind: OperationType, seconds: float) -> None:
        """One operation of this kind."""
        self._seconds[kind].observe(seconds)
