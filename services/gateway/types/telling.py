"""The decorators of fields that are computed, with their types kept for mypy."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

F = TypeVar("F", bound=Callable[..., Any])


def told(description: str) -> Callable[[F], F]:
    """A field whose value the decorated method gives."""
    return cast("Callable[[F], F]", strawberry.field(description=description))


def followed(description: str) -> Callable[[F], F]:
    """A subscription whose values the decorated method yields."""
    return cast("Callable[[F], F]", strawberry.subscription(description=description))


def known(choice: type[Enum], description: str, **values: str) -> None:
    """Makes a closed choice of the catalogues one of the schema; its members keep their names, in capitals, and each is described.

    Raises TypeError where a member is not described, or no member is.
    """
    if values.keys() != choice.__members__.keys():
        raise TypeError(f"describe each member of {choice.__name__}, and no other: {', '.join(sorted(values.keys() ^ choice.__members__.keys()))}")
    strawberry.enum(choice, description=description)
    definition: StrawberryEnumDefinition = choice.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
