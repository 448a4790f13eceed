"""The contracts, made from the declarations: GraphQL, OpenAPI, AsyncAPI, and the events' JSON Schemas."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from headway.stack import NAMES, SERVICES, create_stack
from libs.events.event import PAYLOADS, adapter
from libs.service.process import Process
from libs.service.settings import Settings
from services.gateway.schema import schema

VERSION = "1.0.0"


def graphql() -> str:
    """The gateway's schema in the schema definition language."""
    return schema().as_str()


def openapi() -> dict[str, Any]:
    """The services' commands and reads, each path under its service, and the gateway's own doors, as one document."""
    with tempfile.TemporaryDirectory() as folder:
        stack = create_stack(Settings(data=Path(folder)))
        process: Process = stack.state.process
        documents = _apart({f"/{name}": service.app.openapi() for name, service in process.services.items()} | {"": stack.openapi()})
    whole: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Headway", "version": VERSION}, "paths": {}, "components": {}, "security": [{"token": []}]}
    for mount, document in documents.items():
        for path, operations in document["paths"].items():
            whole["paths"][mount + path] = {method: _named(mount, operation) for method, operation in operations.items()}
        for section, entries in document["components"].items():
            whole["components"].setdefault(section, {}).update(entries)
    return whole


def _apart(documents: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The documents, with schemas that several services name alike and mean differently under names of their own."""
    schemas = {mount: document["components"]["schemas"] for mount, document in documents.items()}
    names = {name for mine in schemas.values() for name in mine}
    unlike = [name for name in names if len({json.dumps(mine[name], sort_keys=True) for mine in schemas.values() if name in mine}) > 1]
    for mount in documents:
        for name in unlike:
            if name in schemas[mount]:
                own = mount.removeprefix("/").capitalize() + name
                text = json.dumps(documents[mount]).replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{own}"')
                documents[mount] = json.loads(text)
                found = documents[mount]["components"]["schemas"]
                found[own] = found.pop(name)
    return documents


def _named(mount: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The operation under a name that no other service has."""
    service, name = mount.removeprefix("/"), operation["operationId"]
    return operation if not service or name.startswith(f"{service}_") else {**operation, "operationId": f"{service}_{name}"}


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
