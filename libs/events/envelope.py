"""Converts events to and from CloudEvents 1.0, and to and from the documents in which commits are stored."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import orjson
from pydantic import ValidationError

from libs.events.cloudevents import read_cloudevent
from libs.events.event import KINDS, PAYLOADS, UPCASTS, Actor, Event, Payload, adapter, current, kind_of, position
from libs.events.ports.log import Record
from libs.runtime.frozen_dataclasses import maker


class Undecodable(Exception):
    """A record or document that is no event this code knows; the reason is for the operator who finds it parked."""


def to_stored(event: Event) -> dict[str, Any]:
    """The document of one event within a commit; times as ISO text, `time` with the offset of its place, the others in UTC."""
    return {
        "seq": event.sequence,
        "id": event.id,
        "type": event.type,
        "time": iso(event.time),
        "recorded": iso(event.recorded),
        "stored": iso(event.stored),
        "data": payload(event),
        "actor": {"id": event.actor.id, "role": event.actor.role},
        "traceparent": event.traceparent,
    }


def from_stored(aggregate: str, document: Mapping[str, Any]) -> Event:
    """The inverse of `to_stored`. Raises Undecodable."""
    try:
        said = adapter(PAYLOADS[document["type"]]).validate_python(document["data"])
        data = current(said)
        return Event(
            aggregate,
            document["seq"],
            place_time(document["time"]),
            instant(document["recorded"]),
            instant(document["stored"]),
            actor(document["actor"]["id"], document["actor"]["role"]),
            data,
            document["traceparent"],
            None if data is said else said,
        )
    except (KeyError, TypeError, ValueError) as e:
        raise Undecodable(f"{aggregate}@{document.get('seq')}: {_why(e)}") from e


def payload(event: Event) -> dict[str, Any]:
    """What the event says, as JSON values (money's amounts and days as text), in the version in which it was written."""
    said = event.data if event.written is None else event.written
    data: dict[str, Any] = adapter(type(said)).dump_python(said, mode="json", exclude_none=True)
    return data


def to_record(namespace: str, event: Event) -> Record:
    """A CloudEvent in Kafka's binary mode; the topic is the publishing service's."""
    service = KINDS[event.kind].service
    headers = {f"ce_{name}": value for name, value in attributes(event).items()}
    headers["content-type"] = "application/json"
    return Record(topic(namespace, service), event.aggregate, headers, orjson.dumps(payload(event)))


SERVICES: Final = ("backlog", "roadmap", "portfolio")
"""Who owns facts and publishes them."""


def topic(namespace: str, service: str) -> str:
    """The topic on which a service publishes."""
    return f"{namespace}.{service}"


def all_topics(namespace: str) -> list[str]:
    """The topics of all services: the whole log."""
    return [topic(namespace, service) for service in SERVICES]


def attributes(event: Event) -> dict[str, str]:
    """The CloudEvents attributes of an event: `subject` is the aggregate, `sequence` its number in it."""
    found = {
        "specversion": "1.0",
        "id": event.id,
        "source": _source(KINDS[event.kind].service),
        "type": event.type,
        "subject": event.aggregate,
        "time": iso(event.time),
        "sequence": str(event.sequence),
        "recorded": iso(event.recorded),
        "stored": iso(event.stored),
        "actor": event.actor.id,
        "actorrole": event.actor.role,
    }
    if event.traceparent:
        found["traceparent"] = event.traceparent
    return found


def _source(service: str) -> str:
    return f"/headway/{service}"


def from_record(record: Record) -> Event:
    """The event in a record. Raises Undecodable, never anything else."""
    h = record.headers
    try:
        aggregate, sequence = position(h["ce_id"])
        if h["ce_specversion"] != "1.0" or aggregate != record.key or str(sequence) != h["ce_sequence"]:
            raise Undecodable(f"{h['ce_id']}: the envelope contradicts itself")
        kind, source, read = _reader(h["ce_type"])
        if kind != aggregate.partition(":")[0]:
            raise Undecodable(f"{h['ce_id']}: {h['ce_type']} is not said of this kind")
        if h["ce_source"] != source or h["ce_subject"] != aggregate:
            raise Undecodable(f"{h['ce_id']}: its source or its subject is another's")
        said = read(record.value)
        data = current(said) if type(said) in UPCASTS else said
        return _event(
            record.key,
            sequence,
            place_time(h["ce_time"]),
            instant(h["ce_recorded"]),
            instant(h["ce_stored"]),
            actor(h["ce_actor"], h["ce_actorrole"]),
            data,
            h.get("ce_traceparent"),
            None if data is said else said,
        )
    except (KeyError, ValueError, TypeError) as e:
        raise Undecodable(f"{h.get('ce_id', record.key)}: {_why(e)}") from e


_event = maker(Event)


@lru_cache(maxsize=1024)
def _reader(type_name: str) -> tuple[str, str, Callable[[bytes], Payload]]:
    """The kind of which events of this type are said, their source, and what reads their data. Raises KeyError for a type that is not known."""
    read = adapter(PAYLOADS[type_name]).validator.validate_json  # the adapter's own only passes its arguments on
    kind = kind_of(type_name)
    return kind.name, _source(kind.service), read


def to_structured(record: Record) -> dict[str, Any]:
    """The record as one JSON CloudEvent (structured mode), as `/events` and `headway events --json` give it."""
    event: dict[str, Any] = {name[3:]: value for name, value in record.headers.items() if name.startswith("ce_")}
    event["datacontenttype"] = record.headers.get("content-type", "application/json")
    try:
        event["data"] = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        event["data_base64"] = base64.b64encode(record.value).decode()
    return event


def from_structured(event: Mapping[str, Any], topic: str) -> Record:
    """The inverse of `to_structured`, for the topic that it was published on. Raises ValueError where it is no CloudEvent, KeyError where it is not ours."""
    found = read_cloudevent(event)
    value, content_type = found.pop("data"), found.pop("datacontenttype", "application/json")
    headers = {f"ce_{name}": str(value) for name, value in found.items()} | {"content-type": content_type}
    return Record(topic, found["subject"], headers, value if isinstance(value, bytes) else orjson.dumps(value))


def iso(instant: datetime) -> str:
    """RFC 3339, in UTC where it is said so, else with its offset; the three times of an event are often one, and each is written twice."""
    return _iso(instant, None if instant.tzinfo is UTC else instant.utcoffset())


@lru_cache(maxsize=4096)
def _iso(instant: datetime, offset: timedelta | None) -> str:
    return (instant if offset else instant.astimezone(UTC)).isoformat().replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The inverse of `iso`, in UTC. Raises ValueError where it is not RFC 3339."""
    found = place_time(text)
    return found if found.tzinfo is UTC else found.astimezone(UTC)


@lru_cache(maxsize=4096)
def place_time(text: str) -> datetime:
    """The inverse of `iso`; equal texts share one object, since many events of an import bear the same. Raises ValueError where it is not RFC 3339."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    # What Python reads beyond RFC 3339: no seconds, weeks, decimals behind a comma, no colons, offsets of whole hours or with seconds.
    if text[16:17] != ":" or text[7] != "-" or text[10] != "T" or text[19:20] == "," or not (text[-1] == "Z" or text[-6] in "+-"):
        raise ValueError(f"{text} is not an instant of RFC 3339, as in 2024-05-01T09:00:00Z")
    return found if found.utcoffset() else found.astimezone(UTC)


@lru_cache(maxsize=4096)
def actor(id: str, role: str) -> Actor:
    """One shared object per actor: a few people say most of what is said."""
    return Actor(id, role)


def _why(e: Exception) -> str:
    if isinstance(e, ValidationError):
        return "; ".join(": ".join(filter(None, (".".join(map(str, x["loc"])), x["msg"]))) for x in e.errors(include_input=False, include_url=False)[:5])
    if isinstance(e, KeyError):
        return f"{e.args[0]} is not known or missing"
    return str(e)
