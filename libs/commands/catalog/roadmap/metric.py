"""What can be asked of a metric."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.roadmap.metric import METRIC, BaselineMeasured, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.values import Day, Id, MetricId, PersonId, ProductId, Text, Title

Value = Annotated[Decimal, Field(max_digits=24, decimal_places=6, allow_inf_nan=False, description="In the metric's unit, as text or number.")]


@command("roadmap.define_metric", METRIC, topic="metrics", says=(MetricDefined,), creates=True, requirements=("S1-01", "S1-02", "S1-08"))
class DefineMetric(Command):
    """Define what is measured of a product: to what end, how, with which tool, from which source, and who is responsible."""

    metric: Annotated[MetricId | None, Field(description="Its id; made where none is given.")] = None
    product: Annotated[ProductId, Field(description="The product it is about.")]
    name: Annotated[Title, Field(description="As people call it.")]
    kind: Annotated[MetricKind, Field(description="quantitative or qualitative.")]
    unit: Annotated[Title | None, Field(description="What its values count, such as percent.")] = None
    goal: Annotated[Text, Field(description="The goal it belongs to.")]
    method: Annotated[Text, Field(description="How it is measured.")]
    tool: Annotated[Text, Field(description="With what it is measured.")]
    source: Annotated[Text, Field(description="Where its data come from.")]
    responsible: Annotated[PersonId, Field(description="The id of the person who sees to it.")]
    measures: Annotated[Id | None, Field(description="The quality it stands for: satisfaction, speed, …")] = None


@command("roadmap.measure_baseline", METRIC, topic="metrics", says=(BaselineMeasured,), counts=True, requirements=("S2-08",))
class MeasureBaseline(Command):
    """Record where a metric stands before anything is aimed at. Measured again, later targets compare with the new one; the first stays in the history."""

    metric: Annotated[MetricId, Field(description="The metric's id.")]
    value: Value


@command("roadmap.set_target", METRIC, topic="targets", says=(TargetSet,), counts=True, requirements=("S0-23", "S2-08"))
class SetTarget(Command):
    """Set what a metric shall reach by the end of a day; only once its baseline is measured."""

    metric: Annotated[MetricId, Field(description="The metric's id.")]
    value: Value
    due: Annotated[Day, Field(description="The last day that counts.")]


@command("roadmap.read_metric", METRIC, topic="readings", says=(MetricRead,), counts=True, requirements=("S0-23", "S1-02"))
class ReadMetric(Command):
    """Record a reading of a metric."""

    metric: Annotated[MetricId, Field(description="The metric's id.")]
    value: Value
