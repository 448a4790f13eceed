"""Schema extensions around every operation: limits, errors that say no more than they should, and the `extensions` of the response."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, NameNode, OperationDefinitionNode, OperationType, SelectionSetNode
from strawberry.extensions import SchemaExtension

from libs.commands.errors import HeadwayError
from libs.service.problems import problem
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.limits import Prepared, demand, prepared, refused
from services.gateway.graphql.suggestions import suggested

logger = logging.getLogger("headway.graphql")


class Limited(SchemaExtension):
    """Reads the document (once for all who send it) and refuses what asks too much before any of it runs."""

    def on_parse(self) -> Iterator[None]:
        """Gives the parsed document; one that cannot be read is refused when it is validated, since a stream breaks off where its parsing does."""
        asked = self.execution_context
        named = asked.operation_name  # as it was given: once there is a document, it is that of the first where none was
        try:
            self._prepared = prepared(asked.schema._schema, asked.query or "")
        except GraphQLError as e:
            self._prepared = Prepared(_of_nothing(named), (e,))
        if self._prepared.operation(named) is None:
            words = f"of the name {named[:80]!r}" if named is not None else "that is the only one: say which by `operationName`"
            self._prepared = Prepared(_of_nothing(named), (refused("OPERATION", f"The document has no operation {words}."),))
        asked.graphql_document = self._prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Gives what is wrong with the document, or with what its variables ask for."""
        asked = self.execution_context
        errors = list(self._prepared.errors)
        operation = self._prepared.operation(asked.operation_name)
        if not errors and operation is not None:
            try:
                asked.context.budget.asked = demand(asked.schema._schema, self._prepared, operation, asked.variables or {})
            except GraphQLError as e:
                errors = [e]
        asked.pre_execution_errors = errors
        yield


class AnswerExtensions(SchemaExtension):
    """Adds to the response's `extensions` what was withheld, and what was stored but not yet seen."""

    def on_execute(self) -> Iterator[None]:
        """Begins anew: one connection asks many things."""
        context: OperationContext = self.execution_context.context
        context.begin()
        yield

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Begins anew behind each answer of many: the next one says of itself alone."""
        yield
        context: OperationContext = self.execution_context.context
        context.again()

    def get_results(self) -> dict[str, Any]:
        """The parts of `extensions`."""
        context: OperationContext = self.execution_context.context
        return context.extensions()


class Readable(SchemaExtension):
    """Makes of every error what its reader may know."""

    def on_operation(self) -> Iterator[None]:
        """Replaces the errors of the answer."""
        yield
        self._mend(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Replaces the errors of one answer of many."""
        self._mend(result)
        yield

    def _mend(self, result: Any) -> None:
        if getattr(result, "errors", None):
            result.errors = [suggested(self.execution_context.schema._schema, readable(e)) for e in result.errors]


def _of_nothing(name: str | None) -> DocumentNode:
    """Stands for a document that is not executed."""
    named = NameNode(value=name) if name is not None else None
    nothing = SelectionSetNode(selections=())
    return DocumentNode(
        definitions=(OperationDefinitionNode(operation=OperationType.QUERY, name=named, variable_definitions=(), directives=(), selection_set=nothing),)
    )


def readable(error: GraphQLError) -> GraphQLError:
    """An error with `extensions.code`: a typed one as its problem details, what is wrong with the request as it is, anything else without details."""
    if (error.extensions or {}).get("code"):
        return error
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if isinstance(cause, HeadwayError):
        _, _, body = problem(cause)
        return _again(error, cause.detail, {"code": code_of(body), **body})
    if isinstance(error, GraphQLSyntaxError):
        return _again(error, error.message, {"code": "SYNTAX"})
    if cause is None:
        return _again(error, error.message.partition(" Did you mean")[0], {"code": "INVALID"})
    logger.error("unforeseen: %s", type(cause).__name__, exc_info=cause)
    return _again(error, "Something went wrong here.", {"code": "UNFORESEEN"})


def result_of(result: Any) -> dict[str, Any]:
    """One result of a stream as it is sent: `data` always, `errors` and `extensions` where there are any."""
    errors = [readable(e).formatted for e in getattr(result, "errors", None) or ()]
    extensions = getattr(result, "extensions", None)
    return {"data": getattr(result, "data", None)} | ({"errors": errors} if errors else {}) | ({"extensions": extensions} if extensions else {})


def as_json(body: Mapping[str, Any]) -> bytes:
    """A body as it is sent, whole numbers of any length among it."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def code_of(body: dict[str, Any]) -> str:
    """The code of a problem: the last word of its type, in capitals."""
    return str(body.get("type", "problem")).rpartition(":")[2].upper().replace("-", "_")


def _again(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)
