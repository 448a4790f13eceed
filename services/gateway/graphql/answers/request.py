"""A GraphQL request, and which operation it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType

from services.gateway.graphql.cost.limits import Prepared, prepared
from services.gateway.graphql.schema import schema


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A GraphQL request: the document, the name of the operation in it, and the variables."""

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
