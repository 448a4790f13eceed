"""Redesign thresholds, announced once a crossing; data that are listed before they are collected; what changes of a metric, and what a product lacks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.metric import ChangeMetric, ListData, ReadMetric, SetRedesignThreshold
from libs.commands.command import Override
from libs.commands.errors import Invalid, NotAllowed, NotFound, Refused
from libs.commands.retraction import RetractInRoadmap
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.metric import (
    METRIC,
    MetricChanged,
    MetricDataListed,
    MetricDefined,
    MetricKind,
    MetricRead,
    RedesignThresholdCrossed,
    RedesignThresholdSet,
    ThresholdSide,
)
from libs.events.event import Overridden, Payload, Retracted
from libs.rules.products.metrics import redesign_since
from services.roadmap.domain import decisions
from tests.given import given, say

SAT, OWNER = "metric:sat", "product_owner@permits"
LIMIT = RedesignThresholdSet(value=Decimal(50), when=ThresholdSide.BELOW)


def defined(kind: MetricKind = MetricKind.QUANTITATIVE) -> MetricDefined:
    return MetricDefined(product="permits", name="Satisfaction", kind=kind, goal="g", method="m", tool="t", source="s", responsible="cy")


def read(value: int | str, day: int) -> ReadMetric:
    return ReadMetric(metric="sat", value=Decimal(value), at=start_of(date(2024, 6, day)))


def crossed(value: int | str) -> RedesignThresholdCrossed:
    return RedesignThresholdCrossed(value=Decimal(value), threshold=Decimal(50), when=ThresholdSide.BELOW)


def known() -> Scenario:
    s = Scenario(decisions).given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    return s.given(SAT, defined(), at="2024-01-01")


def limited() -> Scenario:
    return known().given(SAT, LIMIT, at="2024-01-01")


def announced(s: Scenario) -> int:
    return sum(isinstance(event.data, RedesignThresholdCrossed) for event in s.world.events(SAT))


@pytest.mark.requirement("S1-23")
def test_a_reading_beyond_the_threshold_is_announced_once_a_crossing() -> None:
    s = limited().when(read(60, 1)).then(MetricRead(value=Decimal(60)))
    s.when(read(50, 2)).then(MetricRead(value=Decimal(50)))
    s.when(read(49, 3)).then(MetricRead(value=Decimal(49)), crossed(49))
    s.when(read(40, 4)).then(MetricRead(value=Decimal(40)))
    s.when(read(55, 5)).then(MetricRead(value=Decimal(55)))
    s.when(read(30, 6), by="team@*").then(MetricRead(value=Decimal(30)), crossed(30))
    assert announced(s) == 2


@pytest.mark.requirement("S1-23")
def test_a_threshold_that_is_set_where_a_metric_lies_beyond_it_is_announced_at_once() -> None:
    s = known().when(read(49, 1))
    command = SetRedesignThreshold(metric="sat", value=Decimal(50), when=ThresholdSide.BELOW)
    s.when(command, by=OWNER).then(LIMIT, crossed(49))
    s.when(command, by=OWNER).then()
    above = SetRedesignThreshold(metric="sat", value=Decimal(40), when=ThresholdSide.ABOVE)
    s.when(above.model_copy(update={"value": Decimal(49)}), by=OWNER).then(RedesignThresholdSet(value=Decimal(49), when=ThresholdSide.ABOVE))


@pytest.mark.requirement("S1-23")
@pytest.mark.parametrize("order", list(permutations([read(60, 1), read(40, 3), read(30, 5)])))
def test_in_whatever_order_readings_come_one_crossing_is_announced_once(order: tuple[ReadMetric, ...]) -> None:
    s = limited()
    for one in order:
        s.when(one)
        assert s.error is None
    assert announced(s) == 1
    assert redesign_since(s.facts("2024-07-01"), "sat") == date(2024, 6, 3)


@pytest.mark.requirement("S1-23")
def test_a_late_reading_that_begins_an_announced_crossing_earlier_announces_nothing() -> None:
    s = limited().when(read(40, 5)).then(MetricRead(value=Decimal(40)), crossed(40))
    s.when(read(45, 3)).then(MetricRead(value=Decimal(45)))
    assert redesign_since(s.facts("2024-07-01"), "sat") == date(2024, 6, 3)


@pytest.mark.requirement("S1-23")
def test_a_changed_row_takes_its_announcement_back_with_its_reading() -> None:
    s = limited().when(read(40, 5))
    row = tuple(event.id for event in s.said)
    s.when(read(60, 5), revising=True, row=row)
    assert [type(event.data) for event in s.said] == [Retracted, Retracted, MetricRead]
    assert redesign_since(s.facts("2024-07-01"), "sat") is None
    again = tuple(event.id for event in s.said)
    s.when(read(45, 6), revising=True, row=again)
    assert [type(event.data) for event in s.said] == [Retracted, MetricRead, RedesignThresholdCrossed]


def test_a_metric_tells_since_when_it_lies_beyond_its_threshold_and_every_crossing() -> None:
    told = given(
        say(SAT, defined(), LIMIT),
        say(SAT, MetricRead(value=Decimal(40)), at="2024-06-01"),
        say(SAT, MetricRead(value=Decimal(60)), at="2024-07-01"),
        say(SAT, MetricRead(value=Decimal(45)), at="2024-08-01"),
    )
    told.shows(SAT, "redesignThreshold { when setOn }", {"when": "BELOW", "setOn": "2024-01-01"})
    told.on("2024-05-31").shows(SAT, "redesignSince", None)
    told.on("2024-06-30").shows(SAT, "redesignSince", "2024-06-01")
    told.on("2024-07-01").shows(SAT, "redesignSince", None)
    told.shows(SAT, "redesignSince", "2024-08-01")
    told.shows(
        SAT,
        "redesignCrossings { from until when }",
        [{"from": "2024-06-01", "until": "2024-07-01", "when": "BELOW"}, {"from": "2024-08-01", "until": None, "when": "BELOW"}],
    )


@pytest.mark.requirement("S0-23")
def test_the_history_of_readings_is_asked_page_by_page_the_latest_first() -> None:
    told = given(say(SAT, defined()), *(say(SAT, MetricRead(value=Decimal(day)), at=f"2024-06-0{day}") for day in (1, 2, 3)))
    told.shows(SAT, "readings.totalCount", 3)
    told.shows(SAT, "readings(first: 2).nodes.on", ["2024-06-03", "2024-06-02"])
    end = told.shown(SAT, "readings(first: 2).pageInfo.endCursor")
    told.shows(SAT, f'readings(first: 2, after: "{end}").nodes.on', ["2024-06-01"])
    told.on("2024-06-02").shows(SAT, "readings.nodes.on", ["2024-06-02", "2024-06-01"])


@pytest.mark.requirement("S1-08")
def test_data_are_listed_before_the_first_reading_and_may_change_after_it() -> None:
    late = ListData(metric="sat", data=("Answers",), at=start_of(date(2024, 6, 2)))
    s = known().when(read(60, 1))
    refused = s.when(late, by=OWNER).refused(Refused, "S1-08")
    assert refused.field == "data" and "2024-06-01" in refused.detail and announced(s) == 0
    s.when(late.model_copy(update={"at": start_of(date(2024, 5, 31))}), by=OWNER).then(MetricDataListed(data=("Answers",)))
    s.when(late.model_copy(update={"data": ("Answers", "Calls")}), by=OWNER).then(MetricDataListed(data=("Answers", "Calls")))
    metric = s.facts().get(METRIC, "sat")
    assert metric is not None and metric.data == ("Answers", "Calls")


@pytest.mark.requirement("S1-08")
def test_an_executive_may_lift_that_and_an_edited_row_is_not_in_its_own_way() -> None:
    s = known().when(read(60, 1))
    lifted = ListData(metric="sat", data=("Answers",), override=Override(rule="S1-08", reason="It was on paper"))
    s.when(lifted, by="importer").then(Overridden(rule="S1-08", reason="It was on paper", command="roadmap.list_data"), MetricDataListed(data=("Answers",)))
    early = ListData(metric="sat", data=("Answers",), at=start_of(date(2024, 5, 1)))
    s = known().when(early).when(read(60, 1))
    s.when(early.model_copy(update={"at": start_of(date(2024, 6, 5))}), revising=True, row=("metric:sat@2",)).refused(Refused, "S1-08")


@pytest.mark.requirement("S1-02")
def test_what_changes_of_a_metric_is_said_with_its_reason_and_the_rest_stays() -> None:
    command = ChangeMetric(metric="sat", tool="Exit survey", responsible="ed", reason="The form is gone", at=start_of(date(2024, 6, 1)))
    s = known().when(command, by=OWNER).then(MetricChanged(tool="Exit survey", responsible="ed", reason="The form is gone"))
    for day, tool in (("2024-05-31", "t"), ("2024-06-01", "Exit survey")):
        metric = s.facts(day).get(METRIC, "sat")
        assert metric is not None and (metric.tool, metric.method, metric.name) == (tool, "m", "Satisfaction")
    assert s.when(ChangeMetric(metric="sat", reason="None")).refused(Invalid).field == "name"
    early = command.model_copy(update={"at": start_of(date(2023, 6, 1))})
    known().when(early).refused(Invalid)


COMMANDS: list[Any] = [
    ListData(metric="sat", data=("Answers",)),
    SetRedesignThreshold(metric="sat", value=Decimal(50), when=ThresholdSide.BELOW),
    ChangeMetric(metric="sat", name="Joy", reason="Clearer"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.SPEC.verb)
def test_a_metric_is_the_product_owners_to_govern(command: Any) -> None:
    assert known().when(command, by=OWNER).error is None
    for role in ("team@*", "executive@env", "portfolio_manager@env", "product_owner@fees"):
        known().when(command, by=role).refused(NotAllowed)
    Scenario(decisions).when(command, by=OWNER).refused(NotFound)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (ListData, {"data": []}),
        (ListData, {"data": [""]}),
        (ListData, {"data": ["x"] * 101}),
        (SetRedesignThreshold, {"value": "many", "when": "above"}),
        (SetRedesignThreshold, {"value": 1, "when": "beside"}),
        (SetRedesignThreshold, {"value": 1}),
        (ChangeMetric, {"name": "Joy"}),
        (ChangeMetric, {"name": "", "reason": "r"}),
    ],
)
def test_what_cannot_be_read_is_refused_before_any_rule(command: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        command.model_validate({"metric": "sat"} | fields)


@pytest.mark.requirement("S1-01")
def test_a_product_that_lacks_a_kind_of_metrics_is_named() -> None:
    told = given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        *(say(f"product:{id}", ProductRegistered(name=id, home="env")) for id in ("none", "one", "permits")),
        say("metric:count", _of("one", MetricKind.QUANTITATIVE)),
        say("metric:a", _of("permits", MetricKind.QUANTITATIVE)),
        say("metric:b", _of("permits", MetricKind.QUALITATIVE)),
    )
    for id, lacking in (("none", ["QUANTITATIVE", "QUALITATIVE"]), ("one", ["QUALITATIVE"]), ("permits", [])):
        told.shows(f"product:{id}", "lackingMetrics", lacking)
    told.shows("organisation:env", "products(filter: {lackingMetrics: [QUALITATIVE]}).nodes.name", ["none", "one"])
    told.shows("organisation:env", "products(filter: {lackingMetrics: [QUANTITATIVE]}).nodes.name", ["none"])


def test_metrics_beyond_their_threshold_are_found() -> None:
    told = given(
        say(SAT, defined(), LIMIT, MetricRead(value=Decimal(40))),
        say("metric:good", defined(), LIMIT, MetricRead(value=Decimal(60))),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
    )
    told.shows("product:permits", "metrics(filter: {beyondThreshold: true}).nodes.id", [SAT])


def _of(product: str, kind: MetricKind) -> Payload:
    return MetricDefined(product=product, name="n", kind=kind, goal="g", method="m", tool="t", source="s", responsible="cy")


@pytest.mark.requirement("S1-23")
def test_an_announcement_goes_with_its_reading_and_not_by_itself() -> None:
    s = limited().when(read(40, 5))
    reading, announcement = (event.id for event in s.said)
    refused = s.when(RetractInRoadmap(event=announcement, reason="No")).refused(Invalid)
    assert reading in str(refused.remedy)
    s.when(RetractInRoadmap(event=reading, reason="A slip")).then(*(Retracted(event=one, reason="A slip") for one in (reading, announcement)))
    s.when(read(45, 5)).then(MetricRead(value=Decimal(45)), crossed(45))


@pytest.mark.requirement("S1-23")
def test_what_lies_beyond_before_and_after_several_thresholds_of_one_instant_is_one_crossing() -> None:
    s, noon = limited().when(read(40, 5)), start_of(date(2024, 6, 8))
    for value in (30, 45, 50):
        s.when(SetRedesignThreshold(metric="sat", value=Decimal(value), when=ThresholdSide.BELOW, at=noon))
    assert announced(s) == 1 and redesign_since(s.facts("2024-07-01"), "sat") == date(2024, 6, 5)
