"""What asks too much is refused before anything of it runs; what is merely long is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, get_introspection_query
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.documents import EXECUTIVE, PRODUCT
from services.gateway.graphql.cost import limits
from services.gateway.graphql.cost.limits import MOST_OBJECTS, cost, demand, prepared
from services.gateway.graphql.schema import schema

SCHEMA = schema()._schema


def counted(text: str, **variables: Any) -> int:
    found = prepared(SCHEMA, text)
    assert not found.errors, found.errors
    operation = found.operation(None)
    assert operation is not None
    demand(SCHEMA, found, operation, variables)
    return cost(SCHEMA, found, operation, variables)


def refusal(text: str, **variables: Any) -> GraphQLError:
    try:
        found = prepared(SCHEMA, text)
        if found.errors:
            return found.errors[0]
        operation = found.operation(None)
        assert operation is not None
        demand(SCHEMA, found, operation, variables)
    except GraphQLError as error:
        return error
    raise AssertionError("it was not refused")


def code(text: str, **variables: Any) -> Any:
    return (refusal(text, **variables).extensions or {}).get("code")


def test_the_executive_document_passes_for_five_hundred_teams() -> None:
    assert counted(EXECUTIVE, first=100) < counted(EXECUTIVE, first=500) <= MOST_OBJECTS


def test_the_product_document_passes_for_a_hundred_items() -> None:
    assert counted(PRODUCT, first=100) < 1000


def test_the_introspection_of_tools_passes() -> None:
    assert counted(get_introspection_query(descriptions=True, specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)) == 0


def test_introspection_that_goes_in_circles_is_refused() -> None:
    inner = "name"
    for _ in range(4):
        inner = f"name fields {{ type {{ {inner} }} }}"
    assert "introspection" in refusal(f"{{ __schema {{ types {{ {inner} }} }} }}").message


def test_a_list_counts_its_first_and_a_plain_list_ten() -> None:
    assert counted("{ portfolio { teams(first: 7) { nodes { id } } } }") == 1 + 1 + 7
    assert counted("{ portfolio { organisations { id } } }") == 1 + 10
    assert counted("{ portfolio { teams(first: 7) { nodes { products { phase { id } } } } } }") == 2 + 7 * (1 + 10 * 2)


def test_a_list_without_first_counts_its_default() -> None:
    assert counted("{ portfolio { teams { nodes { id } } } }") == 2 + 50


def test_edges_count_like_nodes() -> None:
    assert counted("{ portfolio { teams(first: 7) { edges { node { id } } } } }") == 2 + 7 * 2


@pytest.mark.parametrize(("variables", "many"), [({"n": 9}, 9), ({}, 3), ({"n": None}, 50), ({"n": 9.0}, 9)])
def test_first_may_be_a_variable_its_default_or_null(variables: dict[str, Any], many: int) -> None:
    assert counted("query($n: Int = 3) { portfolio { teams(first: $n) { nodes { id } } } }", **variables) == 2 + many


def test_three_nested_pages_of_a_hundred_are_too_much() -> None:
    text = "{ portfolio { products(first: 100) { nodes { roadmap { items(first: 100) { nodes { id } } } backlog { items(first: 100) { nodes { id } } } } } } }"
    assert counted(text) < MOST_OBJECTS
    nested = "{ portfolio { organisations { products(first: 100) { nodes { teams { roadmap { items(first: 100) { nodes { id } } } } } } } } }"
    assert code(nested) == "COST"
    assert "objects" in refusal(nested).message


def test_fragments_are_followed_into_the_cost() -> None:
    plain = "{ portfolio { teams(first: 7) { nodes { products { id } } } } }"
    spread = "{ portfolio { teams(first: 7) { ...P } } } fragment P on TeamConnection { nodes { ...T } } fragment T on Team { products { id } }"
    inline = "{ portfolio { ... on Portfolio { teams(first: 7) { nodes { ... { products { id } } } } } } }"
    assert counted(spread) == counted(plain) == counted(inline)


def test_a_fragment_counts_at_each_size_of_page_it_is_spread_on() -> None:
    spread = "{ portfolio { teams(first: 7) { ...P } some: teams(first: 3) { ...P } } } fragment P on TeamConnection { nodes { id } }"
    assert counted(spread) == 1 + (1 + 7) + (1 + 3)


def test_fragments_that_double_at_every_step_are_counted_quickly_and_refused() -> None:
    steps = 30
    links = " ".join(f"fragment F{n} on Product {{ teams {{ products {{ ...F{n + 1} ...F{n + 1} }} }} }}" for n in range(steps))
    assert code(f"{{ product(id: 1) {{ ...F0 }} }} {links} fragment F{steps} on Product {{ id }}") in ("DEPTH", "COST")


def test_fragments_in_a_circle_are_refused() -> None:
    assert "Cannot spread fragment" in refusal("{ product(id: 1) { ...F } } fragment F on Product { teams { products { ...F } } }").message


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{ portfolio { teams(first: 501) { totalCount } } }", "Portfolio.teams"),
        ("{ portfolio { products(first: 101) { totalCount } } }", "Portfolio.products"),
        ("{ product(id: 1) { roadmap { items(first: 101) { totalCount } } } }", "Roadmap.items"),
        ("{ product(id: 1) { backlog { items(first: -1) { totalCount } } } }", "Backlog.items"),
        ("query($n: Int = 101) { portfolio { products(first: $n) { totalCount } } }", "Portfolio.products"),
    ],
)
def test_a_first_over_its_maximum_is_refused_with_the_name_of_its_field(text: str, field: str) -> None:
    assert code(text) == "FIRST"
    assert field in refusal(text).message


def test_the_maximum_itself_passes() -> None:
    assert counted("{ portfolio { teams(first: 500) { totalCount } products(first: 100) { totalCount } } }") == 3


def nested(levels: int) -> str:
    """A query whose fields are nested so deep: two levels a turn, one for the entry and one for the leaf."""
    inner = "id"
    for _ in range((levels - 2) // 2):
        inner = f"home {{ programs {{ {inner} }} }}"
    return f"{{ program(id: 1) {{ {inner} }} }}"


def test_twelve_levels_pass_and_thirteen_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OBJECTS", 10**9)
    assert counted(nested(12)) > 0
    assert code(nested(14)) == "DEPTH"
    assert code(nested(12).replace("id }", "home { id } }", 1)) == "DEPTH"


def test_depth_goes_through_fragments() -> None:
    whole = nested(14)
    inner = whole.removeprefix("{ program(id: 1) { ").removesuffix(" } }")
    assert code(f"{{ program(id: 1) {{ ...F }} }} fragment F on Program {{ {inner} }}") == "DEPTH"


def test_a_thousand_tokens_pass_and_one_more_does_not() -> None:
    assert code("{ " + "id " * 998 + "}") != "TOKENS"
    assert code("{ " + "id " * 999 + "}") == "TOKENS"


@pytest.mark.parametrize("opening", ["{ a", "{ a(b: [", "{ a(b: {c:"])
def test_what_is_nested_without_end_is_refused_before_it_is_parsed(opening: str) -> None:
    assert code(opening + " {" * 5_000) == "DEPTH"


def test_fifteen_aliases_pass_and_sixteen_do_not() -> None:
    assert counted("{ " + " ".join(f"a{n}: __typename" for n in range(15)) + "}") == 0
    assert code("{ " + " ".join(f"a{n}: __typename" for n in range(16)) + "}") == "ALIASES"


def test_aliases_in_fragments_count() -> None:
    aliases = " ".join(f"a{n}: id" for n in range(16))
    assert code(f"{{ product(id: 1) {{ ...F }} }} fragment F on Product {{ {aliases} }}") == "ALIASES"


def test_many_directives_are_refused() -> None:
    assert counted("{ " + "__typename @include(if: true) " * 20 + "}") == 0
    assert code("{ " + "__typename @include(if: true) " * 21 + "}") == "DIRECTIVES"


def test_what_is_left_out_by_a_directive_counts_all_the_same() -> None:
    assert counted("{ portfolio { teams(first: 7) @skip(if: true) { nodes { id } } } }") == 9


def test_an_unknown_field_is_not_answered_with_a_guess() -> None:
    assert refusal("{ portfoli { world } }").message == "Cannot query field 'portfoli' on type 'Query'."


@given(st.text(alphabet='{}()[]$!:. "\n#abcportfoliteamsfirst0123456789…@&|', max_size=200))
def test_no_text_makes_it_fail_otherwise_than_by_a_graphql_error(text: str) -> None:
    try:
        found = prepared(SCHEMA, text)
        operation = found.operation(None)
        if not found.errors and operation is not None:
            demand(SCHEMA, found, operation, {})
    except GraphQLError:
        pass


TEAMS = "{ portfolio { teams(first: %s) { nodes { products { teams { products { teams { id } } } } } } } }"
DEEP = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("{ " + " ".join(f"alias{n}: __typename" for n in range(16)) + "}", "ALIASES"),
        ("{ " + "__typename @include(if: true) " * 22 + "}", "DIRECTIVES"),
        ("{ " + "id " * 999 + "}", "TOKENS"),
        ("{ a" + " {" * 5_000, "DEPTH"),
        (nested(16), "DEPTH"),
        (DEEP, "DEPTH"),
        (TEAMS % 501, "FIRST"),
        (TEAMS % 500, "COST"),
        ("{ nodes(ids: [%s]) { id } }" % ('"a" ' * 101), "FIRST"),
    ],
)
def test_every_limit_says_what_to_do(text: str, refused: str) -> None:
    said = refusal(text).extensions or {}
    assert said["code"] == refused and said["remedy"]


SMALL = build_schema("""
    scalar JSON
    interface Thing { id: ID }
    type A implements Thing { id: ID, parts: [A!]!, plain(first: Int): Page, some(first: Int): Page }
    type Page { nodes: [A] }
    type Change { nodes: [A] }
    union Any = A
    input Filter { name: String, names: [String] }
    type Query { thing: Thing, a: A, change: Change, any(t: String, f: Filter, j: JSON, k: JSON): Any }
    type Mutation { say(t: String): A }
    type Subscription { said(t: String): A }
""")


def small(text: str, **variables: Any) -> int:
    found = prepared(SMALL, text)
    assert not found.errors, found.errors
    operation = found.operation(None)
    assert operation is not None
    return demand(SMALL, found, operation, variables)


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("{ a { plain { nodes { id } } } }", 2 + 10),
        ("{ a { some(first: 0) { nodes { parts { id } } } } }", 2),
        ("{ a { some(first: 3) { nodes { parts { id } some(first: 2) { nodes { id } } } } } }", 2 + 3 * (1 + 10 + 1 + 2)),
        ("{ change { nodes { id } } }", 1 + 100),
        ("{ thing { ... on A { parts { id } } } }", 1 + 10),
        ("{ thing { ...A } } fragment A on A { parts { id } }", 1 + 10),
        ("{ thing { ...T } } fragment T on Thing { ... on Any { ... on A { parts { id } } } }", 1 + 10),
        ("{ a { ...A } thing { ...A } } fragment A on A { parts { id } }", 2 + 2 * 10),
        ("mutation { say { parts { id } } }", 1 + 10),
    ],
)
def test_each_object_counts_along_its_path(text: str, many: int) -> None:
    assert small(text) == many


@pytest.mark.parametrize(
    ("text", "variables", "many"),
    [
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
        ('{ nodes(ids: "a") { id } }', {}, 1),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a", "b"]}, 2),
        ('query($i: [ID!]! = ["a", "b", "c", "d"]) { nodes(ids: $i) { id } }', {}, 4),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 100}, 100),
    ],
)
def test_what_is_asked_for_by_ids_counts_as_many(text: str, variables: dict[str, Any], many: int) -> None:
    assert counted(text, **variables) == many


def test_more_than_a_hundred_ids_are_refused_also_in_a_variable() -> None:
    refused = refusal("query($i: [ID!]!) { nodes(ids: $i) { id } }", i=["a"] * 101)
    assert (refused.extensions or {})["code"] == "FIRST" and "`ids` of Query.nodes are 101" in refused.message and refused.locations


@pytest.mark.parametrize("first", [True, "9", 9.5])
def test_a_first_that_is_no_number_counts_as_the_most_until_it_is_refused(first: Any) -> None:
    assert counted("query($n: Int) { portfolio { teams(first: $n) { nodes { id } } } }", n=first) == 2 + 500
    assert counted("query($n: Int) { portfolio { products(first: $n) { nodes { id } } } }", n=first) == 2 + 100


def test_as_many_objects_as_may_be_pass_and_one_more_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OBJECTS", 9)
    assert counted("{ portfolio { teams(first: 7) { nodes { id } } } }") == 9
    refused = refusal("{ portfolio { teams(first: 8) { nodes { id } } } }")
    assert (refused.extensions or {})["code"] == "COST" and refused.locations


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("query($t: String) { any(t: $t) { __typename } }", lambda text: {"t": text}),
        ("query($t: Filter!) { any(f: $t) { __typename } }", lambda text: {"t": {"name": text}}),
        ("query($t: Filter) { any(f: $t) { __typename } }", lambda text: {"t": {"names": ["x", text]}}),
        ("subscription($t: String) { said(t: $t) { id } }", lambda text: {"t": text}),
    ],
)
def test_a_text_of_fifty_thousand_characters_passes_and_a_longer_one_does_not_wherever_it_stands(text: str, given: Callable[[str], dict[str, Any]]) -> None:
    assert small(text, **given("x" * 50_000)) == 1
    with pytest.raises(GraphQLError, match=r"A text in \$t is longer than 50,000 characters") as refused:
        small(text, **given("x" * 50_001))
    assert refused.value.extensions and refused.value.extensions["code"] == "TEXT" and refused.value.extensions["remedy"] and refused.value.locations


def test_what_a_command_is_told_and_what_is_json_may_be_longer() -> None:
    long = "x" * 50_001
    assert small("mutation($t: String) { say(t: $t) { id } }", t=long) == 1
    ask = "query($j: JSON, $k: JSON!, $t: String) { any(j: $j, k: $k, t: $t) { __typename } }"
    assert small(ask, j=long, k={"text": [long]}, t="x") == 1
    with pytest.raises(GraphQLError, match=r"in \$t "):
        small(ask, j=long, k=long, t=long)


def test_an_operation_is_found_by_its_name_or_as_the_only_one() -> None:
    two = prepared(SCHEMA, "query A { portfolio { world } } query B { portfolio { world } }")
    assert two.operation("B") is two.document.definitions[1] and two.operation(None) is two.operation("C") is two.operation("") is None
    one = prepared(SCHEMA, "{ portfolio { ...P } } fragment P on Portfolio { world }")
    assert one.operation(None) is one.document.definitions[0] and one.operation("A") is None
    assert prepared(SCHEMA, "{ portfolio { ...P } } fragment P on Portfolio { world }") is one, "a document is read once"


def test_fifty_brackets_deep_are_read_and_one_more_is_not() -> None:
    assert "nested deeper" not in refusal("{ a" * 50 + " }" * 50).message
    assert refusal("{ a" * 51 + " }" * 51).message == "The document is nested deeper than 50."
    assert "nested deeper" not in refusal("{ " + "a(b: [{c: 1}]) " * 60 + "}").message, "what was closed is open no more"


def test_of_many_mistakes_the_first_twenty_are_told() -> None:
    assert len(prepared(SCHEMA, "{ " + " ".join(f"unknown{n}" for n in range(40)) + " }").errors) == 21


def test_what_goes_too_deep_says_where() -> None:
    assert refusal(DEEP).locations and refusal(nested(14)).locations and refusal(TEAMS % 501).locations
    assert "Fields are nested 14 deep; 12 at most." in refusal(nested(14)).message
