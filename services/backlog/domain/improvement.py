"""Improvements: raised by anybody on a team, started, finished or dropped."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.backlog.improvement import DropImprovement, FinishImprovement, ImprovementGoal, RaiseImprovement, StartImprovement
from libs.commands.decision import Case
from libs.commands.recommendations import demand_not_declined
from libs.commands.steps import in_order
from libs.events.catalog.backlog.improvement import Improvement, ImprovementRaised
from libs.events.event import Payload
from services.backlog.domain import decisions


@decisions.decides(RaiseImprovement)
def raise_improvement(command: RaiseImprovement, case: Case[Improvement]) -> Iterator[Payload]:
    """What could be better, with as much of its goal as is known (S1-07, S2-02): what is missing is warned of, and refuses nothing.

    Raises Refused where it would carry out a recommendation that was declined (S1-12).
    """
    demand_not_declined(case, command.recommendation)
    goal = command.goal or ImprovementGoal()
    yield ImprovementRaised.of(command, metric=goal.metric, value=goal.value, due=goal.due)


@decisions.decides(StartImprovement)
def start_improvement(command: StartImprovement, case: Case[Improvement]) -> None:
    """The team works on it; beside others too, which is flagged (S3-01)."""
    in_order(case, "S3-01", "started", after="raised", ends=("finished", "dropped"), first="Raise it first: backlog.raise_improvement")


@decisions.decides(FinishImprovement)
def finish_improvement(command: FinishImprovement, case: Case[Improvement]) -> None:
    """What had been started is done, and it is known whether it worked (S2-21)."""
    in_order(case, "S3-01", "finished", after="started", ends=("dropped",), first="Start it first: backlog.start_improvement")


@decisions.decides(DropImprovement)
def drop_improvement(command: DropImprovement, case: Case[Improvement]) -> None:
    """It will not be done, begun or not."""
    in_order(case, "S3-01", "dropped", after="raised", ends=("finished",), first="Raise it first: backlog.raise_improvement")
