"""What was probably meant where a command, or a field of what is given, is mistyped: what the services say at their doors, for the gateway's."""

from __future__ import annotations

import re
from typing import Final

from graphql import GraphQLError, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema

from libs.commands.validation import did_you_mean

_UNKNOWN: Final = (
    re.compile(r"of type '(?P<type>\w+)' not to include unknown field '(?P<name>\w+)'"),
    re.compile(r"Cannot query field '(?P<name>\w+)' on type '(?P<type>Mutation)'"),
)
"""How GraphQL says so. What may be asked of an answer is left to the tools that know the schema: each guess would look through all of a type."""


def suggested(schema: GraphQLSchema, error: GraphQLError) -> GraphQLError:
    """The error with the name that is most like the unknown one, and the unknown one as its `field`; another error as it is."""
    said = next((found for form in _UNKNOWN if (found := form.search(error.message))), None)
    kind = schema.get_type(said["type"]) if said else None
    if said is None or not isinstance(kind, GraphQLInputObjectType | GraphQLObjectType):
        return error
    message = f"{error.message.rstrip('.')}{did_you_mean(said['name'], list(kind.fields)) or '.'}"
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions={**(error.extensions or {}), "field": said["name"]})
