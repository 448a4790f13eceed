"""The log over HTTP: every event once, in order, as lines or as a stream, without what its reader may not see."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from libs.events.catalog.portfolio.investment import INVESTMENT, InvestmentProposed
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.envelope import to_record
from libs.events.event import Event, Kind, Payload
from libs.events.values import Money
from libs.rules.roles import Principal
from libs.runtime.heartbeat import timed
from services.gateway import read_your_writes
from services.gateway.stream import reader as replaying
from services.gateway.stream.routes import FOLLOWERS
from tests.patience import GIVE_UP
from tests.services.gateway.small_world import Gateway
from tests.services.gateway.turns import others_counted


@pytest.fixture
async def logged(tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway whose log is open and empty."""
    gateway = Gateway(tmp_path)
    await gateway.process.adapters.log.open()
    yield gateway
    await gateway.process.adapters.log.close()
    await gateway.client.aclose()


async def say(g: Gateway, kind: Kind[Any], id: str, data: Payload) -> Event:
    """Says an event to the world and to the log."""
    event = g.tell(kind, id, data, "2025-01-01")
    assert await g.process.adapters.log.publish([to_record("headway", event)]) == [None]
    return event


async def organisations(g: Gateway, many: int, *, first: int = 0) -> None:
    for n in range(first, first + many):
        await say(g, ORGANISATION, f"o{n}", OrganisationRegistered(name=f"O{n}"))


async def lines(g: Gateway, persona: str = "subscriber", **params: Any) -> list[dict[str, Any]]:
    answer = await g.client.get("/events", params=params, headers=g.signed_in(persona))
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/x-ndjson"), answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_token_is_needed(logged: Gateway) -> None:
    assert (await logged.client.get("/events")).status_code == 401


async def test_every_event_is_a_line_in_the_form_of_cloud_events(logged: Gateway) -> None:
    await organisations(logged, 3)
    found = await lines(logged)
    assert [(e["id"], e["subject"], e["sequence"]) for e in found] == [(f"organisation:o{n}@1", f"organisation:o{n}", "1") for n in range(3)]
    assert found[0]["specversion"] == "1.0" and found[0]["type"] == "headway.portfolio.organisation.registered.v1" and found[0]["data"] == {"name": "O0"}


async def test_reading_goes_on_behind_any_cursor(logged: Gateway) -> None:
    await organisations(logged, 5)
    whole = await lines(logged)
    for n, line in enumerate(whole):
        assert [e["id"] for e in await lines(logged, after=line["cursor"])] == [e["id"] for e in whole[n + 1 :]]


async def test_what_the_log_holds_twice_is_shown_once(logged: Gateway) -> None:
    await organisations(logged, 2)
    again = dataclasses.replace(logged.process.world.events("organisation:o0")[0], data=OrganisationRegistered(name="Forged"))
    await logged.process.adapters.log.publish([to_record("headway", again)])
    assert [(e["id"], e["data"]["name"]) for e in await lines(logged)] == [("organisation:o0@1", "O0"), ("organisation:o1@1", "O1")]


async def test_the_newest_come_in_the_order_of_the_log(logged: Gateway) -> None:
    await organisations(logged, 30)
    assert [e["id"] for e in await lines(logged, last=3)] == [f"organisation:o{n}@1" for n in (27, 28, 29)]
    assert len(await lines(logged, last=1000)) == 30


async def test_the_newest_of_a_rare_type_are_looked_for_up_to_the_beginning(logged: Gateway) -> None:
    await say(logged, TEAM, "t", TeamFormed(name="T", home="o0"))
    await organisations(logged, 40)
    found = await lines(logged, last=2, type="headway.portfolio.team.formed.v1")
    assert [e["id"] for e in found] == ["team:t@1"]


async def test_types_are_chosen(logged: Gateway) -> None:
    await organisations(logged, 2)
    await say(logged, TEAM, "t", TeamFormed(name="T", home="o0"))
    assert [e["id"] for e in await lines(logged, type="headway.portfolio.team.formed.v1")] == ["team:t@1"]
    both: dict[str, Any] = {"type": ["headway.portfolio.team.formed.v1", "headway.portfolio.organisation.registered.v1"]}
    assert len(await lines(logged, **both)) == 3


@pytest.mark.parametrize(
    "params", [{"last": 0}, {"last": 1001}, {"after": "nonsense!"}, {"type": "no type"}, {"follow": "perhaps"}, {"last": 3, "after": "e30"}]
)
async def test_what_cannot_be_asked_is_refused(logged: Gateway, params: dict[str, Any]) -> None:
    answer = await logged.client.get("/events", params=params, headers=logged.signed_in("subscriber"))
    assert answer.status_code == 422 and answer.json()["field"] in params


@pytest.mark.parametrize(("persona", "shown"), [("executive", True), ("auditor", True), ("executive@o0", True), ("executive@o1", False), ("subscriber", False)])
async def test_money_is_blank_for_whoever_may_not_read_it(logged: Gateway, persona: str, shown: bool) -> None:
    await say(logged, ORGANISATION, "o0", OrganisationRegistered(name="O0"))
    await say(logged, TEAM, "t", TeamFormed(name="T", home="o0"))
    await say(logged, INVESTMENT, "i", InvestmentProposed(team="t", amount=Money(amount=Decimal("5.00"), currency="CAD"), value="v"))
    data = (await lines(logged, persona))[-1]["data"]
    assert data["amount"] == ({"amount": "5.00", "currency": "CAD"} if shown else None) and data["value"] == "v"


async def test_when_it_came_to_us_is_for_auditors(logged: Gateway) -> None:
    await organisations(logged, 1)
    assert "stored" in (await lines(logged, "auditor"))[0]
    assert "stored" not in (await lines(logged, "executive"))[0]


class Chunks(list[str]):
    """What a stream has brought so far, to be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._more = asyncio.Event()

    @property
    def events(self) -> list[str]:
        """Those that hold an event."""
        return [chunk for chunk in self if "specversion" in chunk]

    def came(self, chunk: str) -> None:
        """One more."""
        self.append(chunk)
        self._more.set()

    async def until(self, many: int) -> None:
        """Waits for so many events."""
        while len(self.events) < many:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), GIVE_UP)


async def streamed(g: Gateway, many: int, chunks: Chunks, **params: Any) -> None:
    """Reads a stream until it has brought so many events. The test client gives an answer only as a whole, so the app is spoken to directly."""
    accept = params.pop("accept", "text/event-stream")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/events", "raw_path": b"/events", "root_path": "",
        "scheme": "http", "query_string": "&".join(f"{k}={v}" for k, v in params.items()).encode(), "server": ("x", 80), "client": ("y", 1),
        "headers": [(b"accept", accept.encode()), (b"authorization", g.signed_in("subscriber")["Authorization"].encode())],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await chunks.until(many)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            chunks.came(message["body"].decode())

    await asyncio.wait_for(g.process.app(scope, receive, send), GIVE_UP)


async def test_a_stream_follows_the_log_and_its_ids_are_cursors(logged: Gateway) -> None:
    await organisations(logged, 2)
    chunks = Chunks()
    reading = asyncio.create_task(streamed(logged, 4, chunks))
    await chunks.until(2)
    await organisations(logged, 2, first=2)
    await reading
    events = chunks.events
    fields = [dict(line.split(": ", 1) for line in c.splitlines() if line) for c in events]
    cursors = [of["id"] for of in fields]
    assert {of["event"] for of in fields} == {"headway.portfolio.organisation.registered.v1"}
    assert [json.loads(of["data"])["id"] for of in fields] == [f"organisation:o{n}@1" for n in range(4)]
    assert [e["id"] for e in await lines(logged, after=cursors[2])] == ["organisation:o3@1"]


async def test_lines_follow_the_log_where_that_is_asked_for(logged: Gateway) -> None:
    await organisations(logged, 3)
    chunks = Chunks()
    reading = asyncio.create_task(streamed(logged, 3, chunks, accept="application/x-ndjson", follow="true", last="2"))
    await chunks.until(2)
    await organisations(logged, 1, first=3)
    await reading
    assert [json.loads(c)["id"] for c in chunks.events] == [f"organisation:o{n}@1" for n in (1, 2, 3)]


async def test_a_stream_ends_when_its_readers_token_does(logged: Gateway) -> None:
    await organisations(logged, 1)
    chunks = Chunks()
    logged.clock.now += timedelta(days=3650)
    await streamed(logged, 99, chunks)
    assert len(chunks.events) == 1


async def test_no_more_than_so_many_follow_at_once_whoever_they_are(logged: Gateway) -> None:
    await organisations(logged, 1)
    open = logged.shared.open
    with contextlib.ExitStack() as others:
        for n in range(FOLLOWERS.most - 1):
            others.enter_context(open.one(Principal(f"other-{n}"), FOLLOWERS))
        chunks = Chunks()
        reading = asyncio.create_task(streamed(logged, 2, chunks))
        await chunks.until(1)
        answer = await logged.client.get("/events?follow=true", headers=logged.signed_in("auditor"))
        assert answer.status_code == 429 and "already follow" in answer.text and answer.headers["retry-after"] == "5"
        assert len(await lines(logged, "auditor")) == 1, "who does not follow takes nobody's place"
        await organisations(logged, 1, first=1)
        await reading
        assert open.has_room(FOLLOWERS)
    assert not open.now


async def test_silence_is_filled_with_heartbeats_and_nothing_is_lost() -> None:
    go = asyncio.Event()

    async def slow() -> AsyncIterator[int]:
        yield 1
        await go.wait()
        yield 2

    seen: list[int | None] = []
    async for one in timed(slow(), 0.01, asyncio.Event()):
        seen.append(one)
        if one is None:
            go.set()
    assert seen[0] == 1 and seen[-1] == 2 and None in seen


async def test_a_stream_ends_when_the_process_stops(logged: Gateway) -> None:
    await organisations(logged, 1)
    chunks = Chunks()
    reading = asyncio.create_task(streamed(logged, 99, chunks))
    await chunks.until(1)
    logged.process.stopping.set()
    await asyncio.wait_for(reading, GIVE_UP)


async def test_the_log_is_read_once_what_was_named_is_heard(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_your_writes, "SECONDS", 0.01)
    await organisations(logged, 1)
    for position, status in (("organisation:o0@1", 200), ("organisation:o0@9", 503), ("nonsense", 422)):
        headers = {**logged.signed_in("subscriber"), "X-Headway-After": position}
        assert (await logged.client.get("/events", headers=headers)).status_code == status


@pytest.mark.parametrize("nothing", [{"from": "2099-01-01"}, {"subject": "team:none"}, {"last": 5, "type": "headway.portfolio.team.formed.v1"}])
async def test_others_have_their_turn_while_the_log_is_looked_through_for_what_is_not_there(
    logged: Gateway, monkeypatch: pytest.MonkeyPatch, nothing: dict[str, Any]
) -> None:
    await organisations(logged, 120)
    monkeypatch.setattr(replaying, "SLICE", 0.0)
    async with others_counted() as turns:
        assert await lines(logged, **nothing) == []
        assert turns() > 120, "a log in a file never lets anybody wait"


async def test_what_was_looked_at_is_charged_also_where_nothing_is_shown(logged: Gateway) -> None:
    await organisations(logged, 30)
    allowances = logged.shared.allowances
    allowances._clock = lambda: 0.0
    assert await lines(logged, subject="team:none") == [] and len(await lines(logged)) == 30
    ((reader, (left, _)),) = allowances._left.items()
    assert left == allowances.most - 60
    allowances._left[reader] = -1.0, 0.0
    refused = await logged.client.get("/events", headers=logged.signed_in("subscriber"))
    assert refused.status_code == 429 and refused.headers["retry-after"] == "1"
