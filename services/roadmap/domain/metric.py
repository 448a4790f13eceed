"""Metrics: their data listed, their baseline measured, then targets and thresholds set, and readings taken."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from libs.commands.catalog.roadmap.metric import ChangeMetric, ListData, MeasureBaseline, ReadMetric, SetRedesignThreshold, SetTarget
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.import_revision import anew, besides, of_row, said_by_row, take_back
from libs.events.catalog.roadmap.metric import (
    CHANGEABLE,
    METRIC,
    BaselineMeasured,
    Metric,
    MetricDataListed,
    MetricRead,
    RedesignThresholdCrossed,
    RedesignThresholdSet,
    TargetSet,
)
from libs.events.event import Event, Payload
from libs.rules.products.metrics import crossings
from services.roadmap.domain import decisions
from services.roadmap.domain.days import demand_ahead


@decisions.decides(MeasureBaseline)
def measure_baseline(command: MeasureBaseline, case: Case[Metric]) -> Iterator[Payload]:
    """Where it stands before anything is aimed at."""
    yield from take_back(case, said_by_row(case, ((b.event, (b.value,)) for b in case.there.baselines), command.value))
    yield BaselineMeasured.of(command)


@decisions.decides(SetTarget)
def set_target(command: SetTarget, case: Case[Metric]) -> Iterator[Payload]:
    """What shall be reached by a day that is not past, compared with a baseline that is measured (S2-08)."""
    demand_ahead(case, "due", command.due, "it was due on")
    case.demand("S2-08", case.then is not None and case.then.baseline is not None, f"the baseline of {case.there.name!r} has not been measured")
    yield from take_back(case, said_by_row(case, ((t.event, (t.value, t.due)) for t in case.there.targets), command.value, command.due))
    yield TargetSet.of(command)


@decisions.decides(ReadMetric)
def read_metric(command: ReadMetric, case: Case[Metric]) -> Iterator[Payload]:
    """What was measured."""
    row = said_by_row(case, ((r.event, (r.value,)) for r in case.there.readings), command.value)
    gone = (row, *besides(case, row))
    yield from take_back(case, *gone)
    yield MetricRead.of(command)
    yield from _crossing(case, MetricRead.of(command), gone)


@decisions.decides(ListData)
def list_data(command: ListData, case: Case[Metric]) -> None:
    """What is collected is listed before it is collected (S1-08); once it was, the list may change. Raises Refused."""
    said = [e.time for e in case.current.history(METRIC, case.id) if isinstance(e.data, MetricDataListed) and e.id not in case.row]
    first = min((reading.event.time for reading in case.there.readings), default=case.at)
    begun = f"{case.there.name!r} was read on {first.date()}, and nobody had listed its data by then"
    case.demand("S1-08", min((*said, case.at)) <= first, begun, field="data")


@decisions.decides(SetRedesignThreshold)
def set_redesign_threshold(command: SetRedesignThreshold, case: Case[Metric]) -> Iterator[Payload]:
    """Beyond which value a redesign is called for (S1-23)."""
    row, said = of_row(case), RedesignThresholdSet.of(command)
    gone, holds = (row, *besides(case, row)), case.there.redesign_threshold
    case.stands = holds is not None and (holds.value, holds.when) == (command.value, command.when)
    yield from take_back(case, *gone[1:])
    yield from anew(case, said)
    yield from _crossing(case, said, gone)


@decisions.decides(ChangeMetric)
def change_metric(command: ChangeMetric, case: Case[Metric]) -> None:
    """Something of how it is called or measured changes (S1-02). Raises Invalid."""
    if all(getattr(command, name) is None for name in CHANGEABLE):
        raise Invalid("nothing changes", field="name", remedy=f"Give at least one of {', '.join(CHANGEABLE)}.")


def _crossing(case: Case[Metric], said: Payload, gone: Iterable[Event | None]) -> Iterator[Payload]:
    """The crossing of the redesign threshold that what is said now begins or belongs to, unless that was announced (S1-23); `gone` is taken back."""
    out = {event.id for event in gone if event is not None}
    shown = [event for event in case.current.counting(METRIC, case.id) if event.id not in out]
    now = Event(METRIC.key(case.id), sys.maxsize, case.at, case.at, case.at, case.actor, said)
    announced = [event.time for event in shown if isinstance(event.data, RedesignThresholdCrossed)]
    for one in crossings(METRIC.fold(case.id, (*shown, now)) or case.there):
        if one.covers(case.at) and not any(map(one.covers, announced)):
            yield RedesignThresholdCrossed(value=one.value, threshold=one.threshold, when=one.when)
