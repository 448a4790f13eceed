"""An initiative as it stands: what it is, the steps that it took in each iteration, and what they brought (S2-05)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

from annotated_doc import Doc

from libs.events.catalog.backlog.improvement import ImprovementLevel
from libs.events.catalog.roadmap.initiative_choices import InitiativeStep, InitiativeTemplate, ProgressVerdict, ValueChainActivity
from libs.events.catalog.roadmap.initiative_events import (
    ActionAdded,
    CarriedId,
    FailureAnalysed,
    ImprovedId,
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
from libs.events.event import Event, Kind, changed, state
from libs.events.values import Called, Inverse, RecommendationId, VisionId, shared

Iteration = Annotated[int, Doc("The iteration that it belongs to, from 1.")]


class Taken(NamedTuple):
    """A step that was entered, or (with its reason) skipped, in an iteration."""

    iteration: int
    step: InitiativeStep
    event: Event
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(InitiativeAssessed):
    """How something stood in one dimension (S2-07)."""

    iteration: Iteration
    assessed: Annotated[Event, Doc("The day on which it was so.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective(ObjectiveSet):
    """What an initiative aims at, as it was said last (S2-09)."""

    set: Annotated[Event, Doc("The day on which it was said last.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativePlan(InitiativePlanned):
    """A plan of an initiative (S2-11)."""

    iteration: Iteration
    planned: Annotated[Event, Doc("The day on which it was made.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(ActionAdded):
    """An action of an initiative, as it was said last (S2-12)."""

    iteration: Iteration
    added: Annotated[Event, Doc("The day on which it was said last.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReport(ProgressReported):
    """How far an initiative had come (S2-12)."""

    iteration: Iteration
    reported: Annotated[Event, Doc("The day on which it had come so far.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeVerdict(InitiativeChecked):
    """Both verdicts on an iteration (S2-13)."""

    iteration: Iteration
    checked: Annotated[Event, Doc("The day on which they were given.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessStory(SuccessTold):
    """What came of an initiative, told, and made to last (S2-15)."""

    iteration: Iteration
    told: Annotated[Event, Doc("The day on which it was told.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureAnalysis(FailureAnalysed):
    """Why an iteration failed, and what others learn from it (S2-16)."""

    iteration: Iteration
    analysed: Annotated[Event, Doc("The day on which it was analysed.")]


@state
class Initiative:
    """A larger improvement that goes through seven steps, as often as it takes (S2-05)."""

    id: str
    title: Annotated[str, Doc("As people call it."), Called] = ""
    subject: Annotated[ImprovedId, Doc("What is to be improved (S2-01)."), Inverse("The initiatives to improve it, by id (S2-05).")] = ""
    value: Annotated[str, Doc("What it is worth to those whom the service is for (S2-21).")] = ""
    level: Annotated[ImprovementLevel, Doc("The level on which something is improved (S2-03).")] = ImprovementLevel.OPERATIONAL
    template: Annotated[InitiativeTemplate, Doc("How much of the seven steps it goes through (S2-18).")] = InitiativeTemplate.FULL
    activity: Annotated[ValueChainActivity | None, Doc("The activity of the value chain that it improves (S2-20); null where none is named.")] = None
    vision: Annotated[
        VisionId | None,
        Doc("The vision that it was opened to serve (S2-06); null where none is named: then it is that of its organisation."),
        Inverse("The initiatives that were opened to serve it, by id (S2-06)."),
    ] = None
    recommendation: Annotated[
        RecommendationId | None,
        Doc("The recommendation that it carries out (S1-12); null where none is named."),
        Inverse("The initiatives that carry it out, by id (S1-12)."),
    ] = None
    iteration: Annotated[int, Doc("How often it has begun; the next begins where what it wants was not reached (S2-14).")] = 1
    opened: Annotated[Event | None, Doc("The day on which it was opened.")] = None
    closed: Annotated[Event | None, Doc("The day on which it was closed; null before.")] = None
    taken: tuple[Taken, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    objectives: tuple[Objective, ...] = ()
    plans: Annotated[tuple[InitiativePlan, ...], Doc("Its plans, in the order in which they were made (S2-11).")] = ()
    actions: tuple[Action, ...] = ()
    reports: Annotated[tuple[ProgressReport, ...], Doc("How far it had come, in order of time (S2-12).")] = ()
    verdicts: Annotated[tuple[InitiativeVerdict, ...], Doc("Both verdicts on each iteration that came so far, in order of time (S2-13).")] = ()
    successes: Annotated[tuple[SuccessStory, ...], Doc("What came of it, told to others (S2-15).")] = ()
    failures: Annotated[tuple[FailureAnalysis, ...], Doc("Why iterations failed, with the lessons (S2-16).")] = ()

    @property
    def verdict(self) -> InitiativeVerdict | None:
        """The verdicts that were given last; None before any."""
        return self.verdicts[-1] if self.verdicts else None

    @property
    def carries(
        self,
    ) -> Annotated[tuple[CarriedId, ...], Doc("By what its actions are carried out."), Inverse("The initiatives whose actions it carries out, by id (S2-06).")]:
        """The global ids of all that its actions name, each once."""
        return tuple(dict.fromkeys(id for action in self.actions for id in action.carries))

    def taken_in(self, iteration: int) -> dict[InitiativeStep, Taken]:
        """The steps of an iteration that were entered or skipped, in the order of time."""
        return {one.step: one for one in self.taken if one.iteration == iteration}

    def next_by(self, step: InitiativeStep) -> int:
        """The iteration to which a step belongs that is taken now: a partial success goes on to the last step, or begins again (S2-14)."""
        judged = self.verdict
        again = judged is not None and judged.iteration == self.iteration and judged.progress is ProgressVerdict.PARTLY
        return self.iteration + (again and step is not InitiativeStep.MOMENTUM)


def evolve(initiative: Initiative, event: Event) -> Initiative:
    """The initiative after one more event, in whatever order."""
    n = initiative.iteration
    match event.data:
        case InitiativeOpened() as said:
            if initiative.opened is not None and event.sequence < initiative.opened.sequence:
                return initiative
            return changed(initiative, **shared(Initiative, said), opened=event)
        case StepEntered(step=step) | StepSkipped(step=step):
            n = initiative.next_by(step)
            reason = event.data.reason if isinstance(event.data, StepSkipped) else None
            return changed(initiative, iteration=n, taken=(*initiative.taken, Taken(n, step, event, reason)))
        case InitiativeAssessed() as said:
            return changed(initiative, assessments=(*initiative.assessments, Assessment.of(said, iteration=n, assessed=event)))
        case ObjectiveSet(objective=id) as said:
            others = tuple(one for one in initiative.objectives if one.objective != id)
            return changed(initiative, objectives=(*others, Objective.of(said, set=event)))
        case InitiativePlanned() as said:
            plan, last = InitiativePlan.of(said, iteration=n, planned=event), initiative.plans[-1] if initiative.plans else None
            return initiative if last and plan == replace(last, planned=event) else changed(initiative, plans=(*initiative.plans, plan))
        case ActionAdded(action=id) as said:
            remaining = tuple(one for one in initiative.actions if one.action != id)
            return changed(initiative, actions=(*remaining, Action.of(said, iteration=n, added=event)))
        case ProgressReported() as said:
            return changed(initiative, reports=(*initiative.reports, ProgressReport.of(said, iteration=n, reported=event)))
    return _ended(initiative, event)


def _ended(initiative: Initiative, event: Event) -> Initiative:
    """The same after what belongs to the end of an iteration or of the whole."""
    n = initiative.iteration
    match event.data:
        case InitiativeChecked(progress=progress) as said:
            verdicts = (*initiative.verdicts, InitiativeVerdict.of(said, iteration=n, checked=event))
            return changed(initiative, verdicts=verdicts, iteration=n + (progress is ProgressVerdict.NOT_ACHIEVED))
        case SuccessTold() as said:
            return changed(initiative, successes=(*initiative.successes, SuccessStory.of(said, iteration=n, told=event)))
        case FailureAnalysed() as said:
            failed = initiative.verdict.iteration if initiative.verdict else n
            return changed(initiative, failures=(*initiative.failures, FailureAnalysis.of(said, iteration=failed, analysed=event)))
        case InitiativeClosed():
            return changed(initiative, closed=event)
    return initiative


INITIATIVE = Kind(
    "roadmap",
    "initiative",
    "initiatives",
    Initiative,
    evolve,
    defined_by=(InitiativeOpened,),
    begins=True,
    definition=("subject", "title", "value", "level", "template"),
)
