"""The doors of commands: what each part of a request comes to as what is asked, and how what came of it is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import orjson
import pytest
from fastapi import FastAPI, Request
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.catalog.backlog.item import AddItem, StartItem
from libs.commands.errors import HeadwayError, Invalid, UnknownOutcome, Unreachable, WrongClock
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer, Result
from libs.commands.execution.handler import Handling
from libs.commands.routes import DIRECT, MOST_LINES, MOST_POSITIONS, command_routes, no_command, positions
from libs.rules.money.warnings import Warning
from libs.rules.roles import Principal
from tests.commands.conftest import principal

TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
POSITION = "item:b1@1"
SOURCE = {"system": "github", "product": "p", "secret": "not-a-real-one-at-all"}


def answer(id: str = "b1", *, events: tuple[str, ...] = (POSITION,), created: bool = True, replaced: bool = False) -> Answer:
    return Answer(id, 4, events, f"item:{id}@4", created, replaced)


class Asked:
    """Takes the place of a service's handling: keeps what is asked, and answers as it is told."""

    service = "backlog"

    def __init__(self, *results: Result) -> None:
        self.asks: list[Ask] = []
        self.results = list(results)

    async def answer(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        return cast("Answer", self.results.pop(0)) if self.results else answer()

    async def answer_all(self, asks: Sequence[Ask]) -> list[Result]:
        self.asks += asks
        return [self.results.pop(0) if self.results else answer() for _ in asks]


async def identify(request: Request) -> Principal:
    return principal("team@p", id=request.headers.get("who", "ann"))


ANN = principal("team@p", id="ann")


def explain(error: Exception) -> dict[str, Any]:
    told = {"error": type(error).__name__, "detail": str(error), "field": getattr(error, "field", None)}
    return told | {"remedy": getattr(error, "remedy", None)}


def parse(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except ValueError as error:
        raise Invalid("it is no JSON") from error


async def told(_: Request, error: Exception) -> Response:
    return JSONResponse(explain(error), 422)


@asynccontextmanager
async def door(asked: Asked, *, direct: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """The routes as the framework answers them, or each by the handler that is asked instead of it."""
    router = command_routes(cast("Handling", asked), identify, explain, parse)
    app: Any = FastAPI()
    app.include_router(router)
    if direct:
        app = Starlette(routes=[Route(one.path, getattr(one.endpoint, DIRECT), methods=["POST"]) for one in router.routes if hasattr(one.endpoint, DIRECT)])  # type: ignore[attr-defined]
    for error in (HeadwayError, ValidationError):
        app.add_exception_handler(error, told)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://doors/v1") as client:
        yield client


both = pytest.mark.parametrize("direct", [False, True], ids=["framework", "direct"])


@both
async def test_every_part_of_a_request_is_part_of_what_is_asked(direct: bool) -> None:
    asked = Asked()
    async with door(asked, direct=direct) as client:
        headers = {"idempotency-key": "k", "if-match": 'W/"3"', "x-headway-after": f"{POSITION}, item:b2@7", "traceparent": TRACE, "who": "bob"}
        await client.post("/commands/start_item?try=1", json={"item": "b1"}, headers=headers)
        await client.post("/commands/start_item", json={"item": "b1"})
    bob = principal("team@p", id="bob")
    whole = Ask(StartItem(item="b1"), bob, "k", if_match=3, after=(POSITION, "item:b2@7"), traceparent=TRACE, trying=True)
    assert asked.asks == [whole, Ask(StartItem(item="b1"), ANN)]


@both
@pytest.mark.parametrize(
    ("verb", "body", "query", "events", "created", "status"),
    [
        ("add_item", {"product": "p", "title": "T"}, "", (POSITION,), True, 201),
        ("add_item", {"product": "p", "title": "T"}, "", (), False, 200),
        ("add_item", {"product": "p", "title": "T"}, "?try=1", (POSITION,), True, 200),
        ("start_item", {"item": "b1"}, "", (POSITION,), True, 200),
        ("start_item", {"item": "b1"}, "", (), False, 200),
        ("connect_source", SOURCE, "", ("source:s@1",), True, 201),
        ("connect_source", SOURCE, "", ("source:s@2",), True, 200),
        ("connect_source", SOURCE, "?try=1", ("source:s@1",), True, 200),
        ("connect_source", SOURCE, "", (), False, 200),
    ],
)
async def test_what_came_of_it_is_answered_with_its_version_and_whether_anything_is_new(
    direct: bool, verb: str, body: dict[str, Any], query: str, events: tuple[str, ...], created: bool, status: int
) -> None:
    async with door(Asked(answer(events=events, created=created)), direct=direct) as client:
        found = await client.post(f"/commands/{verb}{query}", json=body)
    assert (found.status_code, found.headers["etag"], found.headers.get("x-headway-unchanged")) == (status, '"4"', None if created else "true")
    assert found.headers["content-type"] == "application/json"
    assert found.json() == {"id": "b1", "version": 4, "events": list(events), "position": "item:b1@4", "warnings": []}


async def test_what_should_be_looked_at_is_in_the_answer_to_the_command_itself_with_where_that_is_shown() -> None:
    async with door(Asked(replace(answer(), warnings=(Warning("S0-15", "It rests on nothing", "bid:b7"),)))) as client:
        found = await client.post("/commands/start_item", json={"item": "b1"})
    assert found.json()["warnings"] == [{"rule": "S0-15", "message": "It rests on nothing", "about": "bid:b7", "link": "/bids/b7"}]


@pytest.mark.parametrize(
    ("header", "given", "field", "part", "value"),
    [
        ("if-match", "3", None, "if_match", 3),
        ("if-match", ' "3" ', None, "if_match", 3),
        ("if-match", 'W/"3"', None, "if_match", 3),
        ("if-match", " * ", None, "if_match", None),
        ("if-match", "1" * 30, None, "if_match", int("1" * 18)),
        ("if-match", "x", "If-Match", "", None),
        ("if-match", '"3"X', "If-Match", "", None),
        ("if-match", "-1", "If-Match", "", None),
        ("if-match", "", "If-Match", "", None),
        ("if-match", "\u00b2", "If-Match", "", None),
        ("idempotency-key", "k" * 200, None, "key", "k" * 200),
        ("idempotency-key", "k" * 201, "Idempotency-Key", "", None),
        ("idempotency-key", "", "Idempotency-Key", "", None),
        ("traceparent", TRACE + "0", None, "traceparent", None),
        ("traceparent", "", None, "traceparent", None),
        ("x-headway-after", "", None, "after", ()),
        ("x-headway-after", " , ", None, "after", ()),
        ("x-headway-after", f" {POSITION} ,", None, "after", (POSITION,)),
        ("x-headway-after", "item:b1", "X-Headway-After", "", None),
        ("x-headway-after", "strange:b1@1", "X-Headway-After", "", None),
    ],
)
async def test_a_header_is_read_or_named_as_what_is_wrong(header: str, given: str, field: str | None, part: str, value: object) -> None:
    asked = Asked()
    async with door(asked, direct=True) as client:
        found = await client.post("/commands/start_item", json={"item": "b1"}, headers={header.encode(): given.encode("latin-1")})
    if field is None:
        assert getattr(asked.asks[0], part) == value
    else:
        assert (found.json()["error"], found.json()["field"], asked.asks) == ("Invalid", field, [])


@pytest.mark.parametrize(
    ("given", "trying"), [*((one, True) for one in ("1", "true", "yes", "")), *((one, False) for one in ("0", "false", "no")), ("maybe", None)]
)
async def test_trying_is_one_or_nought(given: str, trying: bool | None) -> None:
    asked = Asked()
    async with door(asked, direct=True) as client:
        found = await client.post(f"/commands/start_item?try={given}", json={"item": "b1"})
    assert [ask.trying for ask in asked.asks] == ([] if trying is None else [trying])
    assert trying is not None or found.json() == {"error": "Invalid", "detail": "is 1 or 0", "field": "try", "remedy": None}


def test_no_more_positions_are_taken_than_are_said() -> None:
    assert len(positions(",".join([POSITION] * MOST_POSITIONS))) == MOST_POSITIONS
    with pytest.raises(Invalid, match=f"^{MOST_POSITIONS + 1} positions; {MOST_POSITIONS} at most") as caught:
        positions(",".join([POSITION] * (MOST_POSITIONS + 1)))
    assert caught.value.field == "X-Headway-After"
    assert positions(None) == ()
    with pytest.raises(Invalid, match="there are no positions of 'strange'"):
        positions("strange:b@1")


def line(key: str | None = "k", command: str = "backlog.start_item", data: object = None, **more: object) -> dict[str, Any]:
    return {**({} if key is None else {"key": key}), "command": command, "data": {"item": "b1"} if data is None else data, **more}


async def bulk(asked: Asked, *lines: object, query: str = "", headers: dict[str, str] | None = None) -> httpx.Response:
    async with door(asked) as client:
        raw = [one if isinstance(one, bytes) else orjson.dumps(one) for one in lines]
        return await client.post(f"/commands{query}", content=b"\n".join(raw), headers=headers)


def lines(found: httpx.Response) -> list[dict[str, Any]]:
    return [orjson.loads(one) for one in found.content.splitlines()]


async def test_a_line_says_all_that_a_request_does() -> None:
    asked = Asked()
    whole = line(at="2024-01-01", known="2024-01-02", by="cab@env", override={"rule": "S0-14", "reason": "so"}, after=[POSITION], revise=True)
    await bulk(asked, whole, query="?try=1", headers={"traceparent": TRACE, "who": "bob"})
    await bulk(asked, line())
    days = {name: datetime(2024, 1, day, tzinfo=UTC) for day, name in ((1, "at"), (2, "known"))}
    command = StartItem.model_validate({"item": "b1", "by": "cab@env", "override": {"rule": "S0-14", "reason": "so"}, **days})
    bob = principal("team@p", id="bob")
    assert asked.asks == [Ask(command, bob, "k", True, None, (POSITION,), TRACE, True), Ask(StartItem(item="b1"), ANN, "k")]


async def test_lines_are_answered_in_order_each_by_its_key_and_a_bad_one_alone() -> None:
    asked = Asked(answer("one"), Invalid("wrong", field="item"), answer("two", created=False), answer("three", replaced=True), WrongClock("ahead"))
    bad: list[object] = [b"{", line("unread", data=3), {"key": 5}, b"[]", line("twice", at="2024-01-01", data={"item": "b1", "at": "2024-01-01"})]
    good = [line(f"good{n}") for n in range(5)]
    found = await bulk(asked, b"", good[0], bad[0], good[1], b"  ", *bad[1:4], *good[2:], bad[4], line("other", "portfolio.leave_team"))
    assert (found.status_code, found.headers["content-type"]) == (200, "application/x-ndjson")
    refused = [None, None, "refused"]
    assert [[one["key"], one["id"], one["position"], one["status"]] for one in lines(found)] == [
        ["good0", "one", "item:one@4", "created"],
        [None, *refused],
        ["good1", *refused],
        ["unread", *refused],
        [None, *refused],
        [None, *refused],
        ["good2", "two", "item:two@4", "unchanged"],
        ["good3", "three", "item:three@4", "created"],
        ["good4", *refused],
        ["twice", *refused],
        ["other", *refused],
    ]
    assert [one.get("replaced") for one in lines(found)] == [None] * 7 + [True] + [None] * 3
    problems = [one["problem"] and (one["problem"]["error"], one["problem"]["field"]) for one in lines(found)]
    invalid, unread = ("Invalid", None), ("ValidationError", None)
    named = [("Invalid", "item"), ("WrongClock", None), ("Invalid", "at"), ("Invalid", "command")]
    assert problems == [None, invalid, named[0], unread, unread, unread, None, None, *named[1:]]
    assert lines(found)[9]["problem"]["detail"] == "at stands in the line and in its data"
    assert [ask.key for ask in asked.asks] == [f"good{n}" for n in range(5)]


@pytest.mark.parametrize("error", [UnknownOutcome("who knows"), Unreachable("down")])
async def test_where_it_is_not_known_what_came_of_a_line_nothing_is_said_of_any(error: HeadwayError) -> None:
    found = await bulk(Asked(answer(), error), line("a"), line("b"))
    assert (found.status_code, found.json()["error"]) == (422, type(error).__name__)


async def test_no_more_lines_are_taken_than_are_said() -> None:
    assert len(lines(await bulk(Asked(), *[line()] * MOST_LINES, b""))) == MOST_LINES
    asked = Asked()
    found = (await bulk(asked, *[line()] * (MOST_LINES + 1))).json()
    assert (found["error"], found["detail"]) == ("TooLarge", f"{MOST_LINES + 1} lines; a request takes {MOST_LINES} at most")
    assert found["remedy"] and asked.asks == []


@pytest.mark.parametrize(
    ("verb", "detail"),
    [
        ("start_itm", "backlog has no command 'start_itm'; did you mean start_item?"),
        ("leave_team", "backlog has no command 'leave_team'; did you mean portfolio.leave_team?"),
        ("z" * 120, f"backlog has no command {'z' * 100!r}"),
    ],
)
async def test_a_command_that_there_is_not_is_not_found(verb: str, detail: str) -> None:
    async with door(Asked()) as client:
        found = (await client.post(f"/commands/{verb}")).json()
    assert (found["error"], found["detail"], found["field"]) == ("NotFound", detail, "command")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("backlog.start_itm", "there is none of this name; did you mean backlog.start_item?"),
        ("portfolio.leave_team", "it belongs to portfolio"),
        ("z" * 120, "there is none of this name"),
    ],
)
def test_nor_is_one_in_a_line(name: str, why: str) -> None:
    error = no_command(name, "backlog")
    assert (error.detail, error.field) == (f"{name[:100]!r} is no command of backlog: {why}", "command")
    assert error.remedy == "Their names are in /backlog/openapi.json."


def test_each_command_has_a_route_that_says_what_it_is() -> None:
    app = FastAPI()
    app.include_router(command_routes(cast("Handling", Asked()), identify, explain, parse))
    paths: dict[str, Any] = app.openapi()["paths"]
    add, start, retract, many = (paths[f"/v1/commands{verb}"]["post"] for verb in ("/add_item", "/start_item", "/retract", ""))
    told: list[Callable[[dict[str, Any]], Any]] = [lambda one: one["summary"], lambda one: one["operationId"], lambda one: one["tags"]]
    assert [[ask(one) for ask in told] for one in (add, start, retract)] == [
        ["Add item", "backlog_add_item", ["items"]],
        ["Start item", "backlog_start_item", ["items"]],
        ["Retract", "backlog_retract", ["everything"]],
    ]
    assert ("201" in add["responses"], "201" in start["responses"]) == (True, False)
    assert {"200", "201"} <= set(paths["/v1/commands/connect_source"]["post"]["responses"]), "it may be said of what is there, too"
    assert add["responses"]["201"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Answered"}
    assert start["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/StartItem"}
    cited = ", ".join(AddItem.SPEC.requirements)
    assert (
        add["description"] == f"{(AddItem.__doc__ or '').strip()}{f' ({cited})' if cited else ''}\n\nSays: {', '.join(p.__name__ for p in AddItem.SPEC.says)}."
    )
    assert {one["name"] for one in start["parameters"]} == {"try", "as", "idempotency-key", "if-match", "x-headway-after"}
    text = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
    assert (many["summary"], many["tags"], many["requestBody"]) == ("Many commands at once", ["everything"], {"required": True, **text})
    assert many["responses"]["200"]["content"] == text["content"]
    assert app.url_path_for("backlog.commands") == "/v1/commands" and app.url_path_for("backlog.start_item") == "/v1/commands/start_item"
    assert not any("{verb}" in path for path in paths)
