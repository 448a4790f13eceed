"""Amounts: one a currency, never across, in whole units of each; what lies over days sums to the whole however the days are divided."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.testing import money
from libs.rules.money.amounts import NOTHING, Amount, EvenSpread, Sum


def of(**amounts: str) -> Sum:
    return Sum((currency, Decimal(amount)) for currency, amount in amounts.items())


def test_amounts_are_added_by_currency_and_listed_by_its_code_at_its_decimals() -> None:
    total = Sum.total([Sum.of(money("1.50"), None, money("2.00")), of(JPY="300", EUR="-1")])
    assert total.to_tuple() == (Amount(Decimal("3.50"), "CAD"), Amount(Decimal("-1.00"), "EUR"), Amount(Decimal("300"), "JPY"))
    assert [str(one.amount) for one in total.to_tuple()] == ["3.50", "-1.00", "300"]
    assert repr(of(EUR="1", CAD="2")) == "Sum(2.00 CAD, 1.00 EUR)"


def test_sums_are_added_taken_off_and_multiplied_and_a_currency_stays_at_zero() -> None:
    assert of(CAD="3", EUR="1") + of(CAD="2") == of(CAD="5", EUR="1")
    assert of(CAD="3") - of(CAD="3", EUR="1") == of(CAD="0", EUR="-1")
    assert of(CAD="3", EUR="-1").times(3) == of(CAD="9", EUR="-3")
    assert of(CAD="0") and not NOTHING and of(CAD="0") != NOTHING
    assert (of(CAD="3").get("CAD"), of(CAD="3").get("EUR")) == (Decimal(3), Decimal(0))


def test_sums_are_equal_by_what_they_come_to_and_to_nothing_else() -> None:
    assert len({of(CAD="3", EUR="1"), of(EUR="1", CAD="3"), of(CAD="3")}) == 2
    assert of(CAD="3") != of(CAD="4") and of(CAD="3") != {"CAD": Decimal(3)}


@pytest.mark.parametrize(
    ("whole", "currency", "parts"),
    [
        ("1.00", "CAD", ["0.33", "0.34", "0.33"]),
        ("-1.00", "CAD", ["-0.33", "-0.34", "-0.33"]),
        ("2", "JPY", ["1", "0", "1"]),
        ("0.002", "CAD", ["0.001", "0", "0.001"]),
    ],
)
def test_a_part_is_the_difference_of_what_lies_before_its_end_and_before_its_beginning(whole: str, currency: str, parts: list[str]) -> None:
    spread = EvenSpread(Decimal(whole), currency, 3)
    assert [spread.part(day, 1) for day in range(3)] == [Decimal(part) for part in parts]
    assert spread.part(1, 2) == Decimal(parts[1]) + Decimal(parts[2]) and spread.part(0, 3) == Decimal(whole)


@settings(deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(1, 400), st.lists(st.integers(1, 30), max_size=20))
def test_however_the_days_are_divided_the_parts_sum_to_the_whole_and_each_is_within_a_unit_of_its_share(cents: int, days: int, runs: list[int]) -> None:
    spread, at, total = EvenSpread(Decimal(cents) / 100, "CAD", days), 0, Decimal(0)
    for run in [*runs, days]:
        count = min(run, days - at)
        part = spread.part(at, count)
        assert abs(part - spread.whole * count / days) <= Decimal("0.01")
        at, total = at + count, total + part
    assert total == spread.whole
