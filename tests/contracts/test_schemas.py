"""The JSON Schemas say what travels: they are schemas, every example fits its own, and they name themselves for ever."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator, ValidationError

from headway.contracts.schemas import events, published, schema_of
from libs.events.event import PAYLOADS, UPCASTS
from tests.contracts.golden_samples import FILES, golden

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("type_name", published())
def test_a_schema_is_one_of_2020_12_with_words_a_lasting_name_and_examples_that_fit(type_name: str) -> None:
    schema = schema_of(type_name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:headway:event:{type_name}"
    assert schema["title"] and schema["description"].endswith(".")
    assert schema["examples"]
    for example in schema["examples"]:
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(example)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_ever_published_fits_the_schema_of_its_version(path: Path) -> None:
    Draft202012Validator(schema_of(path.stem)).validate(json.loads(golden(path).value))


def test_every_schema_lies_under_its_service() -> None:
    assert {path.relative_to(SCHEMAS).as_posix() for path in SCHEMAS.rglob("*.json")} == {f"{name.split('.')[1]}/{name}.json" for name in events()}


def test_a_schema_refuses_what_is_no_such_event() -> None:
    validator = Draft202012Validator(schema_of("headway.backlog.item.added.v1"))
    for wrong in ({}, {"product": "permits"}, {"product": "Permits", "title": "x"}, {"product": "permits", "title": 1}):
        with pytest.raises(ValidationError):
            validator.validate(wrong)


def test_a_field_called_title_stays_and_the_titles_made_of_names_go() -> None:
    properties = schema_of("headway.backlog.item.added.v1")["properties"]
    assert properties["title"]["type"] == "string"
    assert "title" not in properties["goal"]


@pytest.mark.parametrize("type_name", published())
def test_every_field_is_described_as_it_is_documented_at_its_event(type_name: str) -> None:
    properties = schema_of(type_name)["properties"]
    assert set(properties) == {one.name for one in fields(cast("Any", PAYLOADS[type_name]))}
    for field, schema in properties.items():
        assert re.match(r"(?!The id of an? ).+[.…]$", schema.get("description", "")), f"{field}: Annotated[..., Doc(...)]"


def test_a_reference_says_also_to_what() -> None:
    described = schema_of("headway.portfolio.loan.lent.v1")["properties"]["borrower"]["description"]
    assert described == "The organisation that it works for. The id of an organisation."


def test_an_older_version_says_that_it_is_one_and_what_it_is_read_as() -> None:
    older = [name for name in published() if PAYLOADS[name] in UPCASTS]
    assert older
    for name in older:
        schema = schema_of(name)
        stem, version = re.fullmatch(r"(.*)\.v(\d+)", name).groups()  # type: ignore[union-attr]
        assert schema["deprecated"] is True
        assert f"{stem}.v{int(version) + 1}" in schema["description"]
