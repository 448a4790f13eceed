"""An experiment: a small change that is planned, tried, checked and acted upon (plan, do, check, act)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from annotated_doc import Doc

from libs.events.choice import Choice, Tone, choice
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.judgement import Judgement, Of, judges
from libs.events.values import Called, Day, Existing, ExperimentId, Input, Inverse, MetricId, NeedId, ProductId, RoadmapItemId, TeamId, Text, shared


class ExperimentMethod(Choice):
    """How an experiment is run."""

    STANDARD = choice("standard", "The change is tried on a small scale, and what came of it is looked at.")
    AB = choice("ab", "Some users get one version and some the other, and the two are compared.", words="A/B test")


class ExperimentOutcome(Choice):
    """What is done with what an experiment taught (S3-05)."""

    ADOPT = choice("adopt", "It worked: wider changes take it up, which the roadmap holds.")
    ADAPT = choice("adapt", "It is tried again, by another plan.")
    ABANDON = choice("abandon", "It goes no further.")


class ExperimentStep(Choice):
    """Where in its cycle an experiment is (S3-04)."""

    PLAN = choice("plan", "It is planned; nobody has begun.", tone=Tone.PLAIN)
    DO = choice("do", "It runs, on the small scale that was planned.", tone=Tone.GOING)
    CHECK = choice("check", "It is known what came of it; nobody has drawn the conclusion yet.", tone=Tone.GOING)
    ACT = choice("act", "The conclusion is drawn.", tone=Tone.GOOD)
    STOPPED = choice("stopped", "It was broken off.", tone=Tone.ENDED)


@event("headway.backlog.experiment.planned.v1")
class ExperimentPlanned(Payload):
    """A team means to try a small change, to see whether what it supposes is so (S3-03)."""

    team: Annotated[TeamId, Doc("The team that runs it.")]
    product: Annotated[ProductId, Doc("The product that it tries something with.")]
    hypothesis: Annotated[str, Input(Text, max_length=1_000), Doc("What is supposed, such that trying can show it wrong.")]
    scope: Annotated[str, Input(Text), Doc("On how small a scale it is tried: where, with whom, with how many.")]
    method: Annotated[ExperimentMethod, Doc("How it is run.")]
    starts: Annotated[date, Input(Day), Doc("The first day that is planned.")]
    ends: Annotated[date, Input(Day), Doc("The last day that is planned; then it is to be checked.")]
    need: Annotated[NeedId | None, Doc("The user need that it serves.")] = None
    metric: Annotated[MetricId | None, Doc("The metric by which it is seen whether it worked.")] = None
    follows: Annotated[ExperimentId | None, Existing(), Doc("The experiment that it tries again by another plan.")] = None


@event("headway.backlog.experiment.started.v1")
class ExperimentStarted(Payload):
    """It runs from this day on."""


@judges(Of((ExperimentStarted,)))
@event("headway.backlog.experiment.checked.v1")
class ExperimentChecked(Judgement):
    """This was found, and so it worked or did not (S3-04)."""

    finding: Annotated[str, Input(Text), Doc("What it has shown.")]
    worked: Annotated[bool, Doc("Whether what was supposed is so.")]
    evidence: Annotated[str | None, Input(Text), Doc("What shows it.")] = None


@judges(Of((ExperimentChecked,), ("worked",)))
@event("headway.backlog.experiment.concluded.v1")
class ExperimentConcluded(Judgement):
    """What is done with what was learned: wider changes take it up, it is tried again, or it goes no further (S3-05)."""

    outcome: Annotated[ExperimentOutcome, Doc("Adopt, adapt or abandon.")]
    roadmap_items: Annotated[tuple[RoadmapItemId, ...], Input(max_length=100), Doc("The roadmap items that take up what was adopted.")] = ()
    next: Annotated[ExperimentId | None, Existing(), Doc("The experiment that comes next.")] = None


@event("headway.backlog.experiment.stopped.v1")
class ExperimentStopped(Payload):
    """It is broken off, for this reason."""

    reason: Annotated[str, Input(Text), Doc("Why it was broken off.")]


@state
class Experiment:
    """An experiment as it stands; of each of its steps the event that took it."""

    id: str
    hypothesis: Annotated[str, Doc("What is supposed."), Called] = ""
    team: Annotated[TeamId, Doc("The team that runs it."), Inverse("The experiments that it has run, by id (S3-03).")] = ""
    product: Annotated[ProductId, Doc("The product that it tries something with."), Inverse("The experiments with it, by id (S3-03).")] = ""
    scope: Annotated[str, Doc("On how small a scale it is tried.")] = ""
    method: Annotated[ExperimentMethod, Doc("How it is run.")] = ExperimentMethod.STANDARD
    starts: Annotated[date | None, Doc("The first day that was planned.")] = None
    ends: Annotated[date | None, Doc("The last day that was planned.")] = None
    need: Annotated[NeedId | None, Doc("The user need that it serves; null where none is named."), Inverse("The experiments that serve it, by id.")] = None
    metric: Annotated[
        MetricId | None, Doc("By what it is seen whether it worked; null where no metric is named."), Inverse("The experiments that are seen by it, by id.")
    ] = None
    follows: Annotated[
        ExperimentId | None,
        Doc("The experiment that it tries again by another plan; null for the first of its kind."),
        Inverse("The experiments that try it again by another plan, by id (S3-05)."),
    ] = None
    finding: Annotated[str | None, Doc("What it has shown; null before its check.")] = None
    worked: Annotated[bool | None, Doc("Whether what was supposed is so; null before its check.")] = None
    evidence: Annotated[str | None, Doc("What shows it; null where nobody said.")] = None
    outcome: Annotated[ExperimentOutcome | None, Doc("What is done with what was learned (S3-05); null before the conclusion.")] = None
    roadmap_items: Annotated[
        tuple[RoadmapItemId, ...],
        Doc("The roadmap items that take up what was adopted (S3-05)."),
        Inverse("The experiments that it comes from, by id (S3-05)."),
    ] = ()
    next: Annotated[
        ExperimentId | None,
        Doc("The experiment that its conclusion names as the next; null where it names none."),
        Inverse("The experiments whose conclusion named it as the next, by id (S3-05)."),
    ] = None
    stopped_because: Annotated[str | None, Doc("Why it was broken off; null where it was not.")] = None
    planned: Annotated[Event | None, Doc("The day on which it was planned.")] = None
    started: Annotated[Event | None, Doc("The day since which it ran; null before.")] = None
    checked: Annotated[Event | None, Doc("The day on which it was known what came of it; null before.")] = None
    concluded: Annotated[Event | None, Doc("The day on which the conclusion was drawn; null before.")] = None
    stopped: Annotated[Event | None, Doc("The day on which it was broken off; null where it was not.")] = None

    @property
    def step(self) -> Annotated[ExperimentStep, Doc("Where in its cycle it is (S3-04).")]:
        """The last step that was taken."""
        if self.stopped is not None:
            return ExperimentStep.STOPPED
        if self.concluded is not None:
            return ExperimentStep.ACT
        if self.checked is not None:
            return ExperimentStep.CHECK
        return ExperimentStep.DO if self.started is not None else ExperimentStep.PLAN


def evolve(experiment: Experiment, event: Event) -> Experiment:
    """The experiment after one more event, in whatever order. What a conclusion left open a later one completes."""
    match event.data:
        case ExperimentPlanned() as said:
            return changed(experiment, **shared(Experiment, said), planned=experiment.planned or event)
        case ExperimentStarted():
            return changed(experiment, started=event)
        case ExperimentChecked(finding=finding, worked=worked, evidence=evidence):
            return changed(experiment, finding=finding, worked=worked, evidence=evidence, checked=event)
        case ExperimentConcluded(outcome=outcome, roadmap_items=items, next=following):
            named = {"roadmap_items": items or experiment.roadmap_items, "next": following or experiment.next}
            return changed(experiment, outcome=outcome, **named, concluded=experiment.concluded or event)
        case ExperimentStopped(reason=reason):
            return changed(experiment, stopped_because=reason, stopped=event)
    return experiment


EXPERIMENT = Kind(
    "backlog", "experiment", "experiments", Experiment, evolve, defined_by=(ExperimentPlanned,), begins=True, definition=("team", "product", "hypothesis")
)
