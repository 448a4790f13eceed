"""The live line: it counts what came since the page was made, and ends with the session and with the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.rules.roles import Principal
from services.gateway.pages.home.page import HOME
from services.gateway.pages.kit.live import LINES, line, lines, live_routes, seen
from tests.services.gateway.pages.answers import signed_in
from tests.services.gateway.small_world import TODAY, Gateway


async def said(chunks: AsyncIterator[bytes], many: int) -> list[str]:
    return [(await anext(chunks)).decode() for _ in range(many)]


async def test_each_event_that_comes_is_counted_and_nothing_else_is_said(site: Gateway) -> None:
    chunks = lines(site.process, HOME, seen(site.process.world, HOME), Principal("p"), 0.001)
    waiting = asyncio.ensure_future(said(chunks, 1))
    await asyncio.sleep(0.01)
    assert not waiting.done(), "nothing came"
    site.tell(TEAM, "new-team", TeamFormed(name="New", home="water", products=()), "2026-03-01")
    assert "One change since this page was made." in (await waiting)[0]
    for n in range(2):
        site.tell(TEAM, f"other-{n}", TeamFormed(name="Other", home="water", products=()), "2026-03-01")
    assert "Three changes since" in (await said(chunks, 1))[0]
    await chunks.aclose()


async def test_the_line_ends_when_the_session_does(site: Gateway) -> None:
    chunks = lines(site.process, HOME, 0, Principal("p", expires=TODAY + timedelta(seconds=30)), 0.001)
    assert "since this page was made" in (await said(chunks, 1))[0]
    site.clock.now = TODAY + timedelta(seconds=31)
    assert await said(chunks, 1) == ["event: end\ndata: \n\n"]
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)


async def test_a_line_without_a_session_is_told_to_end_rather_than_to_sign_in(site: Gateway) -> None:
    answer = await site.client.get("/live/home?seen=0", headers={"Accept": "text/html, text/event-stream"})
    assert (answer.status_code, answer.text) == (200, "event: end\ndata: \n\n")


async def test_an_open_line_ends_with_the_process_and_leaves_nothing_behind(site: Gateway) -> None:
    await signed_in(site.client)
    asyncio.get_running_loop().call_later(0.05, site.process.stopping.set)
    answer = await site.client.get("/live/home?seen=0")
    assert answer.headers["content-type"].startswith("text/event-stream") and answer.headers["cache-control"] == "no-store"
    assert "since this page was made" in answer.text
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_lines_are_bounded(site: Gateway) -> None:
    site.shared.open.now[LINES] = LINES.most
    await signed_in(site.client)
    answer = await site.client.get("/live/home?seen=0")
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_page_that_there_is_not_has_no_line(site: Gateway) -> None:
    await signed_in(site.client)
    assert (await site.client.get("/live/nothing?seen=0")).status_code == 404
    assert (await site.client.get("/live/home?seen=-1")).status_code == 422
    assert len(live_routes(site.shared, (HOME,)).routes) == 1


def test_the_line_says_nothing_after_nothing() -> None:
    assert line(0) == ""
