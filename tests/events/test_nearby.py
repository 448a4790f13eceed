"""What another moment has found is told of this one only where no event tells the two apart: every value is what whoever has kept nothing finds."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import end_of, local, zone
from libs.events.catalog.portfolio.agreements.agreement import AGREEMENT, AgreementRecorded
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered, OrganisationsMerged
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.derivations.memo import RuleMemo
from libs.events.event import Event, Payload, Retracted
from libs.events.facts import Facts
from libs.events.world import World, WorldSnapshot
from tests.events.kinds import AUTHOR, START, THING, ThingNoted
from tests.events.test_resting import SAYINGS, asked, taken_back

DAYS: Final = [START.date() + timedelta(days=n) for n in range(5)]
PLACES: Final = [UTC, zone("America/Vancouver"), zone("Pacific/Kiritimati")]


class Said(NamedTuple):
    """What is said (or which of what was said before is taken back), at which hour, where, and how many hours later that is known."""

    what: tuple[str, Payload] | int
    hour: int
    place: int
    late: int


class Asked(NamedTuple):
    """All is asked of a day, as it was known at an hour, of what was so by the end of that day or the next, of the world or of one that is held."""

    day: int
    known: int | None
    further: int
    held: int | None


what = st.one_of(st.sampled_from(SAYINGS), st.sampled_from(SAYINGS), st.integers(0, 9))
step = st.one_of(
    st.builds(Said, what, st.integers(0, 96), st.integers(0, 2), st.integers(0, 48)),
    st.builds(Asked, st.integers(0, 3), st.sampled_from([None, None, 30, 60, 90]), st.integers(0, 1), st.sampled_from([None, 0, 1])),
    st.just("hold"),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(step, min_size=6, max_size=24))
def test_whatever_moments_were_asked_about_before_every_value_is_what_is_found_anew(steps: list[Any]) -> None:
    world, said, holding = World(), list[Event](), list[tuple[WorldSnapshot, World]]()
    with ExitStack() as stack:
        for step in steps:
            if isinstance(step, Said):
                said.append(_event(step, said, world))
                world.apply(said[-1])
            elif step == "hold":
                holding.append((stack.enter_context(world.held()), _told(said)))
            else:
                of, alone = holding[step.held] if step.held is not None and step.held < len(holding) else (world, _told(said))
                known = START + timedelta(hours=step.known) if step.known is not None else None
                facts = of.facts(DAYS[step.day], known, DAYS[step.day + step.further])
                event = next((one for one in reversed(said) if one.kind == "graduation" and alone.last(one.aggregate) >= one.sequence), None)
                wanted = [rule(Facts.on_day(alone, DAYS[step.day], known, until=DAYS[step.day + step.further]), *args) for rule, args in asked(event)]
                assert [facts.derive(rule, *args) for rule, args in asked(event)] == wanted


def _event(step: Said, said: list[Event], world: World) -> Event:
    aggregate, data = taken_back(said, step.what) if isinstance(step.what, int) else step.what
    time = START + timedelta(hours=step.hour, minutes=len(said))
    known = time + timedelta(hours=step.late)
    return Event(aggregate, world.last(aggregate) + 1, local(time, PLACES[step.place]), known, known, AUTHOR, data)


def _told(said: list[Event]) -> World:
    world = World()
    for event in said:
        world.apply(event)
    return world


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules that are computed, and the things whose states are folded."""
    found, compute, fold = list[str](), RuleMemo._computed, Facts._folded

    def noted(self: RuleMemo, key: Any) -> Any:
        found.append(key[0].__name__)
        return compute(self, key)

    def folded(self: Facts, kind: Any, id: str, events: Any) -> Any:
        found.append(kind.key(id))
        return fold(self, kind, id, events)

    monkeypatch.setattr(RuleMemo, "_computed", noted)
    monkeypatch.setattr(Facts, "_folded", folded)
    return found


def text(facts: Facts, id: str) -> str:
    thing = facts.get(THING, id)
    return thing.text if thing else ""


def texts(facts: Facts) -> tuple[str, ...]:
    return tuple(facts.derive(text, one.id) for one in facts.every(THING))


def late(facts: Facts, id: str) -> bool:
    return facts.day > START.date() + timedelta(days=len(facts.derive(text, id)))


def any_late(facts: Facts) -> bool:
    return any(facts.derive(late, id) for id in "ab")


@pytest.fixture
def world() -> World:
    """Two things, of the second of which something is said on the third day too, that was known on the fourth."""
    world = World()
    for aggregate, days, said in (("thing:a", 0, "x"), ("thing:b", 0, "y"), ("thing:b", 2, "yy")):
        time = START + timedelta(days=days)
        known = time + timedelta(days=1) if days else time
        world.apply(Event(aggregate, world.last(aggregate) + 1, time, known, known, AUTHOR, ThingNoted(text=said)))
    return world


def test_what_no_event_tells_apart_is_taken_over_with_its_states(world: World, computed: list[str]) -> None:
    assert world.facts(DAYS[1]).derive(texts) == ("x", "y")
    computed.clear()
    assert world.facts(DAYS[0]).derive(texts) == ("x", "y") and computed == []
    assert world.facts(DAYS[2]).derive(texts) == ("x", "yy") and computed == ["texts", "thing:b", "text"]
    computed.clear()
    assert world.facts(DAYS[4]).derive(texts) == ("x", "yy") and computed == []
    assert world.facts(DAYS[4], START + timedelta(days=2)).derive(texts) == ("x", "y") and computed == ["texts", "thing:b", "text"]


def test_what_reads_the_day_is_computed_and_what_lies_above_stands_where_that_comes_out_as_it_was(world: World, computed: list[str]) -> None:
    assert world.facts(DAYS[1]).derive(any_late) is False
    computed.clear()
    assert world.facts(DAYS[0]).derive(any_late) is False and computed == ["late", "late"]
    computed.clear()
    assert world.facts(DAYS[2]).derive(any_late) is True and computed == ["late", "any_late"]


def test_what_was_heard_since_is_not_taken_over(world: World, computed: list[str]) -> None:
    assert world.facts(DAYS[1]).derive(texts) == ("x", "y")
    with world.held() as held:
        world.apply(Event("thing:a", 2, START, START, START, AUTHOR, ThingNoted(text="z")))
        computed.clear()
        assert world.facts(DAYS[0]).derive(texts) == ("z", "y") and computed == ["texts", "thing:a", "text"]
        computed.clear()
        assert held.facts(DAYS[0]).derive(texts) == ("x", "y") and computed == ["texts", "thing:a", "text"]
        assert held.facts(DAYS[0], None, DAYS[1]).derive(texts) == ("x", "y")


def test_of_two_moments_the_nearest_is_asked_first_and_then_the_one_of_which_most_is_known(world: World, computed: list[str]) -> None:
    assert world.facts(DAYS[4]).derive(texts) == ("x", "yy") and world.facts(DAYS[4]).derive(text, "none") == ""
    assert world.facts(DAYS[3]).derive(text, "a") == "x"
    computed.clear()
    assert world.facts(DAYS[2]).derive(texts) == ("x", "yy") and computed == []


def test_what_rules_found_of_another_day_serves_whatever_moment_they_are_asked_of(world: World, computed: list[str]) -> None:
    def before(facts: Facts) -> object:
        return facts.day, facts.on(DAYS[1]).derive(texts)

    assert world.facts(DAYS[4]).derive(before)[1] == ("x", "y")  # type: ignore[index]
    computed.clear()
    assert world.facts(DAYS[3]).derive(before)[1] == ("x", "y") and computed == ["before"]  # type: ignore[index]
    world.apply(Event("thing:a", 2, START, START, START, AUTHOR, ThingNoted(text="z")))
    assert world.facts(DAYS[3]).derive(before)[1] == ("z", "y")  # type: ignore[index]
    assert world.facts(DAYS[4]).derive(before)[1] == ("z", "y")  # type: ignore[index]


def end(facts: Facts) -> datetime | None:
    return facts.before


def test_of_one_day_what_is_so_by_the_end_of_another_is_another_moment(world: World) -> None:
    found = [world.facts(DAYS[0], None, until).derive(end) for until in (DAYS[0], DAYS[1])]
    assert found == [end_of(DAYS[0]), end_of(DAYS[1])]
    with world.held() as held:
        assert [held.facts(DAYS[0], None, until).before for until in (DAYS[0], DAYS[1])] == found


def home(facts: Facts) -> str | None:
    team = facts.get(TEAM, "t")
    return team.home if team else None


def test_a_state_that_names_an_heir_is_taken_over_with_what_makes_it_one() -> None:
    world = World()

    def tell(aggregate: str, data: Payload, day: int) -> None:
        time = START + timedelta(days=day)
        world.apply(Event(aggregate, world.last(aggregate) + 1, time, time, time, AUTHOR, data))

    for id in "abc":
        tell(f"organisation:{id}", OrganisationRegistered(name=id, currency="CAD"), 0)
    tell("team:t", TeamFormed(name="T", home="a", products=()), 0)
    tell("organisation:b", OrganisationsMerged(into="b", merged=("a",), reason="Law"), 2)
    assert [home(world.facts(DAYS[day])) for day in (3, 1, 4)] == ["b", "a", "b"]
    tell("organisation:c", OrganisationsMerged(into="c", merged=("b",), reason="Law"), 2)
    assert [home(world.facts(DAYS[day])) for day in (4, 1, 3)] == ["c", "a", "c"]
    tell("organisation:c", Retracted(event="organisation:c@2", reason="Wrong"), 3)
    assert [home(world.facts(DAYS[day])) for day in (4, 1, 3)] == ["b", "a", "b"]
    tell("organisation:b", Retracted(event="organisation:b@2", reason="Wrong"), 3)
    assert [home(world.facts(DAYS[day])) for day in (4, 1, 3)] == ["a", "a", "a"]


def test_of_several_that_are_named_each_is_named_by_its_heir_once_also_where_two_were_merged_into_each_other() -> None:
    world, sayings = World(), list[tuple[str, Payload]]()
    sayings += [(f"agreement:{id}", AgreementRecorded(parties=(*id,), text="So be it")) for id in ("ac", "abc")]
    sayings += [(f"organisation:{into}", OrganisationsMerged(into=into, merged=(one,), reason="Law")) for into, one in ("ba", "ab")]
    seen = list[Any]()
    for aggregate, data in sayings:
        world.apply(Event(aggregate, world.last(aggregate) + 1, START, START, START, AUTHOR, data))
        facts = world.facts(DAYS[0])
        seen.append([one.parties for one in facts.every(AGREEMENT)])
    assert seen[1:3] == [[("a", "b", "c"), ("a", "c")], [("b", "c"), ("b", "c")]]
    assert (facts.merged(ORGANISATION, "a"), facts.merged(ORGANISATION, "b")) == (["b"], ["a"])


def test_the_end_of_a_day_is_not_taken_for_the_instant_at_which_it_ends_in_utc() -> None:
    there, world = zone("America/Vancouver"), World()
    for hour, said in ((10, "x"), (18, "y")):
        time = local(datetime(2024, 1, 1, hour, tzinfo=there), there)
        world.apply(Event("thing:a", world.last("thing:a") + 1, time, time, time, AUTHOR, ThingNoted(text=said)))
    four = local(datetime(2024, 1, 1, 16, tzinfo=there), there)
    assert four == end_of(DAYS[0])
    for facts in (world.facts(DAYS[2]), Facts.on_day(world, DAYS[2])):
        assert [facts.on(DAYS[0]).derive(text, "a"), facts.until(four).derive(text, "a"), facts.on(DAYS[0]).derive(text, "a")] == ["y", "x", "y"]
