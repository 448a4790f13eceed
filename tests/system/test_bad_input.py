"""What comes in wrong: a 4xx that names the field, nothing stored, the next request served."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.system.conftest import Running

CAD = {"amount": "10.00", "currency": "CAD"}
PROPOSAL = {"investment": "i", "product": "p", "amount": CAD}

BODIES: list[tuple[str, str, Any, str]] = [
    ("an unknown field", "portfolio.register_organisation", {"organisation": "o2", "name": "O", "colour": "red"}, "colour"),
    ("a field that is missing", "portfolio.register_organisation", {"organisation": "o2"}, "name"),
    ("a wrong type", "portfolio.register_organisation", {"organisation": "o2", "name": 5}, "name"),
    ("an id with a slash", "portfolio.register_organisation", {"organisation": "a/b", "name": "O"}, "organisation"),
    ("a currency that there is not", "portfolio.propose_investment", {**PROPOSAL, "amount": {"amount": "1", "currency": "CDA"}}, "amount.currency"),
    ("an amount that is no number", "portfolio.propose_investment", {**PROPOSAL, "amount": {"amount": "NaN", "currency": "CAD"}}, "amount.amount"),
    ("a fraction of a cent", "portfolio.propose_investment", {**PROPOSAL, "amount": {"amount": "1.001", "currency": "CAD"}}, "amount.amount"),
    ("a fraction of a yen", "portfolio.propose_investment", {**PROPOSAL, "amount": {"amount": "666.66", "currency": "JPY"}}, "amount.amount"),
    ("a currency other than the investment's", "portfolio.record_forecast", {"investment": "known", "amount": {"amount": "1", "currency": "EUR"}}, "amount"),
    (
        "dates out of order",
        "roadmap.place_item",
        {"item": "r", "product": "p", "title": "T", "horizon": "now", "starts": "2026-02-01", "ends": "2026-01-01"},
        "ends",
    ),
    (
        "days out of order",
        "portfolio.record_actual",
        {"investment": "known", "amount": CAD, "covers_from": "2026-02-01", "covers_until": "2026-01-01"},
        "covers_until",
    ),
    ("an unknown id of what is changed", "backlog.deliver_item", {"item": "nothing"}, "item"),
    ("a time in the future", "portfolio.register_organisation", {"organisation": "o2", "name": "O", "at": "2999-01-01"}, "at"),
    ("seconds since 1970", "portfolio.register_organisation", {"organisation": "o2", "name": "O", "at": "1714521666"}, "at"),
    ("a day of a week", "portfolio.register_organisation", {"organisation": "o2", "name": "O", "at": "2024-W18-3"}, "at"),
    ("a day that there is not", "portfolio.register_organisation", {"organisation": "o2", "name": "O", "at": "2025-02-30"}, "at"),
    ("a horizon that there is not", "roadmap.place_item", {"item": "r", "product": "p", "title": "T", "horizon": "soon"}, "horizon"),
]


@pytest.fixture
async def prepared(stack: Running) -> Running:
    await stack.say(
        ("portfolio.register_organisation", {"organisation": "env", "name": "Environment"}),
        ("portfolio.register_product", {"product": "p", "name": "P", "home": "env"}),
        ("portfolio.propose_investment", {**PROPOSAL, "investment": "known"}),
    )
    return stack


def _names(problem: dict[str, Any]) -> set[str]:
    return {str(problem.get("field"))} | {str(e["field"]) for e in problem.get("errors", [])}


@pytest.mark.parametrize(("name", "command", "body", "field"), BODIES, ids=[b[0] for b in BODIES])
async def test_what_is_wrong_is_named_and_leaves_nothing(prepared: Running, name: str, command: str, body: dict[str, Any], field: str) -> None:
    before = await _events(prepared)
    answer = await prepared.command(command, body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in _names(answer.json()), answer.text
    (line,) = await prepared.bulk(command.partition(".")[0], [{"command": command, "key": "k", "data": body}])
    assert line["status"] == "refused" and field in _names(line["problem"]), line
    assert await _events(prepared) == before
    assert (await prepared.command("portfolio.register_organisation", {"organisation": "next", "name": "Next"})).status_code == 201


async def _events(stack: Running) -> int:
    found = [await stack.client.get(f"/{s}/v1/owner/tallies", headers=stack.signed_in("auditor")) for s in ("portfolio", "roadmap", "backlog")]
    return sum(t["events"] for answer in found for t in answer.json().values())


RAW = {
    "malformed JSON": (b'{"organisation": "o2", ', "body"),
    "ten thousand levels": (b'{"organisation": "o2", "name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "body"),
    "a lone surrogate": (b'{"organisation": "o2", "name": "\\ud800"}', "name"),
    "a bare NaN": (b'{"organisation": "o2", "name": NaN}', "name"),
    "bytes that are no text": (b'{"organisation": "o2", "name": "\xff"}', "body"),
    "a list": (b"[]", "body"),
    "nothing": (b"", "body"),
}


@pytest.mark.parametrize("what", RAW)
async def test_a_body_that_cannot_be_read_is_a_problem(stack: Running, what: str) -> None:
    raw, field = RAW[what]
    headers = stack.signed_in("importer") | {"Content-Type": "application/json"}
    answer = await stack.client.post("/portfolio/v1/commands/register_organisation", content=raw, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert field in _names(answer.json()), answer.text
    assert (await stack.command("portfolio.register_organisation", {"organisation": "next", "name": "Next"})).status_code == 201


@pytest.mark.parametrize("path", ["/portfolio/v1/commands/register_organisation", "/portfolio/v1/commands", "/graphql"])
async def test_a_body_may_hold_a_mebibyte_and_not_a_byte_more(stack: Running, path: str) -> None:
    for size, too_large in ((1 << 20, False), ((1 << 20) + 1, True)):
        answer = await stack.client.post(path, content=b" " * size, headers=stack.signed_in("importer") | {"Content-Type": "application/json"})
        assert (answer.status_code == 413) is too_large, (size, answer.status_code)


async def test_a_thousand_lines_are_taken_and_one_more_is_refused_whole(stack: Running) -> None:
    line = {"command": "portfolio.register_organisation", "key": "k", "data": {"organisation": "o", "name": "O"}}
    assert len(await stack.bulk("portfolio", [line] * 1000)) == 1000
    body = "".join(json.dumps(line) + "\n" for _ in range(1001))
    answer: httpx.Response = await stack.client.post("/portfolio/v1/commands", content=body, headers=stack.signed_in("importer"))
    assert answer.status_code == 413


async def test_a_bad_line_is_refused_alone(stack: Running) -> None:
    good = '{"command": "portfolio.register_organisation", "key": "%s", "data": {"organisation": "%s", "name": "A"}}\n'
    body = good % ("a", "a") + 'not json\n\n{"command": "roadmap.place_item", "key": "r", "data": {}}\n' + good % ("b", "b")
    answer = await stack.client.post("/portfolio/v1/commands", content=body, headers=stack.signed_in("importer"))
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["key"], line["status"]) for line in lines] == [("a", "created"), (None, "refused"), ("r", "refused"), ("b", "created")]
    assert all(line["problem"]["field"] for line in lines if line["status"] == "refused")


async def test_a_reference_to_what_is_not_there_yet_may_dangle(stack: Running) -> None:
    assert (await stack.command("backlog.open_backlog", {"product": "later"})).status_code == 201
    assert (await stack.command("roadmap.place_item", {"item": "r", "product": "later", "title": "T", "horizon": "now"})).status_code == 201
