"""What the roadmap and the investment pages ask beyond the executive's document: filters over all roadmaps, counts, milestones, fiscal years, loans."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised, Effect
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemPlaced
from tests.given import given, say
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

ITEMS = """query($filter: RoadmapItemFilter, $order: RoadmapItemOrder) {
  portfolio { roadmap {
    counts(filter: $filter) { items now next later done undated slipped earlier medianSlipDays mostSlipDays }
    items(filter: $filter, orderBy: $order) { totalCount nodes { title firstEnds ends coOwners { id } product { name } } }
  } }
}"""


@pytest.fixture
def roads(told_gateway: Gateway) -> Gateway:
    """A gateway that has heard of a second organisation's roadmap too, with an item that the first one co-owns, and one of a product nobody registered."""
    g = told_gateway
    bridge = RoadmapItemPlaced(product="signs", title="Bridge signs", horizon=Horizon.NEXT, starts=date(2026, 1, 1), co_owners=("water",))
    g.tell(ROADMAP_ITEM, "bridge", bridge, "2025-04-01")
    g.tell(ROADMAP_ITEM, "lost", RoadmapItemPlaced(product="unheard", title="Lost", horizon=Horizon.LATER), "2025-04-02")
    return g


async def titles(gateway: Gateway, order: Any = None, **filter: Any) -> list[str]:
    found = await gateway.ask(ITEMS, {"filter": filter, "order": order})
    return [one["title"] for one in found["portfolio"]["roadmap"]["items"]["nodes"]]


@pytest.mark.requirement("S0-20")
async def test_all_roadmaps_are_one_list_that_counts_what_slips(roads: Gateway) -> None:
    roadmap = (await roads.ask(ITEMS))["portfolio"]["roadmap"]
    assert roadmap["counts"] == {
        "items": 6, "now": 1, "next": 2, "later": 2, "done": 1, "undated": 2, "slipped": 1, "earlier": 0, "medianSlipDays": 10, "mostSlipDays": 10
    }  # fmt: skip
    assert roadmap["items"]["totalCount"] == 6
    pump = next(one for one in roadmap["items"]["nodes"] if one["title"] == "Pump")
    assert (pump["firstEnds"], pump["ends"]) == ("2025-12-01", "2025-12-11")


@pytest.mark.parametrize(
    ("filter", "wanted"),
    [
        ({"organisation": ["roads"]}, ["Bridge signs"]),
        ({"organisation": ["organisation:water"]}, ["Bridge signs", "Map", "Pipe", "Pump", "Tap"]),
        ({"program": ["rivers"]}, ["Map", "Pipe", "Pump", "Tap"]),
        ({"team": ["signs-team"]}, ["Bridge signs", "Lost"]),
        ({"product": ["product:unheard"]}, ["Lost"]),
        ({"text": "SIGN"}, ["Bridge signs"]),
        ({"text": "wells", "horizon": ["NEXT"]}, ["Pipe"]),
        ({"slipped": True}, ["Pump"]),
        ({"horizon": []}, []),
    ],
)
@pytest.mark.requirement("S4-12")
async def test_items_are_found_by_whose_they_are_and_by_text(roads: Gateway, filter: dict[str, Any], wanted: list[str]) -> None:
    assert await titles(roads, {"by": "TITLE"}, **filter) == wanted


async def test_items_are_ordered_by_the_name_of_their_product(roads: Gateway) -> None:
    assert (await titles(roads, {"by": "PRODUCT"}))[:2] == ["Bridge signs", "Lost"]


async def test_an_id_of_something_else_is_refused(roads: Gateway) -> None:
    answer = (await roads.post(ITEMS, {"filter": {"team": ["product:wells"]}})).json()
    assert answer["errors"][0]["extensions"]["field"] == "filter.team"


@pytest.mark.requirement("S0-17")
def test_a_product_tells_its_milestones_and_what_it_depends_on() -> None:
    raised = say("change:link", ChangeRaised(product="wells", title="Link", on="dams", effect=Effect.BEGINS), at="2025-06-01")
    told = given(small(), raised, say("change:link", ChangeDecided(approved=True, reason="yes"), at="2025-06-02", by="cab@water"))
    told.on("2025-06-01").shows("product:wells", "dependsOn.id", [])
    told.shows("product:wells", "dependsOn.id", ["product:dams"])
    told.shows("product:dams", "dependents.id", ["product:wells"]).on("2025-06-01").shows("product:dams", "dependents.id", [])
    told.says("/products/dams", "Depend on it", "Wells")
    release = {"kind": "RELEASE", "title": "First", "on": "2025-05-03", "reached": True}
    target = {"kind": "TARGET", "title": "Speed: 5", "on": "2025-06-01", "reached": True}
    told.shows("product:wells", "milestones { kind title on reached }", [release, target])


MONEY = """query($organisation: ID) { portfolio(organisation: $organisation) { fiscalYearStart
  investment { firstBaseline { amount currency } lentOut { amount } borrowed { amount }
    fiscalYears { starts ends firstBaseline { amount } committed { amount currency } forecast { amount } actual { amount } } }
  organisations { id fiscalYearStart investment { lentOut { amount currency } borrowed { amount } } roadmap { counts { items } } } } }"""


@pytest.mark.requirement("S4-09")
async def test_money_is_told_per_fiscal_year_and_currency(told_gateway: Gateway) -> None:
    portfolio = (await told_gateway.ask(MONEY))["portfolio"]
    assert portfolio["fiscalYearStart"] == "01-01"
    assert portfolio["investment"]["firstBaseline"] == [{"amount": "1000.00", "currency": "CAD"}, {"amount": "700.00", "currency": "EUR"}]
    assert portfolio["investment"]["lentOut"] is None
    year = portfolio["investment"]["fiscalYears"][0]
    assert (year["starts"], year["ends"]) == ("2025-01-01", "2025-12-31")
    assert year["committed"] == [{"amount": "1000.00", "currency": "CAD"}, {"amount": "700.00", "currency": "EUR"}]
    assert year["actual"] == [{"amount": "250.50"}]
    assert portfolio["organisations"][1]["roadmap"]["counts"]["items"] == 4


def test_the_fiscal_year_of_an_organisation_is_its_own() -> None:
    registered = OrganisationRegistered(name="Ministry of Water", currency="CAD", fiscal_year_start="04-01")
    told = given(small(), say("organisation:water", registered, at="2025-01-02"))
    told.shows("portfolio:water", "fiscalYearStart", "04-01").shows("portfolio:water", "investment.fiscalYears.starts", ["2024-04-01"])
    told.shows("portfolio:water", "investment.lentOut.amount", [])


@pytest.mark.requirement("S4-15")
def test_loans_are_listed_for_lender_and_borrower() -> None:
    loan = {"id": "loan:loan-1", "team": {"id": "team:wells-team"}, "lender": {"id": "organisation:water"}, "returned": False}
    for portfolio in ("portfolio", "portfolio:water", "portfolio:roads"):
        given(small()).shows(portfolio, "loans.nodes { id team { id } lender { id } returned }", [loan])


async def test_years_and_loans_are_withheld_with_the_money(told_gateway: Gateway) -> None:
    answer = (await told_gateway.post(MONEY, persona="lab_ops")).json()
    assert answer["data"]["portfolio"]["investment"] is None and answer["extensions"]["withheld"]
