"""How pages say values in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.commands.errors import Invalid
from services.gateway.pages.kit import words
from services.gateway.pages.kit.as_of import Moment, moment_of, read_day, read_instant
from services.gateway.pages.kit.quarters import last_quarter_end


def cad(amount: str) -> list[dict[str, str]]:
    return [{"amount": amount, "currency": "CAD"}]


def plain(text: str) -> str:
    return text.replace(words.NBSP, " ")


@pytest.mark.parametrize(
    ("amount", "shown"), [("1250000.00", "1,250,000 CAD"), ("0.00", "0 CAD"), ("12.50", "12.50 CAD"), ("-3.00", "−3 CAD"), ("0.01", "0.01 CAD")]
)
def test_money_is_said_with_its_currency_and_cents_where_there_are_some(amount: str, shown: str) -> None:
    assert plain(words.money(cad(amount))) == shown


def test_money_of_several_currencies_is_never_added_and_none_is_a_dash() -> None:
    assert plain(words.money([*cad("1.00"), {"amount": "2.00", "currency": "EUR"}])) == "1 CAD, 2 EUR"
    assert words.money([]) == "–"
    assert words.money(None) == "withheld"
    assert plain(words.money(cad("5.00"), signed=True)) == "+5 CAD"


@pytest.mark.parametrize(
    ("amount", "shown"), [("3924000", "3.92 million CAD"), ("-1200000000", "−1.2 billion CAD"), ("999999.60", "999,999.60 CAD"), ("0.40", "0.40 CAD")]
)
def test_large_amounts_are_rounded_for_sentences(amount: str, shown: str) -> None:
    assert plain(words.rounded(cad(amount))) == shown


def test_counts_and_lists_read_as_sentences_do() -> None:
    assert words.count(1, "duty", "duties") == "one duty"
    assert words.count(0, "team") == "no teams"
    assert words.count(1234, "team") == "1,234 teams"
    assert [words.change(n) for n in (2, -1, 0)] == ["+2", "−1", "±0"]
    assert [words.listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert words.sentence(" it is so ") == "It is so."
    assert words.role("product_owner@permits") == "product owner of permits"
    assert words.role("executive@*") == "executive"


def test_days_are_said_as_people_say_them() -> None:
    assert plain(words.day("2026-11-04")) == "4 November 2026"
    assert plain(words.short_day("2026-11-04T09:00:00Z")) == "4 Nov 2026"
    assert words.day(None) == "–"


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_an_amount_never_loses_a_cent(amount: Decimal) -> None:
    said = words.amount({"amount": str(amount), "currency": "CAD"}).removesuffix(f"{words.NBSP}CAD")
    assert Decimal(said.replace(",", "").replace(words.MINUS, "-")) == amount


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_the_quarter_before_ends_within_a_quarter_of_any_day(day: date) -> None:
    end = last_quarter_end(day)
    assert 1 <= (day - end).days <= 92
    assert (end.month, end.day) in {(3, 31), (6, 30), (9, 30), (12, 31)}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("the forecast of 1250000.00 CAD is above the baseline of 1000.50 CAD", "the forecast of 1,250,000 CAD is above the baseline of 1,000.50 CAD"),
        ("it was checked last on 2024-03-01.", "it was checked last on 1 Mar 2024."),
        ("2024-03-01 to 2024-03-31 and -5 EUR", "1 Mar 2024 to 31 Mar 2024 and −5 EUR"),
        ("release-2024-03-01 of 2024-13-99 in version 3.2024-03-01-a", "release-2024-03-01 of 2024-13-99 in version 3.2024-03-01-a"),
        ("200 API calls, v1.200 CAD", "200 API calls, v1.200 CAD"),
    ],
)
def test_days_and_amounts_in_what_a_rule_says_are_written_as_everywhere_on_pages(said: str, shown: str) -> None:
    assert words.readable(said).replace(words.NBSP, " ") == shown
    assert words.warning({"message": said, "rule": "S4-09"}).replace(words.NBSP, " ").endswith(f"{shown[1:]} (S4-09).")


def test_a_moment_is_read_from_an_address_and_written_into_it() -> None:
    today = date(2026, 3, 2)
    found = moment_of({"asOf": "2025-12-31", "knownAt": "2026-01-15"}, today)
    assert (found.day, found.known_at) == (date(2025, 12, 31), datetime(2026, 1, 15, 23, 59, 59, 999999, UTC))
    assert found.query == {"asOf": "2025-12-31", "knownAt": "2026-01-15"}
    assert moment_of(found.query, today) == found
    exact = moment_of({"knownAt": "2026-01-15T10:00:00+02:00"}, today)
    assert exact.known_at == datetime(2026, 1, 15, 8, tzinfo=UTC)
    assert moment_of(exact.query, today) == exact
    assert moment_of({"asOf": "2026-03-02", "knownAt": "2026-03-02"}, today).is_now


def test_an_earlier_day_is_seen_as_it_was_known_then_and_never_later_than_the_moment_knows() -> None:
    today = date(2026, 3, 2)
    assert Moment(today).before(date(2025, 12, 31)).known_at == datetime(2025, 12, 31, 23, 59, 59, 999999, UTC)
    early = datetime(2025, 12, 1, tzinfo=UTC)
    assert Moment(today, known_at=early).before(date(2025, 12, 31)).known_at == early


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "31.12.2025", "2026-1-1"])
def test_what_is_no_day_is_refused_with_its_field(text: str) -> None:
    for read in (read_day, read_instant):
        with pytest.raises(Invalid) as refused:
            read(text, "asOf")
        assert refused.value.field == "asOf"
    assert read_day("  ", "asOf") is None and read_instant(None, "asOf") is None
