"""Executes operations from any transport: in time slices, within a budget, and each against one state of the world."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import GraphQLError, OperationType
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType as Allowed

from services.gateway.capacity.allowances import Allowances
from services.gateway.capacity.slices import Sliced
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import Budget, SpentUp
from services.gateway.graphql.cost.limits import prepared
from services.gateway.graphql.extensions import as_json
from services.gateway.graphql.schema import schema

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A GraphQL request: the document, the name of the operation in it, and the variables."""

    query: str
    operation: str | None
    variables: dict[str, Any]


@dataclass
class Ended(ExecutionResult):
    """What is answered in place of an operation that was ended because it costs too much."""


async def execute(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> ExecutionResult:
    """The result of a query or a mutation, of one world. Raises InvalidOperationTypeError.

    What takes too long before the present has been derived is executed once more after that: it is derived once for all, whoever asks first.
    """
    result = await _once(asked, asking, allowed)
    if isinstance(result, Ended) and asking.budget.exhausted and _kind(asked) is OperationType.QUERY and await asking.gateway.prefetch.present():
        asking.again()
        result = await _once(asked, asking, allowed)
    return result


async def _once(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> ExecutionResult:
    with asking.holding():
        work = schema().execute(
            asked.query, variable_values=asked.variables, context_value=asking, operation_name=asked.operation, allowed_operation_types=allowed
        )
        return await _sliced(work, asking)


async def stream(asked: GraphQLRequest, asking: OperationContext, allowances: Allowances) -> AsyncGenerator[Any, None]:
    """The results of an operation as they come; each of a subscription is of the world as it is when there is something to say."""
    if _kind(asked) is not OperationType.SUBSCRIPTION:
        asking.hold()
    try:
        results = await schema().stream(asked.query, variable_values=asked.variables, context_value=asking, operation_name=asked.operation)
        async with aclosing(results):
            while True:
                budget = asking.budget
                result = await _sliced(_next(results), asking)
                allowances.take(asking.principal, budget.took)
                if result is None:
                    return
                yield result
                if isinstance(result, Ended):
                    return
    finally:
        asking.release()


async def _next(results: AsyncGenerator[Any, None]) -> Any:
    return await anext(results, None)


async def _sliced(work: Coroutine[Any, Any, T], asking: OperationContext) -> T | Ended:
    try:
        return await Sliced(work, asking.budget)
    except SpentUp as e:
        return Ended(data=None, errors=[e.error], extensions=asking.extensions())


async def computed(work: Callable[[], T], budget: Budget) -> T:
    """What plain code gives that awaits nothing. Raises SpentUp."""

    async def run() -> T:
        return work()

    return await Sliced(run(), budget)


def weighed(body: Mapping[str, Any], asking: OperationContext) -> bytes:
    """An answer as it is sent; where it is too large, that in its place."""
    found = as_json(body)
    try:
        asking.budget.weigh(len(found))
    except SpentUp as e:
        return as_json({"data": None, "errors": [e.error.formatted], "extensions": asking.extensions()})
    return found


def _kind(asked: GraphQLRequest) -> OperationType | None:
    try:
        operation = prepared(schema()._schema, asked.query).operation(asked.operation)
    except GraphQLError:
        return None
    return operation.operation if operation else None
