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


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value and the event that says it."""

    value: Decimal
    event: Event

    @property
    def day(self) -> date:
        """The day (UTC) it was measured."""
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
        """The day (UTC) it was set."""
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
    defined: Event | None = None
    baselines: tuple[Reading, ...] = ()
    targets: tuple[Target, ...] = ()
    readings: tuple[Reading, ...] = ()

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
        """The day (UTC) of the latest reading."""
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
    return metric


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
    definition=("product", "name", "kind", "unit", "goal", "method", "tool", "source", "responsible", "measures"),
)
