"""A task that is cancelled ends, also where the cancellation comes at the moment of an answer."""

from __future__ import annotations

import asyncio
import random

import pytest

from libs.adapters.contracts.suites import commit
from libs.delivery.relay import Relay
from libs.runtime import cancellation
from libs.runtime.cancellation import ended, heeding
from tests.adapters.mongo.mongo_databases import dropped_after, opened
from tests.delivery.test_relay import FaultyLog
from tests.events.kinds import said
from tests.patience import GIVE_UP

CANCELS = 60


async def test_a_cancellation_at_the_moment_of_the_answer_is_heeded() -> None:
    answer = asyncio.Event()
    went_on = False

    async def ask() -> None:
        nonlocal went_on
        with heeding():
            await asyncio.wait_for(answer.wait(), GIVE_UP)
        went_on = True

    task = asyncio.create_task(ask())
    await asyncio.sleep(0.01)
    answer.set()
    await asyncio.sleep(0)  # the answer is there, and nobody has taken it
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() and not went_on


async def test_what_raises_within_raises_and_what_was_cancelled_before_goes_on() -> None:
    async def clean_up() -> str:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            with heeding():
                await asyncio.sleep(0)
            with pytest.raises(OSError, match="away"), heeding():
                raise OSError("away") from None
            with heeding(), pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await asyncio.sleep(1)
        return "cleaned up"

    task = asyncio.create_task(clean_up())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "cleaned up"


async def test_a_task_that_does_not_heed_the_first_time_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancellation, "AGAIN", 0.01)

    async def deaf(times: int) -> None:
        while times:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                times -= 1

    async def failing() -> None:
        raise OSError("away")

    once, twice, failed = asyncio.create_task(deaf(1)), asyncio.create_task(deaf(3)), asyncio.create_task(failing())
    await asyncio.sleep(0.01)
    assert await ended(once, twice, failed)
    assert once.done() and twice.done()


async def test_a_task_that_never_ends_is_left_behind_and_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(cancellation, "AGAIN", 0.01)
    enough = False

    async def deaf() -> None:
        while not enough:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                continue

    task = asyncio.create_task(deaf(), name="portfolio:1")
    await asyncio.sleep(0)
    assert not await ended(task, patience=0.05)
    assert "portfolio:1" in caplog.text
    enough = True
    assert await ended(task)


async def test_a_relay_over_mongodb_ends_whenever_it_is_cancelled(mongo: str) -> None:
    rnd = random.Random(1)
    log = FaultyLog(rnd)
    log.faults = 0.0
    async with dropped_after(mongo) as name, opened(mongo, name) as store:
        for n in range(1, CANCELS + 1):
            relay = Relay(store, log, "trial")
            task = asyncio.create_task(relay.run())
            await store.append([commit(said, "thing:a", n)])
            relay.nudge()
            for _ in range(rnd.randrange(60)):
                await asyncio.sleep(0)
            await asyncio.sleep(rnd.random() * 0.004)
            task.cancel()
            done, _ = await asyncio.wait([task], timeout=2)
            assert done, f"cancelled for the {n}th time, it went on"
