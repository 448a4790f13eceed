"""Tables of a type of the schema and a line of its fields."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from services.gateway.pages.home.page import HOME
from services.gateway.pages.kit.table import Cell, Table
from services.gateway.pages.kit.tables.columns import selection, table
from services.gateway.pages.kit.words import NBSP
from tests.services.gateway.pages.answers import visit

LOOK = visit(HOME)
RELEASE: dict[str, Any] = {
    "title": "First",
    "state": "SIGNED_OFF",
    "functional": True,
    "releasedOn": "2026-01-05",
    "product": {"id": "product:wells", "name": "Wells", "known": True},
    "signOff": {"assertedBy": "product_owner@wells", "by": {"name": "ana"}},
}


def made(of: str, line: str, *rows: Any, **more: Any) -> Table:
    return table(LOOK, "t", "Things", of, line, rows, empty="None.", **more)


def cells(of: str, line: str, row: Any, **more: Any) -> list[Cell]:
    return list(made(of, line, row, **more).rows[0])


def test_headings_keys_and_what_csv_alone_has_follow_from_the_line() -> None:
    found = made("Release", "Release: title, state, -Published: releasedOn, product.id as product")
    assert [(one.title, one.key, one.csv_only) for one in found.columns] == [
        ("Release", "title", False),
        ("State", "state", False),
        ("Published", "released_on", True),
        ("Product", "product", False),
    ]


def test_a_cell_is_what_the_type_of_its_field_makes_it() -> None:
    title, state, functional, released, product = cells("Release", "title, state, functional, releasedOn, product", RELEASE)
    assert (title.text, functional.text) == ("First", "yes")
    assert (state.text, state.exact, state.tone) == ("Signed off", "SIGNED_OFF", "going")
    assert (released.text, released.exact, released.datetime) == (f"5{NBSP}Jan{NBSP}2026", "2026-01-05", "2026-01-05")
    assert (product.text, product.href, product.exact) == ("Wells", "/products/wells", "product:wells")


def test_who_decided_in_which_role_is_two_columns() -> None:
    found = made("Release", "-Signed off: signOff", RELEASE, RELEASE | {"signOff": None})
    assert [one.key for one in found.columns] == ["signed_off_by", "signed_off_as"]
    assert found.exact == [("ana", "product_owner@wells"), ("", "")]


def test_what_was_only_named_is_not_registered_yet_and_leads_nowhere() -> None:
    unheard = {"id": "product:unheard", "name": "unheard", "known": False}
    as_link, as_text = cells("Release", "product, product.name as called", {"product": unheard})
    assert as_link == Cell("unheard (not registered yet)", value="product:unheard")
    assert as_text.text == "unheard (not registered yet)"


def test_what_is_not_there_is_a_dash_and_nothing_in_csv() -> None:
    found = cells("RoadmapItem", "ends, slipDays, progress, product", {"ends": None, "slipDays": None, "progress": None, "product": None})
    assert {(one.text, one.exact) for one in found} == {("–", "")}


def test_money_is_exact_in_csv_and_withheld_money_is_said_to_be_so() -> None:
    line = "amounts.forecast as forecast, First: amounts.firstBaseline.total as first"
    shown, none = cells("InvestmentCase", line, {"amounts": {"forecast": {"amount": "1250000.00", "currency": "CAD"}, "firstBaseline": None}})
    assert (shown.text, shown.exact) == (f"1,250,000{NBSP}CAD", "CAD 1250000.00")
    assert (none.text, none.exact) == ("–", "")
    assert {one.exact for one in cells("InvestmentCase", line, {"amounts": None})} == {"withheld"}
    (bid,) = table(dataclasses.replace(LOOK, withheld=True), "b", "Bids", "Bid", "amount", [{"amount": None}], empty="None.").rows[0]
    assert bid.exact == "withheld"


def test_what_is_given_for_a_column_is_its_cell_or_else_the_note_of_the_typed_one() -> None:
    state, title = cells("Release", "state, title", RELEASE, cells={"state": lambda one: f"of {one['title']}", "title": lambda _: Cell("Other")})
    assert (state.text, state.note) == ("Signed off", "of First") and title == Cell("Other")


def test_numbers_stand_in_columns_of_their_own_unless_a_cell_is_given_for_them() -> None:
    found = made("RoadmapItem", "slipDays, #Delivered: progress, ends", cells={"slip_days": lambda _: "", "progress": lambda _: ""})
    assert [one.numeric for one in found.columns] == [False, True, False]


@pytest.mark.parametrize("line", ["nothing", "product.nothing", "title as", "Heading:title"])
def test_what_is_no_column_or_no_field_is_refused(line: str) -> None:
    with pytest.raises(LookupError, match=r"is no column|has no field"):
        made("Release", line)


def test_a_document_asks_for_what_the_cells_of_a_line_need() -> None:
    asked = selection("Bid", "*, amount, investment.team as team, Decided: investment.decision")
    assert asked == ("id body known amount { amount currency } investment { team { id name known } decision { by { name } assertedBy } }")
