"""The story of a team and of a product in GraphQL: periods, who left, needs and metrics, the backlog over time, and all that was said, page by page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.product import ProductDecommissioned, ProductHalted
from libs.events.catalog.portfolio.team import MemberLeft
from libs.events.catalog.roadmap.metric import TargetSet
from libs.events.event import Retracted
from tests.given import given, say
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway

STORY = """
query($id: ID!, $asOf: Date, $kinds: [String!], $n: Int = 100, $after: String) {
  team(id: $id, asOf: $asOf) {
    story(kinds: $kinds, first: $n, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { id retracted subject { id name } data }
    }
  }
}
"""


async def story(gateway: Gateway, persona: str = "executive", **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await gateway.ask(STORY, {"id": "wells-team", **variables}, persona=persona))["team"]["story"]
    return found


async def test_a_team_tells_all_that_was_said_of_it_the_latest_first(told_gateway: Gateway) -> None:
    whole = await story(told_gateway)
    ids = [one["id"] for one in whole["nodes"]]
    assert ids[:2] == ["team:wells-team@4", "loan:loan-1@1"] and ids[-1] == "team:wells-team@1"
    assert {one.partition(":")[0] for one in ids} == {"team", "investment", "bid", "loan"}
    assert {one["subject"]["name"] for one in whole["nodes"] if one["id"].startswith("investment")} == {"Investment in Wells team"}
    some = await story(told_gateway, kinds=["team"])
    assert some["totalCount"] == len([one for one in ids if one.startswith("team:")])
    early = await story(told_gateway, asOf="2025-01-10")
    assert [one["id"] for one in early["nodes"]] == ["team:wells-team@2", "team:wells-team@1"]


async def test_pages_of_a_story_follow_each_other(told_gateway: Gateway) -> None:
    whole = await story(told_gateway)
    first = await story(told_gateway, n=3)
    second = await story(told_gateway, n=100, after=first["pageInfo"]["endCursor"])
    assert first["pageInfo"]["hasNextPage"] and first["nodes"] + second["nodes"] == whole["nodes"]


async def test_what_was_taken_back_is_marked_and_money_is_for_those_who_may_read_it(told_gateway: Gateway) -> None:
    told_gateway.tell(INVESTMENT, "inv-wells", Retracted(event="investment:inv-wells@3", reason="Twice"), "2026-01-01")
    rich = {one["id"]: one for one in (await story(told_gateway))["nodes"]}
    poor = {one["id"]: one for one in (await story(told_gateway, "lab_ops"))["nodes"]}
    assert rich["investment:inv-wells@3"]["retracted"] and not rich["investment:inv-wells@4"]["retracted"]
    assert rich["investment:inv-wells@3"]["data"]["amount"] == {"amount": "250.50", "currency": "CAD"}
    assert poor["investment:inv-wells@3"]["data"]["amount"] is None


@pytest.mark.requirement("S4-18", "S0-09")
def test_a_team_tells_how_it_stood_and_who_left() -> None:
    told = given(small(), say("team:wells-team", MemberLeft(person="bo"), at="2025-12-01"))
    left = {"person": {"name": "bo"}, "role": "DEVELOPER", "since": "2025-06-10", "leftOn": "2025-12-01"}
    told.shows("team:wells-team", "statuses { status from until }", [{"status": "IN_RESIDENCY", "from": "2025-01-10", "until": None}])
    told.shows("team:wells-team", "formerMembers { person { name } role since leftOn }", [left])
    told.shows("team:wells-team", "firstEvent.at", "2025-01-10T00:00:00Z")


@pytest.mark.requirement("S0-01", "S0-02", "S0-03")
def test_a_product_tells_its_phases_its_halt_and_its_end() -> None:
    halted = say("product:wells", ProductHalted(reason="No money", lacking="money"), at="2025-08-01")
    told = given(small(), halted, say("product:wells", ProductDecommissioned(reason="Replaced"), at="2025-09-01"))
    told.on("2025-08-31").shows("product:wells", "phases { id title since }", [{"id": "beta", "title": "Beta", "since": "2025-06-01"}])
    halt = {"since": "2025-08-01", "reason": "No money", "lacking": "money"}
    told.on("2025-08-31").shows("product:wells", "{ halt { since reason lacking } decommissionedOn }", {"halt": halt, "decommissionedOn": None})
    told.shows("product:wells", "{ halt { reason } decommissionedOn }", {"halt": None, "decommissionedOn": "2025-09-01"})


@pytest.mark.requirement("S0-19", "S0-23", "S0-04")
def test_a_product_tells_its_needs_its_metrics_with_their_targets_and_its_backlog_over_time() -> None:
    told = given(small(), say("metric:speed", TargetSet(value=Decimal(2), due=date(2026, 6, 1)), at="2025-07-01"))
    needs = [{"id": "need:cheap", "verdict": "UNMET"}, {"id": "need:clean", "verdict": "MET"}]
    told.shows("product:wells", "userNeeds.nodes { id verdict }", needs).shows("product:wells", "changeRequests.totalCount", 0)
    hit = {"value": "5", "due": "2025-06-01", "setOn": "2025-02-03", "state": "HIT"}
    ahead = {"value": "2", "due": "2026-06-01", "setOn": "2025-07-01", "state": "NOT_MEASURED"}
    told.shows("product:wells", "metrics.nodes { name targets { value due setOn state } }", [{"name": "Speed", "targets": [hit, ahead]}])
    first, *_, last = told.shown("product:wells", "backlog.overTime { on open delivered }")
    assert (first, last) == ({"on": "2025-02-28", "open": 4, "delivered": 0}, {"on": "2026-03-02", "open": 2, "delivered": 1})
    told.shows("product:wells", "backlog { open delivered }", {"open": 2, "delivered": 1})


def test_a_product_that_was_only_named_has_no_story() -> None:
    path = "products { id firstEvent { id } halt { reason } phases { id } decommissionedOn story { totalCount } }"
    _, unheard = given(small()).shown("team:signs-team", path)
    assert unheard == {"id": "product:unheard", "firstEvent": None, "halt": None, "phases": [], "decommissionedOn": None, "story": {"totalCount": 0}}


async def test_a_search_of_the_past_finds_what_was_there_then(told_gateway: Gateway) -> None:
    ask = 'query($d: Date, $k: DateTime) { search(text: "wells", asOf: $d, knownAt: $k) { nodes { id } } }'
    then = [one["id"] for one in (await told_gateway.ask(ask, {"d": "2025-01-05"}))["search"]["nodes"]]
    unknown = (await told_gateway.ask(ask, {"k": "2025-01-01T00:00:00Z"}))["search"]["nodes"]
    today = [one["id"] for one in (await told_gateway.ask(ask))["search"]["nodes"]]
    assert then == ["product:wells"] and unknown == [] and "team:wells-team" in today


def test_a_change_says_in_what_it_lies() -> None:
    nodes = given(small()).answers('{ changes(from: "2025-02-20", kinds: [HORIZON]) { nodes { subject { id } within { id name } } } }')["changes"]["nodes"]
    assert nodes[0]["within"] == [
        {"id": "organisation:water", "name": "Ministry of Water"},
        {"id": "product:wells", "name": "Wells"},
        {"id": "team:wells-team", "name": "Wells team"},
    ]
