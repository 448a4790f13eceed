"""What the roadmap service says folds in whatever order it comes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeLinked, ChangeRaised, Effect
from libs.events.catalog.roadmap.metric import METRIC, BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.roadmap_item import (
    ROADMAP_ITEM,
    Horizon,
    RoadmapItemDropped,
    RoadmapItemFinished,
    RoadmapItemMoved,
    RoadmapItemPlaced,
    RoadmapItemRedated,
    RoadmapItemRetitled,
)
from libs.events.event import Actor, Event, Kind, Overridden, Payload, visible
from libs.events.values import start_of

days = st.dates(date(2024, 1, 1), date(2024, 12, 31))
maybe = st.none() | days
values = st.decimals(-1000, 1000, places=2)
words = st.sampled_from(["Search", "Find", "Look up"])
ids = st.sampled_from(["permits", "maps"])

ITEMS = st.one_of(
    st.builds(RoadmapItemPlaced, product=ids, title=words, horizon=st.sampled_from(Horizon), starts=maybe, ends=maybe),
    st.builds(RoadmapItemMoved, horizon=st.sampled_from(Horizon)),
    st.builds(RoadmapItemRetitled, title=words),
    st.builds(RoadmapItemRedated, starts=maybe, ends=maybe),
    st.builds(RoadmapItemDropped),
    st.builds(RoadmapItemFinished),
)
RELEASES = st.one_of(
    st.builds(ReleaseProposed, product=ids, stage=st.sampled_from(ReleaseStage), title=words, functional=st.booleans()),
    st.builds(ReleaseSignedOff),
    st.builds(ReleasePublished),
)
CHANGES = st.one_of(
    st.builds(ChangeRaised, product=ids, title=words, release=st.none() | ids, on=st.none() | ids, effect=st.none() | st.sampled_from(Effect)),
    st.builds(ChangeLinked, release=ids),
    st.builds(ChangeDecided, approved=st.booleans(), reason=words),
)
METRICS = st.one_of(
    st.builds(
        MetricDefined, product=ids, name=words, kind=st.sampled_from(MetricKind), goal=words, method=words, tool=words, source=words, responsible=st.just("cy")
    ),
    st.builds(BaselineMeasured, value=values),
    st.builds(TargetSet, value=values, due=days),
    st.builds(MetricRead, value=values),
)


def history(kind: Kind[Any], said: list[tuple[Payload, int]]) -> list[Event]:
    """Payloads, each with the day of the year it was true, as one aggregate's events."""
    first = start_of(date(2024, 1, 1))
    return [
        Event(kind.key("x"), n, first + timedelta(days=day), first, first, Actor("someone", "importer"), payload)
        for n, (payload, day) in enumerate(said, start=1)
    ]


@pytest.mark.parametrize(
    ("kind", "payloads"), [(ROADMAP_ITEM, ITEMS), (RELEASE, RELEASES), (CHANGE, CHANGES), (METRIC, METRICS)], ids=lambda p: getattr(p, "name", "")
)
@given(data=st.data())
def test_events_of_any_order_and_day_fold_without_an_error(kind: Kind[Any], payloads: st.SearchStrategy[Payload], data: st.DataObject) -> None:
    overridden = st.just(Overridden(rule="S0-16", reason="Flood", command="roadmap.publish_release"))
    events = history(kind, data.draw(st.lists(st.tuples(payloads | overridden, st.integers(0, 10)), min_size=1, max_size=12)))
    for order in (visible(events), events, data.draw(st.permutations(events))):
        state = kind.fold("x", order)
        assert state is not None
        assert state.id == "x"
        for name in ("slip_days", "state", "approved", "dependency", "baseline"):
            getattr(state, name, None)


@given(st.lists(st.tuples(ITEMS, st.integers(0, 10)), max_size=10), days, days)
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
