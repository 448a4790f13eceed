"""`headway schema`: the contracts, to stdout."""

from __future__ import annotations

import enum
import json
from typing import Annotated

import typer

from headway.cli.app import HERE, app, settings


class Contract(enum.StrEnum):
    """What can be printed."""

    graphql = "graphql"
    openapi = "openapi"
    asyncapi = "asyncapi"
    events = "events"


@app.command()
def schema(contract: Annotated[Contract, typer.Argument(help="Which contract.")]) -> None:
    """Print a contract: the GraphQL schema, OpenAPI, AsyncAPI, or the events' JSON Schemas."""
    from headway.contracts import asyncapi, events, graphql, openapi

    match contract:
        case Contract.graphql:
            print(graphql())
        case Contract.openapi:
            print(json.dumps(openapi(), indent=2))
        case Contract.asyncapi:
            print(json.dumps(asyncapi(settings(HERE)), indent=2))
        case Contract.events:
            print(json.dumps(events(), indent=2))
