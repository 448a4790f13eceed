"""The same bytes are read once; whatever else was true when they were first sent is looked at each time."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Final

import jwt
import pytest
from httpx import Response

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.team import TEAM, MemberJoined, Staffing, TeamRole
from libs.events.ports.people import Particulars
from libs.service.identity.issuer import Issuer
from libs.service.identity.revocation_list import digest_of
from libs.service.identity.tokens import FixedKey
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.cost import limits
from services.gateway.graphql.transport import request as reading
from tests.services.gateway.small_world import TODAY, Gateway

WORLD: Final = "{ portfolio { world asOf } }"
MONEY: Final = "{ portfolio { investment { committed { amount } } } }"


class Asking:
    """Whoever asks one thing again and again, by one token."""

    def __init__(self, gateway: Gateway, query: str = WORLD, *, token: str = "", method: str = "POST") -> None:
        self._gateway, self.query, self._method = gateway, query, method
        self.token = token or gateway.issuer.token("executive")

    async def __call__(self, **headers: str) -> Response:
        """Asks once more, by the same bytes."""
        signed = {"Authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self._method == "GET":
            return await self._gateway.client.get("/graphql", params={"query": self.query}, headers=signed)
        return await self._gateway.client.post("/graphql", json={"query": self.query}, headers=signed)


@pytest.fixture(params=["GET", "POST"])
async def again(told_gateway: Gateway, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Somebody who has asked twice: the second answer was kept, and what asks for it was read once."""
    asking = Asking(told_gateway, method=request.param)
    first = await asking()
    monkeypatch.setattr(reading, "parse_json", None)
    monkeypatch.setattr(reading, "QueryParams", None)
    second = await asking()
    assert first.status_code == second.status_code == 200 and first.json()["data"] == second.json()["data"]
    return asking


def later(monkeypatch: pytest.MonkeyPatch, gateway: Gateway, passed: timedelta) -> None:
    """So much time has passed for whoever looks at tokens."""
    now = datetime.now(UTC) + passed
    monkeypatch.setattr(gateway.process.verifier, "_clock", now.timestamp)
    monkeypatch.setattr(jwt.api_jwt, "datetime", SimpleNamespace(now=lambda tz: now))


# Who asks


async def test_a_token_that_has_expired_meanwhile_opens_nothing(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    again = Asking(told_gateway, token=told_gateway.issuer.token("executive", timedelta(seconds=60)))
    assert (await again()).status_code == (await again()).status_code == 200
    later(monkeypatch, told_gateway, timedelta(seconds=71))
    refused = await again()
    assert refused.status_code == 401 and "expired" in refused.json()["detail"] and "etag" not in refused.headers


async def test_a_token_that_was_signed_out_of_meanwhile_opens_nothing(told_gateway: Gateway, again: Asking) -> None:
    told_gateway.process.verifier.revoked = {digest_of(again.token)}
    refused = await again(If_None_Match="*")
    assert refused.status_code == 401 and "signing out" in refused.json()["detail"]


async def test_a_token_whose_key_was_turned_opens_nothing_once_it_is_looked_at_again(
    told_gateway: Gateway, again: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Issuer.embedded(replace(told_gateway.settings, data=tmp_path_factory.mktemp("other")))
    monkeypatch.setattr(told_gateway.process.verifier, "_keys", FixedKey(other.public_key))
    later(monkeypatch, told_gateway, timedelta(seconds=301))
    assert (await again()).status_code == 401


async def test_the_same_bytes_are_answered_to_each_by_their_own_rights(told_gateway: Gateway) -> None:
    everything, theirs = Asking(told_gateway, MONEY), Asking(told_gateway, MONEY, token=told_gateway.issuer.token("team@wells-team"))
    for _ in range(2):
        mine, other = await everything(), await theirs()
        assert "withheld" not in mine.json()["extensions"] and other.json()["extensions"]["withheld"]
        assert mine.headers["etag"] != other.headers["etag"]


async def test_two_tokens_are_refused_though_each_alone_was_answered(told_gateway: Gateway, again: Asking) -> None:
    name, value = "Authorization", f"Bearer {again.token}"
    answer = await told_gateway.client.post("/graphql", json={"query": again.query}, headers=[(name, value), (name, value)])
    assert answer.status_code == 400


# What it costs


async def test_what_is_kept_is_charged_each_time_and_refused_where_nothing_is_left(told_gateway: Gateway, again: Asking) -> None:
    allowances = told_gateway.shared.allowances
    allowances._clock = lambda: 0.0
    allowances._left.clear()
    took = [(await again()).json()["extensions"]["cost"]["took"] for _ in range(3)]
    assert all(took) and allowances._left["executive@*"][0] == allowances.most - sum(took)
    allowances._left["executive@*"] = 1.0, 0.0
    last = await again()
    assert last.status_code == 200 and last.headers["ratelimit"].startswith('"cost";r=0;')
    assert (await again()).status_code == 429 and (await again(If_None_Match="*")).status_code == 429


async def test_of_whoever_has_nothing_left_no_document_is_looked_at(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_prepared", None)
    told_gateway.shared.allowances._left["executive@*"] = -1.0, 1e12
    assert (await Asking(told_gateway, "{ portfolio { world nobodyAskedThis } }")()).status_code == 429


async def test_what_asks_for_too_much_is_refused_each_time(told_gateway: Gateway) -> None:
    too_much = Asking(told_gateway, "{ teams(first: 501) { nodes { id } } }")
    for _ in range(2):
        refused = (await too_much()).json()["errors"][0]["extensions"]["code"]
        assert refused == "FIRST"


async def test_what_is_made_again_was_reckoned_to_cost_the_same(told_gateway: Gateway, again: Asking) -> None:
    before = (await again()).json()["extensions"]["cost"]["asked"]
    told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    made = (await again()).json()["extensions"]["cost"]
    assert made["asked"] == before > 0


async def test_other_variables_of_the_same_document_are_reckoned_by_themselves(told_gateway: Gateway) -> None:
    asks = "query($n: Int) { teams(first: $n) { nodes { id } } }"
    told = [(await told_gateway.post(asks, {"n": n})).json() for n in (7, 100, 7, 501)]
    assert [one.get("extensions", {}).get("cost", {}).get("asked", 0) for one in told[:3]] == [8, 101, 8]
    assert told[3]["errors"][0]["extensions"]["code"] == "FIRST"


# What is told


@pytest.mark.parametrize("what", ["something is heard", "a name is another", "midnight"])
async def test_the_answer_and_its_tag_are_of_what_holds_now(told_gateway: Gateway, again: Asking, what: str) -> None:
    before = await again()
    match what:
        case "something is heard":
            told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
        case "a name is another":
            people = told_gateway.process.people
            people.entries, people.revision = MappingProxyType({"ana": Particulars("Ana", None, TODAY)}), people.revision + 1
        case _:
            told_gateway.clock.now = datetime(2026, 3, 3, tzinfo=UTC)
    after = await again(If_None_Match=before.headers["etag"])
    assert after.status_code == 200 and after.headers["etag"] != before.headers["etag"]
    assert after.headers["x-headway-world"] == after.json()["data"]["portfolio"]["world"] == told_gateway.process.world.digest
    assert (after.json()["data"] != before.json()["data"]) is (what != "a name is another")


async def test_the_day_is_that_of_the_place_to_the_minute(told_gateway: Gateway) -> None:
    told_gateway.tell(ORGANISATION, "far", OrganisationRegistered(name="Far", time_zone="Asia/Kathmandu"), "2025-01-01")
    here = Asking(told_gateway)
    told_gateway.clock.now = datetime(2026, 3, 2, 18, 14, 59, 999_999, tzinfo=UTC)  # a quarter to midnight and five hours and a half before it there
    assert [(await here()).json()["data"]["portfolio"]["asOf"] for _ in range(2)] == ["2026-03-02"] * 2
    told_gateway.clock.now = datetime(2026, 3, 2, 18, 15, tzinfo=UTC)
    assert (await here()).json()["data"]["portfolio"]["asOf"] == "2026-03-03"


@pytest.mark.parametrize("days", ["asOf", "now"])
async def test_of_an_earlier_day_whoever_may_see_more_since_midnight_is_not_told_that_nothing_is_new(told_gateway: Gateway, days: str) -> None:
    joined = MemberJoined(person="ana", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF)
    told_gateway.tell(TEAM, "signs-team", joined, "2026-03-03", known="2026-03-01")
    told_gateway.process.people.entries = MappingProxyType({"ana": Particulars("Ana Ruiz", None, TODAY)})
    moment = ', asOf: "2026-01-01"' if days == "asOf" else ""
    members = f'{{ team(id: "wells-team"{moment}) {{ members {{ person {{ name }} }} }} }}'
    theirs = Asking(told_gateway, members, token=told_gateway.issuer.token("executive@roads"), method="GET")
    before = await theirs()
    told_gateway.clock.now = datetime(2026, 3, 3, 0, 1, tzinfo=UTC)
    after = await theirs(If_None_Match=before.headers["etag"])
    assert "Ana" not in before.text and before.status_code == after.status_code == 200
    assert after.json()["data"]["team"]["members"][0] == {"person": {"name": "Ana Ruiz"}}


# How it is sent


async def test_the_rest_of_the_head_counts_as_it_is_sent(again: Asking) -> None:
    assert (await again(Accept="application/graphql-response+json")).headers["content-type"].startswith("application/graphql-response+json")
    assert (await again(Accept="image/png")).status_code == 406
    assert (await again(X_Headway_After="team:wells-team@999")).status_code == 503
    assert (await again(If_None_Match="*")).status_code == (304 if again._method == "GET" else 200)
    if again._method == "POST":
        assert (await again(Content_Type="text/plain")).status_code == 415


async def test_each_has_its_own_id_is_counted_and_has_its_line(told_gateway: Gateway, again: Asking, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "headway.requests")
    ids = {(await again()).headers["x-request-id"] for _ in range(3)}
    assert {record.fields["request"] for record in caplog.records if hasattr(record, "fields")} == ids and len(ids) == 3
    text = (await told_gateway.client.get("/metrics")).text
    assert f'headway_http_requests_total{{method="{again._method}",route="/graphql",status="200"}} 5.0' in text
    assert 'headway_query_answers_total{how="kept"} 4.0' in text and 'headway_query_seconds_count{operation="query"} 5.0' in text


# Which bytes


async def test_a_query_string_is_not_taken_for_a_body_of_the_same_bytes(told_gateway: Gateway) -> None:
    body = b'{"query":"{portfolio{world}}"}'
    headers = {**told_gateway.signed_in("executive"), "Content-Type": "application/json"}
    assert (await told_gateway.client.post("/graphql", content=body, headers=headers)).status_code == 200
    read = reading._READ
    assert read.get(("POST", body)) is not None and read.get(("GET", body)) is None
    with pytest.raises(reading.Unreadable):
        reading.of_get(SimpleNamespace(scope={"query_string": body, "method": "GET"}))  # type: ignore[arg-type]


async def test_what_differs_in_one_byte_is_read_anew(told_gateway: Gateway) -> None:
    ask = "query($d: Date) { portfolio(asOf: $d) { asOf } }"
    days = [(await told_gateway.ask(ask, {"d": day}))["portfolio"]["asOf"] for day in ("2025-01-01", "2025-01-02", "2025-01-01")]
    assert days == ["2025-01-01", "2025-01-02", "2025-01-01"]


@pytest.mark.parametrize("query", ["mutation { __typename }", "{ viewer { id } }", "{ __schema { types { name } } }", "{ nothing", "{ a } { b }"])
async def test_only_what_is_answered_by_what_is_kept_is_remembered(told_gateway: Gateway, query: str) -> None:
    many = len(reading._READ)
    await told_gateway.post(query + " # only here")
    assert len(reading._READ) == many


def test_what_is_remembered_takes_no_more_room_than_it_may() -> None:
    read = reading._READ
    assert read.most == 8 << 20 and read._size((GraphQLRequest("{ a }", None, {}), 1_000)) >= 10_000
