"""Assembles the schema: queries, mutations and subscriptions, with limits and error handling for all of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLEnumType, GraphQLError, GraphQLInterfaceType, GraphQLObjectType
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryObjectDefinition

import libs.commands.catalog
import libs.events.catalog  # noqa: F401
import services.gateway.graphql.types.catalog  # noqa: F401  (the registries are filled by importing them)
from libs.events.choice import CHOICES, Choice
from services.gateway.graphql.counted_results import Counting
from services.gateway.graphql.durations import Timed
from services.gateway.graphql.extensions import AnswerExtensions, Limited, Readable
from services.gateway.graphql.mutations import mutation_type
from services.gateway.graphql.root_fields import Query
from services.gateway.graphql.scalars import SCALARS
from services.gateway.graphql.subscriptions import Subscription
from services.gateway.graphql.types.kinds.types import BY_KIND


class Schema(strawberry.Schema):
    """A schema whose errors are logged by `Readable` alone: what callers get wrong is no news to an operator."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        # What stands for a thing says itself of which type it is. To ask each type whether it is that one would cost once for each object of an answer.
        for kind in self._schema.type_map.values():
            if isinstance(kind, GraphQLObjectType):
                kind.is_type_of = None
            elif isinstance(kind, GraphQLInterfaceType):
                kind.resolve_type = _type_of
            elif isinstance(kind, GraphQLEnumType) and kind.name in CHOICES:
                _describe(kind, CHOICES[kind.name])

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Leaves the log alone."""


def _describe(kind: GraphQLEnumType, of: type[Choice]) -> None:
    """Says of an enum type, which was made when a type first named its choice, what the choice itself says."""
    kind.description = " ".join((of.__doc__ or "").split())
    for name, value in kind.values.items():
        value.description = of[name].description


def _type_of(thing: Any, _info: Any, _interface: Any) -> str:
    definition: StrawberryObjectDefinition = type(thing).__strawberry_definition__
    return definition.name


@cache
def schema() -> Schema:
    """The one schema of the process, made when it is first asked for: every command's declaration must have been imported by then."""
    return Schema(
        query=Query,
        mutation=mutation_type(),
        subscription=Subscription,
        types=[*BY_KIND.values()],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        extensions=[Timed, Readable, AnswerExtensions, Limited],
        execution_context_class=Counting,
    )
