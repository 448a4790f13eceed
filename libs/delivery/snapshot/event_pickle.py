"""Writes events for this very code to read again, in a fraction of what hearing them takes; nothing but their own classes is made of what is read."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import pickle
import sys
import typing
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import pydantic

import libs.events
from libs.calendar.local_time import HOME
from libs.events.event import PAYLOADS, Actor, Discarded, Event
from libs.events.values import hints_of
from libs.runtime.frozen_dataclasses import maker


class DamagedSnapshot(Exception):
    """What was read was not written by this code, or is damaged."""


def dumps(said: object) -> bytes:
    """Events, and tuples, lists and mappings of them, as bytes. Raises pickle.PicklingError for an object of a class that is in no event."""
    into = io.BytesIO()
    _Pickler(into, pickle.HIGHEST_PROTOCOL).dump(said)
    return into.getvalue()


def loads(raw: bytes) -> Any:
    """The inverse of `dumps`. Raises DamagedSnapshot."""
    try:
        return _Unpickler(io.BytesIO(raw)).load()
    except Exception as e:  # whatever damaged bytes lead to
        raise DamagedSnapshot(f"{type(e).__name__}: {e}") from e


@cache
def code() -> str:
    """Names the code that makes events of what was written, and what runs it: another one may make others of it, or refuse it."""
    digest = hashlib.blake2b(f"{sys.version} {pydantic.VERSION}".encode(), digest_size=16)
    for path in sorted(Path(libs.events.__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def made_of(name: str) -> Callable[..., object]:
    """What makes an object of the class of this name from its fields; called where events are read."""
    return _makers()[name]


def home() -> timezone:
    """`HOME`, which is known by being that very object."""
    return HOME


class _Maker:
    """Stands for what `made_of` gives: written once, then referred to."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self) -> None:
        raise TypeError("it only stands for what makes objects")

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return made_of, (self._name,)


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        taken_apart = _reducers().get(type(obj))
        if taken_apart is not None:
            return taken_apart(obj)
        if obj is HOME:
            return home, ()
        if type(obj).__module__ not in ("builtins", "datetime", "decimal", __name__) and not isinstance(obj, Enum | type):
            raise pickle.PicklingError(f"{type(obj).__qualname__} is in no event")
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = _globals().get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"{module}.{name} is in no event")
        return found


@cache
def _globals() -> dict[tuple[str, str], Any]:
    plain: tuple[Any, ...] = (date, datetime, timedelta, timezone, Decimal, made_of, home)
    enums = (cls for cls in _classes() if issubclass(cls, Enum))
    return {(one.__module__, one.__qualname__): one for one in (*plain, *enums)}


@cache
def _makers() -> dict[str, Callable[..., object]]:
    return {_name(cls): _model_maker(cls) if issubclass(cls, pydantic.BaseModel) else maker(cls) for cls in _classes() if not issubclass(cls, Enum)}


@cache
def _reducers() -> dict[type, Callable[[Any], tuple[Any, tuple[Any, ...]]]]:
    return {cls: _reducer(cls) for cls in _classes() if not issubclass(cls, Enum)}


def _reducer(cls: Any) -> Callable[[Any], tuple[Any, tuple[Any, ...]]]:
    make = _Maker(_name(cls))
    if issubclass(cls, pydantic.BaseModel):
        return lambda model: (make, (tuple(sorted(model.model_fields_set)), model.__dict__))
    names = [field.name for field in dataclasses.fields(cls)]
    if not names:
        return lambda said: (make, ())
    if len(names) == 1:
        (name,) = names
        return lambda said: (make, (getattr(said, name),))
    values = attrgetter(*names)
    return lambda said: (make, values(said))


def _model_maker(cls: type[pydantic.BaseModel]) -> Callable[..., object]:
    def made(given: tuple[str, ...], values: dict[str, object]) -> pydantic.BaseModel:
        new = cls.__new__(cls)
        new.__setstate__({"__dict__": values, "__pydantic_fields_set__": set(given), "__pydantic_extra__": None, "__pydantic_private__": None})
        return new

    return made


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


@cache
def _classes() -> frozenset[type]:
    """All that an event may be made of, besides what JSON knows, days, instants and decimals."""
    found: set[type] = set()
    ahead: list[type] = [Event, Actor, Discarded, *PAYLOADS.values()]
    while ahead:
        cls = ahead.pop()
        if cls not in found and (issubclass(cls, pydantic.BaseModel | Enum) or dataclasses.is_dataclass(cls)):
            found.add(cls)
            if not issubclass(cls, Enum):
                ahead += [one for hint in hints_of(cls).values() for one in _types(hint)]
    return frozenset(found)


def _types(hint: Any) -> Iterable[type]:
    if isinstance(hint, type) and not typing.get_args(hint):
        yield hint
    for inner in typing.get_args(hint):
        yield from _types(inner)
