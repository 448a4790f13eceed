"""A world: what was heard, waited for and seen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from libs.events.event import Event
from libs.events.facts import Facts
from libs.events.world import World
from tests.events.kinds import THING, Thing, ThingNoted, said
from tests.patience import GIVE_UP


def told(*events: tuple[str, int]) -> World:
    world = World()
    for aggregate, sequence in events:
        world.apply(said(aggregate, sequence))
    return world


async def test_what_was_heard_is_not_waited_for_and_what_comes_wakes_whoever_waits() -> None:
    world = told(("thing:a", 1))
    assert await world.heard(["thing:a@1"], GIVE_UP) == []
    waiting = asyncio.create_task(world.heard(["thing:a@2", "thing:b@1"], GIVE_UP))
    await asyncio.sleep(0)
    world.apply(said("thing:a", 2))
    world.apply(said("thing:b", 1))
    assert await waiting == []


async def test_what_does_not_come_in_time_is_named_and_leaves_nothing_behind() -> None:
    world = told(("thing:a", 1))
    assert await world.heard(["thing:a@1", "thing:a@9", "thing:b@1"], 0.01) == ["thing:a@9", "thing:b@1"]
    gone = asyncio.create_task(world.heard(["thing:c@1"], GIVE_UP))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert world._waiting == {}


def test_the_digest_is_equal_for_equal_positions_in_whatever_order() -> None:
    positions = [(f"thing:{a}", n) for a in "abc" for n in (1, 2, 3)]
    digests = set()
    for seed in range(6):
        shuffled = sorted(positions, key=lambda p: p[1])
        random.Random(seed).shuffle(names := ["a", "b", "c"])
        digests.add(told(*sorted(shuffled, key=lambda p: (names.index(p[0][-1]), p[1]))).digest)
    assert len(digests) == 1
    assert told(*positions[:-1]).digest not in digests


def test_a_kept_answer_follows_what_arrives_later() -> None:
    world = told(("thing:a", 1))
    day = said("thing:a", 1).time.date()
    for n in range(2, 6):
        facts = world.facts(day)
        before = facts.derive(_seen, "a")
        world.apply(said("thing:a", n))
        assert world.facts(day).derive(_seen, "a") == before + 1


def test_a_kept_answer_of_another_day_follows_as_well() -> None:
    world = told(("thing:a", 1))
    day = said("thing:a", 1).time.date() + timedelta(days=3)
    assert world.facts(day + timedelta(days=5)).derive(_seen_on, "a", day) == 1
    world.apply(said("thing:a", 2))
    assert world.facts(day + timedelta(days=5)).derive(_seen_on, "a", day) == 2


def _seen(facts: Facts, id: str) -> int:
    return len(facts.history(THING, id))


def _seen_on(facts: Facts, id: str, day: date) -> int:
    return facts.on(day).derive(_seen, id)


def test_an_event_that_no_state_can_begin_with_is_not_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    world = told(("thing:a", 1))
    monkeypatch.setattr(THING, "evolve", fails_on("poison"))
    with pytest.raises(ValueError, match="thing:a@2 cannot be folded: ZeroDivisionError"):
        world.apply(said("thing:a", 2, text="poison"))
    assert (world.last("thing:a"), world.tallies()["thing"].events) == (1, 1)


def test_an_event_that_fails_in_the_end_is_left_out_and_said_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    world = told(("thing:b", 1))
    for sequence, text in ((1, "before"), (2, "poison"), (3, "")):
        world.apply(said("thing:faulty", sequence, text=text))
    monkeypatch.setattr(THING, "evolve", fails_on("poison"))
    for day in (1, 2):
        facts = Facts.on_day(world, date(2024, 1, day))
        assert [thing.id for thing in facts.every(THING)] == ["b", "faulty"]
    assert caplog.text.count("thing:faulty@2 is left out") == 1


def fails_on(text: str) -> Callable[[Thing, Event], Thing]:
    before = THING.evolve

    def evolve(state: Thing, event: Event) -> Thing:
        if isinstance(event.data, ThingNoted) and event.data.text == text:
            raise ZeroDivisionError(text)
        return before(state, event)

    return evolve
