"""The schema: queries, mutations, subscriptions, with the limits and errors that hold for all of them."""

from __future__ import annotations

from functools import cache

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

import libs.commands.catalog
import libs.events.catalog  # noqa: F401  (the registries are filled by importing them)
from services.gateway.extensions import Limited, Readable, Said
from services.gateway.mutations import mutation_type
from services.gateway.query import Query
from services.gateway.scalars import SCALARS
from services.gateway.subscriptions import Subscription


class Schema(strawberry.Schema):
    """A schema whose errors are logged by `Readable` alone: what callers get wrong is no news to an operator."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Leaves the log alone."""


@cache
def schema() -> Schema:
    """The one schema of the process, made when it is first asked for: every command's declaration must have been imported by then."""
    return Schema(
        query=Query,
        mutation=mutation_type(),
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        extensions=[Readable, Said, Limited],
    )
