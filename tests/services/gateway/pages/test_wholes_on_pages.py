"""Pages say wholes: rows beside the parts, money that is not split, targets in four states, and who signed off by role and person, the same everywhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductRegistered
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised
from libs.events.catalog.roadmap.metric import MetricRead, TargetSet
from services.gateway.pages.kit.words import NBSP, amount
from tests.given import given, say
from tests.services.gateway.graphql.types.test_wholes import invested
from tests.services.gateway.pages.answers import page, plain, rows
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

WHO = "product owner of wells (product_owner)"


def total(table: list[list[str]], column: str, currency: str) -> Decimal:
    """The sum of a column of a CSV in one currency."""
    at = table[0].index(column)
    found = (row[at].partition(" ") for row in table[1:] if row[at])
    return sum((Decimal(value) for code, _, value in found if code == currency), Decimal(0))


@pytest.mark.requirement("S4-09")
async def test_money_whose_team_is_not_known_has_a_row_and_the_rows_sum_to_the_whole(site: Gateway) -> None:
    invested(site, "one", team="future", amount="680000")
    invested(site, "two", product="dams", amount="20")
    invested(site, "yen", team="future", amount="1000", currency="JPY")
    whole = {row[0]: row[1:] for row in await rows(site, "/investment", "whole")}
    for level in ("team", "program", "organisation"):
        table = await rows(site, "/investment", f"{level}-money")
        for column in ("committed", "forecast", "actual"):
            shown = "spent" if column == "actual" else column
            for currency, value in zip(("CAD", "EUR", "JPY"), whole[column], strict=True):
                if value:
                    assert total(table, shown, currency) == Decimal(value.partition(" ")[2]), (level, column, currency)
    teams = await rows(site, "/investment", "team-money")
    assert ["future", "team:future", "CAD 680000.00", "CAD 680000.00", "CAD 68000.00", "CAD 0.00"] in teams
    assert ["future", "team:future", "JPY 1000", "JPY 1000", "JPY 100", "JPY 0"] in teams
    assert next(row for row in teams if row[0] == "None named")[2] == "CAD 20.00"
    found = plain(await page(site, "/investment"))
    assert "future not registered yet" in found and "680,000 CAD" in found
    assert (await rows(site, "/investment", "team-split"))[-2][3] == "JPY 1000"
    assert whole["unsplit"] == ["CAD 680020.00", "EUR 700.00", "JPY 1000"]


@pytest.mark.requirement("S0-23")
def test_a_target_that_is_open_is_counted_on_every_page_that_counts_targets() -> None:
    target = say("metric:speed", TargetSet(value=Decimal(1), due=date(2027, 1, 1)), at="2026-01-01")
    told = given(small(), target, say("metric:speed", MetricRead(value=Decimal(3)), at="2026-02-01"))
    told.says("/", "One target hit, none missed, one open.")
    told.says("/teams/wells-team", "1 hit, 1 open").says("/products/wells", "1 hit, 1 open")


@pytest.mark.requirement("S0-13")
async def test_who_signed_off_is_the_same_on_every_page(site: Gateway) -> None:
    site.tell(CHANGE, "c", ChangeRaised(product="wells", title="Maps"), "2025-05-01")
    site.tell(CHANGE, "c", ChangeDecided(approved=True, reason="Good"), "2025-05-02", by="cab@water")
    product, team = plain(await page(site, "/products/wells")), plain(await page(site, "/teams/wells-team"))
    graduation = plain(await page(site, "/graduation"))
    assert f"signed off by {WHO}" in product and f"signed off by {WHO}" in team and f"signed off by {WHO}" in graduation
    assert "by cab of water (cab): Good" in product
    decided = "on 20 January 2025 by steering group of water (steering_group): yes"
    assert decided in product and decided in team
    assert (await rows(site, "/products/wells", "releases"))[1][3:5] == ["product_owner", "product_owner@wells"]
    assert (await rows(site, "/products/wells", "change-requests"))[1][-2:] == ["cab", "cab@water"]
    assert (await rows(site, "/teams/wells-team", "investments"))[1][-2:] == ["steering_group", "steering_group@water"]


@pytest.mark.requirement("S0-01")
async def test_products_are_narrowed_by_a_phase_of_one_lifecycle(site: Gateway) -> None:
    site.tell(LIFECYCLE, "own", LifecycleDefined(name="Own way", phases=(LifecyclePhase("beta", "Trial", active=True),)), "2025-01-01")
    site.tell(PRODUCT, "boats", ProductRegistered(name="Boats", home="water", lifecycle="own"), "2025-01-02")
    site.tell(PRODUCT, "boats", PhaseEntered(phase="beta"), "2025-02-01")
    found = await page(site, "/products")
    assert 'value="own/beta"' in found and "Trial (Own way)" in found and "Beta (From discovery to improvement)" in found
    for phase, wanted in (("own/beta", ["product:boats"]), ("default/beta", ["product:wells"]), ("beta", ["product:boats", "product:wells"])):
        assert [row[0] for row in (await rows(site, f"/products?phase={phase}", "products"))[1:]] == wanted


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [("1000.50", "CAD", "1,000.50 CAD"), ("1000.00", "CAD", "1,000 CAD"), ("1000.123", "KWD", "1,000.123 KWD"), ("666.66", "JPY", "666.66 JPY")],
)
def test_amounts_in_words_have_the_minor_units_of_their_currency(value: str, currency: str, shown: str) -> None:
    assert amount({"amount": value, "currency": currency}).replace(NBSP, " ") == shown
