"""The stream of events as an AsyncAPI 3.0 document: the topics, every event that is said on each, how it travels, and an example of it."""

from __future__ import annotations

from typing import Any

from headway.contracts.http import VERSION
from headway.contracts.samples import sample
from headway.contracts.schemas import events, owner, says, superseded, title_of
from libs.events.envelope import SERVICES, attributes, payload, topic
from libs.events.event import kind_of
from libs.events.values import PLAIN_ID
from libs.service.settings import Settings

BINDING = "0.5.0"
INSTANT = {"type": "string", "format": "date-time"}

DESCRIPTION = """\
What the services of Headway say, for whoever wants to hear it. Every message is a CloudEvent 1.0 in Kafka's binary mode: its attributes are the headers \
`ce_…`, its data is the value, as JSON. The key is the aggregate (`kind:id`), so that all that is said of one thing lies in one partition, in order. \
Nothing is ever deleted: reading from the beginning gives the whole history. A message may come more than once: `ce_id` says which one it is, and \
`ce_sequence` counts the events of an aggregate from 1 without a gap. Three times are told apart: `ce_time` is when it was true, `ce_recorded` when it was \
learned, `ce_stored` when it arrived. A version of an event never changes but by optional fields that are added: pass over fields that you do not know."""


def asyncapi(settings: Settings | None = None) -> dict[str, Any]:
    """The topics that these settings name, what is said on each, and the CloudEvents attributes in the headers (AsyncAPI 3.0.0, Kafka bindings)."""
    settings = settings or Settings()
    schemas = events()
    by_service: dict[str, list[str]] = {service: [name for name in schemas if owner(name) == service] for service in SERVICES}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:headway:events",
        "info": {"title": "Headway's events", "version": VERSION, "description": DESCRIPTION, "tags": [{"name": service} for service in SERVICES]},
        "defaultContentType": "application/json",
        "channels": {service: _channel(topic(settings.namespace, service), service, names, settings.partitions) for service, names in by_service.items()},
        "operations": {
            f"{service}Says": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{service}"},
                "title": f"The {service} service publishes",
                "summary": f"The {service} service publishes what it has decided, in order per aggregate, at least once.",
                "messages": [{"$ref": f"#/channels/{service}/messages/{name}"} for name in names],
            }
            for service, names in by_service.items()
        },
        "components": {
            "messages": {name: _message(name) for name in schemas},
            "schemas": {"cloudEventHeaders": _headers()} | _hoisted(schemas),
        },
    }


def _channel(address: str, service: str, names: list[str], partitions: int) -> dict[str, Any]:
    kafka = {
        "topic": address,
        "partitions": partitions,
        "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1, "retention.bytes": -1},
        "bindingVersion": BINDING,
    }
    return {
        "address": address,
        "title": f"What the {service} service says",
        "description": f"Every event of the {service} service, kept without limit.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": kafka},
    }


def _message(name: str) -> dict[str, Any]:
    event = sample(name)
    sent = {f"ce_{attribute}": value for attribute, value in attributes(event).items()} | {"content-type": "application/json"}
    fixed = {"ce_type": {"const": name}, "ce_source": {"const": sent["ce_source"]}}
    kind = kind_of(name).name
    return {
        "name": name,
        "title": title_of(name),
        "summary": says(name),
        "contentType": "application/json",
        "tags": [{"name": tag} for tag in dict.fromkeys((owner(name), kind, *(("superseded",) if superseded(name) else ())))],
        "headers": {"type": "object", "allOf": [{"$ref": "#/components/schemas/cloudEventHeaders"}, {"properties": fixed}]},
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "bindings": {"kafka": {"key": {"type": "string", "pattern": f"^{kind}:{PLAIN_ID}$", "examples": [event.aggregate]}, "bindingVersion": BINDING}},
        "examples": [{"name": "whole", "summary": "With every field.", "headers": sent, "payload": payload(event)}],
    }


def _headers() -> dict[str, Any]:
    """What every message bears beside its data; `ce_traceparent` only where the command that led to it was traced."""
    properties: dict[str, Any] = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "pattern": f"^[a-z_]+:{PLAIN_ID}@[1-9][0-9]*$", "description": "The position, kind:id@sequence, which no other event has."},
        "ce_source": {"type": "string", "format": "uri-reference", "description": "The service that says it."},
        "ce_type": {"type": "string", "description": "The stable name of what is said, with its version."},
        "ce_subject": {"type": "string", "pattern": f"^[a-z_]+:{PLAIN_ID}$", "description": "The aggregate, kind:id; also the key."},
        "ce_time": INSTANT | {"description": "When it was true."},
        "ce_sequence": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "The number of the event in its aggregate, from 1 without a gap."},
        "ce_recorded": INSTANT | {"description": "When it was learned."},
        "ce_stored": INSTANT | {"description": "When it arrived, by the clock of its owner."},
        "ce_actor": {"type": "string", "description": "Who said it: an id, never a name."},
        "ce_actorrole": {"type": "string", "description": "The role in which it was said, such as cab@env."},
        "ce_traceparent": {"type": "string", "description": "W3C Trace Context of the command that led to it."},
        "content-type": {"const": "application/json"},
    }
    return {"type": "object", "properties": properties, "required": [name for name in properties if name != "ce_traceparent"]}


def _hoisted(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas as components of one document: what they share stands once, and references lead to it."""
    components: dict[str, Any] = {}
    for name, schema in schemas.items():
        own = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}
        components[name] = _referring(own)
        for part, definition in schema.get("$defs", {}).items():
            found = components.setdefault(part, _referring(definition))
            if found != _referring(definition):
                raise ValueError(f"{name} means another {part} than the events before it: give one of the classes another name")
    return components


def _referring(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_referring(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" and isinstance(value, str) else _referring(value)
        for key, value in schema.items()
    }
