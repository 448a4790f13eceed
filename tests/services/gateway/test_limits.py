"""What asks too much is refused before anything of it runs; what is merely long is not."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query
from hypothesis import given
from hypothesis import strategies as st

from services.gateway import limits
from services.gateway.documents import EXECUTIVE, PRODUCT
from services.gateway.limits import MOST_OBJECTS, cost, demand, prepared
from services.gateway.schema import schema

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
        ("{ " + " ".join(f"a{n}: __typename" for n in range(16)) + "}", "ALIASES"),
        ("{ " + "__typename @include(if: true) " * 21 + "}", "DIRECTIVES"),
        ("{ " + "id " * 999 + "}", "TOKENS"),
        ("{ a" + " {" * 5_000, "DEPTH"),
        (nested(14), "DEPTH"),
        (DEEP, "DEPTH"),
        (TEAMS % 501, "FIRST"),
        (TEAMS % 500, "COST"),
        ("{ nodes(ids: [%s]) { id } }" % ('"a" ' * 101), "FIRST"),
    ],
)
def test_every_limit_says_what_to_do(text: str, refused: str) -> None:
    said = refusal(text).extensions or {}
    assert said["code"] == refused and said["remedy"]
