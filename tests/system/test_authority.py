"""Who may say and read what, from outside: what belongs to somebody, rests on something unknown, or binds another organisation."""

from __future__ import annotations

import json

import pytest

from tests.system.conftest import Running

TEN = {"amount": "10.00", "currency": "CAD"}
HOOK = {"webhook": "w", "url": "https://hooks.example.org/in"}
PROPOSED = {"investment": "swap", "team": "future", "product": "taxes", "amount": TEN}


@pytest.fixture
async def ministries(stack: Running) -> Running:
    """Two organisations, each with a product."""
    for home, product in (("env", "permits"), ("citz", "taxes")):
        await stack.say(
            ("portfolio.register_organisation", {"organisation": home, "name": home.upper()}),
            ("portfolio.register_product", {"product": product, "name": product.title(), "home": home}),
        )
    return stack


async def sees_money(stack: Running, persona: str, after: str) -> list[bool]:
    """Whether this persona sees the amount of the investment `swap`: by REST, in GraphQL, and in the stream of events."""
    await stack.ask("{ __typename }", after=after)
    headers = stack.signed_in(persona)
    rest = (await stack.client.get("/portfolio/v1/investments/swap", headers=headers)).json()
    asked = await stack.ask('{ node(id: "investment:swap") { ... on InvestmentCase { amounts { __typename } } } }', persona=persona)
    stream = await stack.client.get("/events?subject=investment:swap", headers=headers | {"Accept": "application/x-ndjson"})
    return [rest["amount"] is not None, asked["node"]["amounts"] is not None, json.loads(stream.text.splitlines()[0])["data"]["amount"] is not None]


async def test_money_for_a_team_that_nobody_has_formed_is_refused_and_an_importers_is_nobodys_until_it_is(ministries: Running) -> None:
    for persona in ("portfolio_manager@citz", "portfolio_manager@env", "portfolio_manager"):
        refused = await ministries.command("portfolio.propose_investment", PROPOSED, persona)
        assert refused.status_code == 422, refused.text
        problem = refused.json()
        assert problem["field"] == "team" and "'future'" in problem["detail"] and "after" in problem["remedy"]
    after = await ministries.say(("portfolio.propose_investment", PROPOSED))
    for persona in ("executive@citz", "executive@env"):
        assert await sees_money(ministries, persona, after) == [False] * 3, persona
    assert await sees_money(ministries, "executive", after) == [True] * 3
    after = (await ministries.command("portfolio.form_team", {"team": "future", "name": "Future", "home": "env"}, "portfolio_manager@env")).json()["position"]
    assert await sees_money(ministries, "executive@env", after) == [True] * 3
    assert await sees_money(ministries, "executive@citz", after) == [False] * 3


async def test_nobody_takes_back_an_event_of_a_webhook_that_is_somebody_elses(ministries: Running) -> None:
    assert (await ministries.command("portfolio.subscribe_webhook", HOOK, "subscriber")).status_code == 201
    take = {"event": "webhook:w@1", "reason": "Not mine"}
    for name, data in (("portfolio.change_webhook", {"webhook": "w", "kinds": ["team"]}), ("portfolio.retract", take)):
        refused = await ministries.command(name, data, "auditor")
        assert refused.status_code == 403 and "belongs to somebody else" in refused.json()["detail"], refused.text
    assert (await ministries.client.get("/portfolio/v1/webhooks/w", headers=ministries.signed_in("auditor"))).json()["status"] == "active"
    assert (await ministries.command("portfolio.retract", take, "subscriber")).status_code == 200


async def test_a_team_serves_another_organisations_product_by_the_word_of_both(ministries: Running) -> None:
    await ministries.say(("portfolio.form_team", {"team": "t", "name": "T", "home": "env"}))
    refused = await ministries.command("portfolio.serve_product", {"team": "t", "product": "taxes"}, "portfolio_manager@env")
    assert refused.status_code == 403 and "portfolio_manager@citz" in refused.json()["detail"], refused.text
    assert (await ministries.command("portfolio.serve_product", {"team": "t", "product": "permits"}, "portfolio_manager@env")).status_code == 200
    assert (await ministries.command("portfolio.serve_product", {"team": "t", "product": "taxes"}, "lab_ops")).status_code == 200


async def test_who_may_read_that_a_thing_is_not_there_is_told_so_before_who_may_say_it(ministries: Running) -> None:
    for persona in ("portfolio_manager@env", "subscriber"):
        assert (await ministries.command("portfolio.record_forecast", {"investment": "none", "amount": TEN}, persona)).status_code == 404
