"""Times each GraphQL operation: a query or a mutation until it is executed, a subscription until it listens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import cast

from graphql import OperationType
from strawberry.extensions import SchemaExtension

from services.gateway.graphql.context import OperationContext


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
            self._asking.gateway.metrics.observe(kind, time.perf_counter() - self._asking.begun)

    @property
    def _asking(self) -> OperationContext:
        return cast("OperationContext", self.execution_context.context)


def listens(asking: OperationContext) -> None:
    """Notes that a subscription has found where it begins."""
    asking.gateway.metrics.observe(OperationType.SUBSCRIPTION, time.perf_counter() - asking.begun)
