"""Whether two values are shown the same wherever they are shown, which is more than being equal: 1.0 and 1.00 are one number and two texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from pydantic import BaseModel

_PLAIN: Final = (str, bytes, int, bool, date, timedelta, Fraction)
"""Of which two that are equal are the same."""
_MISSING: Final = object()


def same(one: object, other: object) -> bool:
    """Whether one may stand for the other. What nothing is known of is the same as itself alone, and so is what it lies in."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    compare = _COMPARED.get(kind)
    if compare is None:
        compare = _COMPARED[kind] = _compared(kind)
    return compare(one, other)


_COMPARED: Final[dict[type, Callable[[Any, Any], bool]]] = {}


def _compared(kind: type) -> Callable[[Any, Any], bool]:
    if kind in _PLAIN:
        return _equal
    if kind is float:
        return lambda one, other: repr(one) == repr(other)
    if kind is Decimal:
        return lambda one, other: bool(one.as_tuple() == other.as_tuple())
    if kind is datetime:
        return lambda one, other: bool(one.isoformat() == other.isoformat() and one.fold == other.fold and one.tzinfo == other.tzinfo)
    if issubclass(kind, BaseModel):
        return lambda one, other: one.__pydantic_fields_set__ == other.__pydantic_fields_set__ and _items(one.__dict__, other.__dict__)
    if issubclass(kind, tuple) or kind in (list, set, frozenset):
        return _each
    if issubclass(kind, Mapping):
        return _items
    if all("__slots__" in base.__dict__ for base in kind.__mro__[:-1]):
        names = tuple(name for base in kind.__mro__[:-1] for name in _named(base.__dict__["__slots__"]))
        return lambda one, other: all(same(getattr(one, name, _MISSING), getattr(other, name, _MISSING)) for name in names)
    if dataclasses.is_dataclass(kind):
        return lambda one, other: _items(one.__dict__, other.__dict__)
    return _never


def _named(slots: str | Iterable[str]) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _equal(one: object, other: object) -> bool:
    return one == other


def _never(_: object, __: object) -> bool:
    return False


def _each(one: Any, other: Any) -> bool:
    """The same things in the same order, in which they may be shown."""
    return len(one) == len(other) and all(map(same, one, other))


def _items(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    return _each(one, other) and _each(one.values(), other.values())
