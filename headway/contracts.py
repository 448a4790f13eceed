"""The contracts, made from the declarations: GraphQL, OpenAPI, AsyncAPI, and the events' JSON Schemas."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from headway.stack import NAMES, SERVICES
from libs.events.event import PAYLOADS, adapter
from libs.service.process import Process
from libs.service.settings import Settings
from services.gateway.schema import schema

VERSION = "1.0.0"


def graphql() -> str:
    """The gateway's schema in the schema definition language."""
    return schema().as_str()


def openapi() -> dict[str, Any]:
    """The three services' commands and reads as one document, each path under its service."""
    with tempfile.TemporaryDirectory() as folder:
        process = Process(Settings(data=Path(folder)))
        documents = {name: process.add(declared).app.openapi() for name, declared in SERVICES.items()}
    whole: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Headway", "version": VERSION}, "paths": {}, "components": {}, "security": [{"token": []}]}
    for name, document in documents.items():
        whole["paths"] |= {f"/{name}{path}": operations for path, operations in document["paths"].items()}
        for section, entries in document["components"].items():
            whole["components"].setdefault(section, {}).update(entries)
    return whole


def events() -> dict[str, Any]:
    """Type name -> JSON Schema of the event's data, for everything that may be published."""
    return {name: schema_of(name) for name in sorted(PAYLOADS)}


def schema_of(type_name: str) -> dict[str, Any]:
    """The JSON Schema of one event's data, self-contained."""
    return adapter(PAYLOADS[type_name]).json_schema(mode="serialization")


def asyncapi(namespace: str = "headway") -> dict[str, Any]:
    """The topics, what is said on each, and the CloudEvents attributes in the headers (AsyncAPI 3.0)."""
    attributes = ("specversion", "id", "source", "type", "subject", "time", "sequence", "recorded", "stored", "actor", "actorrole")
    headers = {"type": "object", "properties": {f"ce_{a}": {"type": "string"} for a in attributes}, "required": [f"ce_{a}" for a in attributes]}
    by_service: dict[str, list[str]] = {name: [] for name in NAMES if name in SERVICES}
    for name in sorted(PAYLOADS):
        service = name.split(".")[1]
        if service in by_service:
            by_service[service].append(name)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Headway's events",
            "version": VERSION,
            "description": "CloudEvents 1.0 in Kafka's binary mode; the key is the aggregate, `kind:id`.",
        },
        "defaultContentType": "application/json",
        "channels": {
            service: {"address": f"{namespace}.{service}", "messages": {n: {"$ref": f"#/components/messages/{n}"} for n in names}}
            for service, names in by_service.items()
        },
        "operations": {f"{service}Says": {"action": "send", "channel": {"$ref": f"#/channels/{service}"}} for service in by_service},
        "components": {
            "messages": {
                n: {"name": n, "summary": (PAYLOADS[n].__doc__ or "").strip(), "headers": headers, "payload": schema_of(n)}
                for names in by_service.values()
                for n in names
            }
        },
    }
