"""The contracts, made from the declarations: GraphQL, OpenAPI, AsyncAPI, and the events' JSON Schemas with an example of each."""

from headway.contracts.asyncapi import asyncapi
from headway.contracts.http import graphql, openapi
from headway.contracts.schemas import events

__all__ = ["asyncapi", "events", "graphql", "openapi"]
