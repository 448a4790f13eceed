"""Suggests what was probably meant by a mistyped command, field, argument or choice."""

from __future__ import annotations

import re
from typing import Final

from graphql import GraphQLEnumType, GraphQLError, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from libs.commands.validation import did_you_mean

_UNKNOWN: Final = (
    re.compile(r"of type '(?P<type>\w+)' not to include unknown field '(?P<name>\w+)'"),
    re.compile(r"Cannot query field '(?P<name>\w+)' on type '(?P<type>\w+)'"),
    re.compile(r"Unknown argument '(?P<name>\w+)' on field '(?P<type>\w+)\.(?P<of>\w+)'"),
    re.compile(r"Value '(?P<name>\w+)' does not exist in '(?P<type>\w+)' enum"),
)
"""How GraphQL says so. A document is refused with 20 errors at most, so guessing at each costs little."""


def suggested(schema: GraphQLSchema, error: GraphQLError) -> GraphQLError:
    """The error with the name that is most like the unknown one, and the unknown one as its `field`; another error as it is."""
    said = next((found for form in _UNKNOWN if (found := form.search(error.message))), None)
    if said is None:
        return error
    message = f"{error.message.rstrip('.')}{did_you_mean(said['name'], _known(schema, **said.groupdict())) or '.'}"
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions={**(error.extensions or {}), "field": said["name"]})


def _known(schema: GraphQLSchema, type: str, of: str | None = None, **_: str) -> list[str]:
    """The names that might stand in the place of the unknown one: of a type's fields, of an argument of the field `of`, of an enum's values."""
    kind = schema.get_type(type)
    if isinstance(kind, GraphQLEnumType):
        return list(kind.values)
    if not isinstance(kind, GraphQLInputObjectType | GraphQLObjectType | GraphQLInterfaceType):
        return []
    if of is None:
        return list(kind.fields)
    field = None if isinstance(kind, GraphQLInputObjectType) else kind.fields.get(of)
    return list(field.args) if field else []
