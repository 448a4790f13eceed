"""An explanation gives a figure's value, its rule and the events it rests on, to each what they may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from libs.rules.explaining import FIGURES
from services.gateway.types.saying import shown
from tests.services.gateway.small_world import Gateway

EXPLAIN = """explain(field: $f) {
  field
  value
  rule { id statement source also }
  events(first: 2) { totalCount pageInfo { hasNextPage } nodes { id type at recorded assertedBy independent retracted data } }
}"""


async def explained(gateway: Gateway, entry: str, field: str, persona: str = "executive") -> Any:
    body = (await gateway.post(f"query($f: String!) {{ {entry} {{ {EXPLAIN} }} }}", {"f": field}, persona=persona)).json()
    assert "errors" not in body, body
    return body["data"][entry.partition("(")[0]]["explain"]


@pytest.mark.requirement("S4-09")
async def test_an_amount_is_explained_by_what_was_said_of_it(told_gateway: Gateway) -> None:
    found = await explained(told_gateway, 'team(id: "wells-team")', "investment.actual")
    assert found["value"] == [{"amount": "250.50", "currency": "CAD"}]
    assert found["rule"]["id"] == "S4-09" and found["rule"]["source"].startswith("Sustain") and found["rule"]["statement"]
    assert found["events"]["totalCount"] == 2
    recorded = found["events"]["nodes"][1]
    assert (recorded["id"], recorded["type"], recorded["at"]) == (
        "investment:inv-wells@3", "headway.portfolio.investment.actual_recorded.v1", "2025-03-01T00:00:00Z"
    )  # fmt: skip
    assert recorded["data"] == {"amount": {"amount": "250.50", "currency": "CAD"}, "covers_from": "2025-02-01", "covers_until": "2025-02-28"}
    assert (recorded["independent"], recorded["retracted"]) == (True, False)


@pytest.mark.requirement("S0-22")
async def test_a_share_is_explained_page_by_page(told_gateway: Gateway) -> None:
    found = await explained(told_gateway, "portfolio", "needs.share")
    assert found["value"] == 0.5 and found["rule"] | {"statement": ""} == {
        "id": "S0-22", "statement": "", "source": "Phase 4 - Improve (S0)", "also": ["S0-04"]
    }  # fmt: skip
    assert found["events"]["totalCount"] == 7 and found["events"]["pageInfo"]["hasNextPage"]
    assert (await explained(told_gateway, 'product(id: "wells")', "needs"))["value"] == {"prioritised": 2, "met": 1, "share": 0.5}


async def test_evidence_by_the_team_itself_is_not_independent(told_gateway: Gateway) -> None:
    found = await explained(told_gateway, 'team(id: "wells-team")', "graduation.criteria.R-01")
    assert found["value"]["met"] and found["value"]["evidence"][0]["event"] == "release:first@3"
    nodes = (await told_gateway.ask(
        '{ team(id: "wells-team") { explain(field: "graduation.criteria.R-01") { events { nodes { id assertedBy independent } } } } }'
    ))["team"]["explain"]["events"]["nodes"]  # fmt: skip
    assert {"id": "release:first@2", "assertedBy": "product_owner@wells", "independent": True} in nodes
    portfolio = await explained(told_gateway, "portfolio", "phases")
    assert portfolio["events"]["nodes"][0]["independent"] is None


@pytest.mark.parametrize(
    ("persona", "entry", "sees"),
    [
        ("executive@water", 'team(id: "wells-team")', True),
        ("executive@roads", 'team(id: "wells-team")', False),
        ("lab_ops", 'product(id: "wells")', False),
        ("lab_ops", "portfolio", False),
        ("executive@water", "portfolio", False),
        ("executive@water", 'portfolio(organisation: "water")', True),
        ("auditor", 'organisation(id: "water")', True),
        ("team@wells-team", 'program(id: "rivers")', False),
    ],
)
async def test_money_is_explained_to_those_who_may_see_it(told_gateway: Gateway, persona: str, entry: str, sees: bool) -> None:
    query = f"query($f: String!) {{ {entry} {{ why: {EXPLAIN} }} }}"
    body = (await told_gateway.post(query, {"f": "investment.committed"}, persona=persona)).json()
    name = entry.partition("(")[0]
    found = body["data"][name]["why"]
    assert (found["value"] is not None) is sees
    assert body.get("extensions", {}).get("withheld", []) == ([] if sees else [f"{name}.why.value"])
    of_wells = [node for node in found["events"]["nodes"] if node["id"] == "investment:inv-wells@1"]
    for node in of_wells:
        assert (node["data"]["enhance"] is not None) is (sees or persona == "executive@water")


async def test_a_figure_that_there_is_not_is_an_error_that_names_those_there_are(told_gateway: Gateway) -> None:
    body = (await told_gateway.post('{ portfolio { explain(field: "wealth") { value } } }')).json()
    error = body["errors"][0]
    assert error["extensions"]["code"] == "INVALID" and error["extensions"]["field"] == "field"
    assert all(field in error["message"] for field in FIGURES["portfolio"])


@pytest.mark.parametrize("subject", ["team", "product", "program", "organisation", "portfolio"])
async def test_every_figure_there_is_can_be_asked_for(told_gateway: Gateway, subject: str) -> None:
    ids = {"team": '(id: "wells-team")', "product": '(id: "wells")', "program": '(id: "rivers")', "organisation": '(id: "water")', "portfolio": ""}
    facts = told_gateway.process.world.facts(told_gateway.clock().date())
    key = ids[subject].split('"')[1] if ids[subject] else None
    for field, figure in FIGURES[subject].items():
        found = await explained(told_gateway, f"{subject}{ids[subject]}", field)
        assert found["field"] == field and found["value"] == shown(figure.value(facts, key)), field
        assert found["rule"]["statement"] and found["rule"]["source"]


async def test_a_moment_is_explained_as_it_was_known(told_gateway: Gateway) -> None:
    found = await explained(told_gateway, 'team(id: "wells-team", asOf: "2025-02-20", knownAt: "2025-02-21")', "investment.actual")
    assert found["value"] == [] and found["events"]["totalCount"] == 1


def test_values_are_shown_as_the_schema_shows_them() -> None:
    assert shown({"not_measured": Decimal("0.5"), "from_": (None, True)}) == {"notMeasured": 0.5, "from": [None, True]}
