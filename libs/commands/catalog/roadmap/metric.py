"""Commands about a metric."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.metric import (
    METRIC,
    BaselineMeasured,
    MetricChanged,
    MetricDataListed,
    MetricDefined,
    MetricRead,
    RedesignThresholdCrossed,
    RedesignThresholdSet,
    TargetSet,
)
from libs.events.values import MetricId


class OfMetric(Command):
    """Is asked of a metric that is there."""

    metric: Annotated[MetricId, Field(description="The metric's id.")]


@command("roadmap.define_metric", METRIC, topic="metrics", creates=True, requirements=("S1-01", "S1-02", "S1-08"))
class DefineMetric(Command, MetricDefined, first=("metric", "product", "name", "kind", "unit")):
    """Define what is measured of a product: to what end, how, with which tool, from which source, and who is responsible."""

    metric: Annotated[MetricId | None, MADE] = None


@command("roadmap.measure_baseline", METRIC, topic="metrics", counts=True, requirements=("S2-08",))
class MeasureBaseline(OfMetric, BaselineMeasured):
    """Record where a metric stands before anything is aimed at. Measured again, later targets compare with the new one; the first stays in the history."""


@command("roadmap.set_target", METRIC, topic="targets", counts=True, requirements=("S0-23", "S2-08"))
class SetTarget(OfMetric, TargetSet):
    """Set what a metric shall reach by the end of a day; only once its baseline is measured."""


@command("roadmap.read_metric", METRIC, topic="readings", says=(RedesignThresholdCrossed,), counts=True, requirements=("S0-23", "S1-02", "S1-23"))
class ReadMetric(OfMetric, MetricRead):
    """Record a reading of a metric. One that lies beyond the redesign threshold, where the one before did not, is announced."""


@command("roadmap.list_data", METRIC, topic="metrics", requirements=("S1-08",))
class ListData(OfMetric, MetricDataListed):
    """List the data that are collected for a metric, before it is read first; later the list may change."""


@command("roadmap.set_redesign_threshold", METRIC, topic="metrics", says=(RedesignThresholdCrossed,), requirements=("S1-23",))
class SetRedesignThreshold(OfMetric, RedesignThresholdSet):
    """Say beyond which value of a metric its product is to be made anew. Where it lies beyond that already, it is announced."""


@command("roadmap.change_metric", METRIC, topic="metrics", requirements=("S1-02",))
class ChangeMetric(OfMetric, MetricChanged):
    """Change how a metric is called or measured, or who sees to it, and say why. Its readings stay."""
