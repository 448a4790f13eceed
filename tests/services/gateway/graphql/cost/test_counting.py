"""What a document counts, in a schema that is small enough to reckon by hand: fragments, unions, depth."""

from __future__ import annotations

import pytest
from graphql import GraphQLSchema, build_schema

from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.graphql.cost import limits
from services.gateway.graphql.cost.limits import cost, prepared

SCHEMA = build_schema("""
    type Query { a: Box b: Other any: [Any!]! }
    type Box { id: ID items(first: Int): Page other: Other }
    type Other { id: ID items(first: Int): Page }
    type Page { nodes: [Thing!]! }
    type Thing { id: ID }
    union Any = Box | Other
""")
OTHER = build_schema("type Query { a: ID }")


def counted(text: str, schema: GraphQLSchema = SCHEMA) -> int:
    found = prepared(schema, text)
    assert not found.errors, found.errors
    operation = found.operation(None)
    assert operation is not None
    return cost(schema, found, operation, {})


PAGE = "items(first: {n}) {{ nodes {{ id }} }}"


@pytest.mark.parametrize(
    ("text", "many"),
    [
        (f"{{ a {{ ...A ...B }} }} fragment A on Box {{ {PAGE.format(n=5)} }} fragment B on Box {{ other {{ id }} }}", 1 + (1 + 5) + 1),
        (f"{{ a {{ ... {{ {PAGE.format(n=5)} }} }} }}", 1 + (1 + 5)),
        ("{ any { ... on Any { __typename } } }", 10),
        ("{ any { ...C } } fragment C on Any { __typename }", 10),
        (f"{{ a {{ ... on Any {{ __typename ... on Box {{ {PAGE.format(n=2)} }} ... on Box {{ other {{ id }} }} }} }} }}", 1 + 3 + 1),
        (f"{{ a {{ ...C }} }} fragment C on Any {{ __typename ... on Box {{ {PAGE.format(n=2)} }} }}", 1 + 3),
    ],
    ids=["two fragments of one type", "a fragment without a type", "a union", "a fragment of a union", "by way of a union", "a fragment by way of a union"],
)
def test_each_fragment_counts_what_it_asks_for_where_it_is_spread(text: str, many: int) -> None:
    assert counted(text) == many


@pytest.mark.parametrize("text", ["{ a { other { id } ... on Box { id } } }", "{ a { ... on Box { other { id } } ... on Box { id } } }"])
def test_what_is_deepest_counts_wherever_it_stands(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_DEPTH", 2)
    monkeypatch.setattr(limits, "_PREPARED", Bounded(1_000_000, lambda prepared: 1))
    (error,) = prepared(SCHEMA, text).errors
    assert (error.extensions or {})["code"] == "DEPTH" and error.message == "Fields are nested 3 deep; 2 at most."


def test_a_document_is_read_for_each_schema() -> None:
    assert counted("{ a }", OTHER) == 0
    assert prepared(SCHEMA, "{ a }").errors and not prepared(OTHER, "{ a }").errors
