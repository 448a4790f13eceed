"""Commands about an experiment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.backlog.experiment import (
    EXPERIMENT,
    ExperimentChecked,
    ExperimentConcluded,
    ExperimentPlanned,
    ExperimentStarted,
    ExperimentStopped,
)
from libs.events.values import ExperimentId


class OfExperiment(Command):
    """Is asked of an experiment that was planned."""

    experiment: Annotated[ExperimentId, Field(description="The experiment's id.")]


@command("backlog.plan_experiment", EXPERIMENT, topic="experiments", creates=True, requirements=("S3-03", "S3-04"))
class PlanExperiment(Command, ExperimentPlanned):
    """Plan a small change to be tried: what is supposed, on how small a scale, and until when."""

    experiment: Annotated[ExperimentId | None, MADE] = None


@command("backlog.start_experiment", EXPERIMENT, topic="experiments", requirements=("S3-04",))
class StartExperiment(OfExperiment, ExperimentStarted):
    """Say that an experiment runs."""


@command("backlog.check_experiment", EXPERIMENT, topic="experiments", requirements=("S3-04",))
class CheckExperiment(OfExperiment, ExperimentChecked):
    """Say what an experiment has shown, and whether it worked."""


@command("backlog.conclude_experiment", EXPERIMENT, topic="experiments", requirements=("S3-04", "S3-05"))
class ConcludeExperiment(OfExperiment, ExperimentConcluded):
    """Say what is done with what was learned: adopt, adapt or abandon; or complete a conclusion with what it still lacks."""


@command("backlog.stop_experiment", EXPERIMENT, topic="experiments", requirements=("S3-04",))
class StopExperiment(OfExperiment, ExperimentStopped):
    """Break an experiment off that has not been concluded."""
