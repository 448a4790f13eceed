"""Input types made from the classes of commands, and the JSON that their values are sent as."""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Iterator
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from keyword import iskeyword
from typing import Any

from pydantic import BaseModel, create_model
from strawberry.experimental import pydantic as from_pydantic

from libs.calendar.local_time import HOME
from libs.commands.command import Command
from libs.events.envelope import iso
from libs.events.values import Money, references
from services.gateway.graphql.global_ids import inside
from services.gateway.graphql.scalars import exact

# Not strawberry.pydantic: it checks an input here, with its global ids and in other words than the owner's, and marks the classes of libs.


class Inputs:
    """Makes each input type once; models within a model first."""

    def __init__(self) -> None:
        self._made: dict[type[BaseModel], type] = {}

    def of(self, model: type[BaseModel], named: str | None = None) -> type:
        """The input type of a model, named so, or as the model, with `Input` behind: two commands may bear one class name, and never one input."""
        model = Money if issubclass(model, Money) else model  # an amount below zero is written as any other
        found = self._made.get(model)
        if found is None:
            for field in model.model_fields.values():
                for below in _models(field.annotation):
                    self.of(below)
            name = f"{named or model.__name__}Input"
            described = " ".join((model.__doc__ or "").split())
            made = from_pydantic.input(model=_spelled(model), name=name, all_fields=True, description=described)
            found = self._made[model] = made(type(name, (), {}))
        return found


def _spelled(model: type[BaseModel]) -> type[BaseModel]:
    """The model itself; where fields are called by words of Python's (`for`), one of the same fields under names that a class can have, shown as they are."""
    if not any(map(iskeyword, model.model_fields)):
        return model
    fields: dict[str, Any] = {}
    for name, declared in model.model_fields.items():
        field = copy(declared)
        if iskeyword(name):
            field.alias = name
        fields[_word(name)] = (field.annotation, field)
    return create_model(model.__name__, **fields)


def _word(name: str) -> str:
    return f"{name}_" if iskeyword(name) else name


def said(command: type[Command], value: Any) -> dict[str, Any]:
    """The fields given, as JSON values; global ids as the plain ones that commands use."""
    return with_plain_ids(command, plain(value))


def with_plain_ids(command: type[Command], data: dict[str, Any]) -> dict[str, Any]:
    """The same fields, with global ids as the plain ones."""
    own = {command.SPEC.id_field: command.SPEC.kind.name} if command.SPEC.kind is not None else {}
    return _with_plain_ids(command, data, own)


def _with_plain_ids(model: type[BaseModel], data: dict[str, Any], own: dict[str, str]) -> dict[str, Any]:
    kinds = dict(references(model)) | own
    wholes = {name: below for name, field in model.model_fields.items() for below in _models(field.annotation)}
    plain_ids = {field: _inside(kinds[field], value) if field in kinds else value for field, value in data.items()}
    return plain_ids | {name: _with_plain_ids(wholes[name], value, {}) for name, value in data.items() if name in wholes and isinstance(value, dict)}


def plain(value: Any) -> Any:
    """A value of an input type as JSON values; what was not given is left out."""
    match value:
        case enum.Enum():
            return value.value
        case Decimal():
            return exact(value)
        case datetime():
            return value.date().isoformat() if value.tzinfo is HOME else iso(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(v) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name.removesuffix("_"): plain(found) for f in dataclasses.fields(value) if (found := getattr(value, f.name)) is not None}
    return value


def _inside(kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_inside(kind, v) for v in value]
    return inside(kind, value) or value if isinstance(value, str) else value


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models(argument)
