"""Through the doors: an approval of 1,000 never becomes one of 9,000,000, by REST, GraphQL or an import, and whoever reads sees what it was for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.portfolio.test_investments import cad
from tests.system.conftest import Running

CASE = """query Case($known: DateTime, $on: Date) {
  portfolio(asOf: $on, knownAt: $known) {
    investment { committed { amount } warnings { rule message } }
    investments { nodes {
      state decidedOn amounts { asked { total { amount } } firstBaseline { total { amount } } }
      judgements { id judges counts data }
      bids { state }
    } }
  }
}"""


def line(command: str, key: str, at: str, **data: Any) -> dict[str, Any]:
    return {"command": command, "key": key, "revise": True, "at": at, "known": f"{at}T12:00:00Z", "data": data}


async def case(stack: Running, after: str, **moment: str) -> Any:
    answer = await stack.ask(CASE, moment, after=after)
    (only,) = answer["portfolio"]["investments"]["nodes"]
    return only | answer["portfolio"]["investment"]


@pytest.mark.requirement("S0-14")
async def test_an_approval_of_a_thousand_does_not_become_one_of_nine_millions(stack: Running) -> None:
    await stack.say(("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "transport", "at": "2023-01-01"}))
    proposal = {"investment": "swap", "product": "permits", "amount": cad("1000"), "at": "2024-01-01", "known": "2024-01-01T12:00:00Z"}
    await stack.say(
        ("portfolio.propose_investment", proposal),
        ("portfolio.decide_investment", {"investment": "swap", "approved": True, "reason": "Worth it", "at": "2024-02-01", "known": "2024-02-01T12:00:00Z"}),
        ("portfolio.retract", {"event": "investment:swap@1", "reason": "Wrong sum"}),
    )
    again = {name: value for name, value in proposal.items() if name != "known"} | {"amount": cad("9000000")}
    at = await stack.say(("portfolio.propose_investment", again))
    found = await case(stack, at)
    assert (found["state"], found["decidedOn"], found["committed"]) == ("PROPOSED", None, [])
    assert found["amounts"] == {"asked": {"total": {"amount": "9000000.00"}}, "firstBaseline": None}
    (lapsed,) = found["judgements"]
    assert (lapsed["id"], lapsed["judges"], lapsed["counts"]) == ("investment:swap@2", "investment:swap@1", False)
    assert any(warning["rule"] == "S0-14" and "1000" in warning["message"] for warning in found["warnings"])
    earlier = await case(stack, at, known="2024-03-01T00:00:00Z", on="2024-02-15")
    assert (earlier["state"], earlier["committed"]) == ("APPROVED", [{"amount": "1000.00"}]), "what was known then stays known for then"
    bid = {"bid": "b", "investment": "swap", "amount": cad("9000000"), "body": "Treasury Board"}
    refused = await stack.command("portfolio.submit_bid", bid, "portfolio_manager")
    assert refused.status_code == 409 and refused.json()["rule"] == "S0-14" and refused.json()["source"] and refused.json()["remedy"]
    decide = {"investment": "swap", "approved": True, "reason": "Worth more"}
    decided = await stack.command("portfolio.decide_investment", decide)
    assert decided.status_code == 200, decided.text
    twice = await stack.command("portfolio.decide_investment", decide)
    assert (twice.status_code, twice.json()["rule"]) == (409, "S0-14") and twice.json()["source"] and twice.json()["remedy"]
    assert (await case(stack, decided.json()["position"]))["state"] == "APPROVED"
    assert (await stack.command("portfolio.submit_bid", bid)).status_code == 201


@pytest.mark.requirement("S0-13")
@pytest.mark.requirement("S0-16")
async def test_an_import_that_changes_what_was_judged_asks_for_it_anew(stack: Running) -> None:
    money = {"investment": "swap", "product": "permits", "amount": cad("1000")}
    funds = [
        line("portfolio.register_product", "p", "2023-01-01", product="permits", name="Permits"),
        line("portfolio.propose_investment", "i", "2024-01-01", **money),
        line("portfolio.decide_investment", "d", "2024-02-01", investment="swap", approved=True, reason="Worth it"),
    ]
    assert {one["status"] for one in await stack.bulk("portfolio", funds)} == {"created"}
    release = {"release": "r", "product": "permits", "stage": "beta", "title": "Beta"}
    change = {"change": "c", "product": "permits", "release": "r", "title": "Fix a typo"}
    goes_out = [
        line("roadmap.propose_release", "r", "2024-03-01", **release),
        line("roadmap.raise_change_request", "c", "2024-03-02", **change),
        line("roadmap.decide_change", "cd", "2024-03-03", change="c", approved=True, reason="Tested"),
        line("roadmap.sign_off_release", "s", "2024-03-04", release="r"),
    ]
    assert {one["status"] for one in await stack.bulk("roadmap", goes_out)} == {"created"}
    funds[1] = line("portfolio.propose_investment", "i", "2024-01-01", **money | {"product": "fines"})
    statuses = [one["status"] for one in await stack.bulk("portfolio", funds)]
    assert statuses == ["unchanged", "created", "unchanged"], "a decision that is only sent again is none on the new proposal"
    goes_out[1] = line("roadmap.raise_change_request", "c", "2024-03-02", **change | {"title": "Rewrite all of it"})
    results = await stack.bulk("roadmap", goes_out)
    found = await case(stack, results[1]["position"])
    assert (found["state"], found["committed"]) == ("PROPOSED", [])
    refused = await stack.command("roadmap.publish_release", {"release": "r"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "S0-16") and "change:c@1" in refused.json()["detail"]
    goes_out[2] = line("roadmap.decide_change", "cd", "2024-03-03", change="c", approved=True, reason="Tested, all of it")
    assert [one["status"] for one in await stack.bulk("roadmap", goes_out)] == ["unchanged", "unchanged", "created", "unchanged"]
    assert (await stack.command("roadmap.publish_release", {"release": "r"})).status_code == 200
