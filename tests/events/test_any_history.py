"""Whatever was said of whatever kind folds in whatever order, is read as it was written, and can be shown."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.events.event import KINDS, Event, adapter, visible
from libs.service.serialization import has_money, presented
from tests.events.any_history import DECLARED, histories

OF_EVERY_KIND = pytest.mark.parametrize("kind", sorted(DECLARED))


@OF_EVERY_KIND
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_order_of_events_folds_and_what_comes_of_it_can_be_shown(kind: str, data: st.DataObject) -> None:
    events = data.draw(histories(kind))
    for order in (visible(events), events, data.draw(st.permutations(events))):
        state = KINDS[kind].fold("x", order)
        if state is None:
            assert not order
            continue
        assert state.id == "x"
        for name in {name for name, one in vars(type(state)).items() if isinstance(one, property)}:
            getattr(state, name)
        poor, rich = (json.dumps(presented(state, money=money)) for money in (False, True))
        assert (poor == rich) or has_money(state)


@OF_EVERY_KIND
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_event_is_read_as_it_was_written(kind: str, data: st.DataObject) -> None:
    for event in data.draw(histories(kind)):
        written = adapter(type(event.data)).dump_json(event.data)
        assert adapter(type(event.data)).validate_json(written) == event.data


@OF_EVERY_KIND
def test_every_field_of_a_state_is_filled_by_some_history(kind: str) -> None:
    state: Any = KINDS[kind].initial(id="x")
    empty = {field.name for field in dataclasses.fields(state) if getattr(state, field.name) != "x"}

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(histories(kind))
    def look(events: list[Event]) -> None:
        found = KINDS[kind].fold("x", visible(events))
        if found is not None:
            empty.difference_update({name for name in empty if getattr(found, name) != getattr(state, name)})

    look()
    assert empty == set()
