"""What is derived before anybody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from services.gateway.capacity import prefetch
from services.gateway.capacity.prefetch import Prefetch, keep_warm
from services.gateway.documents import EXECUTIVE
from tests.services.gateway.small_world import TODAY, Gateway


class Days:
    """Derives nothing, and remembers which days it was asked to; it ends when it is let."""

    def __init__(self) -> None:
        self.asked: list[date] = []
        self.came, self.let = asyncio.Event(), asyncio.Event()
        self.let.set()

    async def __call__(self, day: date) -> None:
        self.asked.append(day)
        self.came.set()
        await self.let.wait()

    async def next(self) -> date:
        await self.came.wait()
        self.came.clear()
        return self.asked[-1]


@pytest.fixture
def days(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> Days:
    made = Days()
    site.shared.prefetch.derive = made
    monkeypatch.setattr(prefetch, "LOOK", 0.001)
    monkeypatch.setattr(prefetch, "SOON", 0.001)
    return made


@pytest.fixture
def kept_warm(site: Gateway) -> Iterator[Any]:
    """Begins to keep warm, until the end of the test."""
    begun: list[asyncio.Task[None]] = []
    yield lambda: begun.append(asyncio.create_task(keep_warm(site.process, site.shared.prefetch)))
    for task in begun:
        task.cancel()


async def probe(site: Gateway) -> httpx.Response:
    return await site.client.get("/health/ready")


async def until_ready(site: Gateway) -> None:
    while (await probe(site)).status_code != 200:  # noqa: ASYNC110 - as a probe asks
        await asyncio.sleep(0.001)


async def test_each_day_is_derived_once_the_world_is_there_and_the_next_before_it_begins(
    site: Gateway, days: Days, kept_warm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = asyncio.Event()

    async def is_ready() -> bool:
        return there.is_set()

    monkeypatch.setattr(site.process, "is_ready", is_ready)
    kept_warm()
    await asyncio.sleep(0.01)
    assert days.asked == []
    there.set()
    assert await days.next() == TODAY.date()
    await asyncio.sleep(0.01)
    assert days.asked == [TODAY.date()]
    site.clock.now = TODAY.replace(hour=23, minute=55)
    assert await days.next() == TODAY.date() + timedelta(days=1)
    site.clock.now = TODAY + timedelta(days=1)
    await asyncio.sleep(0.01)
    assert days.asked == [TODAY.date(), TODAY.date() + timedelta(days=1)]


async def test_readiness_waits_for_the_first_answers_and_says_so_while_questions_are_answered(site: Gateway, days: Days, kept_warm: Any) -> None:
    days.let.clear()
    kept_warm()
    await days.next()
    answer = await probe(site)
    assert answer.status_code == 503 and "first answers: they are being derived" in answer.json()["detail"]
    assert (await site.client.get("/health/live")).status_code == 200
    assert (await site.ask("{ portfolio { world } }"))["portfolio"]["world"]
    assert (await site.client.get("/", headers=site.signed_in("executive"))).status_code == 200
    days.let.set()
    await until_ready(site)
    assert (await probe(site)).json() == {"status": "ready", "troubles": []}


async def test_readiness_waits_no_longer_than_it_may(site: Gateway, days: Days, kept_warm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch, "LONGEST", 0.01)
    days.let.clear()
    kept_warm()
    await days.next()
    await until_ready(site)
    assert not days.let.is_set()


async def test_what_cannot_be_derived_keeps_nobody_from_being_ready(site: Gateway, kept_warm: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def fails(_: date) -> None:
        raise ValueError("odd")

    site.shared.prefetch.derive = fails
    kept_warm()
    await until_ready(site)
    assert "what is asked first could not be derived: odd" in caplog.text


async def test_the_present_is_derived_again_when_much_was_heard_or_it_was_given_up(site: Gateway, days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch, "MUCH", 3)
    monkeypatch.setattr(prefetch, "SELDOM", 0)
    warmth = site.shared.prefetch
    await warmth.look()
    for n in range(2):
        site.tell(TEAM, f"more{n}", TeamFormed(name="More", home="water", products=()), "2026-01-01")
    await warmth.look()
    assert len(days.asked) == 1
    site.tell(TEAM, "more2", TeamFormed(name="More", home="water", products=()), "2026-01-01")
    await warmth.look()
    await warmth.look()
    assert len(days.asked) == 2
    site.process.world._moments.clear()
    await warmth.look()
    await warmth.look()
    assert len(days.asked) == 3


async def test_a_day_that_is_given_up_at_once_is_not_derived_all_the_time(site: Gateway, days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch, "SELDOM", 1e9)
    warmth = site.shared.prefetch
    for _ in range(3):
        await warmth.look()
        site.process.world._moments.clear()
    assert len(days.asked) == 1
    site.clock.now += timedelta(days=1)
    await warmth.look()
    assert len(days.asked) == 2


async def test_what_is_asked_to_derive_the_present_does_not_wait_for_itself(site: Gateway) -> None:
    warmth = Prefetch(site.process)

    async def derive(_: date) -> None:
        assert not await warmth.present()

    warmth.derive = derive
    assert await warmth.present() and not await warmth.present()


async def test_after_it_the_first_question_finds_nothing_anew_whoever_asks_and_others_had_their_turn(site: Gateway) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await site.shared.prefetch.derive(site.process.today())
    task.cancel()
    assert turns >= 20
    found = kept_of_things(site)
    assert min(found) > 20
    for persona in ("executive", "subscriber"):
        assert "errors" not in (await site.post(EXECUTIVE, persona=persona)).json()
        for path in ("/", "/graduation"):
            assert (await site.client.get(path, headers=site.signed_in(persona))).status_code == 200
    assert kept_of_things(site) == found


def kept_of_things(site: Gateway) -> tuple[int, int]:
    """How many values and states are kept; people are looked up where they are shown, by whoever may see their names."""
    kept = site.process.world.kept(TODAY.date(), None)
    return len(kept.values), sum(not name.startswith("person:") for name in kept.states)
