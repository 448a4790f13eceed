"""The decorators of fields that are computed, with their types kept for mypy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

from services.gateway.types.annotations import Resolver

F = TypeVar("F", bound=Callable[..., Any])


def told(description: str) -> Callable[[F], F]:
    """A field whose value the decorated method gives."""
    return cast("Callable[[F], F]", lambda method: strawberry.field(description=description)(Resolver(method)))


def followed(description: str) -> Callable[[F], F]:
    """A subscription whose values the decorated method yields."""
    return cast("Callable[[F], F]", strawberry.subscription(description=description))
