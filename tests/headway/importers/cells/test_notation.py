"""What a cell says: one reading, or a refusal that names both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.importers.cells.currency_signs import code, without_currency
from headway.importers.cells.months import MONTHS
from headway.importers.cells.notation import Notation
from libs.events.currencies import CURRENCIES

PLAIN, POINT, COMMA = Notation(), Notation("."), Notation(",")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", "1234"),
        ("1234.50", "1234.50"),
        ("1234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("12,34,567.80", "1234567.80"),
        ("12,34,567", "1234567"),
        ("1 234 567,8", "1234567.8"),
        ("1\u202f234\u202f567", "1234567"),
        ("1\u00a0234.5", "1234.5"),
        ("1'234'567.50", "1234567.50"),
        ("1’234’567,50", "1234567.50"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        (".5", "0.5"),
        ("+3", "3"),
        ("-3.5", "-3.5"),
        ("\u22123,5", "-3.5"),
        ("3.50-", "-3.50"),
        ("(1,234.50)", "-1234.50"),
        ("007", "7"),
    ],
)
def test_a_number_that_all_countries_read_alike_is_read(text: str, value: str) -> None:
    assert PLAIN.number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [("1.000", "1", "1000"), ("1,000", "1000", "1"), ("1.234", "1.234", "1234"), ("-12,345", "12345", "12.345"), ("(999.999)", "999.999", "999999")],
)
def test_a_number_that_two_countries_read_differently_is_refused_with_both_readings_unless_the_file_says_which(text: str, point: str, comma: str) -> None:
    with pytest.raises(ValueError, match="--decimal") as refused:
        PLAIN.number(text)
    assert f" {point} where a point" in str(refused.value)
    assert f" {comma} where a comma" in str(refused.value)
    assert abs(POINT.number(text)) == Decimal(point)
    assert abs(COMMA.number(text)) == Decimal(comma)


@pytest.mark.parametrize(
    "text", ["", "-", "x", "1.2.3", "1,2,3", "1 2", "1,23,45", "12.34,56.78", "--1", "(-1)", "1..2", "5.", "١٢٣", "0x10", "NaN", "Infinity", "0,500,000"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        PLAIN.number(text)


@pytest.mark.parametrize(("text", "word"), [("12%", "percentage"), ("12,5 %", "percentage"), ("1.23E+05", "powers of ten"), ("1e5", "powers of ten")])
def test_what_is_no_bare_number_is_refused_with_what_to_do(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        PLAIN.number(text)


def test_a_number_in_the_other_notation_is_refused_and_not_read_otherwise() -> None:
    with pytest.raises(ValueError, match="decimal comma"):
        COMMA.number("12.5")
    with pytest.raises(ValueError, match="decimal point"):
        POINT.number("12,5")


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", "."), (" ", ","), ("'", "."), ("\u202f", ","), ("", "."), ("", ",")]),
)
def test_an_amount_with_two_decimals_is_read_in_every_country_as_it_was_written(value: Decimal, marks: tuple[str, str]) -> None:
    group, decimal = marks
    text = f"{value:,.2f}".replace(",", "g").replace(".", decimal).replace("g", group)
    assert PLAIN.number(text) == value
    assert Notation(decimal).number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01",
        "2024/5/1",
        "1 May 2024",
        "May 1, 2024",
        "1st of May, 2024",
        "1er mai 2024",
        "1. Mai 2024",
        "1 de mayo de 2024",
        "1 maggio 2024",
        "1º de maio de 2024",
        "1 mei 2024",
        "01-May-2024",
        "2024 May 1",
        "2024-05-01 00:00:00",
        "2024-05-01T00:00:00Z",
        "1/May/2024 0:00",
    ],
)
def test_a_day_that_is_written_clearly_is_read(text: str) -> None:
    assert PLAIN.day(text) == date(2024, 5, 1)


def test_a_month_is_known_by_its_name_in_the_major_languages() -> None:
    assert [
        PLAIN.day(f"3 {name} 2024").month for name in ("Sept", "Sept.", "août", "Août", "März", "março", "déc.", "ottobre", "mrt", "Okt.", "ene", "dez")
    ] == [*(9, 9, 8, 8, 3, 3, 12, 10, 3, 10, 1, 12)]
    assert set(MONTHS.values()) == set(range(1, 13))


@pytest.mark.parametrize(
    ("text", "day"),
    [("13/04/2024", date(2024, 4, 13)), ("04/13/2024", date(2024, 4, 13)), ("04.04.2024", date(2024, 4, 4)), ("31. 12. 2024", date(2024, 12, 31))],
)
def test_figures_that_can_be_read_in_one_way_are(text: str, day: date) -> None:
    assert PLAIN.day(text) == day


@pytest.mark.parametrize("text", ["03/04/2024", "03.04.2024", "3-4-2024", "3 4 2024", "03/04/2024 00:00"])
def test_a_day_that_two_countries_read_differently_is_refused_with_both_readings_unless_the_file_says_that_the_day_is_first(text: str) -> None:
    with pytest.raises(ValueError, match=r"2024-04-03 where the day comes first and 2024-03-04 where the month does.*--day-first"):
        PLAIN.day(text)
    assert Notation(day_first=True).day(text) == date(2024, 4, 3)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "45413",
        "45413.0",
        "20240501",
        "-1",
        "2024",
        "2024-05",
        "Sept 2024",
        "Q3 2024",
        "12/25",
        "2024-02-30",
        "32/01/2024",
        "2024-05-01 10:30",
        "07-Mar-23",
        "03/04/24",
        "1 Foo 2024",
        "1 Mar 2 2024",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a day|day of|time of day|year"):
        PLAIN.day(text)


def test_with_the_day_first_a_month_first_is_no_day() -> None:
    with pytest.raises(ValueError, match="no day of the calendar with the day first"):
        Notation(day_first=True).day("12/25/2024")
    with pytest.raises(ValueError, match=r"'2024-13-01' is no day of the calendar$"):
        Notation(day_first=True).day("2024-13-01")


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("€1,234.50", None, ("1,234.50", "EUR")),
        ("1.234,50 €", None, ("1.234,50", "EUR")),
        ("EUR 5", None, ("5", "EUR")),
        ("5 cad", None, ("5", "CAD")),
        ("$5", "CAD", ("5", "CAD")),
        ("US$ 5", None, ("5", "USD")),
        ("$5 USD", None, ("5", "USD")),
        ("-€5", None, ("- 5", "EUR")),
        ("(€5)", None, ("( 5)", "EUR")),
        ("5 kr.", "DKK", ("5", "DKK")),
        ("1'000.00 Fr.", None, ("1'000.00", "CHF")),
        ("5", "JPY", ("5", "JPY")),
    ],
)
def test_a_currency_beside_its_amount_is_known_by_code_or_sign(text: str, said: str | None, found: tuple[str, str]) -> None:
    assert without_currency(text, said) == found


@pytest.mark.parametrize(
    ("text", "said", "word"),
    [
        ("$5", None, "ARS, AUD, BBD and"),
        ("5 kr", None, "write the code"),
        ("5", None, "no currency"),
        ("€5", "CAD", "not in CAD"),
        ("5 euros", None, "not an amount"),
        ("1.2k", "CAD", "not an amount"),
        ("€5 USD", None, "no currency"),
    ],
)
def test_a_currency_that_cannot_be_told_is_refused(text: str, said: str | None, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        without_currency(text, said)


def test_a_currency_by_itself_may_be_a_sign_and_stays_as_it_is_where_it_is_none() -> None:
    assert [code("€"), code("eur"), code("EUR"), code("nonsense")] == ["EUR", "EUR", "EUR", "nonsense"]
    with pytest.raises(ValueError, match="write the code"):
        code("$")
    assert all(code(known) == known for known in CURRENCIES)
