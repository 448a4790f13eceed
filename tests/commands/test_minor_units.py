"""An amount has no more decimals than its currency, by whatever door a command comes; what is stored with others is read and shown as it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from libs.commands.command import COMMANDS
from libs.events.catalog.portfolio.investment import ActualRecorded
from libs.events.currencies import CURRENCIES, at_scale, decimals, exact, grouped, unit
from libs.events.event import adapter
from libs.events.values import Balance, Money
from services.gateway.pages.actions.form_parsing import wrong_in
from tests.commands.examples import EXAMPLES

FIELDS = [
    (name, field)
    for name, command in sorted(COMMANDS.items())
    for field, about in command.model_fields.items()
    if about.annotation in (Money, Balance) or Money in getattr(about.annotation, "__args__", ())
]
"""Every amount of every command."""


def with_amount(name: str, field: str, amount: str, currency: str) -> dict[str, Any]:
    """An example of a command with this amount in this field, and no other amount."""
    others = {one for of, one in FIELDS if of == name} - {field}
    data = {key: value for key, value in EXAMPLES[name].items() if key not in others}
    return {**TypeAdapter(Any).dump_python(data, mode="json"), field: {"amount": amount, "currency": currency}}


def test_there_are_amounts_in_commands() -> None:
    assert len(FIELDS) >= 10 and ("portfolio.record_actual", "amount") in FIELDS


@pytest.mark.parametrize(("name", "field"), FIELDS)
@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("666.66", "JPY", "JPY has no decimals"),
        ("1000.50", "JPY", "JPY has no decimals"),
        ("0.1", "XAF", "XAF has no decimals"),
        ("1.001", "CAD", "CAD has 2 decimals"),
        ("1000.1234", "KWD", "KWD has 3 decimals"),
        ("1.00001", "CLF", "CLF has 4 decimals"),
    ],
)
def test_what_nobody_can_pay_is_refused_at_its_amount(name: str, field: str, amount: str, currency: str, says: str) -> None:
    data = with_amount(name, field, amount, currency)
    with pytest.raises(ValidationError) as caught:
        COMMANDS[name].model_validate(data)
    (error,) = caught.value.errors()
    assert error["loc"] == (field, "amount") and error["msg"] == f"{says}: {amount} is no amount of it"
    (wrong,) = wrong_in(COMMANDS[name], data)
    assert (wrong.field, wrong.text) == (f"{field}.amount", error["msg"]), "a form says the same beside the field"


@pytest.mark.parametrize(("name", "field"), FIELDS)
@pytest.mark.parametrize(
    ("amount", "currency"), [("1000", "JPY"), ("1000.00", "JPY"), ("1000.123", "KWD"), ("0.5", "KWD"), ("12.500", "CAD"), ("1.0001", "CLF"), ("0", "ISK")]
)
def test_what_can_be_paid_is_taken_however_many_noughts_are_written(name: str, field: str, amount: str, currency: str) -> None:
    command = COMMANDS[name].model_validate(with_amount(name, field, amount, currency))
    assert getattr(command, field).amount == Decimal(amount)


def test_what_an_older_version_stored_is_read_and_shown_with_all_its_digits() -> None:
    stored = b'{"amount": {"amount": "666.66", "currency": "JPY"}, "covers_from": "2024-01-01", "covers_until": "2024-01-31", "replaces": null}'
    read = adapter(ActualRecorded).validate_json(stored)
    assert isinstance(read, ActualRecorded) and str(read.amount) == "666.66 JPY" and read.amount.beyond_units is not None


@pytest.mark.parametrize(
    ("amount", "currency", "digits", "words"),
    [
        ("1000.5", "CAD", "1000.50", "1,000.50"),
        ("1250000", "CAD", "1250000.00", "1,250,000"),
        ("1000", "JPY", "1000", "1,000"),
        ("1E+3", "JPY", "1000", "1,000"),
        ("666.66", "JPY", "666.66", "666.66"),
        ("1000.5", "KWD", "1000.500", "1,000.500"),
        ("-5", "KWD", "-5.000", "5"),
        ("0", "USD", "0.00", "0"),
        ("-0", "USD", "0.00", "0"),
    ],
)
def test_an_amount_is_written_at_the_scale_of_its_currency(amount: str, currency: str, digits: str, words: str) -> None:
    assert (exact(Decimal(amount), currency), grouped(Decimal(amount), currency)) == (digits, words)
    assert at_scale(Decimal(amount), currency) == Decimal(amount)


def test_every_currency_has_a_unit() -> None:
    assert {decimals(one) for one in CURRENCIES} == {0, 2, 3, 4}
    assert (unit("EUR"), unit("JPY"), unit("KWD"), unit("CLF")) == (Decimal("0.01"), Decimal(1), Decimal("0.001"), Decimal("0.0001"))
