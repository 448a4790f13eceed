"""Gives a command the fields of the event that it records, so that each is declared and documented once."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Annotated, Any, Union, cast, dataclass_transform

from annotated_doc import Doc
from pydantic import AfterValidator, Field, PlainSerializer

# The class of pydantic's own classes has no public name; SQLModel derives from it in the same way.
from pydantic._internal._model_construction import ModelMetaclass

from libs.events.event import Payload
from libs.events.values import NO_ANSWER, Decided, Input, Truth, asked_as, hints_of


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
class CommandType(ModelMetaclass):
    """The class of commands. One that names an event among its bases has the event's fields, as a command takes them (`class PlaceItem(Command, ItemPlaced)`).

    A type checker sees what it names: a class with the fields of both. At run time it takes the fields alone, behind its own; `first` names those that come
    first where that is another order.
    """

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, first: tuple[str, ...] = (), **options: Any) -> Any:
        recorded = tuple(base for base in bases if issubclass(base, Payload))
        if recorded:
            _take(namespace, recorded, first)
        return super().__new__(mcs, name, tuple(base for base in bases if base not in recorded), namespace, **options)


def _take(namespace: dict[str, Any], recorded: tuple[type[Payload], ...], first: tuple[str, ...]) -> None:
    """Declares the fields of events in the body of a class; those that it declares itself are as it says."""
    own: dict[str, Any] = namespace.get("__annotations__", {})
    events: dict[str, Any] = {}
    for event in recorded:
        hints, called = hints_of(event), asked_as(event)
        for field in dataclasses.fields(cast("Any", event)):
            name = called.get(field.name, field.name)
            if name in own:
                events[name] = own[name]
            elif Decided not in _marks(hints[field.name]):
                events[name] = taken(hints[field.name])
                if field.default is not dataclasses.MISSING:
                    namespace[name] = field.default if field.default != () else Field(default_factory=tuple)
    fields = {name: own[name] for name in own if name not in events} | events
    namespace["__annotations__"] = {name: fields[name] for name in first} | fields
    namespace["RECORDS"] = recorded


def taken(hint: Any) -> Any:
    """The type of a command's field from that of an event's: bounded by its `Input`, described by its `Doc`; several values come as a list."""
    marks = _marks(hint)
    given = next((mark for mark in marks if isinstance(mark, Input)), Input())
    kept = [mark for mark in marks if not isinstance(mark, Input | Doc)]
    wide = hint.__origin__ if marks else hint
    options = typing.get_args(wide) if typing.get_origin(wide) in (Union, types.UnionType) else (wide,)
    one = next(option for option in options if option is not types.NoneType)
    bounds: list[Any] = [Field(**given.bounds)] if given.bounds else []
    bounds += [NO_ANSWER] if one is int else []
    one = Truth if one is bool else one
    if typing.get_origin(one) is tuple:
        narrow: Any = Annotated[list[given.type or typing.get_args(one)[0]], *bounds, AfterValidator(tuple), PlainSerializer(list)]  # type: ignore[misc]
    else:
        narrow = Annotated[given.type or one, *bounds] if bounds else given.type or one
    if types.NoneType in options:
        narrow = narrow | None
    said = [Field(description=mark.documentation) for mark in marks if isinstance(mark, Doc)]
    return Annotated[narrow, *kept, *said] if kept or said else narrow


def _marks(hint: Any) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", hint.__metadata__) if typing.get_origin(hint) is Annotated else ()
