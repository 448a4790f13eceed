"""Whatever was ever published is read, folds, and is written again as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from headway.contracts.schemas import published, schema_of
from libs.events.envelope import from_record, from_stored, from_structured, to_record, to_stored, to_structured
from libs.events.event import KINDS, PAYLOADS, UPCASTS
from tests.contracts.golden_samples import FILES, golden

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_every_version_of_every_event_has_a_golden_sample() -> None:
    assert [path.stem for path in FILES] == published()


@each
def test_a_golden_sample_is_read_and_folds(path: Path) -> None:
    event = from_record(golden(path))
    assert event.type == path.stem
    assert type(event.data) not in UPCASTS
    state = KINDS[event.kind].fold(event.aggregate.partition(":")[2], [event])
    assert state is not None and event.aggregate == KINDS[event.kind].key(state.id)


@each
def test_a_golden_sample_is_written_again_to_the_byte_but_for_the_fields_added_since(path: Path) -> None:
    record = golden(path)
    again = to_record("headway", from_record(record))
    assert (again.topic, again.key, again.headers) == (record.topic, record.key, record.headers)
    said, written = orjson.loads(record.value), orjson.loads(again.value)
    assert orjson.dumps(as_said(written, said)) == record.value
    assert {name: value for name, value in written.items() if name not in said}.items() <= defaults(path.stem).items()


@each
def test_a_golden_sample_passes_a_commit_and_the_structured_mode_as_it_was(path: Path) -> None:
    record = golden(path)
    event = from_record(record)
    stored = orjson.loads(orjson.dumps(to_stored(event)))
    assert stored["type"] == path.stem
    assert from_stored(event.aggregate, stored) == event
    assert from_structured(orjson.loads(orjson.dumps(to_structured(record))), record.topic) == record


def as_said(written: Any, said: Any) -> Any:
    """What was written again, without the fields that were added since, to the event or to what it holds."""
    if isinstance(written, dict) and isinstance(said, dict):
        return {name: as_said(value, said[name]) for name, value in written.items() if name in said}
    if isinstance(written, list) and isinstance(said, list) and len(written) == len(said):
        return [as_said(*both) for both in zip(written, said, strict=True)]
    return written


def defaults(type_name: str) -> dict[str, object]:
    """What stands for each field that is left out."""
    return {name: schema["default"] for name, schema in schema_of(type_name)["properties"].items() if "default" in schema}


@pytest.mark.parametrize("type_name", published())
def test_what_says_the_least_is_read_as_it_was_written(type_name: str) -> None:
    """A field that must be given is written whatever it holds: one that may be None would be left out and asked for."""
    from headway.contracts.samples import sample

    cls = PAYLOADS[type_name]
    event = sample(type_name)
    stored = to_stored(event)
    required = [name for name in stored["data"] if name in _required(cls)]
    assert set(required) == _required(cls)
    stored["data"] = {name: stored["data"][name] for name in required}
    assert to_stored(from_stored(event.aggregate, stored))["data"].keys() >= set(required)


def _required(cls: type) -> set[str]:
    from libs.events.event import adapter

    schema = adapter(cls).json_schema()
    nullable = {n for n, s in schema.get("properties", {}).items() if {"type": "null"} in s.get("anyOf", ())}
    required = set(schema.get("required", ()))
    assert not required & nullable, f"{required & nullable} must be given and may be None"
    return required
