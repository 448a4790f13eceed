"""A day ends by the clock of the place that an event is about: what is seen as of a day is what was so by the end of it there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from hypothesis import example, given
from hypothesis import strategies as st

from libs.calendar.local_time import end_of, local, zone
from libs.events.envelope import from_record, from_stored, iso, to_record, to_stored
from libs.events.event import Event, Retracted, visible
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.rewind import Hindsight
from libs.events.world import World
from tests.events.kinds import START, THING, said

PLACES = (UTC, zone("America/Vancouver"), zone("Pacific/Kiritimati"), zone("Europe/Paris"))
hours = st.integers(0, 120)
days = st.integers(-1, 6).map(lambda n: START.date() + timedelta(days=n))
said_there = st.tuples(hours, st.integers(0, 48), st.sampled_from(PLACES), st.booleans())


def histories_of(made: list[tuple[int, int, tzinfo, bool]], thing: str = "thing:a") -> list[Event]:
    """Events of one thing that moves about; some take back the one before them."""
    found: list[Event] = []
    for sequence, (hour, late, there, back) in enumerate(made, 1):
        time = START + timedelta(hours=hour, minutes=30)
        event = said(thing, sequence, text=f"{sequence}")
        data = Retracted(event=f"{thing}@{sequence - 1}", reason="A slip") if back and sequence > 1 else event.data
        recorded = time + timedelta(hours=late)
        found.append(replace(event, time=local(time, there), recorded=recorded, stored=recorded, data=data))
    return found


@given(st.lists(said_there, max_size=12), days, hours)
def test_as_of_a_day_is_what_was_so_by_the_end_of_it_at_its_own_place(made: list[tuple[int, int, tzinfo, bool]], day: date, known: int) -> None:
    events, known_at = histories_of(made), START + timedelta(hours=known)
    out = {e.data.event for e in events if isinstance(e.data, Retracted) and e.recorded <= known_at}
    wanted = {e.id for e in events if e.time.date() <= day and e.recorded <= known_at and e.id not in out and not isinstance(e.data, Retracted)}
    assert {e.id for e in visible(events, before=end_of(day), known_at=known_at)} == wanted


@example([(12, 0, PLACES[2], False), (13, 0, PLACES[1], False)], [START.date()])  # a day of its own is over, and another place is still in the one before
@given(st.lists(said_there, min_size=1, max_size=40), st.lists(days, min_size=1, max_size=4))
def test_a_history_of_several_places_folded_on_is_the_history_folded_whole(made: list[tuple[int, int, tzinfo, bool]], asked: list[date]) -> None:
    told, history = histories_of(made), History()
    for n in range(0, len(told), 5):
        history.extend(told[n : n + 5])
        for day in asked:
            assert history.visible(end_of(day)) == visible(told[: n + 5], before=end_of(day))
            facts = Facts.on_day(_Alone(history), day)
            assert facts.get(THING, "a") == THING.fold("a", visible(told[: n + 5], before=end_of(day)))


@given(st.lists(said_there, min_size=1, max_size=12), st.lists(said_there, max_size=6), st.lists(st.tuples(days, hours), min_size=1, max_size=4))
def test_going_back_over_both_clocks_shows_what_asking_afresh_shows(
    made: list[tuple[int, int, tzinfo, bool]], others: list[tuple[int, int, tzinfo, bool]], moments: list[tuple[date, int]]
) -> None:
    world = World()
    for event in (*histories_of(made), *histories_of(others, "thing:b")):
        world.apply(event)
    hindsight, latest = Hindsight(world.facts(START.date() + timedelta(days=9))), START + timedelta(days=99)
    day, known_at = START.date() + timedelta(days=9), latest
    for step, hour in sorted(moments, reverse=True):
        day, known_at = min(day, step), min(known_at, START + timedelta(hours=hour))
        hindsight.to(day=day, known_at=known_at)
        fresh = Facts.on_day(world, day, known_at)
        for id in "ab":
            assert hindsight.derive(_text, id) == fresh.derive(_text, id)


def _text(facts: Facts, id: str) -> str | None:
    thing = facts.get(THING, id)
    return thing.text if thing else None


class _Alone:
    """The histories of an owner that has one thing."""

    def __init__(self, history: History) -> None:
        self._history = history

    def events(self, aggregate: str) -> History | tuple[()]:
        return self._history if aggregate == "thing:a" else ()

    def referring(self, kind: str, field: str, id: str) -> tuple[()]:
        return ()

    def all(self, kind: str) -> tuple[str, ...]:
        return ("thing:a",)


@given(hours, st.sampled_from(PLACES))
def test_an_event_keeps_the_time_of_its_place_in_the_store_and_on_the_log(hour: int, there: tzinfo) -> None:
    event = replace(said("thing:a", 1), time=local(START + timedelta(hours=hour, minutes=30), there))
    for read in (from_stored("thing:a", to_stored(event)), from_record(to_record("headway", event))):
        assert (read, read.time.isoformat()) == (event, event.time.isoformat())
    assert to_stored(event)["recorded"].endswith("Z")


def test_equal_instants_of_two_places_are_written_each_in_its_own_time() -> None:
    instant = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert [iso(local(instant, there)) for there in PLACES[:3]] == ["2026-03-02T07:30:00Z", "2026-03-01T23:30:00-08:00", "2026-03-02T21:30:00+14:00"]
