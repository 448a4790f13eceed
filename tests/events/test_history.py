"""History is two filters and a sort, less what was retracted by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.events.event import Event, Retracted, visible
from libs.events.facts import Facts, Folds
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


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=12), st.integers(0, 32))
def test_a_history_folded_on_is_the_history_folded_whole(made: list[tuple[int, bool]], moment: int) -> None:
    class Growing:
        def __init__(self) -> None:
            self.folds = Folds()
            self.history: list[Event] = []

        def events(self, aggregate: str) -> Sequence[Event]:
            return self.history

        def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
            return ()

        def all(self, kind: str) -> Iterable[str]:
            return ()

    growing = Growing()
    for sequence, (minute, retracts) in enumerate(made, 1):
        base = said("thing:a", sequence, text=f"{sequence}")
        data = Retracted(event=f"thing:a@{max(1, sequence - 1)}", reason="a slip") if retracts and sequence > 1 else base.data
        growing.history = [*growing.history, replace(base, time=START + timedelta(minutes=minute), data=data)]
        for before in (None, START + timedelta(minutes=moment)):
            found = Facts(growing, day=START.date(), before=before).get(THING, "a")
            assert found == THING.fold("a", visible(growing.history, before=before))
