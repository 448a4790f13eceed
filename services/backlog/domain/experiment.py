"""Experiments: planned, run, checked and acted upon, in this order."""

from __future__ import annotations

from libs.commands.catalog.backlog.experiment import CheckExperiment, ConcludeExperiment, PlanExperiment, StartExperiment, StopExperiment
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.steps import in_order
from libs.events.catalog.backlog.experiment import Experiment, ExperimentOutcome
from libs.rules.improvement.experiments import after
from services.backlog.domain import decisions


@decisions.decides(PlanExperiment)
def plan_experiment(command: PlanExperiment, case: Case[Experiment]) -> None:
    """A small change, from a day to another (S3-03). Raises Invalid for an end before the start, and for one that would come after itself."""
    if command.ends < command.starts:
        raise Invalid(f"it would end on {command.ends}, before it starts on {command.starts}", field="ends", remedy="Give a later end, or an earlier start.")
    _no_ring(case, case.id, command.follows, "follows")


@decisions.decides(StartExperiment)
def start_experiment(command: StartExperiment, case: Case[Experiment]) -> None:
    """It runs (S3-04)."""
    in_order(case, "S3-04", "started", after="planned", ends=("concluded", "stopped"), first="Plan it first: backlog.plan_experiment")


@decisions.decides(CheckExperiment)
def check_experiment(command: CheckExperiment, case: Case[Experiment]) -> None:
    """What came of what had run by then (S3-04)."""
    in_order(case, "S3-04", "checked", after="started", ends=("concluded", "stopped"), first="Start it first: backlog.start_experiment")


@decisions.decides(StopExperiment)
def stop_experiment(command: StopExperiment, case: Case[Experiment]) -> None:
    """It is broken off at whatever step but the last."""
    in_order(case, "S3-04", "stopped", after="planned", ends=("concluded",), first="Plan it first: backlog.plan_experiment")


@decisions.decides(ConcludeExperiment)
def conclude_experiment(command: ConcludeExperiment, case: Case[Experiment]) -> None:
    """What is done with what a check has shown (S3-05); said again, it may name the next plan or the roadmap items that it had not named.

    What did not work is not adopted, what is not adopted goes on no roadmap, and nothing comes after what is abandoned. Raises Refused (S3-04, S3-05),
    AlreadyDecided, and Invalid for an experiment that would come after itself.
    """
    if not _completes(command, case):
        in_order(case, "S3-04", "concluded", after="checked", ends=("stopped",), first="Check it first: backlog.check_experiment")
    _no_ring(case, command.next, case.id, "next")
    adopts, abandons = command.outcome is ExperimentOutcome.ADOPT, command.outcome is ExperimentOutcome.ABANDON
    worked = case.then is None or case.then.worked is not False
    case.demand("S3-05", worked or not adopts, f"{case.id} did not work, as its check says", remedy="Adapt it by another plan, or abandon it.", field="outcome")
    case.demand("S3-05", adopts or not command.roadmap_items, "only what is adopted goes on the roadmap", field="roadmap_items")
    case.demand("S3-05", command.next is None or not abandons, f"nothing comes after {case.id}, which is abandoned", field="next")


def _no_ring(case: Case[Experiment], later: str | None, earlier: str | None, field: str) -> None:
    """Refuses that one experiment comes after another which itself comes after it."""
    if later is not None and earlier is not None and earlier in (later, *after(case.current, later)):
        raise Invalid(f"{earlier!r} would come after itself", field=field, remedy="Plan another experiment: backlog.plan_experiment.")


def _completes(command: ConcludeExperiment, case: Case[Experiment]) -> bool:
    """Whether this is the conclusion that was drawn by then, with something that it had not named, and nothing otherwise."""
    drawn = case.then
    if case.revising or drawn is None or drawn.outcome is not command.outcome:
        return False
    named = [(given, there) for given, there in ((command.roadmap_items, drawn.roadmap_items), (command.next, drawn.next)) if given]
    return any(not there for _, there in named) and all(given == there or not there for given, there in named)
