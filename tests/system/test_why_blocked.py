"""Why a command would be refused is answered with the rule, its document and what to do, by the owner's own judgement, and nothing is done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.conftest import Running

ASK = "query($c: String!, $d: JSON!) { whyBlocked(command: $c, data: $d) { title detail status rule source remedy field missingRoles } }"
BID = {"bid": "bid-1", "investment": "inv", "amount": {"amount": "10.00", "currency": "CAD"}, "body": "Treasury"}


async def blocked(stack: Running, command: str, data: Any, persona: str = "portfolio_manager@water", after: str = "") -> Any:
    return (await stack.ask(ASK, {"c": command, "d": data}, persona=persona, after=after))["whyBlocked"]


async def proposed(stack: Running) -> str:
    return await stack.say(
        ("portfolio.register_organisation", {"organisation": "water", "name": "Water", "currency": "CAD"}),
        ("portfolio.register_product", {"product": "wells", "name": "Wells", "home": "water"}),
        ("portfolio.propose_investment", {"investment": "inv", "product": "wells", "amount": {"amount": "10.00", "currency": "CAD"}}),
    )


@pytest.mark.requirement("S0-14")
async def test_a_bid_before_a_decision_is_blocked_by_its_rule_and_free_after_it(stack: Running) -> None:
    after = await proposed(stack)
    found = await blocked(stack, "portfolio.submit_bid", BID, after=after)
    assert (found["rule"], found["status"], found["missingRoles"]) == ("S0-14", 409, [])
    assert "steering group" in found["remedy"] and found["source"].startswith("Phase 4 - Improve")
    after = await stack.say(("portfolio.decide_investment", {"investment": "inv", "approved": True, "reason": "yes", "by": "steering_group@water"}))
    assert await blocked(stack, "portfolio.submit_bid", BID, after=after) is None
    assert await blocked(stack, "portfolio.submit_bid", {**BID, "investment": "investment:inv"}) is None
    answer = await stack.command("portfolio.submit_bid", BID, "portfolio_manager@water")
    assert answer.status_code == 201, "asking had done nothing"


@pytest.mark.requirement("S0-12")
async def test_whoever_may_not_is_told_which_role_may(stack: Running) -> None:
    await proposed(stack)
    await stack.say(("backlog.open_backlog", {"product": "wells"}), ("backlog.add_item", {"item": "i", "product": "wells", "title": "I"}))
    order = {"product": "wells", "item": "i", "position": 1, "reason": "first"}
    found = await blocked(stack, "backlog.reorder_backlog", order, "team@wells-team")
    assert (found["status"], found["rule"], found["missingRoles"]) == (403, "S0-12", ["product_owner"])
    assert "product_owner" in found["detail"] and found["remedy"] and found["source"]
    other = await blocked(stack, "backlog.reorder_backlog", order, "product_owner@dams")
    assert other["status"] == 403 and other["missingRoles"] == ["product_owner"]
    assert await blocked(stack, "backlog.reorder_backlog", {**order, "product": "wells"}, "product_owner@wells") is None


async def test_what_is_wrong_in_the_data_is_named_by_its_field(stack: Running) -> None:
    await proposed(stack)
    assert (await blocked(stack, "portfolio.submit_bid", {**BID, "amount": {"amount": "1.001", "currency": "CAD"}}))["field"] == "amount.amount"
    assert (await blocked(stack, "portfolio.submit_bid", {**BID, "colour": "red"}))["field"] == "colour"
    missing = await blocked(stack, "portfolio.record_forecast", {"investment": "nix", "amount": BID["amount"]}, "importer")
    assert (missing["status"], missing["field"], missing["rule"]) == (404, "investment", None)


async def test_a_command_that_there_is_not_is_an_error_that_offers_the_nearest(stack: Running) -> None:
    body = (
        await stack.client.post("/graphql", json={"query": ASK, "variables": {"c": "portfolio.submit_bids", "d": {}}}, headers=stack.signed_in("executive"))
    ).json()
    error = body["errors"][0]["extensions"]
    assert error["code"] == "INVALID" and error["field"] == "command" and "portfolio.submit_bid" in error["remedy"]
