"""How far two clocks are apart, measured by asking: no better than the answer was quick, and of whom it is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from libs.events.ports.server_clock import ClockUntold, span
from libs.service.app import create_base
from libs.service.peers.clock_offset import Offset, peer_time, told
from tests.service.example import Example

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def asked(theirs: datetime, before: float, after: float) -> Offset:
    """What is measured by one question at noon, asked and answered at these readings of the steady clock."""
    ticks = iter((before, after))

    async def ask() -> datetime:
        return theirs

    found = await told(ask, lambda: next(ticks))
    return found.offset(NOON, after)


async def test_the_other_clock_was_read_in_the_middle_give_or_take_half_the_time_that_the_answer_took() -> None:
    offset = await asked(NOON - timedelta(hours=2), 10.0, 14.0)
    assert (offset.ahead, offset.error) == pytest.approx((7198.0, 2.001))
    assert offset.off


@pytest.mark.parametrize(("behind", "took", "off"), [(4.9, 0.0, False), (5.1, 0.0, True), (8.0, 4.0, False), (8.0, 0.1, True), (-8.0, 0.1, True)])
async def test_seconds_are_off_only_beyond_what_the_measuring_may_be_wrong_by(behind: float, took: float, off: bool) -> None:
    assert (await asked(NOON - timedelta(seconds=behind), 10.0, 10.0 + took)).off is off


async def test_what_was_told_once_shows_at_once_that_the_clock_here_was_set() -> None:
    async def ask() -> datetime:
        return NOON

    found = await told(ask, lambda: 10.0)
    assert found.offset(NOON + timedelta(seconds=30), 40.0).ahead == 0
    assert found.offset(NOON + timedelta(hours=2, seconds=30), 40.0).ahead == 7200


@pytest.mark.parametrize(
    ("ahead", "error", "words"),
    [
        (7200.2, 0.01, "the clock here is 2 h ahead of that of the log"),
        (-127, 0.01, "the clock here is 2 min 7 s behind that of the log"),
        (0.02, 0.001, "the clock here agrees with that of the log (to 0.02 s)"),
        (6.0, 9.0, "the clock here agrees with that of the log (to 9 s)"),
    ],
)
def test_it_is_said_in_words(ahead: float, error: float, words: str) -> None:
    assert Offset(ahead, error).words("the log") == words


@pytest.mark.parametrize(("seconds", "words"), [(14.4, "14 s"), (60, "1 min"), (3725, "1 h 2 min"), (90_000, "1 day 1 h"), (172_800, "2 days"), (0.2, "0 s")])
def test_a_stretch_of_time_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


async def test_a_peer_says_what_time_it_is_by_its_own_clock(example: Example) -> None:
    async def ready() -> bool:
        return False

    service = create_base("Backlog", verifier=example.app.verifier, ready=ready, clock=lambda: NOON)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=[Mount("/backlog", service)])), base_url="http://peer") as client:
        assert await peer_time(client, "backlog") == NOON
        assert (await client.get("/backlog/health/live")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", ['{"status": "live"}', "[]", "{", '{"now": 7}', '{"now": "noon"}', '{"now": "2026-11-24T12:00:00"}'])
async def test_one_that_does_not_say_it_is_no_clock(body: str) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200, text=body)), base_url="http://peer") as client:
        with pytest.raises(ClockUntold):
            await peer_time(client, "backlog")


async def test_one_that_does_not_answer_is_said_as_it_is() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(502)), base_url="http://peer") as client:
        with pytest.raises(httpx.HTTPError):
            await peer_time(client, "backlog")
