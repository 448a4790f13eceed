"""Mutations are the commands: made from their declarations, sent to the owner in the caller's name, answered when the world has seen it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from libs.commands.command import COMMANDS
from libs.commands.errors import HeadwayError, Invalid, KeyReused, Refused, StaleVersion
from libs.events.catalog.portfolio.graduation import GRADUATION, SustainEntered
from libs.events.catalog.portfolio.investment import INVESTMENT, Funding, InvestmentProposed
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.service.problems import response
from services.gateway.graphql import mutations
from services.gateway.graphql.schema import schema
from tests.services.gateway.small_world import Gateway


@dataclass
class Owner:
    """Stands for the services: notes what it is sent, and answers what it was told to."""

    gateway: Gateway
    answer: Any = None
    hears: bool = True
    asked: list[tuple[str, dict[str, Any], httpx.Headers]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/{service}/v1/commands/{verb}")
        async def command(service: str, verb: str, request: Request) -> Any:
            body = await request.json()
            trying = f"?{unquote(request.url.query)}" if request.url.query else ""
            self.asked.append((f"{service}.{verb}{trying}", body, httpx.Headers(request.headers.raw)))
            if isinstance(self.answer, Exception):
                return response(self.answer)
            if self.answer is not None:
                return self.answer
            event = self.gateway.tell if self.hears else None
            if event is not None:
                event(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
            return JSONResponse({"id": "new", "version": 1, "events": ["organisation:new@1"], "position": "organisation:new@1"}, 201)

        return app


@pytest.fixture
async def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Owner]:
    """An owner of everything, in the place of the services."""
    gateway = Gateway(tmp_path)
    made = Owner(gateway)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(made.app()), base_url="http://owner")
    monkeypatch.setattr("services.gateway.proxy.command_client.CommandClient._connected", lambda self, service: client)
    yield made
    await client.aclose()
    await gateway.client.aclose()


REGISTER = 'mutation { registerOrganisation(input: {name: "New", currency: "CAD"}) { id version events position } }'


def test_every_command_has_a_mutation_and_every_mutation_a_command() -> None:
    mutation = schema()._schema.mutation_type
    assert mutation is not None
    assert len(mutation.fields) == len(COMMANDS)
    assert {"formTeam", "portfolioRetract", "backlogRetract", "roadmapDropItem", "backlogDropItem"} <= mutation.fields.keys()
    for name, about in mutation.fields.items():
        assert about.description and set(about.args) == {"input", "idempotencyKey", "ifMatch", "after"}, name


async def test_a_command_is_sent_to_its_owner_in_the_callers_own_name(owner: Owner) -> None:
    headers = owner.gateway.signed_in("lab_ops")
    query = REGISTER.replace('"CAD"}', '"CAD"}, idempotencyKey: "k1", ifMatch: 3, after: ["team:x@1", "team:y@2"]')
    answer = await owner.gateway.client.post("/graphql", json={"query": query}, headers=headers)
    assert answer.json()["data"] == {
        "registerOrganisation": {"id": "organisation:new", "version": 1, "events": ["organisation:new@1"], "position": "organisation:new@1"}
    }
    name, body, sent = owner.asked[0]
    assert (name, body) == ("portfolio.register_organisation", {"name": "New", "currency": "CAD"})
    assert sent["authorization"] == headers["Authorization"]
    assert (sent["idempotency-key"], sent["if-match"], sent["x-headway-after"]) == ("k1", '"3"', "team:x@1,team:y@2")


async def test_inputs_go_out_as_the_json_of_the_command(owner: Owner) -> None:
    query = """mutation($input: ProposeInvestmentInput!) { proposeInvestment(input: $input) { id } }"""
    given = {
        "investment": "investment:inv", "team": "team:x", "product": "p", "enhance": {"amount": "10.50", "currency": "CAD"},
        "support": {"amount": 3, "currency": "CAD"}, "funding": "ONGOING_PRODUCT", "kind": "OPERATING", "ends": "2027-01-01", "at": "2025-01-01",
    }  # fmt: skip
    await owner.gateway.ask(query, {"input": given}, persona="importer")
    _, body, _ = owner.asked[0]
    assert body == {
        "investment": "inv", "team": "x", "product": "p", "enhance": {"amount": "10.50", "currency": "CAD"}, "support": {"amount": "3", "currency": "CAD"},
        "funding": "ongoing_product", "kind": "operating", "ends": "2027-01-01", "at": "2025-01-01",
    }  # fmt: skip


async def test_an_owners_problem_is_an_error_that_carries_it(owner: Owner) -> None:
    owner.answer = Refused("S0-14", "nobody decided yet")
    error = (await owner.gateway.post(REGISTER)).json()["errors"][0]
    assert error["message"] == "nobody decided yet" and error["path"] == ["registerOrganisation"]
    assert error["extensions"]["rule"] == "S0-14" and error["extensions"]["status"] == 409 and error["extensions"]["code"] == "REFUSED"
    assert error["extensions"]["source"] and error["extensions"]["remedy"]


async def test_one_refusal_leaves_the_other_answers_of_the_request(owner: Owner) -> None:
    query = 'mutation { a: registerOrganisation(input: {name: "A"}) { id } b: openProgram(input: {program: "p", name: "P", home: "o"}) { id } }'
    owner.hears = False
    owner.gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    body = (await owner.gateway.post(query)).json()
    assert body["data"]["a"] == {"id": "organisation:new"} and body["data"]["b"] == {"id": "organisation:new"}
    owner.answer = Refused("S0-14", "no")
    body = (await owner.gateway.post(query)).json()
    assert body["data"] == {"a": None, "b": None} and len(body["errors"]) == 2


async def test_what_the_world_has_not_seen_in_time_is_said(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutations, "SECONDS", 0.01)
    owner.hears = False
    body = (await owner.gateway.post(REGISTER)).json()
    assert body["data"]["registerOrganisation"]["version"] == 1
    assert body["extensions"]["notYetSeen"] == ["organisation:new@1"]


async def test_an_owner_that_does_not_answer_is_a_problem(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(down), base_url="http://owner")
    monkeypatch.setattr("services.gateway.proxy.command_client.CommandClient._connected", lambda self, service: client)
    error = (await owner.gateway.post(REGISTER)).json()["errors"][0]
    assert error["extensions"]["code"] == "UNREACHABLE" and error["extensions"]["status"] == 503


async def test_an_owner_whose_address_is_not_set_is_said(gateway: Gateway) -> None:
    error = (await gateway.post(REGISTER)).json()["errors"][0]
    assert "HEADWAY_PORTFOLIO_URL" in error["extensions"]["remedy"]


async def test_a_field_that_the_command_does_not_have_is_refused_before_anything_is_sent(owner: Owner) -> None:
    body = (await owner.gateway.post('mutation { registerOrganisation(input: {name: "X", colour: "red"}) { id } }')).json()
    assert body["errors"][0]["extensions"]["code"] == "INVALID" and owner.asked == []


WHY = "query($c: String!, $d: JSON!) { whyBlocked(command: $c, data: $d) { rule source remedy detail status field } }"


async def test_why_a_command_is_blocked_is_asked_of_its_owner_without_doing_it(owner: Owner) -> None:
    asked = {"c": "portfolio.submit_bid", "d": {"bid": "bid:b", "investment": "investment:i", "body": "Treasury"}}
    owner.answer = Refused("S0-14", "nobody decided yet")
    found = (await owner.gateway.ask(WHY, asked))["whyBlocked"]
    assert (found["rule"], found["detail"], found["status"]) == ("S0-14", "nobody decided yet", 409) and found["source"] and found["remedy"]
    name, body, _ = owner.asked[0]
    assert (name, body) == ("portfolio.submit_bid?try=1", {"bid": "b", "investment": "i", "body": "Treasury"})
    owner.answer = {"id": "b", "version": 1, "events": [], "position": "bid:b@1"}
    assert await owner.gateway.ask(WHY, asked) == {"whyBlocked": None}


AS = "query($i: CommandInput, $c: String, $as: String) { whyBlocked(input: $i, command: $c, as: $as) { rule detail } }"


async def test_the_input_of_a_mutation_is_taken_as_it_is_and_any_role_may_be_asked_about(owner: Owner) -> None:
    owner.answer = Refused("S0-14", "nobody decided yet")
    bid = {"bid": "bid:b", "investment": "investment:i", "body": "Treasury", "amount": {"amount": "1.50", "currency": "CAD"}}
    found = (await owner.gateway.ask(AS, {"i": {"submitBid": bid}, "as": "portfolio_manager@env"}))["whyBlocked"]
    assert found == {"rule": "S0-14", "detail": "nobody decided yet"}
    name, body, _ = owner.asked[0]
    assert (name, body) == ("portfolio.submit_bid?try=1&as=portfolio_manager@env", {**bid, "bid": "b", "investment": "i"})


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "command"),
        ({"i": {}}, "input"),
        ({"i": {"enterSustain": {"team": "t"}, "startItem": {"item": "b"}}}, "input"),
        ({"i": {"enterSustain": {"team": "t"}}, "c": "portfolio.form_team"}, "input"),
        ({"i": {"enterSustain": {"team": "t"}}, "as": "minister"}, "as"),
    ],
)
async def test_what_is_no_one_command_or_no_role_is_refused_before_anything_is_sent(owner: Owner, asked: dict[str, Any], field: str) -> None:
    error = (await owner.gateway.post(AS, asked)).json()["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == ("INVALID", field) and owner.asked == []


async def test_what_the_owner_would_say_has_no_tag(owner: Owner) -> None:
    answer = await owner.gateway.post(WHY, {"c": "portfolio.form_team", "d": {}})
    assert "etag" not in answer.headers and answer.json()["data"] == {"whyBlocked": None}


@pytest.mark.parametrize(("command", "data", "field"), [("portfolio.nix", {}, "command"), ("portfolio.form_team", [1], "data")])
async def test_a_command_that_there_is_not_is_refused(owner: Owner, command: str, data: Any, field: str) -> None:
    error = (await owner.gateway.post(WHY, {"c": command, "d": data})).json()["errors"][0]
    assert error["extensions"]["field"] == field and owner.asked == []


@pytest.mark.parametrize("key", ["\u043a\u043b\u044e\u0447", "a\r\nX: y"])
async def test_a_key_that_no_header_can_hold_is_refused_and_nothing_is_sent(owner: Owner, key: str) -> None:
    query = 'mutation($k: String) { registerOrganisation(input: {name: "New"}, idempotencyKey: $k) { id } }'
    answer = await owner.gateway.post(query, {"k": key}, persona="lab_ops")
    assert answer.json()["errors"][0]["extensions"]["field"] == "idempotencyKey" and not owner.asked


async def test_data_may_hold_a_number_of_any_length(owner: Owner) -> None:
    query = 'query($d: JSON!) { whyBlocked(command: "portfolio.form_team", data: $d) { detail } }'
    assert await owner.gateway.ask(query, {"d": {"name": 10**30}}, persona="lab_ops") == {"whyBlocked": None}
    assert owner.asked[0][1] == {"name": 10**30}


async def test_an_answer_holds_the_thing_as_it_is_after_the_command(owner: Owner) -> None:
    query = REGISTER.replace("id version", "node { __typename id ... on Organisation { name } } id version")
    body = (await owner.gateway.post(query, persona="lab_ops")).json()
    assert body["data"]["registerOrganisation"]["node"] == {"__typename": "Organisation", "id": "organisation:new", "name": "New"}


async def test_an_answer_that_the_world_has_not_seen_holds_no_thing_and_says_so(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutations, "SECONDS", 0.01)
    owner.hears = False
    body = (await owner.gateway.post(REGISTER.replace("id version", "node { id } id version"), persona="lab_ops")).json()
    assert body["data"]["registerOrganisation"]["node"] is None and body["data"]["registerOrganisation"]["id"] == "organisation:new"
    assert body["extensions"]["notYetSeen"] == ["organisation:new@1"]


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Invalid("too few", field="burn_down_months"), "burnDownMonths"),
        (Invalid("no currency", field="amount.currency"), "amount.currency"),
        (KeyReused("used", field="key"), "idempotencyKey"),
        (StaleVersion("stale", field="If-Match"), "ifMatch"),
        (Invalid("none", field="X-Headway-After"), "after"),
    ],
)
async def test_an_error_names_the_argument_or_the_field_of_the_input_that_is_meant(owner: Owner, answer: HeadwayError, field: str) -> None:
    owner.answer = answer
    assert (await owner.gateway.post(REGISTER)).json()["errors"][0]["extensions"]["field"] == field


async def test_what_is_wrong_in_several_fields_is_said_by_their_names_in_the_input(owner: Owner) -> None:
    wrong = [{"field": "bid_days", "reason": "too few"}, {"field": "name", "reason": "too long"}]
    owner.answer = JSONResponse({"type": "urn:headway:problem:invalid", "detail": "no", "field": "bid_days", "errors": wrong}, 422)
    said = (await owner.gateway.post(REGISTER)).json()["errors"][0]["extensions"]
    assert said["errors"] == [{"field": "bidDays", "reason": "too few"}, {"field": "name", "reason": "too long"}]


@pytest.mark.parametrize("after", ["\u00e9", "team:x", "team:x@0", "team:x@1,team:y@1", "team:x@1\r\nX: y", ""])
async def test_what_is_no_position_is_refused_and_nothing_is_sent(owner: Owner, after: str) -> None:
    query = 'mutation($a: [String!]) { registerOrganisation(input: {name: "New"}, after: $a) { id } }'
    said = (await owner.gateway.post(query, {"a": [after]})).json()["errors"][0]["extensions"]
    assert (said["code"], said["field"]) == ("INVALID", "after") and not owner.asked


async def test_what_is_said_of_a_graduation_is_answered_with_the_team(owner: Owner) -> None:
    owner.gateway.tell(TEAM, "t", TeamFormed(name="Team", home="o"), "2025-01-01")
    owner.gateway.tell(GRADUATION, "t", SustainEntered(), "2025-01-02")
    owner.answer = JSONResponse({"id": "t", "version": 1, "events": ["graduation:t@1"], "position": "graduation:t@1"}, 201)
    query = 'mutation { enterSustain(input: {team: "t"}) { id node { __typename id } } }'
    assert (await owner.gateway.post(query)).json()["data"]["enterSustain"] == {"id": "graduation:t", "node": {"__typename": "Team", "id": "team:t"}}


async def test_an_answer_holds_the_thing_by_its_own_type_and_what_should_be_looked_at_about_it(owner: Owner) -> None:
    owner.gateway.tell(INVESTMENT, "i", InvestmentProposed(team="t", product="p", funding=Funding.ONE_OFF_PROJECT, ends=date(2026, 1, 1)), "2025-01-02")
    owner.answer = JSONResponse({"id": "i", "version": 1, "events": [], "position": "investment:i@1"})
    query = 'mutation { decideInvestment(input: {investment: "i", approved: true, reason: "R"}) { version investment { id funding } team { id } %s } }'
    said = {"rule": "S4-03", "about": "investment:i", "link": "/investments/i"}
    thing = {"version": 1, "investment": {"id": "investment:i", "funding": "ONE_OFF_PROJECT"}, "team": None}
    for persona, warned in (("portfolio_manager", [said]), ("lab_ops", [])):  # what is warned of there says amounts
        answer = await owner.gateway.post(query % "warnings { rule about link }", persona=persona)
        assert answer.json()["data"]["decideInvestment"] == {**thing, "warnings": warned}
