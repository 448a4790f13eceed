"""Nothing is said of a thing as of a time before it had begun, nor is anything named that was not there by then, or that is another product's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from libs.commands.command import COMMANDS
from libs.commands.errors import HeadwayError, Invalid, NotFound, Refused
from libs.commands.execution.admission import Ask, judge
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.experiment import ExperimentChecked, ExperimentStarted
from libs.events.catalog.roadmap.change_class import ChangeClassDefined
from libs.events.catalog.roadmap.initiative_choices import InitiativeStep
from libs.events.catalog.roadmap.initiative_events import StepSkipped
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined
from libs.events.catalog.roadmap.recommendation import RecommendationDeclined
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.events.event import KINDS, Event
from libs.rules.roles import Principal, Role
from tests.commands.conftest import IMPORTER
from tests.commands.examples import EXAMPLES, NOW, OPENED, SAID, TRIAL, world
from tests.commands.test_order_of_arrival import DECISIONS

BEFORE: Final = SAID - timedelta(days=1)


def refusal(name: str, fields: dict[str, Any], told: Scenario | None = None) -> HeadwayError:
    """Why a command is refused, in the small world or another."""
    command = COMMANDS[name].model_validate(fields)
    aggregate = command.aggregate or f"{command.SPEC.kind and command.SPEC.kind.name}:new"
    with pytest.raises(HeadwayError) as refused:
        judge(told.world if told else world(), DECISIONS, Ask(command, IMPORTER), aggregate, NOW)
    return refused.value


def told(aggregate: str, *data: Any, at: str = "2026-02-01") -> Scenario:
    scenario = Scenario(DECISIONS, world(), NOW)  # type: ignore[arg-type]
    return scenario.given(aggregate, *data, at=at)


def test_nothing_is_said_of_a_thing_as_of_a_time_before_it_had_begun() -> None:
    dated = {
        name: example
        for name, example in EXAMPLES.items()
        if COMMANDS[name].SPEC.creates is False and (kind := COMMANDS[name].SPEC.kind) is not None and kind.begins
    }
    assert {"roadmap.read_metric", "roadmap.close_channel", "backlog.review_prioritisation", "portfolio.record_bid_outcome"} <= dated.keys()
    for name, example in dated.items():
        refused = refusal(name, example | {"at": BEFORE})
        if name in ("roadmap.set_target", "backlog.reorder_backlog", "portfolio.record_delivery"):  # refused for their own reasons first
            continue
        assert "had not been" in refused.detail and "a later time" in str(refused.remedy), (name, refused.detail, refused.remedy)
        assert "by 2026-01-01" in refused.detail and "00:00" not in refused.detail


def test_of_a_team_and_of_what_it_makes_earlier_days_may_be_told() -> None:
    assert not any(KINDS[kind].begins for kind in ("organisation", "program", "product", "team", "investment", "roadmap_item"))


def test_a_day_is_said_with_its_times_where_both_lie_on_it() -> None:
    planned = told("experiment:noon", at="2026-02-01")
    planned.now = SAID + timedelta(hours=12)
    planned.given("experiment:noon", TRIAL)
    refused = refusal("backlog.start_experiment", {"experiment": "noon", "at": "2026-01-02"}, planned)
    assert "had not been planned by 2026-01-02 00:00:00 UTC" in refused.detail


def metric(product: str) -> MetricDefined:
    found = next(event.data for event in world().events("metric:sat"))
    assert isinstance(found, MetricDefined)
    return replace(found, product=product)


IN_MARCH = "2026-03-01"
SKIPPED = (OPENED, *(StepSkipped(step=step, reason="Clear") for step in (InitiativeStep.VISION, InitiativeStep.NOW)))


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("roadmap.raise_change_request", {"change_class": "none"}, "change_class"),
        ("roadmap.propose_release", {"recommendation": "none"}, "recommendation"),
        ("roadmap.open_initiative", {"recommendation": "none"}, "recommendation"),
        ("roadmap.open_monitoring", {"about": "release:none"}, "about"),
        ("roadmap.open_monitoring", {"about": "initiative:none"}, "about"),
        ("roadmap.open_monitoring", {"about": "improvement:unheard", "metrics": ["sat", "none"]}, "metrics"),
        ("roadmap.assess", {"metric": "none"}, "metric"),
        ("roadmap.recommend", {"findings": ["fi", "none"]}, "findings"),
        ("backlog.plan_experiment", {"follows": "none"}, "follows"),
        ("portfolio.record_opportunity", {"organisation": "none"}, "organisation"),
        ("portfolio.record_opportunity", {"team": "none"}, "team"),
        ("portfolio.onboard_candidate", {"team": "none"}, "team"),
        ("portfolio.publish_precedent", {"loan": "none"}, "loan"),
        ("portfolio.publish_precedent", {"agreement": "none"}, "agreement"),
        ("portfolio.publish_precedent", {"opportunity": "none"}, "opportunity"),
        ("portfolio.apply_for_onboarding", {"organisation": "none"}, "organisation"),
        ("portfolio.keep_record", {"product": None, "organisation": "none"}, "organisation"),
        ("portfolio.start_evaluation", {"product": "none"}, "product"),
        ("portfolio.rate_confidence", {"confidence": "new", "subject": "investment:none"}, "subject"),
    ],
)
def test_what_is_named_must_be_there(name: str, fields: dict[str, Any], field: str) -> None:
    refused = refusal(name, EXAMPLES[name] | fields)
    assert isinstance(refused, NotFound) and refused.field == field and refused.remedy, refused.detail


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("backlog.review_prioritisation", {"metrics": ["late"]}, "metrics"),
        ("roadmap.assess", {"metric": "late"}, "metric"),
        ("roadmap.set_objective", {"metric": "late", "target": "80"}, "metric"),
    ],
)
def test_and_by_the_time_of_which_it_is_said(name: str, fields: dict[str, Any], field: str) -> None:
    late = told("metric:late", metric("permits"), at=IN_MARCH).given("initiative:ini", *SKIPPED[1:], at="2026-01-03")
    refused = refusal(name, EXAMPLES[name] | fields | {"at": "2026-02-01"}, late)
    assert isinstance(refused, NotFound) and refused.field == field
    assert refused.detail == "the metric 'late' had not been defined by 2026-02-01" and "2026-03-01" in str(refused.remedy)


@pytest.mark.parametrize(
    ("name", "fields", "role"),
    [
        ("portfolio.start_evaluation", {}, "portfolio_manager@env"),
        ("portfolio.keep_record", {}, "product_owner@permits"),
        ("portfolio.keep_record", {"product": None, "organisation": "env"}, "portfolio_manager@env"),
        ("portfolio.apply_for_onboarding", {}, "portfolio_manager@env"),
        ("portfolio.record_opportunity", {}, "lab_ops"),
        ("portfolio.rate_confidence", {"confidence": "new", "subject": "investment:inv"}, "portfolio_manager@env"),
    ],
)
def test_and_nobody_but_an_importer_tells_of_a_day_on_which_what_was_there_before_was_not_registered(name: str, fields: dict[str, Any], role: str) -> None:
    command = COMMANDS[name].model_validate(EXAMPLES[name] | fields | {"at": "1990-01-01"})

    def say(role: str) -> tuple[Event, ...]:
        return judge(world(), DECISIONS, Ask(command, Principal("x", frozenset({Role.parse(role)}))), str(command.aggregate), NOW)

    with pytest.raises(NotFound, match="by 1990-01-01") as refused:
        say(role)
    assert "later time" in str(refused.value.remedy)
    if name != "portfolio.record_opportunity":  # which is of a team that was there by then
        assert say("importer")


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("roadmap.record_finding", {"rests_on": ["metric:theirs"]}, "rests_on"),
        ("roadmap.record_finding", {"product": "taxes"}, "rests_on"),
        ("roadmap.recommend", {"product": "taxes"}, "findings"),
        ("roadmap.propose_release", {"product": "taxes", "recommendation": "re"}, "recommendation"),
        ("roadmap.open_monitoring", {"product": "taxes", "about": "improvement:unheard"}, "metrics"),
        ("roadmap.open_monitoring", {"product": "taxes", "about": "initiative:ini", "metrics": ["theirs"]}, "about"),
        ("roadmap.open_monitoring", {"about": "initiative:elsewhere"}, "about"),
        ("backlog.review_prioritisation", {"metrics": ["sat", "theirs"]}, "metrics"),
        ("backlog.raise_improvement", {"product": "taxes", "recommendation": "re"}, "recommendation"),
    ],
)
def test_what_another_product_has_is_not_named(name: str, fields: dict[str, Any], field: str) -> None:
    theirs = told("metric:theirs", metric("taxes"), BaselineMeasured(value=Decimal(1)))
    theirs.given("initiative:elsewhere", replace(OPENED, subject="team:u"), at=IN_MARCH)
    refused = refusal(name, EXAMPLES[name] | fields, theirs)
    assert isinstance(refused, Invalid) and refused.field == field and refused.remedy, refused.detail


@pytest.mark.requirement("S3-10")
def test_a_change_is_of_no_class_of_another_organisation_nor_of_any_while_its_home_is_not_known() -> None:
    theirs = told("change_class:theirs", ChangeClassDefined(organisation="citz", name="Texts", evidence=("read",)))
    for fields in ({"change_class": "theirs"}, {"change_class": "theirs", "product": "unheard"}):
        refused = refusal("roadmap.raise_change_request", EXAMPLES["roadmap.raise_change_request"] | fields, theirs)
        assert isinstance(refused, Refused) and (refused.rule, refused.field) == ("S3-10", "change_class") and refused.remedy


@pytest.mark.requirement("S1-12")
@pytest.mark.parametrize("name", ["roadmap.propose_release", "roadmap.open_initiative", "backlog.raise_improvement"])
def test_what_was_declined_is_not_carried_out(name: str) -> None:
    declined = told("recommendation:re", RecommendationDeclined(reason="The law", judges="recommendation:re@1"))
    refused = refusal(name, EXAMPLES[name] | {"recommendation": "re"}, declined)
    assert isinstance(refused, Refused) and refused.rule == "S1-12" and "declined on 2026-02-01" in refused.detail


@pytest.mark.requirement("S3-05")
def test_no_experiment_comes_after_itself() -> None:
    checked = (TRIAL, ExperimentStarted(), ExperimentChecked(finding="f", worked=False))
    chain = told("experiment:first", *checked).given("experiment:second", replace(TRIAL, follows="first"), at="2026-03-01")
    chain.given("experiment:third", replace(checked[0], follows="second"), *checked[1:], at="2026-03-02")
    for next in ("first", "second", "third"):
        refused = refusal("backlog.conclude_experiment", {"experiment": "third", "outcome": "adapt", "next": next}, chain)
        assert isinstance(refused, Invalid) and (refused.field, refused.detail) == ("next", "'third' would come after itself")


@pytest.mark.requirement("S1-03")
def test_no_channel_was_closed_before_what_was_heard_through_it() -> None:
    heard = told("theme:late", ThemeRecorded(channel="ch", product="permits", text="Slow"), at=IN_MARCH)
    refused = refusal("roadmap.close_channel", EXAMPLES["roadmap.close_channel"] | {"at": "2026-02-01"}, heard)
    assert isinstance(refused, Refused) and refused.rule == "S1-03" and "2026-03-01" in refused.detail
