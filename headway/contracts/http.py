"""Generates the HTTP contracts: the GraphQL schema and the OpenAPI document."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

VERSION = "1.0.0"


def graphql() -> str:
    """The gateway's schema in the schema definition language."""
    from services.gateway.graphql.schema import schema

    return schema().as_str()


def openapi() -> dict[str, Any]:
    """The services' commands and reads, each path under its service, and the gateway's own doors, as one document."""
    from headway.stack import create_stack
    from libs.service.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        stack = create_stack(Settings(data=Path(folder)))
        documents = _apart({f"/{name}": service.app.openapi() for name, service in stack.process.services.items()} | {"": stack.openapi()})
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
