"""Initiatives: seven steps in order, what each asks for, and an end that is honest about failure (S2-05 to S2-18)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from libs.commands.command import COMMANDS
from libs.commands.errors import AlreadyDecided, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.initiative import INITIATIVE, Initiative
from libs.events.catalog.roadmap.initiative_events import (
    ActionAdded,
    FailureAnalysed,
    InitiativeChecked,
    InitiativeClosed,
    InitiativeOpened,
    InitiativePlanned,
    ObjectiveSet,
    Reinforcement,
    StepEntered,
    StepSkipped,
    SuccessTold,
)
from libs.events.catalog.roadmap.metric import BaselineMeasured, MetricDefined, MetricKind
from libs.events.catalog.roadmap.vision import VisionSet
from libs.events.event import Retracted
from libs.rules.improvement.initiatives import InitiativeCourse, course
from libs.rules.tasks import awaited
from services.roadmap.domain import decisions

Said = dict[str, Any]

ASSESS: Said = {"dimension": "people", "text": "Two of nine know how", "source": "survey"}
OBJECTIVE: Said = {"objective": "o", "kind": "objective", "text": "Nine in ten renew online"}
PLAN: Said = {"kind": "direct", "text": "Train, then switch"}
PILOT: Said = {"action": "a", "text": "One counter first", "scope": "pilot"}
ROLL_OUT: Said = {"action": "b", "text": "All counters", "scope": "roll_out"}
REPORT: Said = {"text": "Half is done", "share": "0.5"}
REACHED: Said = {"progress": "achieved", "value": "relevant", "evidence": "The figures of May"}
MISSED: Said = {"progress": "not_achieved", "value": "relevant", "evidence": "The figures of May"}
ANALYSIS: Said = {"analysis": "Nobody was trained", "lesson": "Train first", "shared_with": ["all product owners"]}
STORY: Said = {"story": "Queues are gone", "reinforcement": [{"text": "A yearly training", "owner": "dana"}]}


def opened(template: str = "full", subject: str = "product:permits", **more: Any) -> Scenario:
    """An initiative of a product whose home has a vision."""
    s = Scenario(decisions).given("product:permits", ProductRegistered(name="Permits", home="env"), at="2026-01-01")
    s.given("vision:env", VisionSet(subject="organisation:env", text="No queues"), at="2026-01-01")
    data = {"subject": subject, "title": "Renew online", "value": "Half a day saved", "level": "tactical", "template": template, **more}
    return say(s, "open_initiative", by="portfolio_manager@env", at="2026-02-01", **data)


def say(s: Scenario, command: str, *, by: str = "portfolio_manager@env", **data: Any) -> Scenario:
    return s.when(COMMANDS[f"roadmap.{command}"].model_validate({"initiative": "i", **data}), by=by)


def enter(s: Scenario, *steps: str) -> Scenario:
    """Enters steps, each with what it asks for."""
    for step in steps:
        assert say(s, "enter_step", step=step).error is None, s.error
        for command, data in BRINGS.get(step, ()):
            assert say(s, command, **data).error is None, s.error
        if step == "vision":
            s.given("vision:own", VisionSet(subject="initiative:i", text="All renewals online"))
    return s


BRINGS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "now": (("assess", ASSESS),),
    "want": (("set_objective", OBJECTIVE),),
    "how": (("plan_initiative", PLAN),),
    "act": (("add_action", PILOT), ("report_progress", REPORT)),
}
TO_THERE = ("vision", "now", "want", "how", "act", "there")


def state(s: Scenario) -> Initiative:
    found = s.facts().get(INITIATIVE, "i")
    assert found is not None
    return found


def stands(s: Scenario) -> InitiativeCourse:
    return course(s.facts(), "i")


@pytest.mark.requirement("S2-05")
@pytest.mark.requirement("S2-15")
@pytest.mark.requirement("S2-21")
def test_an_initiative_goes_through_all_seven_steps_and_is_closed_with_its_success_told() -> None:
    s = enter(opened(), *TO_THERE)
    say(s, "judge_initiative", **REACHED)
    say(s, "enter_step", step="momentum").then(StepEntered(step="momentum"))  # type: ignore[arg-type]
    assert say(s, "close_initiative").refused(Refused, "S2-15").detail == "the step momentum lacks its success, told to others"
    say(s, "tell_success", **STORY).then(SuccessTold(story="Queues are gone", reinforcement=(Reinforcement(text="A yearly training", owner="dana"),)))
    say(s, "close_initiative").then(InitiativeClosed())
    assert (stands(s).outcome, stands(s).skipped, stands(s).next) == ("worked", (), ())
    for command, data in (("enter_step", {"step": "vision"}), ("assess", ASSESS), ("close_initiative", {})):
        say(s, command, **data).refused(AlreadyDecided, "S2-05")


@pytest.mark.requirement("S2-05")
def test_a_step_out_of_order_or_twice_or_past_is_refused() -> None:
    s = opened()
    refused = say(s, "enter_step", step="now").refused(Refused, "S2-05")
    assert refused.detail == "before now the initiative must enter or skip vision" and refused.field == "step"
    say(s, "skip_step", step="how", reason="Later").refused(Refused, "S2-05")
    enter(s, "vision", "now")
    say(s, "enter_step", step="now").refused(AlreadyDecided, "S2-05")
    say(s, "enter_step", step="vision").refused(AlreadyDecided, "S2-05")
    say(s, "skip_step", step="vision", reason="After all").refused(AlreadyDecided, "S2-05")


@pytest.mark.requirement("S2-05")
def test_a_step_is_dated_no_earlier_than_what_it_rests_on() -> None:
    s = enter(opened(), "vision")
    say(s, "enter_step", step="vision", at="2026-01-05").refused(Invalid)
    say(s, "enter_step", step="now", at="2026-03-01").refused(Refused, "S2-05")


@pytest.mark.requirement("S2-06")
@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("product:permits", ProductRegistered(name="Permits", home="parks")),
        ("team:t", TeamFormed(name="T", home="parks", products=())),
        ("program:p", ProgramOpened(name="P", home="parks")),
        ("organisation:parks", None),
    ],
)
def test_a_vision_serves_that_of_the_organisation_whatever_is_improved(subject: str, said: Any) -> None:
    s = Scenario(decisions)
    if said is not None:
        s.given(subject, said, at="2026-01-01")
    data = {"subject": subject, "title": "T", "value": "V", "level": "strategic", "template": "full", "vision": "far"}
    say(s, "open_initiative", by="importer", **data)
    say(s, "enter_step", by="importer", step="vision").refused(Refused, "S2-06")
    s.given("vision:parks", VisionSet(subject="organisation:parks", text="Clean lakes"))
    say(s, "enter_step", by="importer", step="vision").then(StepEntered(step="vision"))  # type: ignore[arg-type]


@pytest.mark.requirement("S2-06")
def test_a_vision_that_is_named_takes_the_place_of_the_organisations_and_what_is_nowhere_at_home_has_none() -> None:
    s = Scenario(decisions)
    data = {"subject": "product:unknown", "title": "T", "value": "V", "level": "strategic", "template": "full", "vision": "far"}
    say(s, "open_initiative", by="importer", **data)
    assert "not known" in say(s, "enter_step", by="importer", step="vision").refused(Refused, "S2-06").detail
    s.given("vision:far", VisionSet(subject="program:all", text="One government"))
    assert say(s, "enter_step", by="importer", step="vision").error is None


@pytest.mark.requirement("S2-06")
@pytest.mark.requirement("S2-07")
@pytest.mark.requirement("S2-09")
@pytest.mark.requirement("S2-11")
@pytest.mark.requirement("S2-12")
@pytest.mark.requirement("S2-13")
def test_each_step_asks_for_something_before_the_next() -> None:
    s, rules = opened(), []
    by = {"vision": "S2-06", "now": "S2-07", "want": "S2-09", "how": "S2-11", "act": "S2-12", "there": "S2-13"}
    for step, following in zip(TO_THERE, (*TO_THERE[1:], "momentum"), strict=True):
        assert say(s, "enter_step", step=step).error is None
        refused = say(s, "enter_step", step=following).refused(Refused, by[step])
        rules.append((refused.rule, stands(s).next[0].rule, stands(s).next[0].command.partition(".")[2]))
        if step == "vision":
            s.given("vision:own", VisionSet(subject="initiative:i", text="All renewals online"))
        for command, data in BRINGS.get(step, ()):
            say(s, command, **data)
    assert rules == [
        ("S2-06", "S2-06", "set_vision"),
        ("S2-07", "S2-07", "assess"),
        ("S2-09", "S2-09", "set_objective"),
        ("S2-11", "S2-11", "plan_initiative"),
        ("S2-12", "S2-12", "report_progress"),
        ("S2-13", "S2-13", "judge_initiative"),
    ]


@pytest.mark.requirement("S2-17")
def test_every_step_may_be_left_out_with_a_reason_and_what_that_costs_is_shown_for_good() -> None:
    s = opened()
    steps = ("vision", "now", "want", "how", "act", "there", "momentum")
    for step in steps:
        say(s, "skip_step", step=step, reason="No time").then(StepSkipped(step=step, reason="No time"))  # type: ignore[arg-type]
    assert say(s, "close_initiative").error is None
    found = stands(s)
    assert [(one.step, one.reason, one.iteration) for one in found.skipped] == [(step, "No time", 1) for step in steps]
    assert len({one.cost for one in found.skipped}) == 7 and found.outcome == "unknown"
    assert [one.state for one in found.steps] == ["skipped"] * 7


@pytest.mark.requirement("S2-17")
def test_the_step_that_it_is_in_may_still_be_left_out() -> None:
    s = enter(opened(), "vision")
    say(s, "enter_step", step="now")
    say(s, "skip_step", step="now", reason="Nobody to ask").then(StepSkipped(step="now", reason="Nobody to ask"))  # type: ignore[arg-type]
    say(s, "skip_step", step="now", reason="Nobody to ask").refused(AlreadyDecided, "S2-05")
    assert [one.step for one in stands(s).skipped] == ["now"]
    assert stands(s).step == "vision", "it is in the last step that it has entered and not left out"
    assert say(s, "enter_step", step="want").error is None, "what is left out lacks nothing"
    assert say(s, "set_objective", **OBJECTIVE).error is None, "whoever skips the assessment may still aim at something"


@pytest.mark.requirement("S2-18")
def test_the_light_template_leaves_out_two_steps_by_itself_and_says_so() -> None:
    s = enter(opened("light"), "vision", "now", "want", "act", "there")
    assert say(s, "enter_step", step="how").refused(Refused, "S2-05").detail == "the initiative has gone past how in iteration 1"
    say(s, "judge_initiative", **REACHED)
    assert say(s, "close_initiative").error is None
    assert [(one.step, one.skipped) for one in stands(s).skipped] == [("how", None), ("momentum", None)]
    t = enter(opened("light"), "vision", "now", "want", "how", "act", "there")
    assert stands(t).skipped == (), "entered they are not left out"
    full = enter(opened(), "vision", "now", "want")
    say(full, "enter_step", step="act").refused(Refused, "S2-05")


@pytest.mark.requirement("S2-07")
def test_no_objective_before_an_assessment() -> None:
    s = enter(opened(), "vision")
    say(s, "set_objective", **OBJECTIVE).refused(Refused, "S2-07")


@pytest.mark.requirement("S2-08")
def test_no_target_before_the_baseline_of_its_metric() -> None:
    aim = {**OBJECTIVE, "metric": "sat", "target": "90"}
    s = enter(opened(), "vision", "now")
    defined = MetricDefined(product="permits", name="Sat", kind=MetricKind.QUANTITATIVE, goal="g", method="m", tool="t", source="s", responsible="ed")
    say(s, "set_objective", **{**aim, "metric": "unheard"}).refused(NotFound)
    s.given("metric:sat", defined, at="2026-01-01")
    say(s, "set_objective", **aim).refused(Refused, "S2-08")
    s.given("metric:sat", BaselineMeasured(value=Decimal(60)), at="2026-01-02")
    assert say(s, "set_objective", **aim).error is None
    assert say(s, "set_objective", **{**OBJECTIVE, "target": "90"}).refused(Invalid).field == "metric"
    assert say(s, "set_objective", **{**OBJECTIVE, "due": "2026-05-31"}).refused(Invalid).field == "due"


@pytest.mark.requirement("S2-10")
def test_an_objective_is_changed_under_its_id() -> None:
    s = enter(opened(), "vision", "now", "want")
    say(s, "set_objective", **OBJECTIVE | {"text": "All renew online", "due": "2026-12-31"}).then(
        ObjectiveSet(objective="o", kind="objective", text="All renew online", due=date(2026, 12, 31))  # type: ignore[arg-type]
    )
    assert [one.text for one in state(s).objectives] == ["All renew online"]


@pytest.mark.requirement("S2-11")
def test_another_plan_needs_a_reason() -> None:
    s = enter(opened(), "vision", "now", "want", "how")
    assert say(s, "plan_initiative", kind="experimental", text="Try things").refused(Refused, "S2-11").field == "reason"
    say(s, "plan_initiative", kind="experimental", text="Try things", reason="Nobody knows the way").then(
        InitiativePlanned(kind="experimental", text="Try things", reason="Nobody knows the way")  # type: ignore[arg-type]
    )


@pytest.mark.requirement("S2-12")
def test_no_roll_out_before_a_pilot() -> None:
    s = enter(opened(), "vision", "now", "want", "how")
    assert say(s, "add_action", **ROLL_OUT).refused(Refused, "S2-12").field == "scope"
    say(s, "add_action", **PILOT, carries=["roadmap_item:maps"]).then(
        ActionAdded(action="a", text="One counter first", scope="pilot", carries=("roadmap_item:maps",))  # type: ignore[arg-type]
    )
    say(s, "add_action", **{**ROLL_OUT, "action": "a"}).refused(Refused, "S2-12")
    assert say(s, "add_action", **ROLL_OUT).error is None
    assert [one.id for one in s.facts().related(INITIATIVE, "carries", "roadmap_item:maps")] == ["i"]


@pytest.mark.requirement("S2-12")
def test_progress_is_reported_while_acting() -> None:
    s = enter(opened(), "vision", "now", "want", "how")
    say(s, "report_progress", **REPORT).refused(Refused, "S2-12")
    say(s, "skip_step", step="act", reason="Others do it")
    say(s, "report_progress", **REPORT).refused(Refused, "S2-12")


@pytest.mark.requirement("S2-13")
def test_both_verdicts_are_given_once_in_the_step_that_asks_for_them() -> None:
    s = enter(opened(), "vision", "now", "want", "how", "act")
    say(s, "judge_initiative", **REACHED).refused(Refused, "S2-13")
    enter(s, "there")
    for left_out in ("progress", "value", "evidence"):
        with pytest.raises(ValueError, match=left_out):
            say(s, "judge_initiative", **{field: value for field, value in REACHED.items() if field != left_out})
    say(s, "judge_initiative", **REACHED)
    say(s, "judge_initiative", **MISSED).refused(AlreadyDecided, "S2-13")


@pytest.mark.requirement("S2-14")
@pytest.mark.requirement("S2-16")
def test_what_was_not_achieved_opens_the_next_iteration_or_is_closed_with_its_lesson_alone() -> None:
    s = enter(opened(), *TO_THERE)
    say(s, "close_initiative").refused(Refused, "S2-13")
    say(s, "judge_initiative", **MISSED)
    assert (state(s).iteration, stands(s).step) == (2, None)
    assert [one.command for one in stands(s).next] == ["roadmap.analyse_failure", "roadmap.enter_step", "roadmap.skip_step"]
    say(s, "tell_success", **STORY).refused(Refused, "S2-15")
    say(s, "close_initiative").refused(Refused, "S2-16")
    with pytest.raises(ValueError, match="shared_with"):
        say(s, "analyse_failure", **ANALYSIS | {"shared_with": []})
    say(s, "analyse_failure", **ANALYSIS).then(FailureAnalysed(analysis="Nobody was trained", lesson="Train first", shared_with=("all product owners",)))
    assert state(s).failures[0].iteration == 1
    enter(s, "vision", "now")
    assert (state(s).iteration, stands(s).step) == (2, "now")
    say(s, "close_initiative").then(InitiativeClosed())
    assert stands(s).outcome == "failed"


@pytest.mark.requirement("S2-14")
def test_a_second_iteration_that_works_is_a_success() -> None:
    s = enter(opened(), *TO_THERE)
    say(s, "judge_initiative", **MISSED)
    enter(s, "vision", "now", "want")
    say(s, "enter_step", step="how")
    say(s, "enter_step", step="act").refused(Refused, "S2-11")
    say(s, "plan_initiative", **PLAN, reason="The first plan trained nobody")
    enter(s, "act", "there")
    say(s, "judge_initiative", **REACHED)
    enter(s, "momentum")
    say(s, "tell_success", **STORY)
    assert say(s, "close_initiative").error is None and stands(s).outcome == "worked"
    assert [one.iteration for one in state(s).verdicts] == [1, 2]


@pytest.mark.requirement("S2-14")
def test_what_was_partly_achieved_goes_on_to_the_last_step_or_begins_again() -> None:
    for step, iteration in (("momentum", 1), ("vision", 2)):
        s = enter(opened(), *TO_THERE)
        say(s, "judge_initiative", **MISSED | {"progress": "partly"})
        assert {(one.command, one.step) for one in stands(s).next} >= {("roadmap.enter_step", "momentum"), ("roadmap.enter_step", "vision")}
        enter(s, step)
        assert state(s).iteration == iteration


@pytest.mark.requirement("S2-16")
def test_what_matters_no_longer_has_failed_though_it_was_achieved() -> None:
    s = enter(opened(), *TO_THERE)
    say(s, "analyse_failure", **ANALYSIS).refused(Refused, "S2-16")
    say(s, "judge_initiative", **REACHED | {"value": "irrelevant"})
    say(s, "close_initiative").refused(Refused, "S2-16")
    say(s, "analyse_failure", **ANALYSIS)
    assert say(s, "close_initiative").error is None and stands(s).outcome == "failed"


def test_verdicts_that_are_taken_back_leave_the_iteration_as_it_was() -> None:
    s = enter(opened(), *TO_THERE)
    say(s, "judge_initiative", **MISSED)
    event = next(one for one in s.world.events("initiative:i") if isinstance(one.data, InitiativeChecked))
    s.given("initiative:i", Retracted(event=event.id, reason="Of another"))
    assert (state(s).iteration, stands(s).step) == (1, "there")


@pytest.mark.parametrize("command", [name for name, one in COMMANDS.items() if one.SPEC.kind is INITIATIVE])
def test_product_owners_managers_and_executives_speak_of_initiatives_and_nobody_else(command: str) -> None:
    data = next(data for name, data in _examples() if name == command)
    for role in ("team@*", "cab@env", "steering_group@env", "lab_ops", "product_owner@taxes", "executive@citz"):
        say(enter(opened(), *TO_THERE), command.partition(".")[2], by=role, **data).refused(NotAllowed)
    for role in ("product_owner@permits", "portfolio_manager@env", "executive@env"):
        assert not isinstance(say(enter(opened(), *TO_THERE), command.partition(".")[2], by=role, **data).error, NotAllowed)


def _examples() -> Iterator[tuple[str, dict[str, Any]]]:
    data = {"subject": "product:permits", "title": "T", "value": "V", "level": "tactical", "template": "full", "initiative": "j"}
    yield "roadmap.open_initiative", data
    yield "roadmap.enter_step", {"step": "momentum"}
    yield "roadmap.skip_step", {"step": "there", "reason": "No time"}
    for step in BRINGS.values():
        yield from ((f"roadmap.{name}", given) for name, given in step)
    yield "roadmap.judge_initiative", REACHED
    yield "roadmap.tell_success", STORY
    yield "roadmap.analyse_failure", ANALYSIS
    yield "roadmap.close_initiative", {}


@pytest.mark.parametrize("subject", ["permits", "person:ed", "product:", "product:A", "initiative:i"])
def test_what_is_improved_is_a_team_a_product_a_program_or_an_organisation(subject: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        opened(subject=subject)


def test_nothing_is_said_of_an_initiative_that_nobody_opened_and_none_is_opened_twice() -> None:
    say(Scenario(decisions), "enter_step", step="vision", by="importer").refused(NotFound)
    s = opened()
    assert [type(event.data) for event in s.said] == [InitiativeOpened]
    say(s, "assess", **ASSESS, at=datetime(2026, 1, 5, tzinfo=UTC)).refused(Invalid)


@pytest.mark.requirement("S2-13")
@pytest.mark.requirement("S2-16")
def test_verdicts_and_the_lesson_of_a_failure_wait_for_whoever_may_speak_of_the_initiative() -> None:
    def waiting(s: Scenario) -> list[str]:
        return [one.kind for one in awaited(s.facts()) if one.subject_id == "i"]

    s = enter(opened(), *TO_THERE)
    assert waiting(s) == ["judge_initiative"]
    say(s, "judge_initiative", **MISSED)
    assert waiting(s) == ["analyse_failure"]
    assert waiting(enter(s, "vision")) == []
    t = enter(opened(), *TO_THERE)
    say(t, "judge_initiative", **MISSED)
    say(t, "analyse_failure", **ANALYSIS)
    assert waiting(t) == []
