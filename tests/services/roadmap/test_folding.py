"""What the roadmap service says folds in whatever order it comes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.events.catalog.roadmap.metric import METRIC, MetricRead
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, Horizon, RoadmapItemPlaced
from libs.events.event import Actor, Event, Kind, Payload, Retracted, visible
from tests.events.any_history import payloads

DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))
LATER = payloads("roadmap_item").filter(lambda one: not isinstance(one, Retracted))


def history(kind: Kind[Any], said: list[tuple[Payload, int]]) -> list[Event]:
    """Payloads, each with the day of the year it was true, as one aggregate's events."""
    first = start_of(date(2024, 1, 1))
    return [
        Event(kind.key("x"), n, first + timedelta(days=day), first, first, Actor("someone", "importer"), payload)
        for n, (payload, day) in enumerate(said, start=1)
    ]


@given(st.lists(st.tuples(LATER, st.integers(0, 10)), max_size=10), DAYS, DAYS)
def test_the_first_dates_are_those_of_the_first_placing_whatever_came_of_it(later: list[tuple[Payload, int]], starts: date, ends: date) -> None:
    placed = RoadmapItemPlaced(product="permits", title="Search", horizon=Horizon.NOW, starts=starts, ends=ends)
    item = ROADMAP_ITEM.fold("x", visible(history(ROADMAP_ITEM, [(placed, 5), *later])))
    assert item is not None
    assert (item.first_starts, item.first_ends) == (starts, ends)


@given(st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=8))
def test_every_reading_is_kept_in_order_of_time(read: list[Decimal]) -> None:
    metric = METRIC.fold("x", visible(history(METRIC, [(MetricRead(value=value), 10 - n) for n, value in enumerate(read)])))
    assert metric is not None
    assert [r.value for r in metric.readings] == read[::-1]
