"""A metric: how it is seen whether a product does what it is for, with baseline, targets and readings (S1-01, S1-02, S2-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Day, Id, Input, Inverse, PersonId, ProductId, Text, Title


class MetricKind(Choice):
    """Counted, or judged (S1-01: a product needs both)."""

    QUANTITATIVE = choice("quantitative", "It is counted or measured.")
    QUALITATIVE = choice("qualitative", "People judge it.")


class ThresholdSide(Choice):
    """On which side of its redesign threshold a metric calls for a redesign (S1-23)."""

    ABOVE = choice("above", "What is read above it calls for a redesign.")
    BELOW = choice("below", "What is read below it calls for a redesign.")

    def is_crossed_by(self, value: Decimal, threshold: Decimal) -> bool:
        """Whether a value lies beyond the threshold; at the threshold it does not."""
        return value > threshold if self is ThresholdSide.ABOVE else value < threshold


Value = Annotated[Decimal, Input(max_digits=24, decimal_places=6, allow_inf_nan=False), Doc("In the metric's unit, as text or number.")]


@event("headway.roadmap.metric.defined.v1")
class MetricDefined(Payload):
    """What is measured, to what end, how, with what, from where, and by whom; `measures` names the quality, such as satisfaction."""

    product: Annotated[ProductId, Doc("The product it is about.")]
    name: Annotated[str, Input(Title), Doc("As people call it.")]
    kind: Annotated[MetricKind, Doc("quantitative or qualitative.")]
    goal: Annotated[str, Input(Text), Doc("The goal it belongs to.")]
    method: Annotated[str, Input(Text), Doc("How it is measured.")]
    tool: Annotated[str, Input(Text), Doc("With what it is measured.")]
    source: Annotated[str, Input(Text), Doc("Where its data come from.")]
    responsible: Annotated[PersonId, Doc("The id of the person who sees to it.")]
    unit: Annotated[str | None, Input(Title), Doc("What its values count, such as percent.")] = None
    measures: Annotated[Id | None, Doc("The quality it stands for: satisfaction, speed, …")] = None


@event("headway.roadmap.metric.baseline_measured.v1")
class BaselineMeasured(Payload):
    """Where it stands before anything is aimed at, in the metric's unit."""

    value: Value


@event("headway.roadmap.metric.target_set.v1")
class TargetSet(Payload):
    """What shall be reached by the end of a day, in the metric's unit."""

    value: Value
    due: Annotated[date, Input(Day), Doc("The last day that counts.")]


@event("headway.roadmap.metric.read.v1")
class MetricRead(Payload):
    """What was measured, in the metric's unit."""

    value: Value


@event("headway.roadmap.metric.data_listed.v1")
class MetricDataListed(Payload):
    """These data are collected for it (S1-08); said again, they are these from then on."""

    data: Annotated[tuple[str, ...], Input(Title, min_length=1, max_length=100), Doc("The data that are collected, one in a line each.")]


@event("headway.roadmap.metric.redesign_threshold_set.v1")
class RedesignThresholdSet(Payload):
    """Beyond this value the product is to be made anew (S1-23)."""

    value: Value
    when: Annotated[ThresholdSide, Doc("above or below: on which side of the value a redesign is called for.")]


@event("headway.roadmap.metric.redesign_threshold_crossed.v1")
class RedesignThresholdCrossed(Payload):
    """Announced: with what was read now it lies beyond its redesign threshold, and did not before (S1-23). Once a crossing."""

    value: Value
    threshold: Annotated[Decimal, Doc("The value of the threshold, in the metric's unit.")]
    when: Annotated[ThresholdSide, Doc("On which side of it a redesign is called for.")]


@event("headway.roadmap.metric.changed.v1")
class MetricChanged(Payload):
    """It is called or measured in another way from now on; what is not given stays."""

    name: Annotated[str | None, Input(Title), Doc("As people call it from now on.")] = None
    method: Annotated[str | None, Input(Text), Doc("How it is measured from now on.")] = None
    tool: Annotated[str | None, Input(Text), Doc("With what it is measured from now on.")] = None
    source: Annotated[str | None, Input(Text), Doc("Where its data come from from now on.")] = None
    responsible: Annotated[PersonId | None, Doc("The id of the person who sees to it from now on.")] = None
    reason: Annotated[str, Input(Text), Doc("Why that changes.")]


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value (S0-23)."""

    value: Annotated[Decimal, Doc("What was measured, in the metric's unit.")]
    event: Event

    @property
    def id(self) -> str:
        """The position of the event that says it."""
        return self.event.id

    @property
    def on(self) -> Annotated[date, Doc("The day on which it was measured.")]:
        """The same as `day`."""
        return self.day

    @property
    def day(self) -> date:
        """The day it was measured."""
        return self.event.time.date()


@dataclass(frozen=True, slots=True)
class Target:
    """What shall be reached by the end of `due`, the event that says so, and the baseline that held when it was set (None: there was none)."""

    value: Decimal
    due: date
    event: Event
    baseline: Reading | None = None

    @property
    def day(self) -> date:
        """The day it was set."""
        return self.event.time.date()


@dataclass(frozen=True, slots=True)
class RedesignThreshold:
    """The value beyond which a product is to be made anew (S1-23)."""

    value: Annotated[Decimal, Doc("In the metric's unit.")]
    when: Annotated[ThresholdSide, Doc("On which side of it a redesign is called for.")]
    event: Event

    @property
    def set_on(self) -> Annotated[date, Doc("The day on which it was set.")]:
        """The day of its event."""
        return self.event.time.date()


@state
class Metric:
    """A metric as it stands; `defined` is the definition that was said last, the tuples are in order of time."""

    id: str
    product: Annotated[ProductId, Doc("The product that is measured."), Inverse("By what it is measured, by id (S1-01).")] = ""
    name: Annotated[str, Doc("What it is called."), Called] = ""
    kind: Annotated[MetricKind, Doc("Counted, or judged.")] = MetricKind.QUANTITATIVE
    unit: Annotated[str | None, Doc("In what its values are.")] = None
    goal: Annotated[str, Doc("To what end it is measured (S1-08).")] = ""
    method: Annotated[str, Doc("How it is measured.")] = ""
    tool: Annotated[str, Doc("With what it is measured.")] = ""
    source: Annotated[str, Doc("Where its data come from.")] = ""
    responsible: Annotated[PersonId, Doc("Who is responsible for it.")] = ""
    measures: Annotated[str | None, Doc("The quality that it stands for, such as satisfaction; null where none is named.")] = None
    data: Annotated[tuple[str, ...], Doc("The data that are collected for it (S1-08); empty where nobody listed them.")] = ()
    data_listed: Annotated[Event | None, Doc("The day on which they were listed last; null where nobody listed them.")] = None
    defined: Event | None = None
    baselines: tuple[Reading, ...] = ()
    targets: tuple[Target, ...] = ()
    readings: tuple[Reading, ...] = ()
    thresholds: tuple[RedesignThreshold, ...] = ()

    @property
    def redesign_threshold(self) -> Annotated[RedesignThreshold | None, Doc("Beyond which value the product is to be made anew (S1-23); null without any.")]:
        """The threshold set last."""
        return self.thresholds[-1] if self.thresholds else None

    @property
    def baseline(self) -> Reading | None:
        """The baseline measured last; None until there is one."""
        return self.baselines[-1] if self.baselines else None

    @property
    def latest(self) -> Annotated[Decimal | None, Doc("The latest reading; null before the first.")]:
        """The value read last."""
        return self.readings[-1].value if self.readings else None

    @property
    def latest_on(self) -> Annotated[date | None, Doc("The day of the latest reading; null before the first.")]:
        """The day of the latest reading."""
        return self.readings[-1].day if self.readings else None


def evolve(metric: Metric, event: Event) -> Metric:
    """The metric after one more event, in whatever order."""
    match event.data:
        case MetricDefined():
            return _defined(metric, event, event.data)
        case BaselineMeasured(value=value):
            return changed(metric, baselines=(*metric.baselines, Reading(value, event)))
        case TargetSet(value=value, due=due):
            return changed(metric, targets=(*metric.targets, Target(value, due, event, metric.baseline)))
        case MetricRead(value=value):
            return changed(metric, readings=(*metric.readings, Reading(value, event)))
        case MetricDataListed(data=data):
            return changed(metric, data=data, data_listed=event)
        case RedesignThresholdSet(value=value, when=when):
            return changed(metric, thresholds=(*metric.thresholds, RedesignThreshold(value, when, event)))
        case MetricChanged() as said:
            return changed(metric, **{name: given for name in CHANGEABLE if (given := getattr(said, name)) is not None})
    return metric


CHANGEABLE = ("name", "method", "tool", "source", "responsible")
"""What may change of how a metric is called and measured; what it is and to what end it is measured may not."""


def _defined(metric: Metric, event: Event, data: MetricDefined) -> Metric:
    if metric.defined is not None and event.sequence < metric.defined.sequence:
        return metric
    return changed(
        metric,
        product=data.product,
        name=data.name,
        kind=data.kind,
        unit=data.unit,
        goal=data.goal,
        method=data.method,
        tool=data.tool,
        source=data.source,
        responsible=data.responsible,
        measures=data.measures,
        defined=event,
    )


METRIC = Kind(
    "roadmap",
    "metric",
    "metrics",
    Metric,
    evolve,
    defined_by=(MetricDefined,),
    begins=True,
    definition=("product", "name", "kind", "unit", "goal", "method", "tool", "source", "responsible", "measures"),
)
