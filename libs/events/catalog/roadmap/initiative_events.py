"""What is said of an initiative: its opening, its steps, what each of them brings, and its end (S2-05 to S2-17)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from annotated_doc import Doc
from pydantic import BaseModel, ConfigDict, Field

from libs.events.catalog.backlog.improvement import ImprovementLevel
from libs.events.catalog.roadmap.initiative_choices import (
    ActionScope,
    AssessmentDimension,
    AssessmentSource,
    InitiativeStep,
    InitiativeTemplate,
    ObjectiveKind,
    PlanKind,
    ProgressVerdict,
    ValueChainActivity,
    ValueVerdict,
)
from libs.events.event import Payload, event
from libs.events.values import Among, Day, Existing, Id, Input, MetricId, PersonId, RecommendationId, Text, Title, VisionId

_IMPROVED = Among(("team", "product", "program", "organisation"))
ImprovedId = Annotated[str, _IMPROVED, _IMPROVED.written]
"""The global id of what an initiative improves."""
_CARRIED = Among(("roadmap_item", "experiment", "improvement"))
CarriedId = Annotated[str, _CARRIED, _CARRIED.written]
"""The global id of what an action of an initiative is carried out by."""
TARGET: Final = Input(max_digits=24, decimal_places=6, allow_inf_nan=False)


@event("headway.roadmap.initiative.opened.v1")
class InitiativeOpened(Payload):
    """A larger improvement is taken in hand, by the seven steps (S2-05)."""

    subject: Annotated[ImprovedId, Doc("What is to be improved: the global id of a team, a product, a program or an organisation.")]
    title: Annotated[str, Input(Title), Doc("As people call it.")]
    value: Annotated[str, Input(Text), Doc("What it is worth to those whom the service is for (S2-21).")]
    level: Annotated[ImprovementLevel, Doc("Strategic, tactical or operational (S2-03).")]
    template: Annotated[InitiativeTemplate, Doc("How much of the seven steps it goes through (S2-18).")]
    vision: Annotated[VisionId | None, Doc("The vision that it serves; without one the vision that its organisation has (S2-06).")] = None
    activity: Annotated[ValueChainActivity | None, Doc("The activity of the value chain that it improves (S2-20).")] = None
    recommendation: Annotated[RecommendationId | None, Existing(), Doc("The recommendation that it carries out (S1-12).")] = None


@event("headway.roadmap.initiative.step_entered.v1")
class StepEntered(Payload):
    """From now on it is in this step (S2-05)."""

    step: Annotated[InitiativeStep, Doc("The step that begins.")]


@event("headway.roadmap.initiative.step_skipped.v1")
class StepSkipped(Payload):
    """It goes on without this step, for this reason; what that costs is shown from then on (S2-17)."""

    step: Annotated[InitiativeStep, Doc("The step that is left out.")]
    reason: Annotated[str, Input(Text), Doc("Why it is left out.")]


@event("headway.roadmap.initiative.assessed.v1")
class InitiativeAssessed(Payload):
    """So it stands today in one dimension, as this source shows (S2-07)."""

    dimension: Annotated[AssessmentDimension, Doc("What was looked at.")]
    text: Annotated[str, Input(Text), Doc("What was found.")]
    source: Annotated[AssessmentSource, Doc("What shows it.")]
    metric: Annotated[MetricId | None, Existing(), Doc("The metric that measures it.")] = None


@event("headway.roadmap.initiative.objective_set.v1")
class ObjectiveSet(Payload):
    """This shall be reached, must go well, or is the figure by which it is seen (S2-09); said again under the same id it is changed."""

    objective: Annotated[Id, Doc("Its id within the initiative.")]
    kind: Annotated[ObjectiveKind, Doc("Objective, critical success factor or key performance indicator.")]
    text: Annotated[str, Input(Text), Doc("What is aimed at.")]
    metric: Annotated[MetricId | None, Existing(), Doc("The metric that measures it.")] = None
    target: Annotated[Decimal | None, TARGET, Doc("What the metric shall come to, in its unit.")] = None
    due: Annotated[date | None, Input(Day), Doc("The last day that counts.")] = None
    achievable: Annotated[str | None, Input(Text), Doc("Why it can be reached.")] = None
    relevant: Annotated[str | None, Input(Text), Doc("Why it matters.")] = None


@event("headway.roadmap.initiative.planned.v1")
class InitiativePlanned(Payload):
    """In this way it means to get where it wants to be (S2-11)."""

    kind: Annotated[PlanKind, Doc("A straight plan, or a series of experiments.")]
    text: Annotated[str, Input(Text), Doc("What is done, and in which order, until it is where it wants to be.")]
    reason: Annotated[str | None, Input(Text), Doc("Why it takes the place of the plan before; needed where there is one.")] = None


@event("headway.roadmap.initiative.action_added.v1")
class ActionAdded(Payload):
    """This is done for it, on this scale (S2-12); said again under the same id it is changed."""

    action: Annotated[Id, Doc("Its id within the initiative.")]
    text: Annotated[str, Input(Text), Doc("What is done.")]
    scope: Annotated[ActionScope, Doc("A pilot, or the roll-out after it.")]
    carries: Annotated[tuple[CarriedId, ...], Input(max_length=100), Doc("By what it is carried out: roadmap items, experiments, improvements.")] = ()


@event("headway.roadmap.initiative.progress_reported.v1")
class ProgressReported(Payload):
    """So far it has come while acting (S2-12)."""

    text: Annotated[str, Input(Text), Doc("How far it has come.")]
    share: Annotated[Decimal | None, Input(ge=0, le=1, decimal_places=4, allow_inf_nan=False), Doc("The share that is done, 0 to 1.")] = None


@event("headway.roadmap.initiative.checked.v1")
class InitiativeChecked(Payload):
    """Whether its objectives were reached and whether they still matter, which are two questions (S2-13)."""

    progress: Annotated[ProgressVerdict, Doc("Whether the objectives were reached.")]
    value: Annotated[ValueVerdict, Doc("Whether they still matter.")]
    evidence: Annotated[str, Input(Text), Doc("What shows both.")]


class Reinforcement(BaseModel):
    """What makes a success last, such as a policy or a training, and who sees to it (S2-15)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[Text, Field(description="What makes it last.")]
    owner: Annotated[PersonId, Field(description="The id of the person who sees to it.")]


@event("headway.roadmap.initiative.success_told.v1")
class SuccessTold(Payload):
    """What came of it is told to others, and made to last (S2-15)."""

    story: Annotated[str, Input(Text), Doc("What was reached, for those who were not there.")]
    reinforcement: Annotated[tuple[Reinforcement, ...], Input(max_length=100), Doc("What makes it last, each with its owner.")] = ()


@event("headway.roadmap.initiative.failure_analysed.v1")
class FailureAnalysed(Payload):
    """Why it failed, what is learned from that, and with whom the lesson was shared (S2-16)."""

    analysis: Annotated[str, Input(Text), Doc("Why it failed.")]
    lesson: Annotated[str, Input(Text), Doc("What others should know.")]
    shared_with: Annotated[tuple[str, ...], Input(Title, min_length=1, max_length=100), Doc("With whom the lesson was shared.")]


@event("headway.roadmap.initiative.closed.v1")
class InitiativeClosed(Payload):
    """It is at its end."""
