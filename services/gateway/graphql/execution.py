"""Executes operations from any transport: in time slices, within a budget, and each against one state of the world."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar

import orjson
from graphql import OperationType
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType as Allowed

from libs.events.cost import BYTES
from services.gateway.capacity.allowances import Allowances
from services.gateway.capacity.compression import Beginning
from services.gateway.capacity.kept_answers import AnswerKey, QueryAnswer
from services.gateway.capacity.slices import Sliced
from services.gateway.graphql.answers.answer_key import answer_key
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import Budget, SpentUp
from services.gateway.graphql.extensions import as_json
from services.gateway.graphql.plan.query_execution import Planned, planned
from services.gateway.graphql.schema import schema

T = TypeVar("T")

WORTH_IT: Final = 2_000
"""Bytes from which on an answer is compressed for whoever takes that: what is shorter fits into two packets."""


@dataclass
class Ended(ExecutionResult):
    """What is answered in place of an operation that was ended because it costs too much."""


def known(asked: GraphQLRequest, asking: OperationContext) -> QueryAnswer | None:
    """The answer that is kept of a query, of the world as it is now; None where none is. It costs what is sent, and the looking."""
    begun, budget = time.perf_counter(), asking.budget
    budget.go()
    try:
        key = answer_key(asked, asking)
        found = asking.gateway.answers.get(key) if key is not None else None
    finally:
        budget.stand()
    return _told_again(found, asking, "kept", begun) if found is not None else None


async def awaited(asked: GraphQLRequest, asking: OperationContext) -> QueryAnswer | None:
    """The answer that is being made for somebody else with the same rights, of the world as it is now; None where none is, and where nothing comes of it.

    It costs what a kept one does. Nobody waits longer than their own operation might compute: then they make it themselves.
    """
    begun, making = time.perf_counter(), asking.gateway.in_the_making
    key = answer_key(asked, asking) if len(making) else None
    found = await making.of_another(_flight(key, asking), asking.most.seconds) if key is not None else None
    return _told_again(found, asking, "shared", begun) if found is not None else None


def _told_again(found: QueryAnswer, asking: OperationContext, how: str, begun: float) -> QueryAnswer:
    asking.told_again(found)
    asking.budget.spend(1 + len(found.beginning) // BYTES)
    asking.gateway.metrics.observe(OperationType.QUERY, time.perf_counter() - begun)
    asking.gateway.metrics.answered(how)
    return found


def _flight(key: AnswerKey, asking: OperationContext) -> tuple[object, ...]:
    """What is made of the world and of the names as they are now."""
    process = asking.gateway.process
    return key, process.world, process.world.digest, process.people.revision


async def answered(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> QueryAnswer | ExecutionResult:
    """The answer of a query of the world in which nothing went wrong, made now and kept; of anything else its result. Raises InvalidOperationTypeError.

    Who asks the same meanwhile may wait for it (`awaited`), and gets it where it is of the world that was there when this began, and of the same day.
    """
    key = answer_key(asked, asking)
    if key is None:
        return await _made(asked, asking, allowed)
    gateway = asking.gateway
    gateway.metrics.answered("made")
    world, people = gateway.process.world.digest, gateway.process.people.entries
    with gateway.in_the_making.own(_flight(key, asking)) as hand_over:
        found = await _made(asked, asking, allowed)
        if isinstance(found, QueryAnswer) and found.key == key and asking.tells_of(world, people):
            hand_over(found)
    return found


async def _made(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> QueryAnswer | ExecutionResult:
    result = await execute(asked, asking, allowed)
    if not isinstance(result, Planned):
        found = _keepable(asked, result, asking)
        if found is None:
            return result
        result = found
    answer = QueryAnswer.of(result.key, asking.digest, result.data, asking.withheld, asking.budget.asked)
    _keep(answer, asking)
    return answer


def _keep(answer: QueryAnswer, asking: OperationContext) -> None:
    """Keeps what is told of the present, and is not too large to be sent."""
    if asking.is_current and answer.length <= asking.most.size:
        asking.gateway.answers.keep(answer)


def _keepable(asked: GraphQLRequest, result: ExecutionResult, asking: OperationContext) -> Planned | None:
    """What the library has made, as a plan gives it; None where something went wrong, where more than the world was looked at, and where it is no JSON that
    others read."""
    if isinstance(result, Ended) or result.errors or result.data is None or asking.beyond or asking.not_yet_seen:
        return None
    key = answer_key(asked, asking)  # now: of the day that was told of
    try:
        return Planned(key, orjson.dumps(result.data)) if key is not None else None
    except TypeError:  # a number that is longer than others read
        return None


async def execute(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> ExecutionResult | Planned:
    """The result of a query or a mutation, of one world. Raises InvalidOperationTypeError.

    What takes too long before the present has been derived is executed once more after that: it is derived once for all, whoever asks first.
    """
    result = await _once(asked, asking, allowed)
    if isinstance(result, Ended) and asking.budget.exhausted and asked.kind is OperationType.QUERY and await asking.gateway.prefetch.present():
        asking.again()
        result = await _once(asked, asking, allowed)
    return result


async def _once(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> ExecutionResult | Planned:
    with asking.holding():
        return await _sliced(_executed(asked, asking, allowed), asking)


async def _executed(asked: GraphQLRequest, asking: OperationContext, allowed: Iterable[Allowed]) -> ExecutionResult | Planned:
    found = planned(asked, asking)
    if found is not None:
        return found
    return await schema().execute(
        asked.query, variable_values=asked.variables, context_value=asking, operation_name=asked.operation, allowed_operation_types=allowed
    )


async def stream(asked: GraphQLRequest, asking: OperationContext, allowances: Allowances) -> AsyncGenerator[Any, None]:
    """The results of an operation as they come; each of a subscription is of the world as it is when there is something to say."""
    if asked.kind is not OperationType.SUBSCRIPTION:
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


async def sent(answer: QueryAnswer, asking: OperationContext, *, gzip: bool) -> tuple[tuple[bytes, ...], bool]:
    """The pieces of an answer as it is sent, kept or just made, and whether it is compressed; where it is too large, that in its place."""
    if gzip and len(answer.beginning) >= WORTH_IT:
        with suppress(SpentUp):  # no time is left for that: it goes as it is
            answer = await _compressed(answer, asking)
    end = answer.ending(asking.cost)
    try:
        asking.budget.weigh(len(answer.beginning) + len(end))
    except SpentUp as e:
        return (_too_costly(e, asking),), False
    if gzip and answer.compressed is not None:
        return (answer.compressed.ended(end),), True
    return (answer.beginning, end), False


async def _compressed(answer: QueryAnswer, asking: OperationContext) -> QueryAnswer:
    """The same answer with what is compressed of it, kept so where it is still told; others have their turn meanwhile. Raises SpentUp."""
    if answer.compressed is not None:
        return answer
    making, flight = asking.gateway.in_the_making, ("compressed", id(answer.beginning))
    if (shared := await making.of_another(flight, asking.most.seconds)) is not None:
        return shared
    with making.own(flight) as hand_over:
        asking.budget.pauses = True  # nothing of the world is looked at
        try:
            found = replace(answer, compressed=await computed(partial(Beginning.of, answer.beginning), asking.budget))
        finally:
            asking.budget.pauses = False
        _keep(found, asking)
        hand_over(found)
    return found


def weighed(body: Mapping[str, Any], asking: OperationContext) -> bytes:
    """A body as it is sent; where it is too large, that in its place."""
    found = as_json(body)
    try:
        asking.budget.weigh(len(found))
    except SpentUp as e:
        return _too_costly(e, asking)
    return found


def _too_costly(e: SpentUp, asking: OperationContext) -> bytes:
    return as_json({"data": None, "errors": [e.error.formatted], "extensions": asking.extensions()})
