"""Input types made from the commands' own classes, and the JSON that their values are sent as."""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from strawberry.experimental import pydantic as from_pydantic

from libs.commands.command import Command
from libs.events.envelope import iso
from libs.events.values import references
from services.gateway.ids import inside
from services.gateway.scalars import exact

# Not strawberry.pydantic: it checks an input here, with its global ids and in other words than the owner's, and marks the classes of libs.


class Inputs:
    """Makes each input type once; models within a model first."""

    def __init__(self) -> None:
        self._made: dict[type[BaseModel], type] = {}

    def of(self, model: type[BaseModel], named: str | None = None) -> type:
        """The input type of a model, named so, or as the model, with `Input` behind: two commands may bear one class name, and never one input."""
        found = self._made.get(model)
        if found is None:
            for field in model.model_fields.values():
                for below in _models(field.annotation):
                    self.of(below)
            name = f"{named or model.__name__}Input"
            described = " ".join((model.__doc__ or "").split())
            found = self._made[model] = from_pydantic.input(model=model, name=name, all_fields=True, description=described)(type(name, (), {}))
        return found


def said(command: type[Command], value: Any) -> dict[str, Any]:
    """The fields given, as JSON values; global ids as the plain ones that commands use."""
    return with_plain_ids(command, plain(value))


def with_plain_ids(command: type[Command], data: dict[str, Any]) -> dict[str, Any]:
    """The same fields, with global ids as the plain ones."""
    kinds = dict(references(command))
    if command.SPEC.kind is not None:
        kinds[command.SPEC.id_field] = command.SPEC.kind.name
    return {field: _inside(kinds[field], value) if field in kinds else value for field, value in data.items()}


def plain(value: Any) -> Any:
    """A value of an input type as JSON values; what was not given is left out."""
    match value:
        case enum.Enum():
            return value.value
        case Decimal():
            return exact(value)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(v) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(found) for f in dataclasses.fields(value) if (found := getattr(value, f.name)) is not None}
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
