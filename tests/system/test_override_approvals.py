"""An override is approved in one service and cited in another, by whoever may say the command there."""

from __future__ import annotations

import pytest

from tests.system.conftest import Running


@pytest.mark.requirement("S4-20")
async def test_a_product_owner_publishes_what_nobody_signed_off_by_an_executives_approval_and_once(stack: Running) -> None:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "water", "name": "Water", "currency": "CAD"}),
        ("portfolio.register_product", {"product": "wells", "name": "Wells", "home": "water"}),
    )
    after = await stack.say(("roadmap.propose_release", {"release": "beta", "product": "wells", "stage": "beta", "title": "Beta", "functional": False}))
    publish = {"release": "beta", "override": {"rule": "S0-13", "reason": "The owner is ill", "approval": "ill"}}
    unknown = await stack.command("roadmap.publish_release", publish, "product_owner@wells")
    assert (unknown.status_code, unknown.json()["field"]) == (404, "override.approval")
    given = {"approval": "ill", "rule": "S0-13", "command": "roadmap.publish_release", "subject": "release:beta", "reason": "Her deputy has read it"}
    approved = await stack.command("portfolio.approve_override", given, "executive@water", **{"X-Headway-After": after})
    assert approved.status_code == 201, approved.text
    answer = await stack.command("roadmap.publish_release", publish, "product_owner@wells", **{"X-Headway-After": approved.json()["position"]})
    assert answer.status_code == 200, answer.text
    (warned,) = answer.json()["warnings"]
    assert (warned["rule"], warned["link"]) == ("S0-13", "/releases/beta") and "as ill approves" in warned["message"]
    query = '{ overrideApproval(id: "ill") { used { event role } subject { id } } }'
    found = (await stack.ask(query, {}, persona="executive", after=answer.json()["position"]))["overrideApproval"]
    assert found == {"used": {"event": "release:beta@2", "role": "product_owner@wells"}, "subject": {"id": "release:beta"}}
