"""Generates the JSON Schema (2020-12) of every version of every event, self-contained and under a permanent name."""

from __future__ import annotations

import inspect
import typing
from dataclasses import fields
from typing import Any

from annotated_doc import Doc

import libs.events.catalog  # noqa: F401 - declares them
from headway.contracts.samples import least, sample
from libs.events.envelope import SERVICES, payload
from libs.events.event import PAYLOADS, UPCASTS, Event, Payload, adapter, kind_of
from libs.events.values import references

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def published() -> list[str]:
    """The names of all types of events that the services publish, every version."""
    return sorted(name for name in PAYLOADS if name.split(".")[1] in SERVICES)


def events() -> dict[str, Any]:
    """Type name -> JSON Schema of the event's data, for everything that may be published."""
    return {name: schema_of(name) for name in published()}


def schema_of(type_name: str) -> dict[str, Any]:
    """The JSON Schema of one event's data as it travels, with examples. Raises KeyError for an unknown type, or where no example can be made of it."""
    cls = PAYLOADS[type_name]
    made = _untitled(adapter(cls).json_schema(mode="serialization"))
    for field, words in described(cls).items():
        made["properties"][field]["description"] = words
    schema: dict[str, Any] = {"$schema": DIALECT, "$id": f"urn:headway:event:{type_name}", "title": title_of(type_name), "description": says(type_name)}
    if superseded(type_name):
        schema["deprecated"] = True
    schema |= {key: value for key, value in made.items() if key not in schema}
    return schema | {"examples": examples_of(type_name)}


def described(cls: type[Payload]) -> dict[str, str]:
    """What each field of an event is, as it is documented at the event; of a reference also whose id it is."""
    hints = typing.get_type_hints(cls, include_extras=True)
    ids = {field: f"The id of {article(kind)} {kind.replace('_', ' ')}." for field, kind in references(cls)}
    marks = {one.name: getattr(hints[one.name], "__metadata__", ()) for one in fields(typing.cast("Any", cls))}
    said = {name: [mark.documentation for mark in of if isinstance(mark, Doc)] for name, of in marks.items()}
    return {name: " ".join([*words, *([ids[name]] if name in ids else [])]) for name, words in said.items()}


def examples_of(type_name: str) -> list[dict[str, Any]]:
    """The data of an event with all fields, and with the required ones alone where that is less."""
    whole = sample(type_name)
    brief = Event(whole.aggregate, whole.sequence, whole.time, whole.recorded, whole.stored, whole.actor, least(type_name))
    both = [payload(whole), payload(brief)]
    return both if both[0] != both[1] else both[:1]


def says(type_name: str) -> str:
    """What an event of this type says, in words; an older version names the one that it is read as."""
    words = inspect.cleandoc(PAYLOADS[type_name].__doc__ or "").replace("\n", " ").replace("  ", " ")
    name, _, number = type_name.rpartition(".v")
    return f"{words} Read as {name}.v{int(number) + 1}." if superseded(type_name) else words


def superseded(type_name: str) -> bool:
    """Whether a newer version of the event is written today."""
    return PAYLOADS[type_name] in UPCASTS


def title_of(type_name: str) -> str:
    """A title for people: `Item added`, `Change raised (version 2)`."""
    _, _, kind, verb, version = type_name.split(".")
    words = f"{kind} {verb}".replace("_", " ").capitalize()
    return words if version == "v1" else f"{words} (version {version[1:]})"


def article(word: str) -> str:
    """`an` before a vowel, else `a`."""
    return "an" if word[0] in "aeio" else "a"


def owner(type_name: str) -> str:
    """The service that publishes it."""
    return kind_of(type_name).service


def _untitled(schema: Any) -> Any:
    """The schema without the titles that pydantic makes of names; a property that is called `title` stays."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return {key: {n: _untitled(v) for n, v in value.items()} if key in ("properties", "$defs") else _untitled(value) for key, value in kept.items()}
