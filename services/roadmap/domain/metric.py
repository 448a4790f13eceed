"""Metrics: their baseline measured, then targets set and readings taken."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.roadmap.metric import MeasureBaseline, ReadMetric, SetTarget
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.commands.rows import said_by_row, take_back
from libs.events.catalog.roadmap.metric import BaselineMeasured, Metric, MetricRead, TargetSet
from libs.events.event import Payload
from services.roadmap.domain import decisions


@decisions.decides(MeasureBaseline)
def measure_baseline(command: MeasureBaseline, case: Case[Metric]) -> Iterator[Payload]:
    """Where it stands before anything is aimed at."""
    yield from take_back(case, said_by_row(case, ((b.event, (b.value,)) for b in case.there.baselines), command.value))
    yield BaselineMeasured.of(command)


@decisions.decides(SetTarget)
def set_target(command: SetTarget, case: Case[Metric]) -> Iterator[Payload]:
    """What shall be reached by a day that is not past, compared with a baseline that is measured (S2-08)."""
    if command.due < case.at.date():
        raise Invalid(f"it was due on {command.due}, before it was set on {case.at.date()}", field="due")
    case.demand("S2-08", case.then is not None and case.then.baseline is not None, f"the baseline of {case.there.name!r} has not been measured")
    yield from take_back(case, said_by_row(case, ((t.event, (t.value, t.due)) for t in case.there.targets), command.value, command.due))
    yield TargetSet.of(command)


@decisions.decides(ReadMetric)
def read_metric(command: ReadMetric, case: Case[Metric]) -> Iterator[Payload]:
    """What was measured."""
    yield from take_back(case, said_by_row(case, ((r.event, (r.value,)) for r in case.there.readings), command.value))
    yield MetricRead.of(command)
