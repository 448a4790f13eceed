"""Whether a process's clock is right: by those of the log, of the store and of peers, of which one alone that is wrong condemns no other."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from libs.commands.errors import WrongClock
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.event import Actor, Event
from libs.events.ports.server_clock import ClockUntold
from libs.events.world import World
from libs.service.observability.health import ProcessHealth
from libs.service.peers.clock_check import BORNE, EVERY, KEPT, Clocks, agreed
from libs.service.peers.clock_offset import Offset
from libs.service.problems import problem

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Time:
    """What time it is in truth, and by how many seconds the clock here is ahead of it."""

    def __init__(self) -> None:
        self.true, self.ahead = 1_000.0, 0.0

    def at(self, ahead: float = 0.0) -> datetime:
        return NOON + timedelta(seconds=self.true + ahead)

    def __call__(self) -> datetime:
        return self.at(self.ahead)


class Server:
    """A server with a clock that may be wrong, and that may not answer or not tell; `asked` counts how often it was asked."""

    def __init__(self, time: Time, ahead: float = 0.0) -> None:
        self.time, self.ahead, self.asked = time, ahead, 0
        self.fails: Exception | None = None

    async def server_time(self) -> datetime:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return self.time.at(self.ahead)


class Held:
    """A process's clock and the servers that it is held against: the log, the store, and what is named like a peer."""

    def __init__(self, **ahead: float) -> None:
        self.time, self.world = Time(), World()
        self.health = ProcessHealth(self.time)
        self.clocks = Clocks(self.time, self.world, self.health, lambda: self.time.true)
        self.servers = {name: Server(self.time, seconds) for name, seconds in ahead.items()}
        for name, server in self.servers.items():
            self.clocks.hold_against(name, server)

    def troubles(self) -> dict[str, str]:
        return {trouble.part: trouble.why for trouble in self.health.troubles()}

    async def after(self, seconds: float) -> dict[str, str]:
        """The troubles so much later, after a look."""
        self.time.true += seconds
        await self.clocks.look()
        return self.troubles()


@pytest.fixture
def held() -> Held:
    return Held(log=0, store=0)


async def test_clocks_that_agree_are_no_trouble(held: Held) -> None:
    assert await held.after(0) == {}
    assert held.clocks.distrusted() is None
    assert {name: offset.ahead for name, offset in held.clocks.offsets().items()} == {"log": 0, "store": 0}


@pytest.mark.parametrize(("ahead", "words"), [(7200, "2 h ahead of"), (-7200, "2 h behind"), (86_400, "1 day ahead of"), (BORNE + 1, "1 min 1 s ahead of")])
async def test_beyond_a_minute_nothing_is_dated_by_it_and_the_remedy_says_what_to_set(held: Held, ahead: float, words: str) -> None:
    held.time.ahead = ahead
    assert await held.after(0) == {"clock": f"the clock here is {words} that of log and store: commands are refused until it is set right (NTP)"}
    refused = held.clocks.distrusted()
    assert refused is not None and f"the clock here is {words} that of log and store" in refused.detail and "(NTP)" in (refused.remedy or "")
    status, headers, body = problem(refused)
    assert (status, body["type"], headers["Retry-After"]) == (503, "urn:headway:problem:wrong-clock", "5")
    assert body["remedy"] == refused.remedy


@pytest.mark.parametrize("ahead", [6, 59, -59])
async def test_beyond_seconds_it_is_said_and_commands_go_on(held: Held, ahead: float) -> None:
    held.time.ahead = ahead
    assert "from a minute on commands are refused" in (await held.after(0))["clock"]
    assert held.clocks.distrusted() is None


async def test_a_clock_that_is_set_is_noticed_at_once_and_so_is_that_it_is_right_again(held: Held) -> None:
    await held.after(0)
    held.time.ahead = 7200
    assert isinstance(held.clocks.distrusted(), WrongClock), "no round of questions lies between"
    held.time.ahead = 0
    assert held.clocks.distrusted() is None


async def test_where_there_is_nothing_to_hold_it_against_nothing_is_judged() -> None:
    alone = Held()
    alone.clocks.hold_against("log", object())
    alone.time.ahead = 7200
    assert await alone.after(0) == {} and alone.clocks.distrusted() is None


@pytest.mark.parametrize("fails", [OSError("no broker"), TimeoutError(), ClockUntold("may not ask")])
async def test_what_does_not_answer_judges_nothing(held: Held, fails: Exception) -> None:
    held.time.ahead = 7200
    for server in held.servers.values():
        server.fails = fails
    assert await held.after(0) == {} and held.clocks.distrusted() is None


async def test_what_has_not_answered_for_a_minute_has_no_say(held: Held) -> None:
    held.time.ahead = 7200
    await held.after(0)
    for server in held.servers.values():
        server.fails = OSError("away")
    await held.after(KEPT)
    assert held.clocks.distrusted() is not None
    assert await held.after(1) == {} and held.clocks.distrusted() is None


@pytest.mark.parametrize(
    ("offsets", "seconds"),
    [
        ({}, 0),
        ({"log": 7200}, 7200),
        ({"log": 0, "roadmap": -7200}, 0),
        ({"log": 7200, "store": 7200, "roadmap": 7200}, 7200),
        ({"log": 7200, "store": 7200, "roadmap": 0}, 7200),
        ({"log": 0, "store": 0, "roadmap": -7200, "portfolio": 0}, 0),
        ({"roadmap": 7200, "portfolio": 7200}, 7200),
        ({"roadmap": 7200, "portfolio": 0}, 0),
    ],
)
def test_what_most_clocks_show_is_the_time_and_of_two_that_differ_neither_is_trusted(offsets: Mapping[str, float], seconds: float) -> None:
    assert agreed({name: Offset(ahead, 0.001) for name, ahead in offsets.items()}).ahead == seconds


async def test_a_peer_whose_clock_is_wrong_is_named_and_stops_nobody_else() -> None:
    held = Held(log=0, store=0, roadmap=7200)
    assert await held.after(0) == {"clock": "the clock of roadmap is 2 h ahead of the one here, with which log and store agree: set it right (NTP)"}
    assert held.clocks.distrusted() is None


async def test_an_answer_that_took_long_says_little() -> None:
    held = Held()
    held.time.ahead = 62

    class Slow(Server):
        async def server_time(self) -> datetime:
            self.time.true += 2.5
            found = self.time.at()
            self.time.true += 2.5
            return found

    held.clocks.hold_against("log", Slow(held.time))
    await held.clocks.look()
    assert held.clocks.distrusted() is None and "clock" in held.troubles()


async def test_all_are_asked_every_ten_seconds_and_at_once_where_one_did_not_answer_or_the_clock_was_set(held: Held) -> None:
    log = held.servers["log"]
    for _ in range(3):
        await held.after(2)
    assert log.asked == 1
    await held.after(EVERY)
    assert log.asked == 2
    held.time.ahead = 3
    await held.after(2)
    assert log.asked == 3
    held.servers["store"].fails = OSError("away")
    await held.after(EVERY)
    await held.after(2)
    assert log.asked == 5


async def test_why_a_server_does_not_say_what_time_it_is_is_logged_once(held: Held, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    held.servers["log"].fails = ClockUntold("this user may not describe the cluster")
    for _ in range(3):
        await held.after(EVERY)
    assert [r.getMessage() for r in caplog.records] == ["clock: that of log is not known: this user may not describe the cluster"]


async def test_a_process_that_runs_several_services_has_one_say() -> None:
    held = Held()
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"status": "live", "now": held.time.at(-7200).isoformat()})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://one") as client:
        held.clocks.hold_against_peer("roadmap", client)
        held.clocks.hold_against_peer("portfolio", client)
        assert "2 h ahead of that of roadmap" in (await held.after(0))["clock"]
    assert asked == ["http://one/roadmap/health/live"]


async def test_events_that_are_stamped_ahead_are_named_until_they_are_past(held: Held) -> None:
    stamp = held.time.at(86_400)
    held.world.apply(Event("product:p", 1, stamp, stamp, stamp, Actor("someone", "importer"), ProductRegistered(name="P")))
    said = (await held.after(0))["stamps"]
    assert "product:p@1 was stored by portfolio at 2026-11-25T12:16:40Z, 1 day ahead of the clock here" in said and "not shown" in said
    assert held.clocks.stamped_ahead() == 86_400
    assert await held.after(86_396) == {}
    assert held.clocks.stamped_ahead() == 4
    await held.after(10)
    assert held.clocks.stamped_ahead() == 0
