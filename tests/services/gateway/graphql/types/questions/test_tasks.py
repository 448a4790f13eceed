"""What waits for the reader is a question of its own: by the roles of the token, with the mutation that does it."""

from __future__ import annotations

from typing import Any

import pytest

from libs.commands.testing import money
from libs.events.catalog.portfolio.graduation import GRADUATION, HandoffPrepared, HomeFunction, SustainEntered
from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentProposed
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleaseStage
from tests.services.gateway.small_world import Gateway

ASK = """query($me: Boolean! = true, $kinds: [AwaitedKind!], $d: Date) { awaiting(me: $me, kinds: $kinds, asOf: $d) { totalCount nodes {
    kind subject { id name } what since due overdue rule source roles command mutation input data node { __typename id } } } }"""


@pytest.fixture
def busy(told_gateway: Gateway) -> Gateway:
    """The small portfolio, with something that waits for each of several roles."""
    g = told_gateway
    g.tell(INVESTMENT, "inv-more", InvestmentProposed(product="dams", amount=money("5.00")), "2026-02-01")
    g.tell(RELEASE, "second", ReleaseProposed(product="wells", stage=ReleaseStage.LIVE, title="Second"), "2026-02-02")
    g.tell(GRADUATION, "wells-team", HandoffPrepared(function=HomeFunction.IT_AGENCY, evidence="letter"), "2026-02-03")
    g.tell(GRADUATION, "wells-team", SustainEntered(), "2026-02-04")
    return g


async def asked(g: Gateway, persona: str, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await g.ask(ASK, variables, persona=persona))["awaiting"]["nodes"]
    return found


@pytest.mark.requirement("S4-20")
async def test_each_reader_is_shown_what_its_roles_may_do(busy: Gateway) -> None:
    shown = {
        persona: sorted(one["kind"] for one in await asked(busy, persona))
        for persona in ("steering_group@water", "portfolio_manager", "product_owner@wells", "executive@water", "executive@roads", "auditor", "subscriber")
    }
    assert shown == {
        "steering_group@water": ["DECIDE_INVESTMENT"],
        "portfolio_manager": ["RECORD_BID_OUTCOME", "RETURN_TEAM"],
        "product_owner@wells": ["SIGN_OFF_RELEASE"],
        "executive@water": ["ACCEPT_HANDOFF", "ATTEST"],
        "executive@roads": [],
        "auditor": [],
        "subscriber": [],
    }


async def test_what_waits_comes_with_the_mutation_that_does_it_and_what_of_it_is_known(busy: Gateway) -> None:
    (accept,) = [one for one in await asked(busy, "executive@water") if one["kind"] == "ACCEPT_HANDOFF"]
    assert accept == {
        "kind": "ACCEPT_HANDOFF", "subject": {"id": "team:wells-team", "name": "Wells team"}, "since": "2026-02-03", "due": None, "overdue": False,
        "what": "Accept the hand-off of Wells team for the IT agency.", "rule": "R-06", "source": accept["source"], "roles": ["executive"],
        "command": "portfolio.accept_handoff", "mutation": "acceptHandoff", "input": {"team": "wells-team", "function": "IT_AGENCY"},
        "data": {"team": "wells-team", "function": "it_agency"}, "node": {"__typename": "Team", "id": "team:wells-team"},
    }  # fmt: skip
    assert "Sustain" in accept["source"]


async def test_what_waits_for_anybody_can_be_asked_for_and_narrowed(busy: Gateway) -> None:
    everything = await asked(busy, "subscriber", me=False)
    assert {"DECIDE_INVESTMENT", "RECORD_BID_OUTCOME", "SIGN_OFF_RELEASE", "ACCEPT_HANDOFF", "PREPARE_HANDOFF"} <= {one["kind"] for one in everything}
    assert everything[0]["kind"] == "RECORD_BID_OUTCOME" and everything[0]["overdue"], "what is due comes first"
    narrowed = await asked(busy, "subscriber", me=False, kinds=["DECIDE_INVESTMENT"])
    assert [(one["subject"]["id"], one["mutation"], one["input"]) for one in narrowed] == [
        ("investment:inv-more", "decideInvestment", {"investment": "inv-more"})
    ]


async def test_what_waited_on_an_earlier_day_is_known_too(busy: Gateway) -> None:
    assert [one["subject"]["id"] for one in await asked(busy, "steering_group", d="2025-01-16")] == ["investment:inv-signs", "investment:inv-wells"]
    assert await asked(busy, "steering_group", d="2025-01-20") == []


async def test_the_answer_to_one_reader_is_not_kept_for_another(busy: Gateway) -> None:
    ask = "{ awaiting { totalCount } }"
    tags = [(await busy.post(ask, persona=persona)).headers["etag"] for persona in ("executive@water", "executive@roads", "executive@water")]
    assert tags[0] == tags[2] != tags[1]
