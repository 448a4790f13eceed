"""An explanation gives a figure's value, its rule and the events it rests on, to each what they may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from libs.rules.explanations import FIGURES
from services.gateway.graphql.types.kinds.events import shown
from tests.given import Read, given
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

PARTS = """{
  field
  value
  rule { id statement source also }
  events(first: 2) { totalCount pageInfo { hasNextPage } nodes { id type at recorded assertedBy independent retracted data } }
}"""


def explained(subject: str, field: str, told: Read | None = None) -> Any:
    return (told or given(small())).shown(subject, f'explain(field: "{field}") {PARTS}')


@pytest.mark.requirement("S4-09")
def test_an_amount_is_explained_by_what_was_said_of_it() -> None:
    found = explained("team:wells-team", "investment.actual")
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
def test_a_share_is_explained_page_by_page() -> None:
    found = explained("portfolio", "needs.share")
    assert found["value"] == 0.5 and found["rule"] | {"statement": ""} == {
        "id": "S0-22", "statement": "", "source": "Phase 4 - Improve (S0)", "also": ["S0-04"]
    }  # fmt: skip
    assert found["events"]["totalCount"] == 7 and found["events"]["pageInfo"]["hasNextPage"]
    assert explained("product:wells", "needs")["value"] == {"prioritised": 2, "met": 1, "share": 0.5}


def test_evidence_by_the_team_itself_is_not_independent() -> None:
    found = explained("team:wells-team", "graduation.criteria.R-01")
    assert found["value"]["met"] and found["value"]["evidence"][0]["event"] == "release:first@3"
    nodes = given(small()).shown("team:wells-team", 'explain(field: "graduation.criteria.R-01").events.nodes { id assertedBy independent }')
    assert {"id": "release:first@2", "assertedBy": "product_owner@wells", "independent": True} in nodes
    assert explained("portfolio", "phases")["events"]["nodes"][0]["independent"] is None


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
    query = f"query($f: String!) {{ {entry} {{ why: explain(field: $f) {PARTS} }} }}"
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


@pytest.mark.parametrize("subject", ["team:wells-team", "product:wells", "program:rivers", "organisation:water", "portfolio"])
def test_every_figure_there_is_can_be_asked_for(subject: str) -> None:
    told, kind = given(small()), subject.partition(":")[0]
    for field, figure in FIGURES[kind].items():
        found = explained(subject, field, told)
        assert found["field"] == field and found["value"] == shown(figure.value(told.facts, subject.partition(":")[2] or None)), field
        assert found["rule"]["statement"] and found["rule"]["source"]


def test_a_moment_is_explained_as_it_was_known() -> None:
    found = explained("team:wells-team", "investment.actual", given(small()).on("2025-02-20").knowing("2025-02-21"))
    assert found["value"] == [] and found["events"]["totalCount"] == 1


def test_values_are_shown_as_the_schema_shows_them() -> None:
    assert shown({"not_measured": Decimal("0.5"), "from_": (None, True)}) == {"notMeasured": 0.5, "from": [None, True]}
