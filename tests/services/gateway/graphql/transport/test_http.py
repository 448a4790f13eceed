"""GraphQL over HTTP: methods, media types, tokens, entity tags, waiting for what must have been heard."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from services.gateway import read_your_writes
from services.gateway.graphql.transport import http
from tests.services.gateway.small_world import Gateway

WORLD = "{ portfolio { world } }"
GRAPHQL = "application/graphql-response+json"


async def test_get_and_post_answer_alike(told_gateway: Gateway) -> None:
    got = await told_gateway.client.get("/graphql", params={"query": WORLD}, headers=told_gateway.signed_in("executive"))
    posted = await told_gateway.post(WORLD)
    assert got.json()["data"] == posted.json()["data"] == {"portfolio": {"world": told_gateway.process.world.digest}}
    assert [list(answer.json()) for answer in (got, posted)] == [["data", "extensions"]] * 2
    assert got.headers["x-headway-world"] == told_gateway.process.world.digest


async def test_variables_and_the_name_of_the_operation_come_in_a_query_string_too(told_gateway: Gateway) -> None:
    params = {"query": "query A { a: __typename } query B($id: ID!) { team(id: $id) { name } }", "operationName": "B", "variables": '{"id": "wells-team"}'}
    answer = await told_gateway.client.get("/graphql", params=params, headers=told_gateway.signed_in("subscriber"))
    assert answer.json()["data"] == {"team": {"name": "Wells team"}}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_token_there_is_a_problem_and_no_answer(told_gateway: Gateway, method: str) -> None:
    answer = await told_gateway.client.request(method, "/graphql", params={"query": WORLD}, json={"query": WORLD} if method == "POST" else None)
    assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"


async def test_a_browser_gets_graphiql_without_a_token_under_a_strict_policy(gateway: Gateway) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = await gateway.client.get("/graphql", headers={"Accept": accept})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "style-src 'self';" in policy and "unsafe" not in policy and "http" not in policy
    script = await gateway.client.get("/static/graphiql/ide.js")
    assert script.status_code == 200 and "javascript" in script.headers["content-type"]
    assert (await gateway.client.get("/static/graphiql/nothing.js")).status_code == 404


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, application/json", "application/json"),
        ("text/plain, */*;q=0.1", "application/json"),
    ],
)
async def test_the_answer_comes_in_the_media_type_that_is_asked_for(told_gateway: Gateway, accept: str | None, media: str) -> None:
    headers = {**told_gateway.signed_in("executive"), "Accept": accept or ""}
    answer = await told_gateway.client.post("/graphql", json={"query": WORLD}, headers=headers)
    assert answer.status_code == 200 and answer.headers["content-type"] == f"{media}; charset=utf-8"


async def test_a_media_type_that_is_not_ours_is_406(told_gateway: Gateway) -> None:
    assert (await told_gateway.post(WORLD, Accept="image/png")).status_code == 406


@pytest.mark.parametrize("query", ["{ nix }", "{", "query($d: Date!) { portfolio(asOf: $d) { world } }", "{ portfolio { teams(first: 501) { totalCount } } }"])
async def test_what_cannot_be_executed_is_200_in_json_and_400_in_graphql_json(told_gateway: Gateway, query: str) -> None:
    for media, status in (("application/json", 200), (GRAPHQL, 400)):
        answer = await told_gateway.post(query, Accept=media)
        body = answer.json()
        assert (answer.status_code, "data" in body) == (status, False)
        assert body["errors"][0]["message"] and body["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, "body"),
        (b"[]", 400, "body"),
        (b'[{"query": "{ portfolio { world } }"}]', 400, "body"),
        (b"7", 400, "body"),
        (b"{}", 400, "query"),
        (b'{"query": ""}', 400, "query"),
        (b'{"query": 7}', 400, "query"),
        (b'{"query": "{ a }", "variables": "x"}', 400, "variables"),
        (b'{"query": "{ a }", "variables": [1]}', 400, "variables"),
        (b'{"query": "{ a }", "operationName": 7}', 400, "operationName"),
        (b'{"query": "{ a }", "extensions": 7}', 400, "extensions"),
        (b'{"query": "{ a }", "variables": {"x": NaN}}', 422, "variables.x"),
        (b'{"query": "\\ud800"}', 422, "query"),
        (b'{"query": "{ a }", "variables": ' + b'{"x":' * 10_000 + b"1" + b"}" * 10_000 + b"}", 400, "body"),
        (b"\xff\xfe", 400, "body"),
    ],
)
async def test_a_request_that_cannot_be_read_names_what_is_wrong(told_gateway: Gateway, body: bytes, status: int, field: str) -> None:
    headers = {**told_gateway.signed_in("executive"), "Content-Type": "application/json"}
    answer = await told_gateway.client.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert (await told_gateway.post(WORLD)).status_code == 200


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("text/plain", 415),
        ("application/graphql", 415),
        ("application/json; charset=iso-8859-1", 415),
        ("application/json; charset=UTF-8", 200),
        ('APPLICATION/JSON;charset="utf-8"', 200),
        ("", 415),
    ],
)
async def test_a_body_of_another_media_type_or_encoding_is_415(told_gateway: Gateway, media: str, status: int) -> None:
    headers = {**told_gateway.signed_in("executive"), "Content-Type": media}
    assert (await told_gateway.client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)).status_code == status


async def test_a_document_nested_without_end_is_answered_and_the_next_one_too(told_gateway: Gateway) -> None:
    answer = await told_gateway.post("{ a" + " { a" * 10_000)
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEPTH"
    assert (await told_gateway.post(WORLD)).status_code == 200


async def test_an_unknown_operation_is_said(told_gateway: Gateway) -> None:
    headers = told_gateway.signed_in("executive")
    answer = await told_gateway.client.post("/graphql", json={"query": "query A { __typename }", "operationName": "B"}, headers=headers)
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION"


async def test_a_mutation_by_get_is_405(told_gateway: Gateway) -> None:
    query = 'mutation { registerOrganisation(input: {name: "X"}) { id } }'
    answer = await told_gateway.client.get("/graphql", params={"query": query}, headers=told_gateway.signed_in("lab_ops"))
    assert answer.status_code == 405 and answer.headers["allow"] == "POST"


async def test_a_subscription_that_is_not_streamed_is_406(told_gateway: Gateway) -> None:
    assert (await told_gateway.post("subscription { world }")).status_code == 406


async def test_a_fault_of_ours_says_nothing_of_itself(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("services.gateway.graphql.types.portfolio.needs", broken)
    body = (await told_gateway.post("{ portfolio { needs { met } } }")).json()
    assert "secret" not in str(body) and body["errors"][0]["extensions"]["code"] == "UNFORESEEN"


# Entity tags


async def tag(g: Gateway, query: str = WORLD, persona: str = "executive", **variables: Any) -> str:
    return (await g.post(query, variables, persona=persona)).headers["etag"]


async def test_the_same_question_about_the_same_world_has_the_same_tag(told_gateway: Gateway) -> None:
    assert await tag(told_gateway) == await tag(told_gateway)


async def test_the_tag_changes_with_world_document_variables_and_rights(told_gateway: Gateway) -> None:
    by_variable = "query($d: Date) { portfolio(asOf: $d) { world } }"
    tags = {
        await tag(told_gateway),
        await tag(told_gateway, "{ portfolio { asOf world } }"),
        await tag(told_gateway, by_variable, d="2025-01-01"),
        await tag(told_gateway, by_variable, d="2025-01-02"),
        await tag(told_gateway, persona="executive@water"),
    }
    told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    assert len(tags | {await tag(told_gateway)}) == 6


@pytest.mark.parametrize("query", [WORLD, '{ portfolio(asOf: "2025-01-01") { world } }'])
async def test_the_tag_changes_at_midnight_also_of_an_earlier_day(told_gateway: Gateway, query: str) -> None:
    before = await tag(told_gateway, query)
    told_gateway.clock.now = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    assert await tag(told_gateway, query) == before
    told_gateway.clock.now = datetime(2026, 3, 3, 0, 1, tzinfo=UTC)
    assert await tag(told_gateway, query) != before


async def test_a_get_of_what_is_known_already_is_304_without_a_body(told_gateway: Gateway) -> None:
    headers = told_gateway.signed_in("executive")
    first = await told_gateway.client.get("/graphql", params={"query": WORLD}, headers=headers)
    again = await told_gateway.client.get("/graphql", params={"query": WORLD}, headers={**headers, "If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    assert (await told_gateway.client.get("/graphql", params={"query": WORLD}, headers={**headers, "If-None-Match": first.headers["etag"]})).status_code == 200


async def test_answers_are_for_one_reader_only(told_gateway: Gateway) -> None:
    answer = await told_gateway.post(WORLD)
    assert answer.headers["cache-control"] == "private, no-cache" and "Authorization" in answer.headers["vary"]


# Read your writes


async def test_a_read_waits_until_what_it_names_was_heard(told_gateway: Gateway) -> None:
    waiting = asyncio.create_task(told_gateway.post('{ organisation(id: "new") { name } }', X_Headway_After="organisation:new@1"))
    await asyncio.sleep(0)
    told_gateway.tell(ORGANISATION, "new", OrganisationRegistered(name="New"), "2025-01-01")
    assert (await waiting).json()["data"] == {"organisation": {"name": "New"}}


async def test_a_read_of_what_does_not_come_is_503_with_retry_after(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_your_writes, "SECONDS", 0.01)
    answer = await told_gateway.post(WORLD, X_Headway_After="organisation:new@1")
    assert answer.status_code == 503 and answer.headers["retry-after"] and answer.json()["type"].endswith("not-heard-yet")


async def test_what_is_no_position_is_refused(told_gateway: Gateway) -> None:
    answer = await told_gateway.post(WORLD, X_Headway_After="nonsense")
    assert answer.status_code == 422 and answer.json()["field"] == "X-Headway-After"


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_of_several_operations_none_runs_unless_it_is_named(told_gateway: Gateway, method: str, accept: str) -> None:
    asked = {"query": 'mutation A { registerOrganisation(input: {name: "X"}) { id } } query B { __typename }'}
    headers = {**told_gateway.signed_in("importer"), "Accept": accept}
    given: dict[str, Any] = {"params": asked} if method == "GET" else {"json": asked}
    answer = await told_gateway.client.request(method, "/graphql", headers=headers, **given)
    assert "OPERATION" in answer.text and "Unreachable" not in answer.text


@pytest.mark.parametrize(("query", "code"), [("{", "SYNTAX"), ("{ a" * 60, "DEPTH"), ("query A { __typename } query B { __typename }", "OPERATION")])
async def test_a_stream_says_why_a_document_cannot_be_read_and_ends(told_gateway: Gateway, query: str, code: str) -> None:
    answer = await told_gateway.post(query, Accept="text/event-stream")
    assert code in answer.text and answer.text.endswith("event: complete\ndata: {}\n\n")


async def test_a_variable_may_be_a_number_of_any_length(told_gateway: Gateway) -> None:
    answer = await told_gateway.post("query($f: Int) { portfolio { teams(first: $f) { totalCount } } }", {"f": 10**30})
    assert answer.status_code == 200 and answer.json()["errors"][0]["extensions"]["code"] == "FIRST"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_another_method_is_405_and_is_told_which_there_are(told_gateway: Gateway, method: str) -> None:
    answer = await told_gateway.client.request(method, "/graphql", headers=told_gateway.signed_in("executive"))
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, POST"


async def test_any_tag_will_do_where_the_reader_says_so(told_gateway: Gateway) -> None:
    headers = told_gateway.signed_in("executive") | {"If-None-Match": "*"}
    assert (await told_gateway.client.get("/graphql", params={"query": WORLD}, headers=headers)).status_code == 304


async def test_the_tag_changes_with_what_answers(told_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (await told_gateway.post(WORLD)).headers["etag"]
    monkeypatch.setattr(http, "_version", lambda: "the next one")
    assert (await told_gateway.post(WORLD)).headers["etag"] != before
