"""Metrics: no target before a baseline, and a changed row replaces what it said."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.metric import DefineMetric, MeasureBaseline, ReadMetric, SetTarget
from libs.commands.errors import Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.roadmap.metric import METRIC, BaselineMeasured, Metric, MetricDefined, MetricKind, MetricRead, TargetSet
from libs.events.event import Retracted
from services.roadmap.domain import decisions

SAT = "metric:sat"
DEFINE = DefineMetric(
    metric="sat",
    product="permits",
    name="Satisfaction",
    kind=MetricKind.QUANTITATIVE,
    unit="percent",
    goal="Four in five",
    method="Five-point scale",
    tool="Survey",
    source="Exit survey",
    responsible="cy",
    measures="satisfaction",
)
TARGET = SetTarget(metric="sat", value=Decimal(80), due=date(2026, 9, 30))


def defined() -> Scenario:
    return Scenario(decisions).when(DEFINE, by="product_owner@permits")


def seen(s: Scenario) -> Metric:
    found = s.facts().get(METRIC, "sat")
    assert found is not None
    return found


@pytest.mark.requirement("S1-01")
@pytest.mark.requirement("S1-02")
def test_a_metric_names_its_method_tool_source_and_who_is_responsible() -> None:
    s = defined()
    (event,) = s.said
    assert isinstance(event.data, MetricDefined)
    assert (seen(s).kind, seen(s).method, seen(s).tool, seen(s).source, seen(s).responsible) == (
        MetricKind.QUANTITATIVE,
        "Five-point scale",
        "Survey",
        "Exit survey",
        "cy",
    )


@pytest.mark.requirement("S1-08")
def test_a_metric_without_a_goal_is_no_metric() -> None:
    with pytest.raises(ValidationError, match="goal"):
        DefineMetric.model_validate(DEFINE.model_dump(exclude_none=True) | {"goal": None})


@pytest.mark.requirement("S2-08")
def test_a_target_before_a_baseline_is_refused() -> None:
    defined().when(TARGET, by="product_owner@permits").refused(Refused, "S2-08")


@pytest.mark.requirement("S2-08")
def test_a_target_after_the_baseline_is_set() -> None:
    s = defined().when(MeasureBaseline(metric="sat", value=Decimal(62))).when(TARGET, by="product_owner@permits")
    s.then(TargetSet(value=Decimal(80), due=date(2026, 9, 30)))
    (target,) = seen(s).targets
    assert (target.value, target.due, target.baseline) == (Decimal(80), date(2026, 9, 30), seen(s).baseline)


@pytest.mark.requirement("S2-08")
def test_a_baseline_measured_later_does_not_count_for_a_target_of_an_earlier_day() -> None:
    s = defined().given(SAT, BaselineMeasured(value=Decimal(62)), at="2026-05-01")
    early = SetTarget(metric="sat", value=Decimal(80), due=date(2026, 9, 30), at=start_of(date(2026, 4, 1)))
    s.when(early).refused(Refused, "S2-08")


def test_a_target_due_before_the_day_it_is_set_is_refused() -> None:
    s = defined().given(SAT, BaselineMeasured(value=Decimal(62)))
    assert s.when(SetTarget(metric="sat", value=Decimal(80), due=date(2026, 5, 31))).refused(Invalid).field == "due"
    s.when(SetTarget(metric="sat", value=Decimal(80), due=date(2026, 6, 1))).then(TargetSet(value=Decimal(80), due=date(2026, 6, 1)))


def test_a_team_reads_but_sets_no_target() -> None:
    s = defined().given(SAT, BaselineMeasured(value=Decimal(62)))
    s.when(ReadMetric(metric="sat", value=Decimal("70.5")), by="team@*").then(MetricRead(value=Decimal("70.5")))
    s.when(TARGET, by="team@*").refused(NotAllowed)


def test_equal_readings_are_each_said() -> None:
    s = defined().when(ReadMetric(metric="sat", value=Decimal(70))).when(ReadMetric(metric="sat", value=Decimal(70)))
    assert len(seen(s).readings) == 2


def test_a_reading_of_no_metric_is_refused() -> None:
    Scenario(decisions).when(ReadMetric(metric="sat", value=Decimal(1))).refused(NotFound)


def test_a_second_baseline_leaves_the_first_in_the_history() -> None:
    s = defined().when(MeasureBaseline(metric="sat", value=Decimal(62))).when(MeasureBaseline(metric="sat", value=Decimal(70)))
    assert [b.value for b in seen(s).baselines] == [Decimal(62), Decimal(70)]
    assert seen(s).baseline == seen(s).baselines[-1]


def test_a_changed_row_of_an_import_replaces_its_own_reading() -> None:
    early = Scenario(decisions).when(DEFINE.model_copy(update={"at": start_of(date(2026, 1, 1))}))
    s = early.given(SAT, MetricRead(value=Decimal(70)), at="2026-04-01", by="importer").given(SAT, MetricRead(value=Decimal(75)), at="2026-05-01")
    s.when(ReadMetric(metric="sat", value=Decimal(72), at=start_of(date(2026, 4, 1))), revising=True)
    s.then(MetricRead(value=Decimal(72)))  # what somebody else said stays
    s.when(ReadMetric(metric="sat", value=Decimal(71), at=start_of(date(2026, 4, 1))), revising=True)
    s.then(Retracted(event=f"{SAT}@4", reason="The row of the import has changed"), MetricRead(value=Decimal(71)))
    assert [r.value for r in seen(s).readings] == [Decimal(70), Decimal(71), Decimal(75)]


def test_a_changed_row_of_an_import_replaces_its_own_target() -> None:
    s = defined().given(SAT, BaselineMeasured(value=Decimal(62)), at="2026-04-01").when(TARGET)
    s.when(SetTarget(metric="sat", value=Decimal(85), due=date(2026, 9, 30)), revising=True)
    assert [t.value for t in seen(s).targets] == [Decimal(85)]


def test_a_changed_row_of_an_import_says_the_definition_anew() -> None:
    s = defined().when(DEFINE.model_copy(update={"goal": "Nine in ten"}), revising=True)
    assert seen(s).goal == "Nine in ten"
