"""Leaves of a plan show what the library shows, and what the library refuses they do not show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from graphql import GraphQLEnumType, is_leaf_type
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.graphql.plan.leaves import AS_THEY_ARE, shown_by
from services.gateway.graphql.schema import schema

LEAVES: Final = sorted(name for name, kind in schema()._schema.type_map.items() if is_leaf_type(kind))
ODD: Final[list[Any]] = [
    *("", "text", "Ö", "1", "true"),
    *(0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 10**30),
    *(0.0, 1.5, 1.0, float("nan"), float("inf")),
    *(True, False, b"bytes", (), [], {}, {"a": [1]}, object()),
    *(date(2026, 3, 1), datetime(2026, 3, 1, 9, 30, tzinfo=UTC), Decimal("1.50"), Decimal("1E+5")),
]


def library(name: str, value: Any) -> Any:
    """What the library shows; where it raises, what."""
    kind: Any = schema()._schema.type_map[name]
    try:
        return kind.coerce_output_value(value)
    except Exception as e:
        return type(e)


def plan(name: str, value: Any) -> Any:
    kind: Any = schema()._schema.type_map[name]
    if type(value) is AS_THEY_ARE.get(name):
        return value
    try:
        return shown_by(kind)(value)
    except Exception as e:
        return type(e)


def same(name: str, value: Any) -> bool:
    one, other = library(name, value), plan(name, value)
    return one is other or (type(one) is type(other) and one == other)


@pytest.mark.parametrize("name", LEAVES)
def test_a_leaf_shows_an_odd_value_as_the_library_does_or_raises_where_that_does(name: str) -> None:
    assert [value for value in ODD if not same(name, value)] == []


@pytest.mark.parametrize("name", [name for name in LEAVES if isinstance(schema()._schema.type_map[name], GraphQLEnumType)])
def test_each_member_of_a_choice_is_shown_by_its_word_also_when_it_comes_again(name: str) -> None:
    kind: Any = schema()._schema.type_map[name]
    shown = shown_by(kind)
    for _ in range(2):
        for word, one in kind.values.items():
            assert shown(one.value) == kind.coerce_output_value(one.value) == word


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.decimals(allow_nan=False)))
def test_so_does_any_other(value: Any) -> None:
    assert [name for name in ("String", "ID", "Boolean", "Int", "Float", "Date", "DateTime", "Decimal", "JSON") if not same(name, value)] == []
