"""`viewer` tells who asks, by which roles, and which commands these allow, at all and about one thing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.gateway.small_world import Gateway

ASK = """query($about: ID) { viewer { id person { id } roles { name words readsMoney scope { id name } }
  commands(about: $about) { command mutation description requirements roles { name } } } }"""


async def asked(g: Gateway, persona: str, about: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await g.ask(ASK, {"about": about}, persona=persona))["viewer"]
    return found


@pytest.mark.requirement("S4-20")
async def test_who_asks_is_told_its_roles_with_their_scopes_and_whether_they_read_money(told_gateway: Gateway) -> None:
    found = await asked(told_gateway, "product_owner@wells")
    scope = {"id": "product:wells", "name": "Wells"}
    assert found["roles"] == [{"name": "product_owner", "words": "product owner of wells", "readsMoney": False, "scope": scope}]
    assert found["id"] == "product_owner@wells" and found["person"] is None, "a role is nobody whom events could name"
    (role,) = (await asked(told_gateway, "executive"))["roles"]
    assert (role["readsMoney"], role["scope"]) == (True, None)


@pytest.mark.requirement("S4-20")
async def test_the_commands_that_roles_allow_come_by_name_with_the_mutation_and_about_one_thing_only_those_about_it(told_gateway: Gateway) -> None:
    every = {one["command"]: one for one in (await asked(told_gateway, "steering_group@water"))["commands"]}
    assert every["portfolio.decide_investment"]["mutation"] == "decideInvestment" and "portfolio.submit_bid" not in every
    assert list(every) == sorted(every) and "S0-14" in every["portfolio.decide_investment"]["requirements"]
    owned = {one["command"] for one in (await asked(told_gateway, "product_owner@wells", "product:wells"))["commands"]}
    assert {"backlog.reorder_backlog", "roadmap.define_metric"} <= owned and "portfolio.halt_product" not in owned
    assert (await asked(told_gateway, "product_owner@wells", "product:dams"))["commands"] == []
    assert "roadmap.set_vision" in owned, "a vision has an id of its own, and is about what it is for"


@pytest.mark.parametrize(("about", "code"), [("nix", "INVALID"), ("product:nix", "NOT_FOUND")])
async def test_what_was_never_heard_of_is_refused(told_gateway: Gateway, about: str, code: str) -> None:
    error = (await told_gateway.post(ASK, {"about": about})).json()["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == (code, "about")


async def test_no_answer_with_the_viewer_is_taken_for_that_of_another(told_gateway: Gateway) -> None:
    assert "etag" not in (await told_gateway.post(ASK)).headers
