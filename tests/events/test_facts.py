"""Facts: what is seen at a moment, what finding it out costs, and that what was found is asked for once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import pytest

from libs.events.cost import metered
from libs.events.derivations import OtherMoments
from libs.events.event import Discarded, Event, Kind, Retracted, changed, mentions, position
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.world import World
from tests.events.kinds import OTHER, START, THING, Thing, ThingNoted, said

DAY = START.date()


class Counter:
    """Counts what is spent."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, work: int) -> None:
        self.spent += work


def cost(work: Callable[[], object]) -> int:
    counter = Counter()
    with metered(counter):
        work()
    return counter.spent


def world(*events: Event) -> World:
    found = World()
    for event in events:
        found.apply(event)
    return found


class Stored:
    """The same histories as an owner has them."""

    def __init__(self, of: World) -> None:
        self.of = of

    def events(self, aggregate: str) -> Sequence[Event]:
        found = History()
        found.extend(self.of.events(aggregate))
        return found

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        return self.of.referring(kind, field, id)

    def all(self, kind: str) -> Iterable[str]:
        return self.of.all(kind)


def text_of(facts: Facts, id: str, *, upper: bool = False) -> str:
    state = facts.get(THING, id)
    return "" if state is None else state.text.upper() if upper else state.text


def test_a_state_costs_one_and_one_for_each_fifty_of_its_events_and_nothing_when_it_is_asked_for_again() -> None:
    facts = world(*(said("thing:a", n) for n in range(1, 101)), said("thing:b", 1)).facts(DAY)
    assert cost(lambda: facts.get(THING, "a")) == 3 and cost(lambda: facts.get(THING, "b")) == 1
    assert cost(lambda: facts.get(THING, "a")) == 0 == cost(lambda: facts.get(THING, None))


def test_looking_through_many_that_are_known_costs_one_for_each_fifty() -> None:
    facts = world(*(said(f"other:o{n}", 1, about="a") for n in range(100))).facts(DAY)
    assert cost(lambda: facts.every(OTHER)) == 2 + 100
    assert cost(lambda: facts.every(OTHER)) == 2 == cost(lambda: facts.related(OTHER, "about", "a"))


def test_a_value_costs_one_when_it_is_found_and_is_found_once_for_the_same_arguments() -> None:
    facts = world(said("thing:a", 1, text="x")).facts(DAY)
    assert cost(lambda: facts.derive(text_of, "a")) == 2
    assert cost(lambda: facts.derive(text_of, "a")) == 0
    assert (facts.derive(text_of, "a", upper=True), facts.derive(text_of, "a", upper=False), facts.derive(text_of, "b")) == ("X", "x", "")


def test_a_value_that_stands_since_its_parts_come_out_as_they_were_costs_what_these_cost() -> None:
    of = world(said("thing:a", 1, text="x"))
    assert cost(lambda: of.facts(DAY).derive(lambda facts: facts.derive(text_of, "a"))) == 3

    def whole(facts: Facts) -> str:
        return facts.derive(text_of, "a")

    of.facts(DAY).derive(whole)
    of.apply(said("thing:a", 2, text="x"))
    facts = of.facts(DAY)
    assert cost(lambda: facts.derive(whole)) == 2


@pytest.mark.parametrize("stored", [False, True])
def test_what_was_true_from_an_instant_on_is_said_of_that_instant_alone_and_before_the_end_of_the_moment(stored: bool) -> None:
    of = world(said("thing:a", 1), said("thing:a", 2), dataclasses.replace(said("thing:a", 3), time=said("thing:a", 1).time))
    histories = Stored(of) if stored else of
    first, second = said("thing:a", 1).time, said("thing:a", 2).time
    facts = Facts(histories, day=DAY, before=second)
    assert [event.sequence for event in facts.said_at(THING, "a", first)] == [1, 3]
    assert facts.said_at(THING, "a", second) == [] == facts.said_at(THING, "b", first)
    assert [event.sequence for event in Facts(histories, day=DAY, before=None).said_at(THING, "a", second)] == [2]
    assert [event.sequence for event in Facts.at(histories, second).history(THING, "a")] == [1, 3, 2]
    assert [event.sequence for event in Facts.at(histories, second - timedelta(microseconds=1)).history(THING, "a")] == [1, 3]


@pytest.mark.parametrize("stored", [False, True])
def test_what_was_learned_later_is_not_known_yet(stored: bool) -> None:
    late = dataclasses.replace(said("thing:a", 2, text="late"), recorded=START + timedelta(days=9))
    of = world(said("thing:a", 1, text="early"), late)
    histories = Stored(of) if stored else of
    assert text_of(Facts.on_day(histories, DAY), "a") == "late"
    assert text_of(Facts.on_day(histories, DAY, START + timedelta(days=8)), "a") == "early"
    assert text_of(Facts.on_day(histories, DAY, late.recorded), "a") == "late"
    assert text_of(Facts.at(histories, late.time, START + timedelta(days=8)), "a") == "early"
    known = Facts.on_day(histories, DAY, START + timedelta(days=8))
    assert text_of(known.on(DAY + timedelta(days=1)), "a") == "early", "on another day the same is known"
    assert [event.sequence for event in known.said_at(THING, "a", late.time)] == []


def test_by_now_all_is_so_that_was_said_to_be_so_by_the_end_of_this_day() -> None:
    of = world(said("thing:a", 1), *(dataclasses.replace(said("thing:a", n), time=START + timedelta(days=1, hours=h)) for n, h in ((2, -1), (3, 0))))
    facts = Facts.by_now(of, START + timedelta(hours=9))
    assert facts.day == DAY and [event.sequence for event in facts.history(THING, "a")] == [1, 2]


def test_the_same_day_is_the_same_facts_and_another_is_asked_for_once() -> None:
    facts = world(said("thing:a", 1)).facts(DAY)
    tomorrow = DAY + timedelta(days=1)
    assert facts.on(DAY) is facts and facts.on(tomorrow) is facts.on(tomorrow) and facts.on(tomorrow).day == tomorrow
    noon = facts.until(START + timedelta(hours=12))
    midnight = facts.until(START + timedelta(days=1))
    assert (midnight.day, facts.on(DAY).day, midnight.on(DAY).day) == (tomorrow, DAY, DAY)
    assert noon is not facts and (noon.day, noon.before) == (DAY, START + timedelta(hours=12)) and noon.on(DAY) is not noon


def test_of_the_other_days_the_one_that_was_not_asked_about_longest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OtherMoments, "MOST", 2)
    facts = Facts.on_day(world(said("thing:a", 1)), DAY)
    first, second, third = (DAY + timedelta(days=n) for n in (1, 2, 3))
    kept, gone = facts.on(first), facts.on(second)
    assert facts.on(first) is kept
    facts.on(third)
    assert facts.on(first) is kept and facts.on(second) is not gone


def earlier(facts: Facts, id: str, days: int) -> str:
    return facts.on(facts.day - timedelta(days=days)).derive(text_of, id)


def test_what_is_read_of_another_day_is_read_of_this_one_and_forgotten_with_it() -> None:
    of = world(said("thing:a", 1, text="x"))
    facts = Facts.on_day(of, DAY + timedelta(days=3))
    value, rests = facts.resting(earlier, "a", 2)
    assert value == "x" and rests == {"thing:a", ()}
    of.apply(said("thing:a", 2, text="y"))
    assert facts.derive(earlier, "a", 2) == "x", "nobody has said so"
    facts.forget("thing:a", [])
    assert facts.derive(earlier, "a", 2) == "y"


def test_only_those_whose_state_names_it_yet_are_related() -> None:
    facts = world(said("other:b", 1, about="x"), said("other:a", 1, about="x"), said("other:c", 1, about="x"), said("other:c", 2, about="y")).facts(DAY)
    assert [one.id for one in facts.related(OTHER, "about", "x")] == ["a", "b"]
    assert [one.id for one in facts.every(OTHER)] == ["a", "b", "c"]


def test_history_is_what_is_seen_less_what_was_taken_back_or_passed_over() -> None:
    of = world(said("thing:a", 1), said("thing:a", 2), dataclasses.replace(said("thing:a", 3), data=Retracted(event="thing:a@1", reason="Wrong")))
    of.pass_over("thing:a", "Broken", "ada", START)
    assert [event.sequence for event in of.facts(DAY).history(THING, "a")] == [2]
    assert not of.facts(DAY).counts(of.events("thing:a")[0]) and of.facts(DAY).counts(of.events("thing:a")[1])
    assert isinstance(of.events("thing:a")[3].data, Discarded)


def test_a_state_that_is_changed_is_another_with_the_fields_that_it_has() -> None:
    before = Thing(id="a", text="x", about="b")
    assert changed(before, text="y") == Thing(id="a", text="y", about="b") and before == Thing(id="a", text="x", about="b")
    with pytest.raises(TypeError, match="Thing has no colour, size"):
        changed(before, colour="red", size=1)


@pytest.mark.parametrize("text", ["thing", "thing@1", "thing:a", "thing:a@x", "@1"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"position|invalid literal"):
        position(text)
    assert position("thing:a@b@12") == ("thing:a@b", 12)


def test_a_kind_is_declared_once_and_an_event_names_what_it_is_about() -> None:
    with pytest.raises(ValueError, match="the kind thing is declared twice"):
        Kind("test", "thing", "things", Thing, lambda state, event: state)
    assert list(mentions(ThingNoted(about="b"))) == [("about", "b")] and list(mentions(ThingNoted())) == []
    assert (said("thing:a", 2).kind, said("thing:a", 2).id, THING.key("a"), repr(THING)) == ("thing", "thing:a@2", "thing:a", "Kind(thing)")
