"""A query is answered by its plan as the library answers it, and by the library where a plan cannot tell."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest
from graphql.execution import Executor

from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import Most, SpentUp
from services.gateway.graphql.plan import compiler, document_plans
from services.gateway.graphql.plan.compiler import Plan
from services.gateway.graphql.plan.document_plans import MOST_CHOICES, OF_A_FIELD, DocumentPlans, plans_of
from services.gateway.graphql.plan.query_execution import planned
from services.gateway.graphql.schema import schema
from services.gateway.pages.kit.page import Page
from services.gateway.pages.registry import PAGES
from tests.services.gateway.graphql.answers.test_kept_answers import afresh, asking
from tests.services.gateway.small_world import Gateway

CHOOSING: Final = """query A($ids: Boolean = true, $names: Boolean!) { teams { nodes { id @include(if: $ids) ...Named @skip(if: $names) } } }
fragment Named on Team { name home { name @include(if: $ids) } }"""


def by_plan(gateway: Gateway, query: str, variables: dict[str, Any] | None = None, roles: str = "executive") -> Any:
    context = asking(gateway.shared, roles)
    with context.holding():
        found = planned(GraphQLRequest(query, None, variables or {}), context)
    return found and (found.data, context.withheld, context.budget.objects, context.budget.asked)


async def by_library(gateway: Gateway, query: str, variables: dict[str, Any] | None = None, roles: str = "executive") -> Any:
    context = asking(gateway.shared, roles)
    result, withheld = await afresh(GraphQLRequest(query, None, variables or {}), context)
    assert not result.errors, result.errors
    return orjson.dumps(result.data), withheld, context.budget.objects, context.budget.asked


GIVEN: Final = {
    "DateTime": "2025-06-01T00:00:00Z",
    "Date": "2025-06-01",
    "Boolean": True,
    "String": "investment.committed",
    "[ID!]": ["team:wells-team"],
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_the_document_of_every_page_has_a_plan_that_says_the_same_at_the_same_cost(told_gateway: Gateway, page: Page) -> None:
    known = {"team": "wells-team", "product": "wells", "organisation": "water"}
    variables = {name: GIVEN.get(kind, known.get(page.name, "wells-team")) for name, kind in re.findall(r"\$(\w+): ([^ ,)=]+)!(?=[\s,)])", page.document)}
    for roles in ("executive", "team@wells-team", "subscriber"):
        found = by_plan(told_gateway, page.document, variables, roles)
        assert (found is None) is (page.name in AWAITED)
        assert found is None or found == await by_library(told_gateway, page.document, variables, roles)


AWAITED: Final = {"search"}
"""Pages whose documents the library alone answers."""


@pytest.mark.parametrize("given", [{"names": True}, {"names": False}, {"names": False, "ids": False}, {"names": True, "ids": True}])
async def test_each_choice_of_skip_and_include_has_a_plan_of_its_own(told_gateway: Gateway, given: dict[str, bool]) -> None:
    for one in (given, {"names": not given["names"]}, given):
        assert by_plan(told_gateway, CHOOSING, one) == await by_library(told_gateway, CHOOSING, one)


@pytest.mark.parametrize(
    "query",
    [
        "{ teams(orderBy: {by: NAME}) { nodes { __typename a: name b: name ... on Team { name } ... on Node { id } } edges { cursor } } }",
        '{ node(id: "team:wells-team") { __typename id ... on Team { name members { person { name } } } ... on Product { phase { id } } } }',
        '{ nodes(ids: ["team:wells-team", "product:none", "product:wells"]) { id ... on Product { name } } }',
        '{ a: team(id: "wells-team") { investment { committed { amount currency } } } b: team(id: "none") { name } __typename }',
    ],
)
async def test_types_aliases_and_what_is_abstract_are_told_alike(told_gateway: Gateway, query: str) -> None:
    found = by_plan(told_gateway, query, roles="team@signs-team")
    assert found is not None and found == await by_library(told_gateway, query, roles="team@signs-team")


@pytest.mark.parametrize(
    "query",
    [
        "{ teams { nodes { name } }",
        "{ teams { nodes { colour } } }",
        "query A($n: ID!) { team(id: $n) { name } }",
        "query A($x: Boolean = true) { teams { nodes { name @include(if: $x) } } }",
        "query A($x: Boolean = true) { teams @skip(if: $x) { totalCount } }",
        '{ teams(after: "nonsense") { nodes { name } } }',
        "{ teams(first: 101) { nodes { name } } }",
        "{ viewer { id } }",
        "{ __schema { types { name } } }",
        "mutation { __typename }",
        '{ search(text: "wells") { nodes { title } } }',
    ],
    ids=[
        "syntax",
        "unknown field",
        "missing variable",
        "null for a choice",
        "null for a choice at the root",
        "an error of a field",
        "too much",
        "the token",
        "introspection",
        "mutation",
        "awaited",
    ],
)
async def test_whatever_else_there_is_to_say_the_library_says(told_gateway: Gateway, query: str) -> None:
    context = asking(told_gateway.shared)
    with context.holding():
        assert planned(GraphQLRequest(query, None, {"x": None}), context) is None
    assert (context.budget.objects, context.withheld, context.beyond) == (0, [], False), "as if nothing had been asked yet"


@pytest.mark.parametrize("odd", [None, 7, object(), [None], "text"])
async def test_a_value_that_the_type_does_not_allow_is_left_to_the_library(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, odd: Any) -> None:
    query = "{ portfolio { teams(first: 1) { nodes { core { covered } } } } }"
    assert by_plan(told_gateway, query) is not None
    monkeypatch.setattr("services.gateway.graphql.types.team.Team.core", odd)
    assert by_plan(told_gateway, query) is None


@pytest.mark.parametrize("look", [lambda context: context.process, lambda context: context.not_yet_seen.append("team:a@1")])
async def test_what_looks_beyond_the_world_is_never_again_answered_by_a_plan(
    told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch, look: Callable[[OperationContext], object]
) -> None:
    looked = list[object]()
    monkeypatch.setattr("services.gateway.graphql.root_fields._scope", lambda info, organisation: looked.append(look(info.context)))
    for _ in range(2):
        assert by_plan(told_gateway, f"{{ portfolio {{ asOf teams {{ totalCount }} }} }} # {look.__code__.co_code.hex()}") is None
    assert len(looked) == 1


async def test_more_objects_than_it_may_make_end_it(told_gateway: Gateway) -> None:
    context = asking(told_gateway.shared, most=Most(objects=5, found=1_000, seconds=60.0, size=1_000_000))
    with context.holding(), pytest.raises(SpentUp, match="more than 5 objects"):
        planned(GraphQLRequest("{ teams { nodes { id } } products { nodes { id } } }", None, {}), context)


# What is compiled


async def test_a_plan_is_compiled_once_for_a_choice_whatever_the_other_variables_are(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    times = list[int]()
    real = compiler.compiled

    def counted(*given: Any) -> Plan:
        times.append(1)
        return real(*given)

    monkeypatch.setattr(document_plans, "compiled", counted)
    query = "query A($first: Int!, $no: Boolean!) { teams(first: $first) { nodes { id name @skip(if: $no) } } }"
    for first in (1, 2, 3):
        for no in (True, False):
            assert by_plan(told_gateway, query, {"first": first, "no": no}) is not None
    assert len(times) == 2


async def test_a_document_that_spreads_one_fragment_everywhere_is_not_compiled_without_end(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MOST_FIELDS", 11)
    query = (
        "{ teams { nodes { ...A home { ...B } } } products { nodes { id home { ...B } } } } fragment A on Team { id name } fragment B on Organisation { id }"
    )
    assert by_plan(told_gateway, query) is not None
    monkeypatch.setattr(compiler, "MOST_FIELDS", 10)
    assert by_plan(told_gateway, query + " ") is None


def test_a_document_has_so_many_plans_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_plans, "MOST_CHOICES", 2)
    text = "query A($a: Boolean!, $b: Boolean!) { teams { nodes { id @skip(if: $a) name @include(if: $b) } } }"
    document = GraphQLRequest(text, None, {}).found()
    assert document is not None and MOST_CHOICES > 2
    plans = DocumentPlans(document[0].document)
    for a in (True, False):
        for b in (True, False):
            made = Executor.build(schema()._schema, document[0].document, raw_variable_values={"a": a, "b": b})
            assert isinstance(made, Executor) and plans.plan(made) is plans.plan(made) is not None
            assert len(plans._plans) <= 2
    assert plans_of(document[0]) is plans_of(document[0])


def test_plans_that_take_too_much_room_together_are_compiled_again(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_plans, "_ROOM", Bounded(5 * OF_A_FIELD, document_plans._ROOM._size, document_plans._ROOM._dropped))
    texts = [f"{{ teams {{ nodes {{ id }} }} }} # {n}" for n in range(4)]
    for text in texts:
        assert by_plan(told_gateway, text) is not None
    documents = [found[0] for text in texts if (found := GraphQLRequest(text, None, {}).found()) is not None]
    assert [len(plans_of(one)._plans) for one in documents] == [0, 0, 0, 1]
    assert by_plan(told_gateway, texts[0]) is not None


def test_whoever_keeps_pieces_of_an_answer_holds_no_plan(told_gateway: Gateway) -> None:
    text = "{ teams { nodes { id name version known home { id name version known } } } }"
    assert by_plan(told_gateway, text) is not None and len(told_gateway.shared.pieces) == 1
    found = GraphQLRequest(text, None, {}).found()
    assert found is not None
    plans = plans_of(found[0])
    gone = weakref.ref(next(plan.root.complete for plan in plans._plans.values() if plan is not None))
    plans._plans.clear()
    gc.collect()
    assert gone() is None
