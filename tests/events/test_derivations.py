"""What was found stays until an event touches what it rests on, and is bounded by what was asked for longest ago."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from libs.events.derivations import DerivationCache, OtherMoments, Replays
from libs.events.derivations.derivation import DOUBTED, HOLDS, TOUCHED, Derivation, Rest
from libs.events.facts import Facts
from libs.events.world import World
from tests.events.kinds import OTHER, START, THING, said

DAY = START.date()


def value(name: str, *rests: Rest, parts: tuple[Derivation, ...] = (), is_: object = None) -> Derivation:
    """A value of a rule that is nothing but a name."""
    return Derivation((name, (), ()), is_ or name, rests, parts)


def kept(**rests: Rest) -> DerivationCache:
    """Values by name, each resting on one thing."""
    found = DerivationCache()
    for name, rest in rests.items():
        found.keep(value(name, rest))
    return found


def holding(of: DerivationCache) -> list[str]:
    return sorted(key[0] for key, found in of.values.items() if found.doubt == HOLDS)


def test_an_event_touches_what_rests_on_its_aggregate_on_all_of_its_kind_and_on_what_it_names() -> None:
    of = kept(
        itself="other:o",
        another="other:p",
        kind=("other",),
        other_kind=("thing",),
        named=("other", "about", "t"),
        not_named=("other", "about", "u"),
        field=("other", "by", "t"),
    )
    of.states |= {"other:o": 1, "other:p": 2}
    of.forget("other:o", [("about", "t")])
    assert holding(of) == ["another", "field", "not_named", "other_kind"]
    assert of.states == {"other:p": 2}


def test_what_is_touched_is_touched_of_the_other_days_too() -> None:
    of = kept(here="thing:a")
    other = of.others.at("yesterday")
    other.keep(value("there", "thing:a"))
    other.keep(value("stays", "thing:b"))
    of.forget("thing:a", [])
    assert (holding(of), holding(other)) == ([], ["stays"])


def test_a_state_goes_with_what_it_leans_on_and_no_other_does() -> None:
    of = DerivationCache()
    of.states |= {"thing:a": 1, "thing:b": 2, "other:o": 3}
    of.lean("thing:a", ["other:o", "other:p"])
    assert of.leaning == {"thing:a": {"other:o", "other:p"}}
    of.drop_state("other:o")
    assert of.states == {"thing:b": 2}
    of.states["thing:a"] = 4
    of.drop_state("other:o")
    assert of.states == {"thing:a": 4, "thing:b": 2}, "it leans on it no longer until it is said again"
    of.drop_state("other:p")
    assert of.states == {"thing:b": 2}


def test_what_many_events_touch_goes_at_once_with_what_leans_on_it_although_its_own_state_is_not_kept_and_nothing_else_goes() -> None:
    of = kept(gone="other:o", stays="other:p")
    of.states |= {"thing:a": 1, "thing:b": 2, "thing:c": 3}
    of.lean("thing:a", ["other:o"])
    of.lean("thing:b", ["other:p"])
    of.forget_all({"other:o", "other:q"}, {"other:o", "other:q"})
    assert (of.states, holding(of)) == ({"thing:b": 2, "thing:c": 3}, ["stays"])


def test_what_is_touched_is_to_be_computed_and_what_lies_above_is_doubted() -> None:
    of = DerivationCache()
    part, other = of.keep(value("part", "thing:a")), of.keep(value("other", "thing:b"))
    whole = of.keep(value("whole", ("thing",), parts=(other, part)))
    top = of.keep(value("top", parts=(whole,)))
    of.touch("thing:a")
    assert [one.doubt for one in (part, other, whole, top)] == [TOUCHED, HOLDS, DOUBTED, DOUBTED]
    of.touch(("thing",))
    assert [one.doubt for one in (part, other, whole, top)] == [TOUCHED, HOLDS, TOUCHED, DOUBTED]
    assert top.all_rests() == {"thing:a", "thing:b", ("thing",)}


def test_a_part_that_comes_out_as_it_was_leaves_its_wholes_alone_and_another_one_has_them_computed() -> None:
    of = DerivationCache()
    part = of.keep(value("part", "thing:a", is_=Decimal("1.0")))
    whole = of.keep(value("whole", parts=(part,)))
    for comes, doubt in ((Decimal("1.0"), DOUBTED), (Decimal("1.00"), TOUCHED)):
        of.touch("thing:a")
        assert of.keep(value("part", "thing:b", "thing:a", is_=comes)) is part
        assert (part.doubt, whole.doubt, str(part.value)) == (HOLDS, doubt, str(comes))
    of.touch("thing:b")
    assert part.doubt == TOUCHED, "it rests on what it has read last"


def test_what_somebody_else_found_meanwhile_stays() -> None:
    of = DerivationCache()
    first = of.keep(value("one", "thing:a"))
    assert of.keep(value("one", "thing:a")) is first


def test_a_doubted_part_that_nothing_reads_any_more_goes_with_those_of_its_own() -> None:
    of = DerivationCache()
    low, stays = of.keep(value("low", "thing:a")), of.keep(value("stays", "thing:b"))
    part, read = of.keep(value("part", "thing:c", parts=(low, stays))), of.keep(value("read", "thing:a"))
    whole = of.keep(value("whole", "thing:d", parts=(part, read)))
    of.keep(value("another", parts=(read,)))
    for rest in ("thing:a", "thing:d"):
        of.touch(rest)
    of.keep(value("whole", "thing:d"))
    assert sorted(key[0] for key in of.values) == ["another", "read", "stays", "whole"] and whole.doubt == HOLDS
    of.touch("thing:a")
    assert whole.doubt == HOLDS and len(of.resting) == 3 - 1


def test_of_the_other_moments_the_one_that_was_not_asked_about_longest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OtherMoments, "MOST", 2)
    of = OtherMoments()
    first, second = of.at(1), of.at(2)
    assert of.at(1) is first
    third = of.at(3)
    assert list(of) == [first, third] and of.at(1) is first and of.at(2) is not second


def test_it_holds_as_many_entries_as_there_are_states_values_and_rests_and_the_other_moments_as_many_as_all_of_them() -> None:
    of = kept(one="thing:a", two="thing:a", three="thing:b")
    of.states["thing:a"] = 1
    for moment, states in (("yesterday", {"thing:b": 2}), ("tomorrow", {"thing:a": 1, "thing:b": 2})):
        of.others.at(moment).states |= states
    assert len(of) == 1 + 3 + 2 and (len(of.others), of.others.entries) == (2, 3)
    assert of.others.drop_oldest() == 1 and of.others.entries == 2
    of.others.clear()
    assert len(of.others) == of.others.entries == 0


def test_of_replays_what_was_not_asked_for_longest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Replays, "KEPT", 2)
    of = Replays()
    of.keep("a", 1)
    of.keep("b", 2)
    assert of.get("a") == 1
    of.keep("c", 3)
    assert [of.get(key) for key in "abc"] == [1, None, 3]
    of.keep("a", 4)
    of.keep("d", 5)
    assert [of.get(key) for key in "acd"] == [4, None, 5]


def count_of(facts: Facts, id: str) -> tuple[int, int]:
    """How many others there are, and how many name a thing."""
    return len(facts.every(OTHER)), len(facts.related(OTHER, "about", id))


def test_a_value_over_all_of_a_kind_is_another_after_an_event_of_that_kind_whatever_it_names() -> None:
    world = World()
    world.apply(said("thing:t", 1))
    assert world.facts(DAY).derive(count_of, "t") == (0, 0)
    world.apply(said("other:o", 1))
    assert world.facts(DAY).derive(count_of, "t") == (1, 0)
    world.apply(said("other:p", 1, about="t"))
    assert world.facts(DAY).derive(count_of, "t") == (2, 1)
    world.apply(said("other:p", 2, about="u"))
    assert world.facts(DAY).derive(count_of, "t") == (2, 0)


def test_a_value_says_what_it_rests_on() -> None:
    world = World()
    world.apply(said("other:o", 1, about="t"))
    facts = world.facts(date(2024, 2, 1))
    assert facts.resting(count_of, "t") == ((1, 1), frozenset({("other",), ("other", "about", "t"), "other:o"}))
    assert facts.resting(lambda of: (of.get(THING, "t"), of.day))[1] == {"thing:t", ()}


def test_a_value_that_is_discarded_is_read_and_reads_no_more() -> None:
    kept = DerivationCache()
    part = kept.keep(Derivation(("part", (), ()), 1, ("team:a",), ()))
    whole = kept.keep(Derivation(("whole", (), ()), 1, ("team:b",), (part,)))
    for _ in range(2):
        kept.discard(("whole", (), ()))
    assert kept.values.keys() == {part.key} and kept.resting.keys() == {"team:a"} and not kept.wholes.keys()
    assert (part.doubt, whole.doubt) == (HOLDS, TOUCHED), "whoever has read it does not keep what that came to"


def test_what_a_value_read_before_and_reads_no_more_does_not_touch_it() -> None:
    of = DerivationCache()
    of.keep(value("one", "thing:a", "thing:b"))
    of.touch("thing:a")
    one = of.keep(value("one", "thing:a"))
    of.touch("thing:b")
    assert one.doubt == HOLDS and of.resting.keys() == {"thing:a"}


def test_a_rule_that_minds_that_another_raises_rests_on_whatever_that_one_read() -> None:
    world = World()
    world.apply(said("thing:a", 1, text="0"))

    def text(facts: Facts) -> str:
        state = facts.get(THING, "a")
        return state.text if state else ""

    def share(facts: Facts) -> int:
        return 12 // int(facts.derive(text))

    def shared(facts: Facts) -> int | None:
        try:
            return facts.derive(share)
        except ZeroDivisionError:
            return None

    assert world.facts(DAY).resting(shared) == (None, frozenset({"thing:a"}))
    world.apply(said("thing:a", 2, text="4"))
    assert world.facts(DAY).derive(shared) == 3
