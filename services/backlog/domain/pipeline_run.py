"""Runs of pipelines: what a source passes on of those that succeeded for a change request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from libs.commands.catalog.backlog.pipeline_run import RecordPipelineRun
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.events.catalog.backlog.pipeline_run import PIPELINE_RUN, PipelineRun, RunSucceeded
from libs.events.event import Payload
from services.backlog.domain import decisions
from services.backlog.domain.source import speaking


@decisions.decides(RecordPipelineRun)
def record_pipeline_run(command: RecordPipelineRun, case: Case[PipelineRun]) -> Iterator[Payload]:
    """A source's word on a run (S3-10). The same again says nothing, whatever delivery brings it. Raises NotFound, Invalid for what is another source's."""
    speaking(case, command.source, command.product)
    run = case.now
    if run is not None and (run.source, run.change) != (command.source, command.change):
        raise Invalid(f"the run {run.id!r} is one of {run.source!r} for the change {run.change!r}", field="pipeline_run")
    said = RunSucceeded.of(command)
    before = (event.data for event in case.current.said_at(PIPELINE_RUN, case.id, case.at))
    if all(not isinstance(one, RunSucceeded) or replace(one, delivery=said.delivery) != said for one in before):
        yield said
