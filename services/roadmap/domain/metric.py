"""Metrics: defined, their baseline measured, then targets set and readings taken."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.roadmap.metric import DefineMetric, MeasureBaseline, ReadMetric, SetTarget
from libs.commands.deciding import Case
from libs.commands.errors import Invalid
from libs.commands.rows import said_by_row, take_back
from libs.events.catalog.roadmap.metric import BaselineMeasured, Metric, MetricDefined, MetricRead, TargetSet
from libs.events.event import Payload
from services.roadmap.domain import decisions


@decisions.decides(DefineMetric)
def define_metric(command: DefineMetric, case: Case[Metric]) -> Iterator[Payload]:
    """What is measured, how and by whom (S1-01, S1-02); a changed row of an import says the whole again."""
    yield MetricDefined(
        product=command.product,
        name=command.name,
        kind=command.kind,
        goal=command.goal,
        method=command.method,
        tool=command.tool,
        source=command.source,
        responsible=command.responsible,
        unit=command.unit,
        measures=command.measures,
    )


@decisions.decides(MeasureBaseline)
def measure_baseline(command: MeasureBaseline, case: Case[Metric]) -> Iterator[Payload]:
    """Where it stands before anything is aimed at."""
    yield from take_back(case, said_by_row(case, ((b.event, (b.value,)) for b in case.there.baselines), command.value))
    yield BaselineMeasured(value=command.value)


@decisions.decides(SetTarget)
def set_target(command: SetTarget, case: Case[Metric]) -> Iterator[Payload]:
    """What shall be reached by a day that is not past, compared with a baseline that is measured (S2-08)."""
    if command.due < case.at.date():
        raise Invalid(f"it was due on {command.due}, before it was set on {case.at.date()}", field="due")
    case.demand("S2-08", case.then is not None and case.then.baseline is not None, f"the baseline of {case.there.name!r} has not been measured")
    yield from take_back(case, said_by_row(case, ((t.event, (t.value, t.due)) for t in case.there.targets), command.value, command.due))
    yield TargetSet(value=command.value, due=command.due)


@decisions.decides(ReadMetric)
def read_metric(command: ReadMetric, case: Case[Metric]) -> Iterator[Payload]:
    """What was measured."""
    yield from take_back(case, said_by_row(case, ((r.event, (r.value,)) for r in case.there.readings), command.value))
    yield MetricRead(value=command.value)
