"""Regular delivery, and the reviews of an order with what they looked at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from libs.events.catalog.backlog.backlog import BacklogOpened, BacklogReordered, PrioritisationReviewed
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered, ItemReopened
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind, MetricRead
from libs.events.event import Payload
from libs.rules.products.prioritisation import MetricLookedAt, delivers_regularly, regular, reviews
from tests.given import given, say

OPENED = say("backlog:p", BacklogOpened(), at="2024-01-01")


def delivered(*days: str) -> list[object]:
    """An item a day, each delivered on it."""
    found: list[object] = [OPENED]
    for n, day in enumerate(days):
        found += [say(f"item:i{n}", ItemAdded(product="p", title=f"I{n}"), at="2024-01-01"), say(f"item:i{n}", ItemDelivered(), at=day)]
    return found


def runs(*days: str, on: str) -> list[tuple[str, str | None]]:
    found = given(*delivered(*days)).on(on).derives(regular, "p")  # type: ignore[arg-type]
    return [(str(run.first), str(run.over) if run.over else None) for run in found]


@pytest.mark.requirement("S0-25")
def test_a_product_delivers_regularly_that_has_delivered_in_each_of_the_last_three_months() -> None:
    days = ("2024-01-20", "2024-02-15", "2024-03-25")
    assert runs(*days, on="2024-03-24") == []
    assert [runs(*days, on=f"2024-{day}") for day in ("03-25", "04-15")] == [[("2024-03-25", None)]] * 2
    assert runs(*days, on="2024-04-16") == [("2024-03-25", "2024-04-16")], "from 16 February to 16 March nothing was delivered"
    assert runs(*days, "2024-03-10", on="2024-06-01") == [("2024-03-20", "2024-04-26")], "until a month after the last one"


@pytest.mark.requirement("S0-25")
def test_whoever_delivers_on_the_first_of_each_month_or_on_the_last_does_so_regularly_however_long_the_months() -> None:
    firsts = [f"2024-{month:02}-01" for month in range(1, 9)]
    assert runs(*firsts, on="2024-08-20") == [("2024-03-01", None)]
    lasts = ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30")
    assert runs(*lasts, on="2024-06-30") == [("2024-03-31", None)]


@pytest.mark.requirement("S0-25")
def test_it_begins_again_after_a_pause_and_what_was_opened_again_was_delivered_nevertheless() -> None:
    days = [f"2024-{month:02}-10" for month in (1, 2, 3, 6, 7, 8)]
    assert runs(*days, on="2024-08-31") == [("2024-03-10", "2024-04-11"), ("2024-08-10", None)]
    told = given(*delivered(*days), say("item:i5", ItemReopened(), at="2024-08-11"))  # type: ignore[arg-type]
    assert told.on("2024-08-31").derives(delivers_regularly, "p") is True
    assert told.on("2024-05-01").derives(delivers_regularly, "p") is False
    assert given(OPENED).derives(regular, "p") == ()


@pytest.mark.requirement("S0-24")
def test_a_review_tells_the_order_before_and_after_and_the_metrics_as_they_were_read() -> None:
    def at(day: str, aggregate: str, data: Payload) -> object:
        return say(aggregate, data, at=day, by="ana")

    words = dict.fromkeys(("goal", "method", "tool", "source", "responsible"), "agreed")
    told = given(
        OPENED,
        *(at("2024-01-02", f"item:{id}", ItemAdded(product="p", title=id)) for id in "abc"),  # type: ignore[arg-type]
        at("2024-01-01", "metric:calls", MetricDefined(product="p", name="Calls", kind=MetricKind.QUANTITATIVE, **words)),  # type: ignore[arg-type]
        at("2024-02-01", "metric:calls", MetricRead(value=Decimal(900))),  # type: ignore[arg-type]
        at("2024-02-10", "backlog:p", BacklogReordered(item="c", position=1, reason="Asked for")),  # type: ignore[arg-type]
        at("2024-02-11", "backlog:p", PrioritisationReviewed(metrics=("calls", "visits"), readings=("metric:calls@2",))),  # type: ignore[arg-type]
        at("2024-05-01", "metric:calls", MetricRead(value=Decimal(700))),  # type: ignore[arg-type]
        at("2024-05-02", "backlog:p", BacklogReordered(item="b", position=1, reason="Asked for")),  # type: ignore[arg-type]
        at("2024-05-03", "backlog:p", PrioritisationReviewed(metrics=("calls",), note="B first", readings=("metric:calls@3",))),  # type: ignore[arg-type]
    )
    second, first = told.on("2024-06-01").derives(reviews, "p")
    assert (first.before, first.after, first.note, first.reviewed_on) == (("a", "b", "c"), ("c", "a", "b"), None, date(2024, 2, 11))
    assert (second.before, second.after, second.note) == (("c", "a", "b"), ("b", "c", "a"), "B first")
    assert first.metrics == (MetricLookedAt("calls", Decimal(900), date(2024, 2, 1)), MetricLookedAt("visits", None, None))
    assert second.metrics == (MetricLookedAt("calls", Decimal(700), date(2024, 5, 1)),)
    assert len(told.on("2024-05-01").derives(reviews, "p")) == 1
    assert given().derives(reviews, "p") == ()
