"""Leaves of a plan: what a scalar or an enum shows of a value, checked as the library checks it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined

_MOST_INT: Final = 1 << 31
"""The integers of GraphQL have 32 bits."""

AS_THEY_ARE: Final[Mapping[str, type]] = MappingProxyType({"String": str, "ID": str, "Boolean": bool})
"""Scalar -> the class whose values are shown as they are."""


class Unfit(Exception):
    """A plan cannot serve this exactly: the library does, and says what is wrong with it where something is."""


def shown_by(of: GraphQLLeafType) -> Callable[[Any], Any]:
    """What shows a value that is there. It raises Unfit, or what the library would tell of, where the value is none of this type."""
    serialize = of.coerce_output_value

    def checked(value: Any) -> Any:
        shown = serialize(value)
        if shown is None or shown is Undefined:
            raise Unfit
        return shown

    if isinstance(of, GraphQLEnumType):
        return _remembered(checked)
    if of.name == "Int":
        return lambda value: value if type(value) is int and -_MOST_INT <= value < _MOST_INT else checked(value)
    if of.name == "Float":
        return lambda value: value if type(value) is float and math.isfinite(value) else checked(value)
    return checked


def _remembered(shown: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same, asked once for each member of a choice: these are few, and each is shown as one word."""
    known: dict[Enum, Any] = {}

    def show(value: Any) -> Any:
        if not isinstance(value, Enum):
            return shown(value)
        found = known.get(value)
        if found is None:
            found = known[value] = shown(value)
        return found

    return show
