"""Questions of the schema as they may come: any fields of any type, as deep as one likes, at any moment."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from hypothesis import strategies as st

from services.gateway.graphql.schema import schema

QUERY: Final[Any] = schema()._schema.query_type
_MOMENT: Final = "asOf: $asOf, knownAt: $knownAt"
ROOTS: Final = {
    "portfolio": f"({_MOMENT}, organisation: $organisation)",
    "team": f'(id: "wells-team", {_MOMENT})',
    "product": f'(id: "wells", {_MOMENT})',
    "organisation": f'(id: "water", {_MOMENT})',
    "teams": f"({_MOMENT}, first: 3)",
    "products": f"({_MOMENT}, first: 3)",
    "investments": f"({_MOMENT})",
    "people": f"({_MOMENT})",
    "person": f'(id: "ana", {_MOMENT})',
    "search": f'(text: "wells", {_MOMENT})',
    "awaiting": f"({_MOMENT}, first: 3)",
    "changes": '(from: "2025-01-12T00:00:00Z", organisation: $organisation, first: 5)',
    "changesSummary": '(from: "2025-01-12T00:00:00Z", organisation: $organisation)',
}
"""Entry points that the world answers, with what is given to each."""


class Question(NamedTuple):
    """A document and its variables."""

    query: str
    variables: dict[str, Any]


def _plain(kind: GraphQLObjectType) -> list[tuple[str, Any]]:
    """The fields of a type that need no argument, each with the type of what it holds."""
    found = ((name, get_named_type(field.type), field) for name, field in kind.fields.items())
    shown = ((name, inner, field) for name, inner, field in found if is_leaf_type(inner) or isinstance(inner, GraphQLObjectType))
    return [(name, inner) for name, inner, field in shown if not any(map(is_required_argument, field.args.values()))]


@st.composite
def selections(draw: st.DrawFn, kind: Any, depth: int) -> str:
    """Some of the fields of a type, and of what these hold."""
    there = [(name, inner) for name, inner in _plain(kind) if depth or is_leaf_type(inner)]
    leads = [one for one in there if not is_leaf_type(one[1])]
    chosen: list[tuple[str, Any]] = draw(st.lists(st.sampled_from(there or [("__typename", None)]), min_size=1, max_size=4, unique=True))
    if leads:  # or most of what is asked for would be numbers and texts
        chosen += draw(st.lists(st.sampled_from(leads), max_size=1))
    parts = []
    for name, inner in dict.fromkeys(chosen):
        parts.append(name if inner is None or is_leaf_type(inner) else f"{name} {{ {draw(selections(inner, depth - 1))} }}")
    return " ".join(parts) or "__typename"


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question about one or two entry points."""
    roots = draw(st.lists(st.sampled_from(sorted(ROOTS)), min_size=1, max_size=2, unique=True))
    parts = [f"{name}{ROOTS[name]} {{ {draw(selections(get_named_type(QUERY.fields[name].type), 3))} }}" for name in roots]
    day, known = (draw(st.one_of(st.none(), st.dates(date(2024, 12, 1), date(2026, 4, 1)))) for _ in range(2))
    variables = {
        "asOf": day and day.isoformat(),
        "knownAt": known and f"{known}T00:00:00Z",
        "organisation": draw(st.sampled_from([None, "water", "roads"])),
    }
    used = " ".join(f"${name}: {kind}" for name, kind in (("asOf", "Date"), ("knownAt", "DateTime"), ("organisation", "ID")) if f"${name}" in "".join(parts))
    return Question(f"query Any({used}) {{ {' '.join(parts)} }}", variables)
