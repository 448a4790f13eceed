"""What metrics call for: a redesign beyond a threshold (S1-23), and metrics of both kinds (S1-01)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from annotated_doc import Doc

from libs.events.catalog.roadmap.metric import METRIC, Metric, MetricKind, Reading, RedesignThreshold, ThresholdSide
from libs.events.event import Event, day_of
from libs.events.facts import Facts
from libs.events.values import GlobalId


@dataclass(frozen=True, slots=True)
class Crossing:
    """A time in which a metric lay beyond its redesign threshold (S1-23)."""

    SHOWN_AS: ClassVar = "RedesignCrossing"
    ORDER: ClassVar = "value threshold when from_ until"

    value: Annotated[Decimal, Doc("What was read when it began, in the metric's unit.")]
    threshold: Annotated[Decimal, Doc("The value of the threshold then.")]
    when: Annotated[ThresholdSide, Doc("On which side of it a redesign was called for.")]
    began: Event
    ended: Event | None = None

    @property
    def from_(self) -> Annotated[date, Doc("Its first day.")]:
        """The day of what began it: a reading, or a threshold that was set."""
        return self.began.time.date()

    @property
    def until(self) -> Annotated[date | None, Doc("The day on which it ended; null while it lasts.")]:
        """The day of what ended it."""
        return day_of(self.ended)

    def covers(self, instant: datetime) -> bool:
        """Whether it lay beyond the threshold at an instant."""
        return self.began.time <= instant and (self.ended is None or instant < self.ended.time)


@dataclass(frozen=True, slots=True)
class MetricReading:
    """A reading of one of a product's metrics (S0-23)."""

    metric: Annotated[GlobalId, Doc("The metric: its global id.")]
    name: Annotated[str, Doc("What the metric is called.")]
    reading: Reading

    @property
    def id(self) -> str:
        """The position of the event that says it."""
        return self.reading.id

    @property
    def value(self) -> Annotated[Decimal, Doc("What was measured, in the metric's unit.")]:
        """As the reading says."""
        return self.reading.value

    @property
    def on(self) -> Annotated[date, Doc("The day on which it was measured.")]:
        """As the reading says."""
        return self.reading.on


def readings_of(facts: Facts, product: str) -> tuple[MetricReading, ...]:
    """All readings of a product's metrics, the latest first (S0-23)."""
    metrics = facts.related(METRIC, "product", product)
    found = [MetricReading(METRIC.key(metric.id), metric.name or metric.id, one) for metric in metrics for one in metric.readings]
    return tuple(sorted(found, key=lambda one: one.reading.event.order, reverse=True))


def crossings(metric: Metric) -> tuple[Crossing, ...]:
    """When a metric lay beyond the redesign threshold that held, in order of time, whatever the order in which that was said (S1-23).

    Of several readings or thresholds of one instant the last holds: what lay beyond before and after them lay beyond all the while.
    """
    found: list[Crossing] = []
    steps: list[Reading | RedesignThreshold] = [*metric.readings, *metric.thresholds]
    reading: Reading | None = None
    threshold: RedesignThreshold | None = None
    for one in sorted(steps, key=lambda one: (one.event.time, one.event.sequence)):
        if isinstance(one, Reading):
            reading = one
        else:
            threshold = one
        lasts = bool(found) and found[-1].ended is None
        if reading and threshold and threshold.when.is_crossed_by(reading.value, threshold.value):
            if found and found[-1].ended is not None and found[-1].ended.time == one.event.time:
                found[-1] = replace(found[-1], ended=None)
            elif not lasts:
                found.append(Crossing(reading.value, threshold.value, threshold.when, one.event))
        elif lasts and found[-1].began.time == one.event.time:
            found.pop()
        elif lasts:
            found[-1] = replace(found[-1], ended=one.event)
    return tuple(found)


def redesign_crossings(facts: Facts, metric_id: str) -> tuple[Crossing, ...]:
    """The same of a metric by its id; none of an unknown one."""
    metric = facts.get(METRIC, metric_id)
    return crossings(metric) if metric else ()


def redesign_since(facts: Facts, metric_id: str) -> date | None:
    """Since when a metric calls for a redesign; None while it does not (S1-23)."""
    last = facts.derive(redesign_crossings, metric_id)[-1:]
    return last[0].from_ if last and last[0].ended is None else None


def lacking_kinds(facts: Facts, product: str) -> tuple[MetricKind, ...]:
    """The kinds of metrics that a product has none of, though it needs both (S1-01)."""
    there = {metric.kind for metric in facts.related(METRIC, "product", product) if metric.defined is not None}
    return tuple(kind for kind in MetricKind if kind not in there)
