"""Matches the columns of a file with the fields of a command, and parses what stands in them."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final

from pydantic import BaseModel, StringConstraints

from headway.importers.cells.currency_signs import code, without_currency
from headway.importers.cells.notation import Notation
from libs.commands.command import Command
from libs.events.values import Money

_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:", re.ASCII)
_PARTED: Final = re.compile(r"[;|\n]")
_ANSWERS: Final = dict.fromkeys(("true", "yes", "y", "t", "on", "1"), True) | dict.fromkeys(("false", "no", "n", "f", "off", "0"), False)


@dataclass(frozen=True, slots=True)
class ColumnField:
    """A field that a column may name: the path to it, and its type without what is optional about it."""

    path: tuple[str, ...]
    type: Any

    @property
    def name(self) -> str:
        """As a header names it: `covers_from`, `amount.currency`."""
        return ".".join(self.path)

    def value(self, text: str, notation: Notation, currency: str | None = None) -> Any:
        """What a cell says of this field, as a JSON value; `currency` is what another column says of an amount. Raises ValueError, in words."""
        match self.type:
            case kind if kind is Money:
                bare, found = without_currency(text, currency)
                return {"amount": format(notation.number(bare), "f"), "currency": found}
            case kind if kind is Decimal:
                return format(notation.number(text), "f")
            case kind if kind is int:
                return _whole(text, notation)
            case kind if kind is datetime:
                return text if _INSTANT.match(text) else notation.day(text).isoformat()
            case kind if kind is date:
                return notation.day(text).isoformat()
            case kind if kind is bool:
                return _ANSWERS.get(text.casefold(), text)
            case kind if isinstance(kind, type) and issubclass(kind, Enum):
                return next((member.value for member in kind if str(member.value).casefold() == text.casefold()), text)
            case kind if typing.get_origin(kind) in (list, tuple):
                return _list(text, typing.get_args(kind)[0])
        return code(text) if self.path[-1] == "currency" else text


def fields_of(command: type[Command]) -> dict[str, ColumnField]:
    """The fields of a command by their names: money both whole and in its two parts, other fields of several parts by these."""
    return {field.name: field for field in _fields(command, ())}


def _fields(model: type[BaseModel], below: tuple[str, ...]) -> Iterator[ColumnField]:
    for name, declared in model.model_fields.items():
        kind, path = bare_type(declared.annotation), (*below, name)
        if kind is Money or not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            yield ColumnField(path, kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, path)


def bare_type(annotation: Any) -> Any:
    """A type without its constraints, and without None where it may be left out; an amount that may be below zero is written as any other."""
    if isinstance(annotation, type) and issubclass(annotation, Money):
        return Money
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return bare_type(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        given = [one for one in typing.get_args(annotation) if one is not type(None)]
        return bare_type(given[0]) if len(given) == 1 else annotation
    return annotation


def _whole(text: str, notation: Notation) -> int:
    number = notation.number(text)
    if number != number.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number")
    return int(number)


def _list(text: str, of: Any) -> list[Any]:
    """The values in one cell: in JSON, or parted by semicolons, bars or lines; by commas too where these cannot be within one, as in ids."""
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ValueError(f"{text!r} is not a list in JSON: {error}") from None
        return list(found)
    kind = bare_type(of)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        raise ValueError("a list of things of several parts is written in JSON, as in [{…}, {…}]")
    several = any(isinstance(mark, StringConstraints) and mark.pattern and not re.search(mark.pattern, text) for mark in _marks(of))
    parts = re.split(r"[;|,\n]", text) if several else _PARTED.split(text)
    if len(parts) == 1 and "," in text:
        raise ValueError(f"{text!r} may be one text or several: part them by semicolons, or write a list in JSON")
    return [part.strip() for part in parts if part.strip()]


def _marks(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
        yield from _marks(annotation.__origin__)
