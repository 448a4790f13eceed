"""Decorators for computed fields that keep their types for mypy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, TypeVar, cast, get_type_hints

import strawberry

from libs.events.facts import Facts
from services.gateway.graphql.types.kinds.annotations import Resolver, Shown

F = TypeVar("F", bound=Callable[..., Any])


def told(description: str, *, replaced: str | None = None) -> Callable[[F], F]:
    """A field whose value the decorated method gives; `replaced` says by what, of one that is there for whoever asks for it already."""
    return cast("Callable[[F], F]", lambda method: strawberry.field(description=description, deprecation_reason=replaced)(Resolver(method)))


def derived(rule: Callable[Concatenate[Facts, ...], Any], description: str) -> Any:
    """A field that a rule gives of a thing's id: what the rule returns is its type. Rules are functions, or classes whose objects are called."""
    function = rule if hasattr(rule, "__name__") else type(rule).__call__

    def tell(self: Shown[Any]) -> Any:
        return self.facts.derive(rule, self.of.id)

    tell.__annotations__ = {"return": get_type_hints(function, include_extras=True)["return"]}
    return told(description)(tell)


def followed(description: str) -> Callable[[F], F]:
    """A subscription whose values the decorated method yields."""
    return cast("Callable[[F], F]", strawberry.subscription(description=description))
