"""Whether a product delivers regularly, and the reviews of its order that this calls for (S0-24, S0-25)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.calendar.months import months_on
from libs.events.catalog.backlog.backlog import BACKLOG, Review
from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.roadmap.metric import METRIC
from libs.events.event import position
from libs.events.facts import Facts
from libs.events.values import ItemId, MetricId, PersonId
from libs.rules.products.backlogs import items, ordered

MONTHS: Final = 3
"""A product delivers regularly that has delivered in each of so many months; and the order is reviewed as often."""

_DAYS: Final = 4_096
"""Of so many days it is kept which lie months after them: products are delivered on the same days."""


class Run(NamedTuple):
    """A time in which a product delivered regularly: its first day, and the first day after it; None while it goes on."""

    first: date
    over: date | None


class MetricLookedAt(NamedTuple):
    """A metric that a review of the order looked at, as it was read then (S0-24)."""

    metric: Annotated[MetricId, Doc("The metric that the review looked at.")]
    value: Annotated[Decimal | None, Doc("Its latest reading at that time; null where there was none, or it was taken back since.")]
    read_on: Annotated[date | None, Doc("The day of that reading.")]


class PrioritisationReview(NamedTuple):
    """A review of the order of a backlog against metrics (S0-24)."""

    reviewed_on: Annotated[date, Doc("The day on which it was held.")]
    by: Annotated[PersonId, Doc("Who held it.")]
    note: Annotated[str | None, Doc("What came of it, in words.")]
    metrics: Annotated[tuple[MetricLookedAt, ...], Doc("The metrics that were looked at.")]
    before: Annotated[tuple[ItemId, ...], Doc("The order as the review before it left it, from the top; of the first one the order before anything was moved.")]
    after: Annotated[tuple[ItemId, ...], Doc("The order as this review left it, from the top.")]
    event: Annotated[str, Doc("The event that says so: its position, `kind:id@sequence`.")]


def delivers_regularly(facts: Facts, product: str) -> bool:
    """Whether an item was delivered in each of the last three months, which end with this day (S0-25)."""
    runs = facts.derive(regular, product)
    return bool(runs) and runs[-1].over is None


def regular(facts: Facts, product: str) -> tuple[Run, ...]:
    """The times, in their order, on each day of which an item was delivered in each of the three months that ended with it (S0-25)."""
    days = {turn.event.time.date() for item in facts.derive(items, product) for turn in item.turns if turn.state is ItemState.DELIVERED}
    edges = sorted(edge for day in days for edge in _edges(day))
    today, delivered, runs = facts.day, [0] * MONTHS, list[Run]()
    for day, those in groupby(edges, key=itemgetter(0)):
        if day > today:
            break
        for _, month, more in those:
            delivered[month] += more
        if not all(delivered):
            if runs and runs[-1].over is None:
                runs[-1] = Run(runs[-1].first, day)
        elif not runs or runs[-1].over is not None:
            runs.append(Run(day, None))
    return tuple(runs)


def reviews(facts: Facts, product: str) -> tuple[PrioritisationReview, ...]:
    """The reviews of a backlog's order, the latest first, each with the order before and after it (S0-24)."""
    backlog = facts.get(BACKLOG, product)
    if backlog is None:
        return ()
    found = []
    began = backlog.moves[0].event.time if backlog.moves else None
    for review in backlog.reviews:
        at = review.event.time + timedelta(microseconds=1)
        found.append(_review(facts, product, review, began or at, at))
        began = at
    return tuple(reversed(found))


def _review(facts: Facts, product: str, review: Review, before: datetime, after: datetime) -> PrioritisationReview:
    orders = [tuple(item.id for item in facts.until(min(instant, after)).derive(ordered, product)) for instant in (before, after)]
    looked_at = tuple(_looked_at(facts, metric, review.readings) for metric in review.metrics)
    return PrioritisationReview(review.event.time.date(), review.event.actor.id, review.note, looked_at, orders[0], orders[1], review.event.id)


def _looked_at(facts: Facts, metric: str, readings: tuple[str, ...]) -> MetricLookedAt:
    """By the position of the reading that was the latest then: what was read since is not what was looked at."""
    found, named = facts.get(METRIC, metric), {one for one in readings if position(one)[0] == METRIC.key(metric)}
    read = next((reading for reading in found.readings if reading.event.id in named), None) if found else None
    return MetricLookedAt(metric, read.value, read.day) if read else MetricLookedAt(metric, None, None)


@lru_cache(_DAYS)
def _edges(delivered: date) -> tuple[tuple[date, int, int], ...]:
    """The days on which a delivery comes into one of the three months that end with that day (0: the last of them; +1), and on which it is out of it (-1).

    The days between two of these months belong to both.
    """
    found = []
    for month in range(MONTHS):
        found.append((_reached(delivered, month), month, 1))
        found.append((_reached(delivered + timedelta(days=1), month + 1), month, -1))
    return tuple(found)


def _reached(delivered: date, months: int) -> date:
    """The first day so many months before which it was this day, or later: up to four days later at the end of February."""
    day = months_on(delivered, months, delivered.day)
    while months_on(day, -months, day.day) < delivered:
        day += timedelta(days=1)
    return day
