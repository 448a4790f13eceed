"""A world: what was heard, waited for and seen."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from libs.events.event import Discarded, Event, Retracted
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


async def test_what_is_adopted_wakes_whoever_waits_for_it_and_is_found_by_what_it_names() -> None:
    world, wanted = told(("thing:a", 1)), told(("thing:a", 1))
    waiting = asyncio.create_task(world.heard(["thing:a@4"], 0.1))
    await asyncio.sleep(0)
    events = [said("thing:a", 2), said("thing:a", 3, about="x"), said("thing:a", 4)]
    for event in events:
        wanted.apply(event)
    world.adopt([("thing:a", events, [("about", "x")])], wanted.counts(), events[-1])
    assert await waiting == []
    assert list(world.referring("thing", "about", "x")) == ["thing:a"] and list(world.events("thing:a")) == list(wanted.events("thing:a"))
    assert (world.digest, world.tallies(), world.furthest) == (wanted.digest, wanted.tallies(), wanted.furthest)


async def test_whoever_waits_for_more_waits_on_and_whoever_waited_for_this_does_not() -> None:
    world = told(("thing:a", 1))
    early, late = (asyncio.create_task(world.heard([f"thing:a@{n}"], GIVE_UP)) for n in (2, 4))
    await asyncio.sleep(0)
    world.apply(said("thing:a", 2))
    assert await early == [] and not late.done() and [n for n, _ in world._waiting["thing:a"]] == [4]
    world.apply(said("thing:b", 1))
    world.apply(said("thing:a", 3))
    await asyncio.sleep(0)
    assert not late.done()
    world.apply(said("thing:a", 4))
    assert await late == [] and world._waiting == {}


async def test_who_gives_up_takes_nobody_else_along() -> None:
    world = told(("thing:a", 1))
    stays = asyncio.create_task(world.heard(["thing:a@2"], GIVE_UP))
    await asyncio.sleep(0)
    assert await world.heard(["thing:a@2"], 0.01) == ["thing:a@2"]
    assert len(world._waiting["thing:a"]) == 1
    world.apply(said("thing:a", 2))
    assert await stays == []


def test_an_event_that_does_not_follow_or_takes_back_another_things_is_not_taken_in() -> None:
    world = told(("thing:a", 1), ("thing:b", 1))
    before = world.digest
    for wrong in (said("thing:a", 1), said("thing:a", 3), said("thing:c", 2)):
        with pytest.raises(ValueError, match="cannot follow"):
            world.apply(wrong)
    with pytest.raises(ValueError, match="not of its aggregate"):
        world.apply(dataclasses.replace(said("thing:a", 2), data=Retracted(event="thing:b@1", reason="Wrong")))
    assert world.digest == before and list(world.all("thing")) == ["thing:a", "thing:b"]
    world.apply(dataclasses.replace(said("thing:a", 2), data=Retracted(event="thing:a@1", reason="Wrong")))
    assert world.last("thing:a") == 2


def test_it_knows_what_it_heard_of_each_kind_and_the_latest_instant_of_all() -> None:
    world = told(("thing:a", 1), ("thing:a", 2), ("other:o", 1))
    assert {kind: tally.events for kind, tally in world.tallies().items()} == {"thing": 2, "other": 1}
    assert world.digest.endswith("-3") and world.latest == said("thing:a", 2).stored
    assert (world.events("thing:z"), world.last("thing:z"), list(world.all("lost"))) == ((), 0, [])


def test_a_position_that_was_discarded_counts_and_is_seen_by_nobody() -> None:
    world = told(("thing:a", 1))
    at = said("thing:a", 9).time
    world.pass_over("thing:a", "Broken", "ada", at)
    passed = world.events("thing:a")[-1]
    assert (passed.sequence, passed.time, passed.recorded, passed.stored, passed.actor.id, passed.data) == (2, at, at, at, "ada", Discarded(reason="Broken"))
    assert [event.sequence for event in world.facts(at.date()).history(THING, "a")] == [1]
    assert world.tallies()["thing"].events == 2


def test_of_the_moments_those_that_were_not_asked_about_longest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "KEPT_MOMENTS", 2)
    world = told(("thing:a", 1))
    day = said("thing:a", 1).time.date()
    first = world.kept(day, None)
    world.kept(day + timedelta(days=1), None)
    assert world.kept(day, None) is first
    world.kept(day + timedelta(days=2), None)
    assert [of for of, *_ in world._moments] == [day, day + timedelta(days=2)] and world.kept(day, None) is first


def test_where_too_much_is_kept_what_rules_ask_about_beyond_half_of_it_goes_then_other_moments_then_all(monkeypatch: pytest.MonkeyPatch) -> None:
    world = told(("thing:a", 1))
    day = said("thing:a", 1).time.date()
    monkeypatch.setattr(World, "KEPT_ENTRIES", 10)
    old, new = world.kept(day, None), world.kept(day + timedelta(days=1), None)
    old.states |= dict.fromkeys(map(str, range(6)))
    new.states |= dict.fromkeys(map(str, range(4)))
    world._give_back()
    assert len(world._moments) == 2, "ten entries are not more than ten"
    assert old.others is new.others
    for other, entries in (("yesterday", 2), ("tomorrow", 5)):
        new.others.at(other).states |= dict.fromkeys(map(str, range(entries)))
    facts = world.facts(day + timedelta(days=1))
    world._give_back()
    assert list(world._moments) == [(day + timedelta(days=1), None, day + timedelta(days=1))] and world.entries == 4 + 5
    assert [len(other) for other in new.others] == [5] and world.facts(day + timedelta(days=1)) is not facts
    new.states["more"] = new.states["still more"] = 1
    world._give_back()
    assert world.entries == len(new) == 6 and not new.others
    new.states |= dict.fromkeys(map(str, range(20, 40)))
    new.others.at("yesterday").states["thing:a"] = 1
    world._give_back()
    assert not world._moments and not new.others


def test_changes_are_remembered_for_moments_that_are_kept_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "KEPT_CHANGES", 3)
    world = told(("thing:a", 1))
    assert world._changes == [], "nobody has asked yet"
    day = said("thing:a", 1).time.date()
    world.facts(day)
    for n in (2, 3, 4):
        world.apply(said("thing:a", n))
    assert len(world._changes) == 3 and world._moments
    world.facts(day)
    assert world._changes == []
    for n in (5, 6, 7, 8):
        world.apply(said("thing:a", n))
    assert not world._moments and world._changes == []
    assert world.facts(day).derive(_seen, "a") == 8
    heard = told(*(("thing:a", n) for n in range(1, 9)))
    for n in range(4):
        heard.apply(said(f"thing:b{n}", 1))
        world.adopt([(f"thing:b{n}", [said(f"thing:b{n}", 1)], [])], heard.counts(), said(f"thing:b{n}", 1))
    assert not world._moments and world._changes == [], "nor are those that come many at once"


def test_of_two_moments_each_is_told_of_all_that_it_has_not_heard_of_whichever_was_asked_about_last() -> None:
    world, days = told(("thing:a", 1)), [said("thing:a", 1).time.date() + timedelta(days=n) for n in range(2)]
    assert [world.facts(day).derive(_seen, "a") for day in days] == [1, 1]
    for n, told_to in enumerate([[0, 1], [1], [], [0]], 2):
        world.apply(said("thing:a", n))
        for day in told_to:
            world.kept(days[day], None)
    assert len(world._changes) == 2, "the second day has not heard of these"
    assert [world.facts(day).derive(_seen, "a") for day in reversed(days)] == [5, 5]


def test_the_digest_is_equal_for_equal_positions_in_whatever_order() -> None:
    positions = [(f"thing:{a}", n) for a in "abc" for n in (1, 2, 3)]
    digests = set()
    for seed in range(6):
        shuffled = sorted(positions, key=lambda p: p[1])
        random.Random(seed).shuffle(names := ["a", "b", "c"])
        digests.add(told(*sorted(shuffled, key=lambda p: (names.index(p[0][-1]), p[1]))).digest)
    assert len(digests) == 1
    assert told(positions[0]).digest.endswith("-1")
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
    for sequence, text in ((1, "before"), (2, "poison"), (3, "after")):
        world.apply(said("thing:faulty", sequence, text=text))
    monkeypatch.setattr(THING, "evolve", fails_on("poison"))
    for day in (1, 2):
        facts = Facts.on_day(world, date(2024, 1, day))
        assert [(thing.id, thing.text) for thing in facts.every(THING)] == [("b", ""), ("faulty", "after")]
    assert caplog.text.count("thing:faulty@2 is left out") == 1


def fails_on(text: str) -> Callable[[Thing, Event], Thing]:
    before = THING.evolve

    def evolve(state: Thing, event: Event) -> Thing:
        if isinstance(event.data, ThingNoted) and event.data.text == text:
            raise ZeroDivisionError(text)
        return before(state, event)

    return evolve
