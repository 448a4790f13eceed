"""How long GraphQL operations take, and how many are answered by what is kept, for Prometheus."""

from __future__ import annotations

from typing import Final

from graphql import OperationType
from prometheus_client import CollectorRegistry, Counter, Histogram

_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class OperationMetrics:
    """The numbers of one process; operations are of a kind: `query`, `mutation`, `subscription`. Without a registry nobody is told."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        seconds = Histogram(
            "headway_query_seconds",
            "Seconds in which GraphQL operations were executed; of a subscription, until it listens.",
            ["operation"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._seconds = {kind: seconds.labels(kind.value) for kind in OperationType}
        self._queries = self._seconds[OperationType.QUERY]  # a member of an enumeration takes longer to be looked up than to be counted
        answers = Counter(
            "headway_query_answers",
            "Queries of the world alone, by whether their answer was kept of an earlier one (`kept`), made for another at the same time (`shared`), or `made`.",
            ["how"],
            registry=registry,
        )
        pieces = Counter(
            "headway_answer_pieces",
            "Pieces of answers that are asked again after something was heard, by whether they were kept of the answer before (`kept`) or `made`.",
            ["how"],
            registry=registry,
        )
        self._pieces = {how: pieces.labels(how) for how in ("kept", "made")}
        self._answers = {how: answers.labels(how) for how in ("kept", "shared", "made")}

    def observe(self, kind: OperationType, seconds: float) -> None:
        """One operation of this kind."""
        (self._queries if kind is OperationType.QUERY else self._seconds[kind]).observe(seconds)

    def answered(self, how: str) -> None:
        """One query of the world alone: `kept`, `shared` or `made`."""
        self._answers[how].inc()

    def pieces(self, kept: int, made: int) -> None:
        """The pieces of one answer."""
        self._pieces["kept"].inc(kept)
        self._pieces["made"].inc(made)
