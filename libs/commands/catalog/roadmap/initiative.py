"""Commands about an initiative."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.initiative import INITIATIVE
from libs.events.catalog.roadmap.initiative_events import (
    ActionAdded,
    FailureAnalysed,
    InitiativeAssessed,
    InitiativeChecked,
    InitiativeClosed,
    InitiativeOpened,
    InitiativePlanned,
    ObjectiveSet,
    ProgressReported,
    StepEntered,
    StepSkipped,
    SuccessTold,
)
from libs.events.values import InitiativeId

TOPIC = "initiatives"


class OfInitiative(Command):
    """Is asked of an initiative that was opened."""

    initiative: Annotated[InitiativeId, Field(description="The initiative's id.")]


@command("roadmap.open_initiative", INITIATIVE, topic=TOPIC, creates=True, requirements=("S1-12", "S2-01", "S2-03", "S2-05", "S2-18", "S2-20", "S2-21"))
class OpenInitiative(Command, InitiativeOpened, first=("initiative",)):
    """Take a larger improvement in hand, to go through the seven steps of continual improvement with it."""

    initiative: Annotated[InitiativeId | None, MADE] = None


@command("roadmap.enter_step", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-06", "S2-07", "S2-09", "S2-11", "S2-12", "S2-13", "S2-14", "S2-15"))
class EnterStep(OfInitiative, StepEntered):
    """Enter the next step, once the one before has brought what it asks for. After a verdict of not or partly achieved the first begins another iteration."""


@command("roadmap.skip_step", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-06", "S2-07", "S2-09", "S2-11", "S2-12", "S2-13", "S2-15", "S2-17"))
class SkipStep(OfInitiative, StepSkipped):
    """Leave a step out. The initiative shows for good that it was, why, and what that costs."""


@command("roadmap.assess", INITIATIVE, topic=TOPIC, counts=True, requirements=("S2-05", "S2-07"))
class Assess(OfInitiative, InitiativeAssessed):
    """Record where something stands now in one dimension: value, people, processes, technology or culture."""


@command("roadmap.set_objective", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-07", "S2-08", "S2-09", "S2-10"))
class SetObjective(OfInitiative, ObjectiveSet):
    """Set an objective, a critical success factor or a key performance indicator, or change it. Which letters of SMART it fails is shown beside it."""


@command("roadmap.plan_initiative", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-11"))
class PlanInitiative(OfInitiative, InitiativePlanned):
    """Say how to get there: by a straight plan, or by experiments. Another plan needs a reason."""


@command("roadmap.add_action", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-06", "S2-12"))
class AddAction(OfInitiative, ActionAdded):
    """Add an action and what carries it out, or change it: a pilot, and after that the roll-out."""


@command("roadmap.report_progress", INITIATIVE, topic=TOPIC, counts=True, requirements=("S2-05", "S2-12"))
class ReportProgress(OfInitiative, ProgressReported):
    """Say how far it has come while acting."""


@command("roadmap.judge_initiative", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-13", "S2-14"))
class JudgeInitiative(OfInitiative, InitiativeChecked):
    """Say whether the objectives were reached, and whether they still matter. Not achieved opens the next iteration."""


@command("roadmap.tell_success", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-15"))
class TellSuccess(OfInitiative, SuccessTold):
    """Tell what was reached, and say what makes it last, each with its owner."""


@command("roadmap.analyse_failure", INITIATIVE, topic=TOPIC, requirements=("S2-05", "S2-16"))
class AnalyseFailure(OfInitiative, FailureAnalysed):
    """Say why it failed, what is learned from that, and with whom the lesson was shared."""


@command("roadmap.close_initiative", INITIATIVE, topic=TOPIC, requirements=tuple(f"S2-{n:02}" for n in (5, 6, 7, 9, 11, 12, 13, 15, 16)))
class CloseInitiative(OfInitiative, InitiativeClosed):
    """Close it: all steps taken or left out, or, where it failed, with an analysis and a shared lesson."""
