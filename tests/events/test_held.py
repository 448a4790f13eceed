"""A world that is held while more is heard: whoever asks it is told of the moment at which it began to be held, in whatever order all that happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.cost import metered
from libs.events.derivations import DerivationCache
from libs.events.event import Event, mentions
from libs.events.facts import Facts
from libs.events.world import History, World, WorldSnapshot
from tests.events.kinds import THING, said

DAY = said("thing:a", 1).time.date() + timedelta(days=9)


def texts(facts: Facts, id: str) -> tuple[int, tuple[str, ...]]:
    return len(facts.history(THING, id)), tuple(one.id for one in facts.every(THING))


def earlier(facts: Facts, id: str, day: date) -> tuple[int, tuple[str, ...]]:
    return facts.on(day).derive(texts, id)


def about(facts: Facts, id: str) -> tuple[list[str], tuple[str, ...]]:
    return facts.naming(THING, "about", id), tuple(one.id for one in facts.related(THING, "about", id))


def told(facts: Facts) -> list[object]:
    """Whatever can be asked, kept or not."""
    things = [(facts.derive(texts, id), facts.derive(earlier, id, DAY - timedelta(days=2)), facts.derive(about, id), facts.get(THING, id)) for id in "abc"]
    return [*things, sorted(facts.histories.all("thing")), facts.every(THING)]


NAMED = st.sampled_from([None, "a", "b", "c", "nobody"])


def history(id: str, new: Sequence[Event]) -> History:
    events = [event for event in new if event.aggregate == f"thing:{id}"]
    return f"thing:{id}", events, [one for event in events for one in mentions(event.data)]


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "adopt a and b", "hold", "ask", "ask the world", "release"]), NAMED, NAMED), max_size=40))
def test_what_is_held_is_told_as_it_was_and_the_world_as_it_is(steps: list[tuple[str, str | None, str | None]]) -> None:
    world, plain = World(), World()
    counts = dict.fromkeys("abc", 0)
    held: list[tuple[AbstractContextManager[WorldSnapshot], WorldSnapshot, list[object]]] = []

    for step, *names in steps:
        if step in counts:
            counts[step] += 1
            for of in (world, plain):
                of.apply(said(f"thing:{step}", counts[step], about=names[0]))
        elif step == "adopt a and b":
            new = [said(f"thing:{id}", counts[id] + n, about=name) for id in "ab" for n, name in enumerate(names, 1)]
            counts |= {id: counts[id] + 2 for id in "ab"}
            for event in new:
                plain.apply(event)
            world.adopt([history(id, new) for id in "ab"], plain.counts(), max(new, key=lambda e: e.stored))
            assert (world.digest, world.latest) == (plain.digest, plain.latest)
        elif step == "hold":
            holding = world.held()
            held.append((holding, holding.__enter__(), told(Facts.on_day(plain, DAY))))
        elif step == "ask":
            for _, one, wanted in held:
                assert told(one.facts(DAY)) == wanted
        elif step == "ask the world":
            assert told(world.facts(DAY)) == told(Facts.on_day(plain, DAY))
        elif held:
            held.pop(0)[0].__exit__(None, None, None)
    for _, one, wanted in held:
        assert told(one.facts(DAY)) == wanted
    assert told(world.facts(DAY)) == told(Facts.on_day(plain, DAY))


def test_a_value_that_was_half_found_when_something_was_heard_is_of_one_world_and_not_kept_for_another() -> None:
    world = World()
    world.apply(said("thing:a", 1))

    def halfway(facts: Facts) -> tuple[int, int]:
        first = len(facts.history(THING, "a"))
        if world.last("thing:a") == 1:
            world.apply(said("thing:a", 2))
        return first, len(facts.history(THING, "a"))

    with world.held() as held:
        assert held.facts(DAY).derive(halfway) == (1, 1)
        assert world.facts(DAY).derive(halfway) == (2, 2)
        assert held.facts(DAY).derive(halfway) == (1, 1)


def test_what_was_found_for_what_is_held_serves_whoever_asks_later_where_nothing_touched_it() -> None:
    world, found = World(), list[str]()
    for id in "ab":
        world.apply(said(f"thing:{id}", 1))

    def counted(facts: Facts, id: str) -> int:
        found.append(id)
        return len(facts.history(THING, id))

    with world.held() as held:
        world.apply(said("thing:b", 2))
        assert [held.facts(DAY).derive(counted, id) for id in "abab"] == [1, 1, 1, 1]
    assert [world.facts(DAY).derive(counted, id) for id in "ab"] == [1, 2] and found == ["a", "b", "b"]


def test_no_more_is_kept_than_there_is_room_for_and_what_was_asked_for_last_stays() -> None:
    world = World()
    world.KEPT_ENTRIES = 40
    for id in "abc":
        world.apply(said(f"thing:{id}", 1))
    for n in range(20):
        with world.held() as held:
            told(held.facts(DAY + timedelta(days=n)))
        assert sum(len(one.kept) for one in world._moments.values()) <= 40
    assert next(reversed(world._moments))[0] == DAY + timedelta(days=19) and world._held == set()


def test_what_many_ask_of_what_is_held_is_given_back_when_it_is_let_go_of() -> None:
    world = World()
    world.KEPT_ENTRIES = 3
    world.apply(said("thing:a", 1))
    with world.held() as held:
        told(held.facts(DAY))
        assert world.entries > 3
    assert world.entries <= 3


def test_what_another_day_came_to_for_what_is_held_is_not_what_it_comes_to_for_the_world_nor_the_other_way_round() -> None:
    world, other = World(), DAY - timedelta(days=2)
    for id in "ab":
        world.apply(said(f"thing:{id}", 1))
    with world.held() as held:
        for id in "ab":
            world.apply(said(f"thing:{id}", 2))
        world.facts(DAY)
        assert held.facts(DAY).derive(earlier, "a", other)[0] == 1
        assert [world.facts(DAY).derive(earlier, id, other)[0] for id in "ab"] == [2, 2]
        assert [held.facts(DAY).derive(earlier, id, other)[0] for id in "ab"] == [1, 1]


def test_who_holds_the_world_longest_is_told_of_it_as_it_was_though_others_that_held_it_later_are_gone() -> None:
    world = World()
    world.apply(said("thing:a", 1))
    with world.held() as first:
        world.apply(said("thing:a", 2))
        with world.held():
            with world.held():
                pass
            assert world.facts(DAY).derive(texts, "a")[0] == 2
            assert first.facts(DAY).derive(texts, "a")[0] == 1


def test_a_value_whose_part_was_found_again_by_the_world_is_not_told_of_what_was_held_before_it_was_another() -> None:
    world = World()
    for id in "ab":
        world.apply(said(f"thing:{id}", 1))

    def is_there(facts: Facts, id: str) -> bool:
        return bool(facts.history(THING, id))

    def whole(facts: Facts) -> tuple[int, bool]:
        return len(facts.history(THING, "a")), facts.derive(is_there, "b")

    with world.held() as held:
        world.apply(said("thing:a", 2))
        assert world.facts(DAY).derive(whole) == (2, True)
        world.apply(said("thing:b", 2))
        assert world.facts(DAY).derive(is_there, "b")
        assert held.facts(DAY).derive(whole) == (1, True)


class Interrupted:
    """A meter that does something else in the middle of what is metered."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.meanwhile: Callable[[], None] | None = meanwhile

    def spend(self, work: int) -> None:
        now, self.meanwhile = self.meanwhile, None
        if now is not None:
            now()


def test_others_may_have_their_turn_in_the_middle_of_forgetting_what_changed() -> None:
    world, plain = World(), World()
    for of in (world, plain):
        of.apply(said("thing:a", 1))
    told(world.facts(DAY))
    for of in (world, plain):
        of.apply(said("thing:a", 2))
    between: list[object] = []

    def meanwhile() -> None:
        between.append(told(world.facts(DAY)))
        for of in (world, plain):
            of.apply(said("thing:a", 3))

    wanted = told(Facts.on_day(plain, DAY))
    with metered(Interrupted(meanwhile)):
        facts = world.facts(DAY)
    assert between == [wanted] and told(facts) == told(Facts.on_day(plain, DAY)) != wanted


@pytest.mark.parametrize("found", [False, True])
def test_what_is_another_by_the_time_others_have_had_their_turn_does_not_stand(found: bool) -> None:
    world = World()
    for id in "abc":
        world.apply(said(f"thing:{id}", 1))

    def is_there(facts: Facts) -> bool:
        return bool(facts.history(THING, "b"))

    def count(facts: Facts) -> int:
        return len(facts.history(THING, "c"))

    def whole(facts: Facts) -> tuple[int, int]:
        times = len(facts.history(THING, "a"))
        return times, facts.derive(is_there) if times == 1 else facts.derive(count)

    def meanwhile() -> None:
        world.apply(said("thing:a", 2))
        world.facts(DAY).derive(is_there)
        if found:
            assert world.facts(DAY).derive(whole) == (2, 1)
            world.apply(said("thing:c", 2))
            world.facts(DAY)

    assert world.facts(DAY).derive(whole) == (1, True)
    world.apply(said("thing:b", 2))
    facts = world.facts(DAY)
    with metered(Interrupted(meanwhile)):
        facts.derive(whole)
    assert world.facts(DAY).derive(whole) == (2, 1 + found)


def test_where_more_changes_than_is_remembered_what_was_asked_for_lately_stays() -> None:
    world = World()
    world.KEPT_CHANGES = 10
    told(world.facts(DAY))
    for n in range(1, 8):
        world.apply(said("thing:a", n))
    lately = world.kept(DAY - timedelta(days=1), None)
    for n in range(8, 12):
        world.apply(said("thing:a", n))
    assert list(world._moments) == [(DAY - timedelta(days=1), None, DAY - timedelta(days=1))] and len(world._changes) == 4
    assert world.kept(DAY - timedelta(days=1), None) is lately


async def test_what_is_given_up_goes_in_pieces_unless_somebody_is_just_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DerivationCache, "AT_ONCE", 4)
    monkeypatch.setattr("libs.events.world.BETWEEN", 0)
    world = World()
    for id in "abc":
        world.apply(said(f"thing:{id}", 1))
    told(world.facts(DAY))
    kept = world.kept(DAY, None)
    with world.held() as held:
        told(held.facts(DAY))
        world._let_go((DAY, None, DAY))
        await asyncio.sleep(0.01)
        assert len(kept) > 8
    told(world.facts(DAY))
    kept = world.kept(DAY, None)
    sizes = [len(kept)]
    world._let_go((DAY, None, DAY))
    while sizes[-1]:
        await asyncio.sleep(0)
        sizes.append(len(kept))
    assert max(before - after for before, after in pairwise(sizes)) <= 4 and len(sizes) > 4


def test_what_is_held_names_those_alone_that_there_were_and_that_named_a_thing() -> None:
    world = World()
    for event in (said("other:o", 1, about="a"), said("other:p", 1), said("thing:a", 1)):
        world.apply(event)
    with world.held() as held:
        for event in (
            said("other:o", 2, about="a"),
            said("other:p", 2, about="a"),
            said("other:q", 1, about="a"),
            said("other:q", 2, about="b"),
            said("thing:b", 1),
        ):
            world.apply(event)
        asked = [("other", "about", "a"), ("other", "about", "b"), ("thing", "about", "a")]
        assert [list(held.referring(*one)) for one in asked] == [["other:o"], [], []]
        assert [list(world.referring(*one)) for one in asked] == [["other:o", "other:p", "other:q"], ["other:q"], []]
        assert (list(held.all("other")), list(held.all("thing"))) == (["other:o", "other:p"], ["thing:a"])
        assert [len(held.events(name)) for name in ("other:o", "other:q", "thing:a")] == [1, 0, 1]
        assert held.facts(DAY) is held.facts(DAY) is not held.facts(DAY, said("thing:a", 1).recorded - timedelta(1))
        assert held.facts(DAY, said("thing:a", 1).recorded - timedelta(1)).get(THING, "a") is None is not held.facts(DAY).get(THING, "a")
