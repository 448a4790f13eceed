"""Experiments: planned, run, checked and acted upon, each step once and in order (S3-03 to S3-05)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libs.commands.catalog.backlog.experiment import CheckExperiment, ConcludeExperiment, PlanExperiment, StartExperiment, StopExperiment
from libs.commands.command import Command
from libs.commands.errors import AlreadyDecided, HeadwayError, Invalid, NotAllowed, NotFound, Refused
from libs.commands.retraction import RetractInBacklog
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.experiment import (
    EXPERIMENT,
    ExperimentChecked,
    ExperimentConcluded,
    ExperimentMethod,
    ExperimentOutcome,
    ExperimentPlanned,
    ExperimentStarted,
    ExperimentStopped,
)
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.event import Payload, Retracted
from libs.rules.improvement.experiments import FollowUp, follow_up, planned_in_the_past
from services.backlog.domain import decisions
from tests.given import given, say
from tests.services.backlog.days import day

FIELDS: dict[str, Any] = {
    "team": "river",
    "product": "permits",
    "hypothesis": "A reminder by text brings renewals forward",
    "scope": "One district, 200 holders",
    "method": ExperimentMethod.AB,
    "starts": date(2024, 3, 4),
    "ends": date(2024, 3, 15),
}
TEAM = "team@river"
DAYS = {ExperimentPlanned: "2024-03-01", ExperimentStarted: "2024-03-04", ExperimentChecked: "2024-03-18", ExperimentConcluded: "2024-03-20"}
PLANNED, STARTED = ExperimentPlanned(**FIELDS), ExperimentStarted()
WORKED = ExperimentChecked(finding="Renewals came eight days earlier", worked=True)
FAILED = ExperimentChecked(finding="Nobody renewed earlier", worked=False)


def said(*events: Payload, id: str = "reminder", before: Scenario | None = None) -> Scenario:
    scenario = before or Scenario(decisions).given("team:river", TeamFormed(name="River", home="env", products=("permits",)), at="2024-01-01")
    for data in events:
        scenario = scenario.given(f"experiment:{id}", data, at=DAYS[type(data)])
    return scenario


def plan(**other: Any) -> PlanExperiment:
    return PlanExperiment(experiment="reminder", **FIELDS | other)


def start(at: str | None = None) -> StartExperiment:
    return StartExperiment(experiment="reminder", at=day(at) if at else None)


def check(at: str | None = None) -> CheckExperiment:
    return CheckExperiment(experiment="reminder", finding="Eight days", worked=True, at=day(at) if at else None)


def conclude(outcome: str = "adopt", **other: Any) -> ConcludeExperiment:
    return ConcludeExperiment(experiment="reminder", outcome=ExperimentOutcome(outcome), **other)


def stop(at: str | None = None) -> StopExperiment:
    return StopExperiment(experiment="reminder", reason="The district was flooded", at=day(at) if at else None)


@pytest.mark.requirement("S3-03")
def test_a_team_plans_a_small_change_to_be_tried() -> None:
    said().when(plan(), TEAM).then(PLANNED)
    assert said().when(plan(ends=date(2024, 3, 1)), TEAM).refused(Invalid).field == "ends"


@pytest.mark.requirement("S3-04")
def test_it_goes_through_plan_do_check_and_act() -> None:
    cycle = said().when(plan(at=day("2024-03-01")), TEAM).when(start("2024-03-04"), TEAM).when(check("2024-03-18"), TEAM)
    cycle.when(conclude(roadmap_items=["reminders"], at=day("2024-03-20")), TEAM).then(
        ExperimentConcluded(outcome=ExperimentOutcome.ADOPT, roadmap_items=("reminders",))
    )
    steps = [(on, getattr(cycle.facts(on).get(EXPERIMENT, "reminder"), "step", None)) for on in ("2024-02-29", *DAYS.values())]
    assert [step for _, step in steps] == [None, "plan", "do", "check", "act"]


def test_it_may_be_broken_off_before_its_conclusion() -> None:
    stopped = said(PLANNED, STARTED, WORKED).when(stop(), TEAM).then(ExperimentStopped(reason="The district was flooded"))
    found = stopped.facts().get(EXPERIMENT, "reminder")
    assert found is not None and (found.step, found.stopped_because) == ("stopped", "The district was flooded")


CONCLUDED = ExperimentConcluded(outcome=ExperimentOutcome.ADOPT, roadmap_items=("reminders",))
BEFORE = "had not been"


@pytest.mark.requirement("S3-04")
@pytest.mark.parametrize(
    ("there", "command", "error", "words"),
    [
        ((PLANNED,), check(), Refused, f"{BEFORE} started"),
        ((PLANNED,), conclude(), Refused, f"{BEFORE} checked"),
        ((PLANNED, STARTED), conclude(), Refused, f"{BEFORE} checked"),
        ((PLANNED, STARTED), start(), AlreadyDecided, "was started on 2024-03-04"),
        ((PLANNED, STARTED, WORKED), check(), AlreadyDecided, "was checked on 2024-03-18"),
        ((PLANNED, STARTED, WORKED, CONCLUDED), conclude(), AlreadyDecided, "was concluded on 2024-03-20"),
        ((PLANNED, STARTED, WORKED, CONCLUDED), stop(), AlreadyDecided, "was concluded on 2024-03-20"),
        ((PLANNED,), start("2024-02-01"), Refused, f"{BEFORE} planned by 2024-02-01"),
        ((PLANNED, STARTED), check("2024-03-02"), Refused, f"{BEFORE} started by 2024-03-02"),
        ((PLANNED, STARTED, WORKED), stop("2024-03-10"), Refused, "was checked on 2024-03-18, which is later than 2024-03-10"),
    ],
)
def test_a_step_out_of_order_or_taken_twice_or_dated_too_early_is_refused(
    there: tuple[Payload, ...], command: Command, error: type[HeadwayError], words: str
) -> None:
    refused = said(*there).when(command, TEAM).refused(error, "S3-04")
    assert words in refused.detail and refused.remedy


@pytest.mark.requirement("S3-04")
def test_nothing_comes_after_it_was_broken_off() -> None:
    for there, command in (((PLANNED,), start()), ((PLANNED, STARTED), check()), ((PLANNED, STARTED, WORKED), conclude()), ((PLANNED,), stop())):
        said(*there).when(stop("2024-04-01"), TEAM).when(command, TEAM).refused(AlreadyDecided, "S3-04")


def test_a_changed_row_of_an_import_does_not_stand_in_its_own_way() -> None:
    scenario = said(PLANNED).when(start("2024-03-05"))
    row = tuple(event.id for event in scenario.said)
    scenario.when(start("2024-03-04"), revising=True, row=row)
    found = scenario.facts().get(EXPERIMENT, "reminder")
    assert scenario.error is None and found is not None and found.started is not None and found.started.time == day("2024-03-04")


@pytest.mark.requirement("S3-05")
def test_what_did_not_work_is_not_adopted_and_what_is_not_adopted_goes_on_no_roadmap() -> None:
    failed = said(PLANNED, STARTED, FAILED)
    assert failed.when(conclude("adopt"), TEAM).refused(Refused, "S3-05").field == "outcome"
    assert failed.when(conclude("adapt", roadmap_items=["reminders"]), TEAM).refused(Refused, "S3-05").field == "roadmap_items"
    assert failed.when(conclude("abandon", next="letters"), TEAM).refused(Refused, "S3-05").field == "next"
    assert failed.when(conclude("adapt", next="reminder"), TEAM).refused(Invalid).field == "next"
    assert failed.when(conclude("adapt", next="letters"), TEAM).refused(NotFound).field == "next"


@pytest.mark.requirement("S3-05")
def test_what_is_tried_again_waits_for_its_next_plan() -> None:
    adapted = said(PLANNED, STARTED, FAILED).when(conclude("adapt"), TEAM)
    assert adapted.facts().derive(follow_up, "reminder") is FollowUp.NEXT_PLAN
    adapted.when(PlanExperiment(experiment="letters", **FIELDS, follows="reminder"), TEAM)
    assert adapted.facts().derive(follow_up, "reminder") is None


@pytest.mark.requirement("S3-05")
@pytest.mark.parametrize(
    ("outcome", "asks", "given"),
    [("adopt", FollowUp.ROADMAP_ITEMS, {"roadmap_items": ["reminders"]}), ("adapt", FollowUp.NEXT_PLAN, {"next": "letters"})],
)
def test_a_conclusion_is_completed_by_what_it_asks_for_and_not_changed(outcome: str, asks: FollowUp, given: dict[str, Any]) -> None:
    concluded = said(PLANNED, STARTED, WORKED, before=said(PLANNED, id="letters")).when(conclude(outcome, at=day("2024-03-20")), TEAM)
    assert concluded.facts().derive(follow_up, "reminder") is asks
    concluded.when(conclude("abandon"), TEAM).refused(AlreadyDecided, "S3-04")
    concluded.when(conclude(outcome, **given, at=day("2024-03-19")), TEAM).refused(AlreadyDecided, "S3-04")
    concluded.when(conclude(outcome, **given), TEAM)
    assert concluded.error is None and concluded.facts().derive(follow_up, "reminder") is None
    found = concluded.facts().get(EXPERIMENT, "reminder")
    assert found is not None and found.concluded is not None and found.concluded.time == day("2024-03-20")
    concluded.when(conclude(outcome, **given), TEAM).refused(AlreadyDecided, "S3-04")
    others = {"roadmap_items": ["other"]} if outcome == "adopt" else {"next": "other"}
    concluded.when(conclude(outcome, **others), TEAM).refused(AlreadyDecided, "S3-04")


def test_nothing_is_missing_of_what_is_abandoned_or_not_concluded_or_not_there() -> None:
    concluded = said(PLANNED, STARTED, FAILED)
    assert concluded.facts().derive(follow_up, "reminder") is None
    concluded.when(conclude("abandon"), TEAM)
    assert concluded.facts().derive(follow_up, "reminder") is None and concluded.facts().derive(follow_up, "other") is None


def test_it_follows_another_that_had_been_planned() -> None:
    assert said().when(plan(follows="letters"), TEAM).refused(NotFound).field == "follows"
    assert said().when(plan(follows="reminder"), TEAM).refused(Invalid).field == "follows"
    early = said(PLANNED, id="letters").when(plan(follows="letters", at=day("2024-02-01")), TEAM)
    assert "had not been planned by 2024-02-01" in early.refused(NotFound).detail


@pytest.mark.parametrize("role", ["team@other", "product_owner@permits", "portfolio_manager@env", "executive@env", "cab@env"])
def test_an_experiment_is_its_teams(role: str) -> None:
    for there, command in (((), plan()), ((PLANNED,), start()), ((PLANNED, STARTED), check()), ((PLANNED, STARTED, WORKED), conclude()), ((PLANNED,), stop())):
        assert "team@river" in said(*there).when(command, role).refused(NotAllowed).detail
        assert said(*there).when(command, role).said == ()


def test_an_experiment_is_read_with_where_it_stands_and_what_is_missing() -> None:
    told = given(
        say("team:river", TeamFormed(name="River", home="env", products=("permits",)), at="2024-01-01"),
        say("experiment:reminder", PLANNED, at="2024-03-01"),
        say("experiment:reminder", STARTED, at="2024-03-04"),
        say("experiment:reminder", FAILED, at="2024-03-18"),
        say("experiment:reminder", ExperimentConcluded(outcome=ExperimentOutcome.ADAPT), at="2024-03-20"),
    )
    told.on("2024-03-10").shows("experiment:reminder", "step", "DO")
    told.on("2024-04-01").shows("experiment:reminder", "step", "ACT")
    told.on("2024-04-01").shows("experiment:reminder", "followUp", "NEXT_PLAN")
    told.on("2024-04-01").shows("team:river", "experiments.totalCount", 1)


@pytest.mark.requirement("S3-04")
def test_a_conclusion_falls_with_its_check_and_a_check_with_its_start_and_both_may_be_said_anew() -> None:
    acted = said(PLANNED, STARTED, FAILED).when(conclude("abandon"), TEAM)

    def seen() -> tuple[str, str | None]:
        one = acted.facts().get(EXPERIMENT, "reminder")
        assert one is not None
        return one.step, one.outcome

    def retract(n: int) -> None:
        acted.when(RetractInBacklog(event=f"experiment:reminder@{n}", reason="Another one"), TEAM).then(
            Retracted(event=f"experiment:reminder@{n}", reason="Another one")
        )

    assert seen() == ("act", "abandon")
    retract(3)
    assert seen() == ("do", None)
    acted.when(check("2024-03-18"), TEAM).then(ExperimentChecked(finding="Eight days", worked=True))
    acted.when(conclude("adopt", roadmap_items=["reminders"]), TEAM)
    assert seen() == ("act", "adopt")
    retract(2)
    assert seen() == ("plan", None)


@pytest.mark.requirement("S3-04")
def test_an_end_before_the_planning_is_warned_of_until_the_check() -> None:
    planned = said().when(plan(at=day("2024-03-16")), TEAM)
    assert [one.message for one in planned.facts().derive(planned_in_the_past, "reminder")] == [
        "it was to end on 2024-03-15, before it was planned on 2024-03-16"
    ]
    assert said(PLANNED).facts().derive(planned_in_the_past, "reminder") == ()
    planned.given("experiment:reminder", STARTED, WORKED, at="2024-03-18")
    assert planned.facts().derive(planned_in_the_past, "reminder") == ()
