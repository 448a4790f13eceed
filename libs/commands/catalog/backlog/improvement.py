"""Commands about an improvement."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.backlog.improvement import IMPROVEMENT, ImprovementDropped, ImprovementFinished, ImprovementRaised, ImprovementStarted
from libs.events.values import Day, ImprovementId, MetricId


class ImprovementGoal(BaseModel):
    """What an improvement is to reach, as far as it is known: the more specific, the likelier that it works (S1-07)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Annotated[MetricId | None, Field(description="By which metric it is measured.")] = None
    value: Annotated[
        Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)] | None, Field(description="The value that the metric shall reach.")
    ] = None
    due: Annotated[Day | None, Field(description="The day by the end of which it shall.")] = None


class OfImprovement(Command):
    """Is asked of an improvement that was raised."""

    improvement: Annotated[ImprovementId, Field(description="The improvement's id.")]


@command("backlog.raise_improvement", IMPROVEMENT, topic="improvements", creates=True, requirements=("S1-07", "S1-12", "S2-01", "S2-02", "S2-03", "S3-06"))
class RaiseImprovement(Command, ImprovementRaised, first=("improvement", "team", "title", "why", "product", "need", "goal")):
    """Raise what could be better: anybody on a team may, and what is still missing of its goal is said."""

    improvement: Annotated[ImprovementId | None, MADE] = None
    goal: Annotated[ImprovementGoal | None, Field(description="What it is to reach, and by when.")] = None


@command("backlog.start_improvement", IMPROVEMENT, topic="improvements", requirements=("S3-01",))
class StartImprovement(OfImprovement, ImprovementStarted):
    """Say that the team works on an improvement; one at a time is meant, and more is flagged."""


@command("backlog.finish_improvement", IMPROVEMENT, topic="improvements", requirements=("S2-21", "S3-01", "S3-08"))
class FinishImprovement(OfImprovement, ImprovementFinished):
    """Say that an improvement is done, whether it worked, and what was learned."""


@command("backlog.drop_improvement", IMPROVEMENT, topic="improvements", requirements=("S3-01",))
class DropImprovement(OfImprovement, ImprovementDropped):
    """Say that an improvement will not be done."""
