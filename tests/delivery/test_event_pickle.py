"""What is written down of events is read as the very same events, and nothing else can be read."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headway.stack  # noqa: F401 - with every kind
from libs.calendar.local_time import HOME, midnight
from libs.delivery.snapshot.event_pickle import DamagedSnapshot, code, dumps, loads
from libs.events.envelope import from_record, to_record
from libs.events.event import KINDS, Actor, Discarded, Event, Payload
from tests.contracts.golden_samples import FILES, golden
from tests.events.any_history import DECLARED, histories
from tests.events.kinds import said


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_sample_of_every_event_comes_back_as_it_was(path: Path) -> None:
    event = from_record(golden(path))
    again: Event = loads(dumps(event))
    assert again == event and repr(again) == repr(event) and to_record("x", again) == to_record("x", event)


@given(st.sampled_from(sorted(DECLARED)).flatmap(histories))
def test_whatever_can_be_said_comes_back_and_folds_to_the_same(told: list[Event]) -> None:
    again: list[Event] = loads(dumps(told))
    kind = KINDS[told[0].kind]
    assert again == told and repr(again) == repr(told)
    assert kind.fold("x", again) == kind.fold("x", told)


def test_clocks_stay_what_they_are() -> None:
    instant = said("thing:a", 1).time
    for time in (instant, midnight(date(2024, 5, 1)), instant.astimezone(timezone(timedelta(hours=-8)))):
        again: Event = loads(dumps(replace(said("thing:a", 1), time=time)))
        assert again.time == time and again.time.utcoffset() == time.utcoffset()
        assert (again.time.tzinfo is UTC, again.time.tzinfo is HOME) == (time.tzinfo is UTC, time.tzinfo is HOME)


def test_what_an_operator_passed_over_comes_back() -> None:
    event: Event[Payload] = replace(said("thing:a", 1), data=Discarded(reason="Broken"), actor=Actor("ada", "operator"))
    assert loads(dumps([event])) == [event]


def test_texts_that_several_events_share_are_shared_again() -> None:
    one, other = loads(dumps([said("thing:a", 1), said("thing:a", 2)]))
    assert one.actor is other.actor


@pytest.mark.parametrize("raw", [pickle.dumps(Path("x")), pickle.dumps(os.system), b"", b"\x80\x05X", dumps([1])[:-1], pickle.dumps(eval)])
def test_nothing_but_events_can_be_read(raw: bytes) -> None:
    with pytest.raises(DamagedSnapshot):
        loads(raw)


def test_what_is_in_no_event_is_not_written() -> None:
    with pytest.raises(pickle.PicklingError, match="PosixPath is in no event"):
        dumps([Path("x")])


def test_the_same_code_has_the_same_name() -> None:
    assert code() == code() and len(code()) == 32
