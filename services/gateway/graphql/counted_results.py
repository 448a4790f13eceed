"""Counts every object and list of a result against the operation's budget as it is made."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from services.gateway.capacity.slices import Sliced
from services.gateway.graphql.context import OperationContext


class Counting(StrawberryGraphQLCoreExecutionContext):
    """Executes as the library does, and counts. (Its signatures are the library's, which are private: what they take is passed on as it comes.)"""

    def complete_object_value(self, *given: Any, **named: Any) -> Any:
        """One more object."""
        self._asking.budget.make(1)
        return super().complete_object_value(*given, **named)

    def complete_iterable_value(self, *given: Any, **named: Any) -> Any:
        """As many as it has, before the first of them is made."""
        items = named.get("items", given[4] if len(given) > 4 else ())
        if isinstance(items, Sized):
            self._asking.budget.must_have_room(len(items))
        return super().complete_iterable_value(*given, **named)

    def complete_awaitable_value(self, *given: Any, **named: Any) -> Any:
        """What is made of something awaited is made in slices too: where several are awaited, each is a task of its own."""
        return Sliced(super().complete_awaitable_value(*given, **named), self._asking.budget)

    @property
    def _asking(self) -> OperationContext:
        return self.context_value  # type: ignore[no-any-return]
