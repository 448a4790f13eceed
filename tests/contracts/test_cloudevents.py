"""What Headway sends are CloudEvents, by the judgement of the SDKs that others read them with; and its own reader keeps to the specification."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat

from libs.events.cloudevents import MalformedCloudEvent, read_batch, read_cloudevent, read_message
from libs.events.envelope import Undecodable, from_record, from_structured, instant, to_structured
from libs.events.ports.log import Record
from tests.contracts.golden_samples import FILES, golden
from tests.patience import GIVE_UP

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/headway/backlog", "type": "headway.backlog.item.started.v1"}


def attributes(record: Record) -> dict[str, str]:
    """The attributes as they stand in the headers."""
    return {name.removeprefix("ce_"): value for name, value in record.headers.items() if name != "content-type"}


# What others read


@each
def test_the_python_sdk_reads_a_record_and_its_structured_form(path: Path) -> None:
    record = golden(path)
    message = KafkaMessage({name: value.encode() for name, value in record.headers.items()}, record.key.encode(), record.value)
    structured = json.dumps(to_structured(record)).encode()
    for event in (from_binary_event(message), JSONFormat().read(None, structured)):
        expected = attributes(record)
        assert (event.get_id(), event.get_type(), event.get_source()) == (expected["id"], path.stem, expected["source"])
        assert (event.get_subject(), event.get_time()) == (expected["subject"], instant(expected["time"]))
        assert {name: event.get_extension(name) for name in ("sequence", "actor", "actorrole")} == {n: expected[n] for n in ("sequence", "actor", "actorrole")}
        assert event.get_data() == json.loads(record.value)


def test_the_npm_sdk_reads_every_record_and_its_structured_form(node: Path) -> None:
    records = [golden(path) for path in FILES]
    lines = [json.dumps(m) for r in records for m in ({"headers": dict(r.headers), "value": r.value.decode()}, {"structured": to_structured(r)})]
    done = subprocess.run(["node", "cloudevents.mjs"], cwd=node, input="\n".join(lines), capture_output=True, text=True, timeout=GIVE_UP, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(lines)
    for n, event in enumerate(found):
        record = records[n // 2]
        expected = attributes(record)
        assert "error" not in event, (record.headers["ce_id"], event)
        assert {name: event[name] for name in ("id", "type", "source", "subject", "sequence")} == {
            name: expected[name] for name in ("id", "type", "source", "subject", "sequence")
        }
        assert instant(event["time"]) == instant(expected["time"])
        assert event["data"] == json.loads(record.value)


@each
def test_our_own_reader_finds_in_a_record_what_was_written(path: Path) -> None:
    record = golden(path)
    expected = {**attributes(record), "datacontenttype": "application/json", "data": json.loads(record.value)}
    assert read_message(record.headers, record.value) == [expected]
    assert read_cloudevent(to_structured(record)) == expected


# What the specification asks of a reader


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"subject": None, "time": None, "datacontenttype": None, "dataschema": None},
        {"time": "2026-03-02T09:30:00.123456789Z"},
        {"time": "2026-03-02t09:30:00z"},
        {"time": "2026-03-02T09:30:00-03:30"},
        {"time": "2016-12-31T23:59:60Z"},
        {"source": "#part"},
        {"source": "urn:example:a%20b"},
        {"dataschema": "urn:headway:event:headway.backlog.item.started.v1"},
        {"datacontenttype": 'text/plain; charset="utf-8"'},
        {"extnumber": -(2**31), "extflag": False, "exttext": "", "a1": "x"},
        {"data": None},
        {"data": "text", "datacontenttype": "text/plain"},
        {"data": [1, {"a": None}]},
        {"data_base64": "AAE="},
    ],
)
def test_what_the_specification_allows_is_read(more: dict[str, Any]) -> None:
    event = read_cloudevent({**EVENT, **more})
    expected = {name: value for name, value in {**EVENT, **more}.items() if name == "data" or (value is not None and name != "data_base64")}
    assert {name: value for name, value in event.items() if name != "data" or "data" in more} == expected
    if "data_base64" in more:
        assert event["data"] == b"\x00\x01"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"specversion": None}, "specversion is missing"),
        ({"id": None}, "id is missing"),
        ({"type": None}, "type is missing"),
        ({"source": None}, "source is missing"),
        ({"specversion": "0.3"}, "1.0 alone"),
        ({"specversion": 1.0}, "specversion is text"),
        ({"id": ""}, "id is not"),
        ({"id": 7}, "id is text"),
        ({"type": ""}, "type is not"),
        ({"source": ""}, "source is not a URI reference"),
        ({"source": "two words"}, "source is not a URI reference"),
        ({"source": "a%2"}, "source is not a URI reference"),
        ({"subject": ""}, "subject is not"),
        ({"subject": "a\nb"}, "control character"),
        ({"subject": "a\ud800"}, "control character"),
        ({"subject": "a\uffff"}, "control character"),
        ({"time": ""}, "RFC 3339"),
        ({"time": "2026-03-02"}, "RFC 3339"),
        ({"time": "2026-03-02T09:30Z"}, "RFC 3339"),
        ({"time": "2026-03-02T09:30:00"}, "RFC 3339"),
        ({"time": "2026-03-02T09:30:00+05"}, "RFC 3339"),
        ({"time": "2026-02-30T09:30:00Z"}, "RFC 3339"),
        ({"time": "2026-03-02T25:30:00Z"}, "RFC 3339"),
        ({"time": "2026-03-02T09:30:61Z"}, "RFC 3339"),
        ({"time": 1767225600}, "time is text"),
        ({"datacontenttype": ""}, "media type"),
        ({"datacontenttype": "json"}, "media type"),
        ({"datacontenttype": "a/b c"}, "media type"),
        ({"dataschema": ""}, "absolute URI"),
        ({"dataschema": "/relative"}, "absolute URI"),
        ({"my_extension": "x"}, "no name"),
        ({"myExtension": "x"}, "no name"),
        ({"my.extension": "x"}, "no name"),
        ({"größe": "x"}, "no name"),
        ({"": "x"}, "no name"),
        ({"ext": 1.5}, "32 bits"),
        ({"ext": 2**31}, "32 bits"),
        ({"ext": {"a": 1}}, "32 bits"),
        ({"ext": ["a"]}, "32 bits"),
        ({"data": "x", "data_base64": "AAE="}, "exclude each other"),
        ({"data_base64": "A"}, "not Base64"),
        ({"data_base64": "A*=="}, "not Base64"),
        ({"data_base64": 7}, "not Base64"),
    ],
)
def test_what_the_specification_forbids_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(MalformedCloudEvent, match=words):
        read_cloudevent({**EVENT, **wrong})


def test_a_batch_is_read_whole_or_not_at_all() -> None:
    assert read_batch([]) == []
    assert read_batch([EVENT, EVENT]) == [EVENT, EVENT]
    for wrong in ([EVENT, {"id": "1"}], [EVENT, "text"], [[EVENT]], EVENT, None):
        with pytest.raises(MalformedCloudEvent):
            read_batch(wrong)


BINARY = {f"ce_{name}": value for name, value in EVENT.items()}


@pytest.mark.parametrize(
    ("headers", "body", "found"),
    [
        (BINARY, b"", [EVENT]),
        ({**BINARY, "content-type": "application/json"}, b"[1]", [{**EVENT, "datacontenttype": "application/json", "data": [1]}]),
        ({**BINARY, "content-type": "text/plain"}, b"[1]", [{**EVENT, "datacontenttype": "text/plain", "data": b"[1]"}]),
        ({**BINARY, "content-type": "application/x+json"}, b"1", [{**EVENT, "datacontenttype": "application/x+json", "data": 1}]),
        ({f"CE-{name}": value for name, value in EVENT.items()} | {"Ce-Subject": "caf%C3%A9"}, b"", [{**EVENT, "subject": "café"}]),
        ({"content-type": "application/cloudevents+json; charset=utf-8"}, json.dumps(EVENT).encode(), [EVENT]),
        ({"content-type": "application/cloudevents-batch+json"}, json.dumps([EVENT, EVENT]).encode(), [EVENT, EVENT]),
    ],
)
def test_a_message_is_read_in_each_mode(headers: dict[str, str], body: bytes, found: list[dict[str, Any]]) -> None:
    assert read_message(headers, body) == found


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"{}"),
        ({"content-type": "application/json"}, b"{}"),
        ({**BINARY, "ce_specversion": "0.3"}, b""),
        ({**BINARY, "content-type": "application/json"}, b"{"),
        ({**BINARY, "content-type": "json"}, b"{}"),
        ({**BINARY, "ce_datacontenttype": "text/plain"}, b""),
        ({"content-type": "application/cloudevents+json"}, b"{"),
        ({"content-type": "application/cloudevents+json"}, b"[]"),
        ({"content-type": "application/cloudevents+avro"}, b""),
        ({"content-type": "application/cloudevents-batch+json"}, json.dumps(EVENT).encode()),
    ],
)
def test_a_message_that_holds_no_event_is_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(MalformedCloudEvent):
        read_message(headers, body)


def test_what_another_process_of_ours_answers_is_read_strictly() -> None:
    record = golden(FILES[0])
    structured = to_structured(record)
    assert from_structured(structured, record.topic) == record
    for wrong in ({**structured, "specversion": "0.3"}, {**structured, "time": "today"}, {**structured, "data_base64": "AA=="}):
        with pytest.raises(ValueError, match=r"1\.0|RFC 3339|exclude"):
            from_structured(wrong, record.topic)


ANY = golden(FILES[0])


@pytest.mark.parametrize("name", [name for name in ANY.headers if name not in ("ce_traceparent", "content-type")])
def test_a_record_without_one_of_its_attributes_is_undecodable(name: str) -> None:
    with pytest.raises(Undecodable):
        from_record(Record(ANY.topic, ANY.key, {n: v for n, v in ANY.headers.items() if n != name}, ANY.value))


@pytest.mark.parametrize(
    "change",
    [
        {"ce_source": "/headway/roadmap"},
        {"ce_source": ""},
        {"ce_subject": "backlog:other"},
        {"ce_time": "2026-03-02"},
        {"ce_time": "2026-03-02T09:30Z"},
        {"ce_time": "2026-03-02T09:30:00+05"},
        {"ce_time": "2026-03-02T09:30:00+05:00:30"},
        {"ce_time": "20260302T093000Z"},
        {"ce_time": "2026-W10-1T09:30:00Z"},
        {"ce_time": "2026-03-02T09:30:00,5Z"},
        {"ce_time": "2026-03-02 09:30:00Z"},
        {"ce_recorded": "lunchtime"},
    ],
)
def test_a_record_of_ours_that_is_no_cloudevent_is_undecodable(change: dict[str, str]) -> None:
    with pytest.raises(Undecodable):
        from_record(Record(ANY.topic, ANY.key, {**ANY.headers, **change}, ANY.value))


def test_bytes_that_are_no_json_pass_the_structured_mode_unchanged() -> None:
    whole = golden(FILES[0])
    damaged = Record(whole.topic, whole.key, whole.headers, b"\xff\x00")
    assert from_structured(to_structured(damaged), whole.topic) == damaged
