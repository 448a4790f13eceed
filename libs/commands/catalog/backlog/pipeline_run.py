"""Commands about a run of a pipeline."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.backlog.pipeline_run import PIPELINE_RUN, RunSucceeded
from libs.events.values import Id


@command("backlog.record_pipeline_run", PIPELINE_RUN, topic="sources", creates=None, counts=True, requirements=("S3-10",))
class RecordPipelineRun(Command, RunSucceeded):
    """Pass on that a run for a change succeeded: its evidence, where its class asks for it. Webhooks say this; by hand it is for what a webhook missed."""

    pipeline_run: Annotated[Id | None, Field(description="The run's id; made where none is given.")] = None
