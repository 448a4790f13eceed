"""Where an initiative stands at a moment: SMART, the principles of each step, what was left out, and what was believed before (S2-10, S2-17 to S2-19)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.calendar.local_time import start_of
from libs.events.catalog.backlog.improvement import ImprovementLevel
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.initiative import Objective
from libs.events.catalog.roadmap.initiative_choices import (
    ActionScope,
    AssessmentDimension,
    AssessmentSource,
    InitiativeStep,
    InitiativeTemplate,
    ObjectiveKind,
    ProgressVerdict,
    ValueChainActivity,
    ValueVerdict,
)
from libs.events.catalog.roadmap.initiative_events import (
    ActionAdded,
    InitiativeAssessed,
    InitiativeChecked,
    InitiativeOpened,
    ObjectiveSet,
    StepEntered,
    StepSkipped,
)
from libs.events.catalog.roadmap.vision import VisionSet
from libs.events.event import Actor, Event
from libs.rules.explanations import FIGURES
from libs.rules.improvement.initiatives import SmartCriterion, fails
from libs.rules.improvement.seven_steps import GUIDES
from tests.given import Read, given, say

OPENED = InitiativeOpened(
    subject="product:permits",
    title="Renew online",
    value="Half a day saved",
    level=ImprovementLevel.TACTICAL,
    template=InitiativeTemplate.FULL,
    activity=ValueChainActivity.DELIVER_AND_SUPPORT,
)
ASSESSED = InitiativeAssessed(dimension=AssessmentDimension.PEOPLE, text="Two of nine", source=AssessmentSource.SURVEY, metric="sat")
MISSED = InitiativeChecked(progress=ProgressVerdict.NOT_ACHIEVED, value=ValueVerdict.RELEVANT, evidence="May")
SMART = ObjectiveSet(
    objective="o",
    kind=ObjectiveKind.OBJECTIVE,
    text="Nine in ten renew online",
    metric="sat",
    target=Decimal(90),
    due=date(2026, 12, 31),
    achievable="Two ministries did",
    relevant="Half of all visits",
)


def told(*more: Any) -> Read:
    said = [
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("vision:own", VisionSet(subject="initiative:i", text="All online")),
        say("initiative:i", OPENED, StepSkipped(step=InitiativeStep.VISION, reason="It is clear"), StepEntered(step=InitiativeStep.NOW), at="2024-02-01"),
        say("initiative:i", ASSESSED, at="2024-02-02"),
        *more,
    ]
    return given(*said)


def letters(said: ObjectiveSet) -> tuple[str, ...]:
    now = start_of(date(2026, 6, 1))
    return fails(Objective.of(said, set=Event("initiative:i", 1, now, now, now, Actor("ann", "importer"), said)))


@pytest.mark.requirement("S2-10")
def test_an_objective_fails_the_letters_of_smart_that_it_says_nothing_to() -> None:
    assert letters(SMART) == ()
    bare = ObjectiveSet(objective="o", kind=ObjectiveKind.CSF, text="Better service")
    assert letters(bare) == tuple(SmartCriterion) and "".join(one[0] for one in SmartCriterion) == "smart"
    without = {"metric": "measurable", "target": "measurable", "due": "time_bound", "achievable": "achievable", "relevant": "relevant"}
    for field, letter in without.items():
        said = {name: getattr(SMART, name) for name in ObjectiveSet.__dataclass_fields__ if name != field}
        assert letters(ObjectiveSet(**said)) == (letter,), field


@pytest.mark.requirement("S2-19")
def test_each_step_names_the_principles_of_the_matrix() -> None:
    table = {
        "vision": "value collaborate holistic",
        "now": "start collaborate",
        "want": "iterate holistic simple automate",
        "how": "iterate collaborate holistic simple",
        "act": "value iterate collaborate",
        "there": "value collaborate holistic",
        "momentum": "value collaborate holistic automate",
    }
    assert {step.value: " ".join(guide.principles) for step, guide in GUIDES.items()} == table
    steps = told().on("2024-03-01").shown("initiative:i", "course { step steps { step state principles } }")
    assert steps["step"] == "NOW" and [one["state"] for one in steps["steps"]] == ["SKIPPED", "CURRENT", *["OPEN"] * 5]
    assert steps["steps"][1]["principles"] == ["START", "COLLABORATE"]


@pytest.mark.requirement("S2-05")
@pytest.mark.requirement("S2-20")
def test_what_is_said_of_an_initiative_is_shown_with_what_it_names() -> None:
    acted = ActionAdded(action="a", text="One counter", scope=ActionScope.PILOT, carries=("roadmap_item:maps",))
    read = told(say("initiative:i", SMART, acted, at="2024-02-03")).on("2024-03-01")
    read.shows("initiative:i", "activity", "DELIVER_AND_SUPPORT")
    read.shows("initiative:i", "subject { id name }", {"id": "product:permits", "name": "Permits"})
    read.shows("initiative:i", "ownVision { text }", {"text": "All online"})
    read.shows("initiative:i", "unassessed", ["VALUE", "PROCESSES", "TECHNOLOGY", "CULTURE"])
    read.shows("initiative:i", "assessments { dimension metric { id } iteration }", [{"dimension": "PEOPLE", "metric": {"id": "metric:sat"}, "iteration": 1}])
    read.shows("initiative:i", "objectives { text fails target }", [{"text": "Nine in ten renew online", "fails": [], "target": "90"}])
    read.shows("initiative:i", "actions { scope carries { id } }", [{"scope": "PILOT", "carries": [{"id": "roadmap_item:maps"}]}])
    read.shows("product:permits", "initiatives { nodes { id } }", {"nodes": [{"id": "initiative:i"}]})


@pytest.mark.requirement("S2-17")
def test_what_was_left_out_is_shown_with_its_cost_as_long_as_it_is_known() -> None:
    cost = GUIDES[InitiativeStep.VISION].cost
    read = told(say("initiative:i", StepSkipped(step=InitiativeStep.WANT, reason="No time"), at="2024-02-10", known="2024-06-01"))
    found = [{"step": "VISION", "cost": cost, "iteration": 1, "reason": "It is clear", "skippedOn": "2024-02-01"}]
    read.on("2024-03-01").knowing("2024-05-01").shows("initiative:i", "course.skipped { step cost iteration reason skippedOn }", found)
    later = [*(one["step"] for one in found), "WANT"]
    read.on("2024-03-01").shows("initiative:i", "course.skipped { step }", [{"step": step} for step in later])


@pytest.mark.requirement("S2-14")
def test_a_verdict_that_is_learned_late_opens_the_next_iteration_on_its_own_day() -> None:
    read = told(say("initiative:i", MISSED, at="2024-03-01", known="2024-09-01"))
    read.on("2024-04-01").shows("initiative:i", "iteration", 2)
    read.on("2024-02-20").shows("initiative:i", "iteration", 1)
    read.on("2024-04-01").knowing("2024-08-01").shows("initiative:i", "iteration", 1)
    read.on("2024-04-01").shows("initiative:i", "course { step outcome }", {"step": None, "outcome": "UNDER_WAY"})


@pytest.mark.parametrize(("field", "value"), [("course.step", "NOW"), ("course.outcome", "UNDER_WAY")])
def test_where_it_stands_is_explained_by_what_was_said_of_it(field: str, value: str) -> None:
    read = told().on("2024-03-01").shows("initiative:i", field, value)
    rests = FIGURES["initiative"][field].events(read.facts, "i")
    assert {"initiative:i@1", "initiative:i@2", "initiative:i@3"} <= {event.id for event in rests}
    why = read.shown("initiative:i", f'explain(field: "{field}") {{ value rule {{ id }} }}')
    assert why == {"value": value, "rule": {"id": "S2-05"}}
