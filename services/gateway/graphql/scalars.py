"""The scalars of the schema: days, instants with their offset, and decimals as exact text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from pydantic import TypeAdapter, ValidationError
from strawberry.scalars import JSON
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.scalar import ScalarDefinition

from libs.commands.retraction import Fields
from libs.events.envelope import iso
from libs.events.values import DAY, Instant

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_MOST_DIGITS: Final = 64
"""Digits of a number, written out: a short text such as 1e999999999 must not become a long one."""


def day(value: Any) -> date:
    """A day from `2024-05-01`. Raises GraphQLError."""
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _odd("Date", value, "a day such as 2024-05-01")


def instant(value: Any) -> datetime:
    """An instant from `2024-05-01T09:00:00Z`; a day means its start (UTC). Raises GraphQLError."""
    if isinstance(value, str):
        try:
            found = _INSTANT.validate_python(value)
            if DAY.fullmatch(value) or datetime.fromisoformat(value).tzinfo is not None:
                return found
        except (ValidationError, ValueError, OverflowError):
            pass
    raise _odd("DateTime", value, "an instant with its offset such as 2024-05-01T09:00:00Z")


def decimal(value: Any) -> Decimal:
    """An exact number from text or a JSON number. Raises GraphQLError for what is none, NaN and infinity among it, and for one of more than 64 digits."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value).strip()
        if len(text) <= _MOST_DIGITS and _NUMBER.fullmatch(text) and len(exact(found := Decimal(text))) <= _MOST_DIGITS + 2:
            return found
    raise _odd("Decimal", value, 'a number such as "12.50"')


def exact(value: Decimal) -> str:
    """The digits of a decimal, never in powers of ten."""
    return format(value, "f")


def _odd(name: str, value: Any, wanted: str) -> GraphQLError:
    return GraphQLError(f"{name} cannot be read from {str(value)[:40]!r}: give {wanted}.")


def _scalar(name: str, description: str, serialize: Callable[[Any], Any], parse: Callable[[Any], Any]) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=serialize, parse_value=parse)


SCALARS: Mapping[object, ScalarDefinition] = {
    date: _scalar("Date", "A day, ISO 8601: 2024-05-01; of an event at the place that it is about.", date.isoformat, day),
    datetime: _scalar(
        "DateTime",
        "An instant, ISO 8601 with its offset: 2024-05-01T09:00:00Z. A day alone means its start: of what is said at the place that it is about, else in UTC.",
        iso,
        instant,
    ),
    Decimal: _scalar("Decimal", "An exact decimal number, as text.", exact, decimal),
    Fields: DEFAULT_SCALAR_REGISTRY[JSON],
}
"""Python types and the scalars by which they are said."""
