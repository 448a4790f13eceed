"""History is two filters and a sort, less what was retracted by then."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.events.event import Event, Retracted, visible
from libs.events.history import STEP, History
from tests.events.kinds import AUTHOR, START, THING, said

days = st.integers(0, 6)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of one thing, true and learned on any day (learned no earlier than true), some of them retractions of earlier ones."""
    events: list[Event] = []
    for n in range(1, draw(st.integers(0, 9)) + 1):
        true = draw(days)
        learned = draw(st.integers(true, 7))
        event = replace(said("thing:a", n), time=START + timedelta(days=true), recorded=START + timedelta(days=learned))
        facts = [e.sequence for e in events if not isinstance(e.data, Retracted)]
        if draw(st.booleans()) and facts:
            event = replace(event, data=Retracted(event=f"thing:a@{draw(st.sampled_from(facts))}", reason="A slip"))
        events.append(event)
    return events


@given(histories(), days, days)
def test_what_is_visible_was_true_before_known_by_then_and_not_yet_retracted(events: list[Event], day: int, known: int) -> None:
    before, known_at = START + timedelta(days=day), START + timedelta(days=known)
    seen = visible(events, before=before, known_at=known_at)
    out = {e.data.event for e in events if isinstance(e.data, Retracted) and e.recorded <= known_at}
    assert {e.id for e in seen} == {
        e.id for e in events if e.time < before and e.recorded <= known_at and e.id not in out and not isinstance(e.data, Retracted)
    }
    assert [(e.time, e.sequence) for e in seen] == sorted((e.time, e.sequence) for e in seen)


@given(histories(), days)
def test_what_was_known_at_an_instant_never_changes_by_what_is_learned_later(events: list[Event], known: int) -> None:
    known_at = START + timedelta(days=known)
    told_by_then = [e for e in events if e.recorded <= known_at]
    assert visible(events, known_at=known_at) == visible(told_by_then)


def test_a_late_fact_lands_where_it_belongs_and_what_was_believed_stays_visible() -> None:
    late = replace(said("thing:a", 2), time=START, recorded=START + timedelta(days=9))
    first = replace(said("thing:a", 1), time=START + timedelta(days=3), recorded=START + timedelta(days=3))
    assert [e.sequence for e in visible([first, late])] == [2, 1]
    assert [e.sequence for e in visible([first, late], known_at=_day(5))] == [1]


def test_a_retraction_counts_for_every_day_from_its_recorded_on() -> None:
    fact = replace(said("thing:a", 1), time=START, recorded=START)
    slip = Event(
        "thing:a", 2, START + timedelta(days=5), START + timedelta(days=5), START + timedelta(days=5), AUTHOR, Retracted(event="thing:a@1", reason="A slip")
    )
    assert [e.sequence for e in visible([fact, slip], known_at=_day(4))] == [1]
    assert visible([fact, slip], before=_day(1), known_at=_day(5)) == []


def _day(n: int) -> datetime:
    return START + timedelta(days=n)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 9)), min_size=1, max_size=300), st.lists(st.integers(0, 210), min_size=1, max_size=4))
def test_a_history_folded_on_is_the_history_folded_whole(made: list[tuple[int, int]], moments: list[int]) -> None:
    told: list[Event] = []
    history = History()
    for sequence, (minute, chance) in enumerate(made, 1):
        base = said("thing:a", sequence, text=f"{sequence}")
        data = Retracted(event=f"thing:a@{max(1, sequence - 1 - chance * 7)}", reason="a slip") if chance < 2 and sequence > 1 else base.data
        told.append(replace(base, time=START + timedelta(minutes=minute), data=data))
        history.extend(told[-1:])
        if sequence % 7 and sequence < len(made):
            continue
        for before in (None, *(START + timedelta(minutes=moment) for moment in moments)):
            assert history.visible(before) == visible(told, before=before)
            assert history.state(THING, "a", before) == THING.fold("a", visible(told, before=before))
    for moment in moments:
        time = START + timedelta(minutes=moment)
        assert history.at(time) == [event for event in visible(told) if event.time == time]
    assert list(history) == told and [history.retracted(e.sequence) for e in told] == [
        any(isinstance(r.data, Retracted) and r.data.event == e.id for r in told) for e in told
    ]


def test_only_what_is_new_is_folded_and_for_the_past_few_events_whatever_the_length() -> None:
    folded = Counted()
    history = History(said("thing:a", n, text=f"{n}") for n in range(1, 10_001))
    history = History(replace(event, time=START + timedelta(minutes=event.sequence)) for event in history)
    assert history.state(folded.kind, "a") is not None and folded.events == 10_000
    history.extend([replace(said("thing:a", 10_001), time=START + timedelta(minutes=10_001))])
    for before, most in ((None, 1), (None, 0), (START + timedelta(minutes=5_000), STEP), (START + timedelta(minutes=9_999), STEP)):
        folded.events = 0
        history.state(folded.kind, "a", before)
        assert folded.events <= most
    for n in range(3):
        folded.events = 0
        sequence = len(history) + 1
        late = replace(said("thing:a", sequence, text="late"), time=START + timedelta(minutes=100 + n))
        slip = replace(said("thing:a", sequence + 1), time=START + timedelta(minutes=10_003), data=Retracted(event=f"thing:a@{950 + n}", reason="a slip"))
        history.extend([late, slip])
        assert history.state(folded.kind, "a") == THING.fold("a", visible(list(history)))
        assert folded.events <= 1_000, "a late event is folded on to where it makes no difference any more"


def test_a_fork_grows_for_itself() -> None:
    history = History([said("thing:a", 1)])
    fork = history.fork()
    fork.extend([said("thing:a", 2)])
    assert (len(history), len(fork)) == (1, 2)
    assert history.state(THING, "a") == THING.fold("a", [said("thing:a", 1)])
    assert fork.state(THING, "a") == THING.fold("a", [said("thing:a", 1), said("thing:a", 2)])


class Counted:
    """The kind of a thing, with how many events were folded."""

    def __init__(self) -> None:
        self.events = 0
        self.kind = copy.copy(THING)
        self.kind.evolve = self.evolve

    def evolve(self, thing: Any, event: Event) -> Any:
        self.events += 1
        return THING.evolve(thing, event)
