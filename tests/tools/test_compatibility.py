"""A version of an event stays what it is: whatever would break a reader, or what is stored, is named; what adds to it is not."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from tools.compatibility import breaks


class Colour(enum.StrEnum):
    """A closed choice."""

    RED = "red"
    BLUE = "blue"


class More(enum.StrEnum):
    """The same with one more."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Closed(BaseModel):
    """An object that takes no other fields."""

    model_config = ConfigDict(extra="forbid")
    a: str


class Opened(Closed):
    """The same with one more."""

    b: str | None = None


class Open(BaseModel):
    """An object that takes other fields."""

    a: str


class Wider(Open):
    """The same with one more."""

    b: str | None = None


def schema(**fields: Any) -> dict[str, Any]:
    """The schema of an event with these fields: a type, or (type, default)."""
    definitions: Any = {name: f if isinstance(f, tuple) else (f, ...) for name, f in fields.items()}
    return TypeAdapter(create_model("Said", **definitions)).json_schema(mode="serialization")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": str}, {"a": str}),
        ({"a": str}, {"a": str, "b": (str | None, None)}),
        ({"a": str}, {"b": (int, 3), "a": str}),
        ({"a": str}, {"a": (str, Field(description="Better words", title="A", examples=["x"]))}),
        ({"a": Open}, {"a": Wider}),
        ({"a": list[Open]}, {"a": list[Wider]}),
    ],
)
def test_what_only_adds_or_explains_is_the_same_version(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert breaks(schema(**old), schema(**new)) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"a": str, "b": str}, {"a": str}, ["data.b is gone (removed or renamed), and its readers ask for it"]),
        ({"a": str, "b": (str | None, None)}, {"a": str}, ["data.b is gone (removed or renamed), and its readers ask for it"]),
        (
            {"a": str},
            {"c": str},
            ["data.a is gone (removed or renamed), and its readers ask for it", "data.c is added as required, and stored events lack it"],
        ),
        ({"a": str}, {"a": int}, ["data.a changes its type: 'string' before, 'integer' now"]),
        (
            {"a": str},
            {"a": (str, "x")},
            ["data.a may be left out now, and its readers rest on it", "data.a stands for 'x' now where it is left out; it stood for None"],
        ),
        (
            {"a": (str, "x")},
            {"a": str},
            ["data.a must be given now, and stored events lack it", "data.a stands for None now where it is left out; it stood for 'x'"],
        ),
        ({"a": (str, "x")}, {"a": (str, "y")}, ["data.a stands for 'y' now where it is left out; it stood for 'x'"]),
        ({"a": Colour}, {"a": More}, ["data.a may be 'green' now, which its readers do not know"]),
        ({"a": More}, {"a": Colour}, ["data.a may no longer be 'green', which is stored already"]),
        ({"a": (Colour | None, None)}, {"a": (More | None, None)}, ["data.a may be 'green' now, which its readers do not know"]),
        ({"a": tuple[Colour, ...]}, {"a": tuple[More, ...]}, ["data.a[] may be 'green' now, which its readers do not know"]),
        ({"a": str}, {"a": (str, Field(max_length=3))}, ["data.a changes its maxLength: nothing before, 3 now"]),
        ({"a": Closed}, {"a": Opened}, ["data.a.b is added to an object that takes no other fields, and its readers refuse it"]),
        ({"a": Open}, {"a": Closed}, ["data.a changes its additionalProperties: nothing before, False now"]),
        ({"a": list[str]}, {"a": list[int]}, ["data.a[] changes its type: 'string' before, 'integer' now"]),
    ],
)
def test_what_breaks_is_named(old: dict[str, Any], new: dict[str, Any], words: list[str]) -> None:
    assert breaks(schema(**old), schema(**new)) == words


def test_a_text_that_may_be_none_is_no_longer_the_same() -> None:
    assert breaks(schema(a=str), schema(a=str | None))


def test_a_field_without_a_default_breaks_what_is_stored() -> None:
    new = schema(a=str)
    new["properties"]["b"] = {"type": "string"}
    assert breaks(schema(a=str), new) == ["data.b is added without a default, and stored events lack it"]
