"""A GraphQL request, and which operation it means."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationDefinitionNode, OperationType

from services.gateway.graphql.answers.entry_points import of_the_world
from services.gateway.graphql.cost.limits import INTROSPECTION, Prepared, demand, prepared
from services.gateway.graphql.schema import schema


class WorldQuestion(NamedTuple):
    """What names a query that the world, people's names and the caller's rights answer alone, and what its answer depends on beside these."""

    name: str
    """Of the document, the operation and the variables as they came."""
    meaning: str
    """The same, whatever the order of the variables."""
    kept: bool
    """Whether its answer may be kept: not what asks about the schema."""


@dataclass(frozen=True)
class GraphQLRequest:
    """A GraphQL request: the document, the name of the operation in it, and the variables, which nobody changes."""

    query: str
    operation: str | None
    variables: dict[str, Any]

    def found(self) -> tuple[Prepared, OperationDefinitionNode] | None:
        """The document and the operation that is meant; None where there is none, or the document cannot be read."""
        try:
            document = prepared(schema()._schema, self.query)
        except GraphQLError:
            return None
        operation = document.operation(self.operation)
        return (document, operation) if operation else None

    @property
    def kind(self) -> OperationType | None:
        """Whether it is a query, a mutation or a subscription; None where nothing is meant."""
        found = self.found()
        return found[1].operation if found else None

    @cached_property
    def question(self) -> WorldQuestion | None:
        """The question of the world that this asks, found once; None where it asks anything else."""
        found = self.found()
        entries = of_the_world(*found) if found is not None else None
        if entries is None:
            return None
        named = self.query, self.operation or ""
        # Not orjson: numbers may be of any length.
        return WorldQuestion(
            hashed(*named, json.dumps(self.variables)),
            hashed(*named, json.dumps(self.variables, sort_keys=True)),
            all(entry.name.value not in INTROSPECTION for entry in entries),
        )

    @cached_property
    def demand(self) -> int:
        """How many objects it asks for at most, counted once; 0 where nothing is meant. Raises GraphQLError for more than anybody may ask for."""
        found = self.found()
        return demand(schema()._schema, *found, self.variables) if found is not None else 0


def hashed(*parts: str) -> str:
    """Parts in an order, as one short text."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
