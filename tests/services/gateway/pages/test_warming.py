"""What is derived before anybody asks."""

from __future__ import annotations

import asyncio

import pytest

from services.gateway.pages import warming
from tests.services.gateway.small_world import TODAY, Gateway


async def test_each_new_day_is_warmed_once_the_world_is_there(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    days, came = [], asyncio.Event()
    ready = False

    async def is_ready() -> bool:
        return ready

    async def noted(_: object, today: object) -> None:
        days.append(today)
        came.set()

    monkeypatch.setattr(site.process, "is_ready", is_ready)
    monkeypatch.setattr(warming, "warm", noted)
    monkeypatch.setattr(warming, "LOOK", 0.001)
    monkeypatch.setattr(warming, "SOON", 0.001)
    task = asyncio.create_task(warming.keep_warm(site.process))
    await asyncio.sleep(0.01)
    assert days == []
    ready = True
    await came.wait()
    came.clear()
    await asyncio.sleep(0.01)
    assert days == [TODAY.date()]
    site.clock.now = TODAY.replace(day=3)
    await came.wait()
    assert days == [TODAY.date(), TODAY.date().replace(day=3)]
    task.cancel()


async def test_warming_asks_of_every_team_and_lets_others_have_their_turn(site: Gateway) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await warming.warm(site.process, TODAY.date())
    task.cancel()
    assert turns >= 4
