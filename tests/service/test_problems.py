"""Problems: every error has its row, and an answer says what is wrong without quoting what came in."""

import json
import logging
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from libs.commands import errors
from libs.rules.catalogue import RULES
from libs.service.problems import MEDIA_TYPE, TABLE, Malformed, as_dict, problem, response
from tests.service.example import Example, Propose

GOOD = {"team": "biohub", "amount": {"currency": "CAD"}}


def kinds(kind: type[Exception]) -> set[type[Exception]]:
    return {below for one in kind.__subclasses__() for below in (one, *kinds(one))}


def test_every_error_has_its_row_and_every_row_its_own_type() -> None:
    # A finer kind of an error may be answered by the row of the coarser one, as the gateway's is.
    assert all(any(above in TABLE for above in kind.__mro__) for kind in kinds(errors.HeadwayError))
    assert {kind for kind in errors.HeadwayError.__subclasses__() if kind.__module__ == errors.__name__} <= set(TABLE)
    assert len({row.type for row in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (errors.Invalid("x", field="a.b"), 422, {}),
        (Malformed(), 400, {}),
        (errors.TooLarge("x"), 413, {}),
        (errors.NotFound("x"), 404, {}),
        (errors.AlreadyExists("x"), 409, {}),
        (errors.Refused("S0-14", "x"), 409, {}),
        (errors.NotSignedIn("x"), 401, {"WWW-Authenticate": 'Bearer realm="headway"'}),
        (errors.NotAllowed("x"), 403, {}),
        (errors.KeyReused("x"), 422, {}),
        (errors.StaleVersion("x"), 412, {}),
        (errors.RaceLost("x"), 409, {}),
        (errors.NotHeardYet("x"), 503, {"Retry-After": "1"}),
        (errors.UnknownOutcome("x"), 503, {"Retry-After": "2"}),
        (errors.Unreachable("x"), 503, {"Retry-After": "5"}),
        (KeyError("secret"), 500, {}),
    ],
)
def test_each_error_has_its_status(error: Exception, status: int, headers: dict[str, str]) -> None:
    got, sent, body = problem(error, instance="urn:x")
    assert (got, sent) == (status, headers)
    assert body["status"] == status
    assert body["type"].startswith("urn:headway:problem:")
    assert body["title"]
    assert body["instance"] == "urn:x"
    assert body.get("field") == getattr(error, "field", None)
    assert "secret" not in json.dumps(body)


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_a_refusal_cites_its_rule(rule_id: str) -> None:
    for error in (errors.Refused(rule_id, "no"), errors.NotAllowed("no", rule=rule_id)):
        body = as_dict(error)
        assert (body["rule"], body["source"], body["remedy"]) == (rule_id, RULES[rule_id].source, RULES[rule_id].remedy)


def test_an_errors_own_remedy_comes_before_the_rules() -> None:
    assert as_dict(errors.Refused("S0-14", "no", remedy="Ask Ann."))["remedy"] == "Ask Ann."
    assert as_dict(errors.NotAllowed("no", remedy="Ask Ann."))["remedy"] == "Ask Ann."
    assert "rule" not in as_dict(errors.NotAllowed("no"))


def test_a_refusal_by_a_rule_outside_of_the_catalogue_still_names_it() -> None:
    body = as_dict(errors.Refused("X-99", "no"))
    assert (body["rule"], body["status"]) == ("X-99", 409)


def test_any_text_can_be_sent() -> None:
    body = json.loads(bytes(response(errors.Invalid("a \ud800 b" + "x" * 5000, field="\udfff")).body))
    assert body["field"] == "\\udfff"
    assert len(body["detail"]) == 2000


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        ({"amount": GOOD["amount"]}, "team", "required"),
        ({**GOOD, "amount": {"currency": "s3cret"}}, "amount.currency", "capitals"),
        ({**GOOD, "amount": {"currency": "CAD", "value": "s3cret"}}, "amount.value", "not permitted"),
        ({**GOOD, "ends": "s3cret"}, "ends", "valid date"),
        ({**GOOD, "team": ["s3cret"]}, "team", "valid string"),
        ({**GOOD, "x" * 500: 1}, "x" * 299 + "…", "not permitted"),
    ],
)
async def test_a_field_that_is_wrong_is_named_and_its_value_is_not_quoted(
    client: httpx.AsyncClient, example: Example, data: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Propose.model_validate(data)
    answer = await client.post("/v1/commands/propose", json=data, headers=example.signed_in())
    for body in (as_dict(caught.value), answer.json()):
        assert body["status"] == 422
        assert body["field"] == field
        assert body["errors"][0]["field"] == field
        assert reason in body["errors"][0]["reason"]
        assert "s3cret" not in json.dumps(body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == MEDIA_TYPE


async def test_a_thousand_wrong_fields_are_not_all_listed(client: httpx.AsyncClient, example: Example) -> None:
    answer = await client.post("/v1/commands/propose", json={f"f{n}": n for n in range(1000)}, headers=example.signed_in())
    assert len(answer.json()["errors"]) == 20
    assert "1001 more" in answer.json()["detail"]


@pytest.mark.parametrize("raw", [b"{", b'{"team": }', b"\xff", b'"\xff"', b"[" * 10_000, b"nonsense", b'{"team": "a",}'])
async def test_a_body_that_is_no_json_is_400_and_names_the_body(client: httpx.AsyncClient, example: Example, raw: bytes) -> None:
    answer = await client.post("/v1/commands/propose", content=raw, headers={"Content-Type": "application/json", **example.signed_in()})
    assert (answer.status_code, answer.json()["status"], answer.json()["field"]) == (400, 400, "body")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"team": "\\ud800", "amount": {"currency": "CAD"}}', "team"),
        (b'{"team": "a", "amount": {"currency": "\\uDFFF"}}', "amount.currency"),
        (b'{"team": "a", "amount": {"currency": "CAD"}, "x\\ud800": 1}', "x\\ud800"),
        (b'{"team": NaN, "amount": {"currency": "CAD"}}', "team"),
        (b'{"team": "a", "amount": {"currency": [1, -Infinity]}}', "amount.currency.1"),
    ],
)
async def test_what_python_would_take_for_json_names_its_field(client: httpx.AsyncClient, example: Example, raw: bytes, field: str) -> None:
    answer = await client.post("/v1/commands/propose", content=raw, headers={"Content-Type": "application/json", **example.signed_in()})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_query_that_is_wrong_names_its_parameter(client: httpx.AsyncClient, example: Example) -> None:
    answer = await client.get("/v1/teams/a?first=1000", headers=example.signed_in())
    assert (answer.status_code, answer.json()["field"]) == (422, "first")


def test_a_json_error_in_a_line_is_malformed() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads('{"a": s3cret}')
    body = as_dict(caught.value)
    assert (body["status"], body["field"]) == (400, "body")
    assert "column 7" in body["detail"]
    assert "s3cret" not in body["detail"]


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: httpx.AsyncClient, example: Example) -> None:
    for answer, status in ((await client.get("/nowhere"), 404), (await client.delete("/v1/commands/propose"), 405)):
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["allow"] == "POST"


async def test_what_nobody_foresaw_is_a_500_without_details_and_logged_once(
    client: httpx.AsyncClient, example: Example, caplog: pytest.LogCaptureFixture
) -> None:
    example.fails_with = RuntimeError("the password is 1234")
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/v1/fails", headers=example.signed_in())
    assert answer.status_code == 500
    assert "1234" not in answer.text
    assert answer.json()["instance"].endswith(answer.headers["x-request-id"])
    assert [record.name for record in caplog.records] == ["headway.problems"]
    assert caplog.records[0].exc_info


async def test_a_typed_error_of_an_endpoint_is_answered_from_the_table(client: httpx.AsyncClient, example: Example) -> None:
    example.fails_with = errors.Refused("S0-14", "No approving decision came before.")
    answer = await client.get("/v1/fails", headers=example.signed_in())
    assert (answer.status_code, answer.json()["rule"]) == (409, "S0-14")
    example.fails_with = errors.NotHeardYet("not yet")
    assert (await client.get("/v1/fails", headers=example.signed_in())).headers["retry-after"] == "1"


async def test_an_answer_that_breaks_off_is_broken_off(client: httpx.AsyncClient, example: Example) -> None:
    with pytest.raises(RuntimeError):
        await client.get("/v1/stream", headers=example.signed_in())
