"""Subscriptions: what changes is told as the world applies it, once, and whoever comes back hears what was missed."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.events.catalog.backlog.item import ITEM, ItemAdded
from libs.events.catalog.portfolio.graduation import GRADUATION, SustainEntered
from libs.events.catalog.portfolio.product import PRODUCT, ProductRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.envelope import to_record
from libs.events.ports.log import LogUnavailable
from services.gateway.capacity import connections
from services.gateway.graphql import subscriptions
from services.gateway.stream import resume_cursor
from tests.patience import GIVE_UP
from tests.services.gateway.graphql.transport.sockets import publish, signed_in
from tests.services.gateway.small_world import Gateway

CHANGED = "subscription($a: String, $k: [String!], $t: [ID!], $p: [ID!]) { changed(after: $a, kinds: $k, teams: $t, products: $p) { positions cursor } }"


async def test_changes_are_told_as_the_world_applies_them(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.subscribe("subscription { world }")
    assert await socket.next() == {"world": logged.process.world.digest}
    await publish(logged, "new")
    assert await socket.next() == {"world": logged.process.world.digest}
    await socket.leave()


async def test_a_change_holds_what_is_new_of_the_things_themselves(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.subscribe("subscription { changed { world positions nodes { __typename id ... on Organisation { name } } } }")
    await _following(logged)
    await publish(logged, "water")
    change = (await socket.next())["changed"]
    assert change["nodes"] == [{"__typename": "Organisation", "id": "organisation:water", "name": "water"}]
    assert change["positions"] == ["organisation:water@1"] and change["world"] == logged.process.world.digest
    await socket.leave()


async def test_only_the_kinds_teams_and_products_that_are_wanted_are_told(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await publish(logged, "early", TEAM, TeamFormed(name="Early", home="water", products=("wells", "dams")))
    await publish(logged, "wells-team", TEAM, TeamFormed(name="Wells", home="water", products=("wells",)))
    await socket.subscribe(CHANGED, "kinds", k=["product"])
    await socket.subscribe(CHANGED, "team", t=["team:wells-team"])
    await socket.subscribe(CHANGED, "product", p=["dams"])
    await socket.subscribe(CHANGED, "both", p=["dams"], t=["wells-team"], k=["item"])
    await _following(logged, 4)
    await publish(logged, "wells-team", TEAM, TeamFormed(name="Wells, anew", home="water", products=("wells",)))
    await publish(logged, "wells", PRODUCT, ProductRegistered(name="Wells", home="water"))
    await publish(logged, "dams", PRODUCT, ProductRegistered(name="Dams", home="water"))
    for id, product in (("i1", "wells"), ("i2", "dams"), ("i3", "roads")):
        await publish(logged, id, ITEM, ItemAdded(product=product, title=id))
    told: dict[str, list[str]] = {}
    async with asyncio.timeout(GIVE_UP):
        while sum(map(len, told.values())) < 9:
            message = await socket.message()
            told.setdefault(message["id"], []).extend(message["payload"]["data"]["changed"]["positions"])
    assert told == {
        "kinds": ["product:wells@1", "product:dams@1"],
        "team": ["team:wells-team@2", "product:wells@1", "item:i1@1"],
        "product": ["product:dams@1", "item:i2@1"],
        "both": ["item:i1@1", "item:i2@1"],
    }
    await socket.leave()


@pytest.mark.parametrize("variables", [{"t": ["product:wells"]}, {"p": ["team:wells"]}, {"k": ["teem"]}, {"a": "nonsense"}, {"a": "x:y@z"}, {"a": "x:y"}])
async def test_what_cannot_be_followed_is_refused_and_says_which_argument(logged: Gateway, variables: dict[str, Any]) -> None:
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED, "1", **variables)
    message = await socket.message()
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["field"] == {"t": "teams", "p": "products", "k": "kinds", "a": "after"}[next(iter(variables))]
    await socket.leave()


async def test_whoever_comes_back_hears_what_was_missed_then_what_comes_each_once(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED)
    await _following(logged)
    await publish(logged, "heard")
    cursor = (await socket.next())["changed"]["cursor"]
    await socket.leave(1006)
    for id in ("missed-1", "missed-2"):
        await publish(logged, id)
    for n, after in enumerate((cursor, "organisation:heard@1")):
        back = await signed_in(logged)
        await back.subscribe(CHANGED, a=after)
        missed = (await back.next())["changed"]["positions"]
        assert missed[:2] == ["organisation:missed-1@1", "organisation:missed-2@1"] and len(missed) == 2 + n
        await publish(logged, f"comes-{n}")
        assert (await back.next())["changed"]["positions"] == [f"organisation:comes-{n}@1"]
        await back.leave()


async def test_an_event_that_the_log_delivers_again_is_told_once(logged: Gateway) -> None:
    first = await publish(logged, "one")
    log: Any = logged.process.adapters.log
    again = to_record("headway", first)
    changed = type(again)(again.topic, again.key, {**again.headers, "ce_traceparent": "00-1"}, again.value + b" ")
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED, a="e30")  # the cursor of the beginning
    assert (await socket.next())["changed"]["positions"] == ["organisation:one@1"]
    await log.publish([changed])
    await publish(logged, "two")
    assert (await socket.next())["changed"]["positions"] == ["organisation:two@1"]
    await socket.leave()


async def test_an_event_long_ago_is_found_and_one_that_never_was_is_said(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume_cursor, "SPAN", 2)
    for n in range(30):
        await publish(logged, f"o{n}")
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED, a="organisation:o3@1")
    assert (await socket.next())["changed"]["positions"] == [f"organisation:o{n}@1" for n in range(4, 30)]
    await socket.subscribe(CHANGED, "never", a="organisation:o3@2")
    message = await socket.message()
    assert message["type"] == "error" and "holds no event" in message["payload"][0]["message"]
    await socket.leave()


async def test_more_than_a_hundred_missed_events_come_in_several_changes(logged: Gateway) -> None:
    for n in range(250):
        await publish(logged, f"o{n}")
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED, a="e30")
    found = [(await socket.next())["changed"]["positions"] for _ in range(3)]
    assert [len(one) for one in found] == [100, 100, 50] and [p for one in found for p in one] == [f"organisation:o{n}@1" for n in range(250)]
    await socket.leave()


async def test_a_query_asked_for_as_a_stream_is_one_event_and_the_end(logged: Gateway) -> None:
    answer = await logged.post("{ portfolio { asOf } }", Accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, end = answer.text.split("\n\n", 1)
    assert first.startswith('event: next\ndata: {"data":{"portfolio":{"asOf":"2026-03-02"}},"extensions":{"cost":') and end == "event: complete\ndata: {}\n\n"


async def test_a_log_that_is_away_for_a_while_is_waited_for_and_nothing_is_missed(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "AGAIN", 0.01)
    log: Any = logged.process.adapters.log
    read, faults = log.read, iter([0, 1, 0, 2])

    async def away_now_and_then(*given: Any, **named: Any) -> Any:
        left = next(faults, None)
        async for batch in read(*given, **named):
            if left == 0:
                raise LogUnavailable("away")
            left = None if left is None else left - 1
            yield batch

    monkeypatch.setattr(log, "read", away_now_and_then)
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED, a="e30")
    for n in range(4):
        await publish(logged, f"o{n}")
        assert (await socket.next())["changed"]["positions"] == [f"organisation:o{n}@1"]
    await socket.leave()


async def test_a_log_that_is_away_when_somebody_begins_is_said(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(topics: Any) -> Any:
        raise LogUnavailable("away")

    monkeypatch.setattr(logged.process.adapters.log, "end", away)
    socket = await signed_in(logged)
    await socket.subscribe(CHANGED)
    message = await socket.message()
    assert message["type"] == "error" and message["payload"][0]["extensions"]["code"] == "UNREACHABLE"
    await socket.leave()


async def test_each_change_says_of_itself_alone_what_was_withheld(logged: Gateway) -> None:
    socket = await signed_in(logged)
    await socket.subscribe('subscription { changed(after: "e30") { nodes { ... on Organisation { investment { warnings { rule } } } } } }')
    for n in range(3):
        await publish(logged, f"o{n}")
        assert (await socket.message())["payload"]["extensions"]["withheld"] == ["changed.nodes.0.investment"]
    await socket.leave()


async def test_a_long_stream_is_of_the_day_on_which_it_tells(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK", 60)
    logged.clock.now = datetime.now(UTC)
    tomorrow = logged.clock.now.date() + timedelta(days=1)
    socket = await signed_in(logged)
    await socket.subscribe('subscription { changed(after: "e30") { nodes { ... on Organisation { name } } } }')
    await publish(logged, "today")
    assert (await socket.next())["changed"]["nodes"] == [{"name": "today"}]
    await publish(logged, "coming", at=tomorrow.isoformat())
    assert (await socket.next())["changed"]["nodes"] == [], "it is not true yet"
    logged.clock.now += timedelta(hours=24)
    await publish(logged, "coming", at=tomorrow.isoformat())
    assert (await socket.next())["changed"]["nodes"] == [{"name": "coming"}]
    await socket.leave()


async def test_a_stream_tells_what_was_withheld_too(logged: Gateway) -> None:
    answer = await logged.post("{ portfolio { investment { warnings { rule } } } }", persona="subscriber", Accept="text/event-stream")
    assert json.loads(answer.text.split("data: ")[1].partition("\n")[0])["extensions"]["withheld"] == ["portfolio.investment"]


async def test_a_stream_ends_when_the_token_expires_although_nothing_happens(logged: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK", 0.01)
    logged.clock.now = datetime.now(UTC)
    asking = asyncio.create_task(logged.post("subscription { world }", persona="subscriber", Accept="text/event-stream"))
    await _following(logged)
    assert logged.shared.open.now.total() == 1
    logged.clock.now += timedelta(days=2)
    async with asyncio.timeout(GIVE_UP):
        text = (await asking).text
    assert '"code":"NOT_SIGNED_IN"' in text and text.endswith("event: complete\ndata: {}\n\n")
    assert not logged.shared.open.now


async def test_a_stream_that_breaks_leaves_nothing_behind(logged: Gateway) -> None:
    log: Any = logged.process.adapters.log
    tasks = asyncio.all_tasks()
    asking = asyncio.create_task(logged.post("subscription { changed { world } }", Accept="text/event-stream"))
    await _following(logged)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(GIVE_UP):
        while log._readers or asyncio.all_tasks() - tasks:  # noqa: ASYNC110 - nobody tells when a task is gone
            await asyncio.sleep(0)
    assert not logged.shared.open.now


async def _following(gateway: Gateway, many: int = 1) -> None:
    """Waits until so many read the log from its end."""
    log: Any = gateway.process.adapters.log
    async with asyncio.timeout(GIVE_UP):
        while len(log._readers) < many:  # noqa: ASYNC110 - the log tells nobody who begins to read
            await asyncio.sleep(0)


async def test_what_is_said_of_a_graduation_is_a_change_of_the_team_told_once(logged: Gateway) -> None:
    await publish(logged, "t", TEAM, TeamFormed(name="Team", home="o"))
    await publish(logged, "t", GRADUATION, SustainEntered())
    socket = await signed_in(logged)
    await socket.subscribe('subscription { changed(after: "e30", teams: ["t"]) { positions nodes { __typename id } } }')
    change = (await socket.next())["changed"]
    assert change == {"positions": ["team:t@1", "graduation:t@1"], "nodes": [{"__typename": "Team", "id": "team:t"}]}
    await socket.leave()
