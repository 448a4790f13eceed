"""What a process says of its own parts: which is not well, why, and since when."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from libs.events.ports.log import Cursor, LogUnavailable
from libs.events.ports.store import StoreUnavailable
from libs.service.host.self_monitoring import STUCK, Watch
from libs.service.observability.health import ProcessHealth

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Part:
    """A store and a log that answer or do not."""

    def __init__(self) -> None:
        self.store: Exception | None = None
        self.log: Exception | None = None
        self.ends = Cursor({"t-0": 5})

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[tuple[str, int]]:
        if self.store:
            raise self.store
        return []

    async def end(self, topics: object) -> Cursor:
        if self.log:
            raise self.log
        return self.ends


class Hears:
    """As much of a consumer as is looked at."""

    def __init__(self) -> None:
        self.cursor = Cursor({"t-0": 5})
        self.applied = 5
        self.waiting: list[object] = []
        self.ready = asyncio.Event()
        self.ready.set()

    def parked(self) -> list[object]:
        return self.waiting


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
def hears() -> Hears:
    return Hears()


@pytest.fixture
def watch(clock: Clock, part: Part, hears: Hears) -> Watch:
    return Watch(ProcessHealth(clock), cast(Any, part), ["t"], {"backlog": (cast(Any, part), "item")}, lambda: cast(Any, hears))


def test_a_trouble_keeps_its_first_instant_and_takes_the_newest_words(clock: Clock) -> None:
    health = ProcessHealth(clock)
    health.ill("log", "no answer")
    clock.now += timedelta(minutes=3)
    health.ill("log", "connection refused")
    (trouble,) = health.troubles()
    assert (trouble.why, trouble.since) == ("connection refused", NOON)
    health.well("log")
    assert health.troubles() == []


def test_a_trouble_is_logged_when_it_begins_when_it_grows_worse_and_when_it_ends(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    health = ProcessHealth(clock)
    for level in (logging.INFO, logging.INFO, logging.WARNING, logging.INFO):
        health.ill("consumer", "it does not move", level)
    health.well("consumer")
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "WARNING"]


async def test_a_start_is_no_warning_unless_it_does_not_get_on(watch: Watch, hears: Hears, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    hears.ready.clear()
    await watch.look()
    assert [(record.levelname, trouble.part) for record, trouble in zip(caplog.records, watch.health.troubles(), strict=True)] == [("INFO", "consumer")]
    watch._moved -= STUCK + 1
    await watch.look()
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]


async def test_a_start_that_is_over_is_said_to_be_so_at_once(watch: Watch, hears: Hears) -> None:
    hears.ready.clear()
    watch.seconds = 60.0
    watching = asyncio.create_task(watch.run())
    while not watch.health.troubles():  # noqa: ASYNC110 - the first look is made in its own time
        await asyncio.sleep(0)
    hears.ready.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert watch.health.troubles() == []
    watching.cancel()


async def test_a_store_and_a_log_that_fail_are_named_until_they_answer_again(watch: Watch, part: Part) -> None:
    part.store, part.log = StoreUnavailable("no primary"), LogUnavailable("no broker")
    await watch.look()
    assert [(t.part, t.why) for t in watch.health.troubles()] == [("log", "no broker"), ("store of backlog", "no primary")]
    part.store = part.log = None
    await watch.look()
    assert watch.health.troubles() == []


async def test_how_far_the_consumer_is_behind_is_counted_over_all_partitions(watch: Watch, part: Part) -> None:
    part.ends = Cursor({"t-0": 7, "t-1": 4})
    await watch.look()
    assert watch.behind == 6


async def test_a_consumer_that_is_behind_and_does_not_move_for_a_minute_is_stuck(watch: Watch, part: Part, hears: Hears) -> None:
    await watch.look()
    part.ends = Cursor({"t-0": 9})
    watch._moved -= STUCK + 1
    await watch.look()
    (trouble,) = watch.health.troubles()
    assert trouble.part == "consumer" and "4 records behind" in trouble.why
    hears.cursor = Cursor({"t-0": 6})
    await watch.look()
    assert watch.health.troubles() == []


async def test_parked_events_are_a_trouble_of_the_world(watch: Watch, hears: Hears) -> None:
    hears.waiting = [object(), object()]
    await watch.look()
    (trouble,) = watch.health.troubles()
    assert trouble.part == "world" and "2 events are parked" in trouble.why
