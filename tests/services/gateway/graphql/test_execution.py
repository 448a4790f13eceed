"""How operations are executed, whatever door they came by: the one that is named, of one world, counted as it is made, and charged to whoever asks."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from libs.rules.roles import Principal, Role
from services.gateway.capacity.allowances import Allowances
from services.gateway.capacity.kept_answers import QueryAnswer
from services.gateway.capacity.slices import Sliced
from services.gateway.graphql import execution
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import ASKED, Most
from services.gateway.graphql.counted_results import Counting
from services.gateway.graphql.execution import Ended, answered, execute, stream, weighed
from tests.services.gateway.small_world import Gateway

TWO = "query A($n: ID!) { team(id: $n) { name } } query B($n: ID!) { team(id: $n) { id } }"
B = GraphQLRequest(TWO, "B", {"n": "wells-team"})
FOUND = {"team": {"id": "team:wells-team"}}
NOTHING_AT_ALL = Most(objects=10, found=10, seconds=0.0, size=100)


def asking(gateway: Gateway, most: Most = ASKED) -> OperationContext:
    who = Principal("executive", frozenset({Role.parse("executive")}))
    return OperationContext(gateway.shared, who, most=most)


async def test_of_several_operations_the_one_that_is_named_is_executed_with_its_variables(told_gateway: Gateway) -> None:
    answer = await answered(B, asking(told_gateway), [OperationType.QUERY])
    assert isinstance(answer, QueryAnswer) and answer.decoded() == FOUND
    assert [one.data async for one in stream(B, asking(told_gateway), Allowances())] == [FOUND]


async def test_what_streams_is_of_one_world_while_it_is_made_and_is_charged_to_whoever_asked(told_gateway: Gateway) -> None:
    context, allowances = asking(told_gateway), Allowances(clock=lambda: 0.0)
    async for result in stream(B, context, allowances):
        assert result.data == FOUND and context.world is not told_gateway.process.world
    assert context.world is told_gateway.process.world
    assert allowances.left(context.principal) < allowances.most


@pytest.mark.parametrize(
    ("query", "ended", "exhausted", "present", "times"),
    [
        (TWO, True, True, True, 2),
        (TWO, True, True, False, 1),
        (TWO, True, False, True, 1),
        (TWO, False, True, True, 1),
        ("mutation B { __typename }", True, True, True, 1),
        ("{", True, True, True, 1),
    ],
)
async def test_a_query_that_took_too_long_is_executed_once_more_where_the_present_was_derived_meanwhile(
    told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, query: str, ended: bool, exhausted: bool, present: bool, times: int
) -> None:
    budgets = []

    async def once(_: GraphQLRequest, context: OperationContext, __: object) -> ExecutionResult:
        context.budget.seconds = 2 * ASKED.seconds if exhausted else 0.0
        budgets.append(context.budget)
        return Ended(None, None) if ended else ExecutionResult(None, None)

    async def derived() -> bool:
        return present

    monkeypatch.setattr(execution, "_once", once)
    monkeypatch.setattr(told_gateway.shared.prefetch, "present", derived)
    await execute(GraphQLRequest(query, "B", {}), asking(told_gateway), [OperationType.QUERY])
    assert len(budgets) == len({id(one) for one in budgets}) == times, "each with a budget of its own"


async def test_what_costs_too_much_is_ended_and_says_what_it_cost(told_gateway: Gateway) -> None:
    small = asking(told_gateway, Most(objects=0, found=1_000_000, seconds=60.0, size=100))
    result = await execute(B, small, [OperationType.QUERY])
    assert isinstance(result, Ended) and result.extensions == small.extensions() and "cost" in small.extensions()


async def test_an_answer_that_is_too_large_is_answered_by_what_it_cost(told_gateway: Gateway) -> None:
    context = asking(told_gateway, NOTHING_AT_ALL)
    assert json.loads(weighed({"data": {"a": "b"}}, context)) == {"data": {"a": "b"}}
    found = json.loads(weighed({"data": {"a": "b" * 100}}, context))
    assert found["data"] is None and "100 bytes" in found["errors"][0]["message"] and found["extensions"] == context.extensions()


async def test_a_list_is_counted_at_its_length_before_the_first_of_it_is_made_and_an_object_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    did = list[Any]()

    async def awaited() -> str:
        return "made"

    def as_the_library(self: object, *given: Any, **named: Any) -> str:
        did.append("made")
        return "made"

    for name in ("object", "iterable"):
        monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, f"complete_{name}_value", as_the_library)
    monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, "complete_awaitable_value", lambda *_, **__: awaited(), raising=False)
    counting = object.__new__(Counting)
    budget = SimpleNamespace(must_have_room=lambda n: did.append(n), make=lambda n: did.append(n), go=lambda: None, stand=lambda: None, pauses=False)
    counting.context_value = SimpleNamespace(budget=budget)

    def counted(*given: Any, **named: Any) -> list[Any]:
        did.clear()
        assert counting.complete_iterable_value(*given, **named) == "made"
        return list(did)

    assert counted("type", "nodes", "info", "path", [1, 2, 3]) == [3, "made"]
    assert counted("type", "nodes", "info", "path", [1, 2, 3], "more") == [3, "made"]
    assert counted("type", "nodes", "info", "path", items=[1, 2]) == [2, "made"]
    assert counted("type", "nodes", "info", "path", iter([1, 2])) == ["made"]
    assert counted("type", "nodes", "info", "path") == [0, "made"]
    did.clear()
    assert counting.complete_object_value("type", {}) == "made" and did == [1, "made"]
    found = counting.complete_awaitable_value("type", {})
    assert isinstance(found, Sliced) and await found == "made"
