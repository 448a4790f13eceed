"""Days, instants and decimals are read as they are written here, and never as something else that a library would make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.errors import Invalid
from services.gateway.graphql.scalars import day, decimal, exact, instant
from services.gateway.stream.filters import span

NO_DAYS: list[Any] = ["2024-W18-3", "1714521600", "20240501", "2024-02-30", "２０２４-01-01", " 2024-05-01", "", None, 20240501, True, []]


@pytest.mark.parametrize("value", NO_DAYS)
def test_a_day_is_a_year_a_month_and_a_day(value: Any) -> None:
    with pytest.raises(GraphQLError, match="cannot be read"):
        day(value)


@pytest.mark.parametrize("value", [*NO_DAYS, "2024-05-01T09:00:00", "17145216000"])
def test_an_instant_is_a_day_or_has_its_offset(value: Any) -> None:
    with pytest.raises(GraphQLError, match="cannot be read"):
        instant(value)


@pytest.mark.parametrize("value", ["2024-W18-3", "1714521600"])
def test_a_span_of_the_stream_is_no_week_and_no_number_either(value: str) -> None:
    with pytest.raises(Invalid):
        span(value, "from")


def test_days_and_instants_are_read() -> None:
    assert day("2024-05-01") == date(2024, 5, 1)
    assert instant("2024-05-01") == datetime(2024, 5, 1, tzinfo=UTC) == instant("2024-05-01T02:00:00+02:00")


@pytest.mark.parametrize("value", ["12.50", "-3", "1e3", "+.5", " 7 ", 12, 12.5, 1e20])
def test_a_decimal_is_text_or_a_number(value: Any) -> None:
    assert decimal(value) == Decimal(str(value).strip())


@pytest.mark.parametrize("value", ["1e999999999", "1e-999999999", "1E+70", "1" * 65, "1_000", "٣", "NaN", "Infinity", "0x10", "", "e5", True, None, [], {}])
def test_a_decimal_that_would_be_long_or_is_none_is_refused_at_once(value: Any) -> None:
    with pytest.raises(GraphQLError, match="cannot be read"):
        decimal(value)


@given(st.text(alphabet="0123456789eE+-._ ", max_size=40))
def test_no_decimal_is_longer_than_it_may_be_when_it_is_written_out(text: str) -> None:
    try:
        found = decimal(text)
    except GraphQLError:
        return
    assert len(exact(found)) <= 66
