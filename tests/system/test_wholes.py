"""Wholes through the doors: one amount in the place of a split, a fraction of a yen, an end among several, and an acceptance after a failure, by mutations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.conftest import Running

CAD = {"amount": "100.00", "currency": "CAD"}


async def wrong(stack: Running, mutation: str, data: dict[str, Any], persona: str = "importer") -> dict[str, Any]:
    """The one error of a mutation that must be refused."""
    kind = mutation[:1].upper() + mutation[1:]
    document = f"mutation($i: {kind}Input!) {{ {mutation}(input: $i) {{ id }} }}"
    answer = await stack.client.post("/graphql", json={"query": document, "variables": {"i": data}}, headers=stack.signed_in(persona))
    (error,) = answer.json()["errors"]
    found: dict[str, Any] = error
    return found


@pytest.mark.requirement("S0-08")
async def test_a_rebaseline_asks_for_the_split_and_an_unsplit_one_is_counted_apart(stack: Running) -> None:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
        ("portfolio.form_team", {"team": "t", "name": "T", "home": "env"}),
        ("portfolio.propose_investment", {"investment": "i", "team": "t", "enhance": CAD, "support": CAD, "value": "Fewer visits"}),
        ("portfolio.decide_investment", {"investment": "i", "approved": True, "reason": "x"}),
    )
    data = {"investment": "i", "amount": {"amount": "300.00", "currency": "CAD"}, "approver": "sg", "reason": "More"}
    error = await wrong(stack, "rebaselineInvestment", data)
    assert error["extensions"]["rule"] == "S0-08" and "enhance" in error["extensions"]["remedy"]
    answer = await stack.command("portfolio.rebaseline_investment", {**data, "override": {"rule": "S0-08", "reason": "Due in May"}, "by": "steering_group@env"})
    assert answer.status_code == 200, answer.text
    ask = "{ portfolio { investment { committed { amount } enhance { amount } support { amount } unsplit { amount } warnings { rule message } } } }"
    found = (await stack.ask(ask, after=answer.json()["position"]))["portfolio"]["investment"]
    assert (found["committed"], found["unsplit"]) == ([{"amount": "300.00"}], [{"amount": "300.00"}]) and found["enhance"] == found["support"] == []
    (warning,) = found["warnings"]
    assert warning["rule"] == "S0-08" and "steering group of env (" in warning["message"]


async def test_a_fraction_of_a_yen_is_refused_by_every_door_and_three_decimals_of_a_dinar_are_taken(stack: Running) -> None:
    yen = {"investment": "y", "team": "t", "amount": {"amount": "1000.50", "currency": "JPY"}}
    error = await wrong(stack, "proposeInvestment", yen)
    assert "JPY has no decimals" in str(error)
    (line,) = await stack.bulk("portfolio", [{"command": "portfolio.propose_investment", "key": "k", "data": yen}])
    assert line["status"] == "refused" and "JPY has no decimals" in str(line["problem"])
    assert (await stack.command("portfolio.propose_investment", yen)).status_code == 422
    dinar = {"investment": "d", "team": "t", "amount": {"amount": "1000.123", "currency": "KWD"}}
    assert (await stack.command("portfolio.propose_investment", dinar)).status_code == 201
    seen = await stack.client.get("/portfolio/v1/investments/d", headers=stack.signed_in("executive"))
    assert '"1000.123"' in seen.text


@pytest.mark.requirement("S0-02")
async def test_a_mutation_says_in_which_of_several_phases_a_product_ends(stack: Running) -> None:
    ends = [{"id": id, "title": id.capitalize(), "active": False} for id in ("merged", "closed")]
    await stack.say(
        ("portfolio.define_lifecycle", {"lifecycle": "two", "name": "Two ends", "phases": [{"id": "on", "title": "On", "active": True}, *ends]}),
        ("portfolio.register_product", {"product": "p", "name": "P", "lifecycle": "two"}),
        ("portfolio.enter_phase", {"product": "p", "phase": "on"}),
    )
    error = await wrong(stack, "decommissionProduct", {"product": "p", "reason": "Moved"})
    assert error["extensions"]["field"] == "phase" and "merged, closed" in error["extensions"]["remedy"]
    position = await stack.say(("portfolio.decommission_product", {"product": "p", "reason": "Moved", "phase": "closed"}))
    assert (await stack.ask('{ product(id: "p") { phase { id title } } }', after=position))["product"]["phase"] == {"id": "closed", "title": "Closed"}


@pytest.mark.requirement("S4-07")
@pytest.mark.requirement("S4-17")
async def test_after_a_failure_a_function_prepares_again_before_it_accepts(stack: Running) -> None:
    handoff = {"team": "t", "function": "it_agency"}
    accept = {**handoff, "accepted_by": "env"}
    await stack.say(
        ("portfolio.form_team", {"team": "t", "name": "T", "home": "env", "at": "2026-01-01"}),
        ("portfolio.prepare_handoff", {**handoff, "evidence": "Plan", "at": "2026-01-02"}),
        ("portfolio.accept_handoff", {**accept, "at": "2026-01-03"}),
        ("portfolio.record_failed_handoff", {**handoff, "reason": "Nobody came", "at": "2026-01-04"}),
    )
    error = await wrong(stack, "acceptHandoff", {"team": "t", "function": "IT_AGENCY", "acceptedBy": "env"})
    assert error["extensions"]["rule"] == "S4-17" and "Prepare the hand-off again" in error["extensions"]["remedy"]
    position = await stack.say(
        ("portfolio.prepare_handoff", {**handoff, "evidence": "Plan", "at": "2026-01-05"}),
        ("portfolio.accept_handoff", {**accept, "at": "2026-01-06"}),
    )
    rows = (await stack.ask('{ team(id: "t") { graduation { handoff { function state } } } }', after=position))["team"]["graduation"]["handoff"]
    assert {"function": "IT_AGENCY", "state": "ACCEPTED"} in rows
