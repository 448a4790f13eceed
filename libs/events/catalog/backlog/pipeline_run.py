"""A run of a pipeline: what a product's source says of a run that succeeded and names a change request, whose evidence it may be (S3-10)."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.backlog.source import DeliveryId, SourceId
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, ChangeId, Input, Inverse, ProductId, Title, Url, shared


@event("headway.backlog.pipeline_run.succeeded.v1")
class RunSucceeded(Payload):
    """A pipeline, a workflow or a check ran for a change request, and succeeded (S3-10)."""

    product: Annotated[ProductId, Doc("The product of the source.")]
    source: Annotated[SourceId, Doc("The source that says so.")]
    change: Annotated[ChangeId, Doc("The change request that it names.")]
    name: Annotated[str, Input(Title), Doc("What ran, as it is called there: the workflow, the pipeline or the check.")]
    jobs: Annotated[tuple[str, ...], Input(Title, max_length=500), Doc("Those of its jobs that succeeded, where the source tells of them.")] = ()
    url: Annotated[str | None, Input(Url), Doc("Where people look at it.")] = None
    delivery: Annotated[str | None, Input(DeliveryId), Doc("The delivery that said so, by the source's id of it.")] = None


@state
class PipelineRun:
    """A run as it stands: what was said last. `successes` are all times in which it succeeded: it may have been started again."""

    id: str
    name: Annotated[str, Doc("What ran, as it is called there: the workflow, the pipeline or the check."), Called] = ""
    product: Annotated[ProductId, Doc("The product of the source that told of it."), Inverse("The runs of pipelines for its changes, by id (S3-10).")] = ""
    change: Annotated[
        ChangeId,
        Doc("The change request that it names; its evidence where the class of the change asks for it by this name (S3-10)."),
        Inverse("The runs of pipelines that succeeded and name it, by id (S3-10)."),
    ] = ""
    jobs: Annotated[tuple[str, ...], Doc("Those of its jobs that succeeded, where the source tells of them; each is evidence as well.")] = ()
    url: Annotated[str | None, Doc("Where people look at it; null where the source did not say.")] = None
    source: SourceId = ""
    succeeded: Annotated[Event | None, Doc("The day on which it succeeded first.")] = None
    successes: Annotated[tuple[Event[RunSucceeded], ...], Doc("Each time that it succeeded, the earliest first: it may have been started again.")] = ()


def evolve(run: PipelineRun, event: Event) -> PipelineRun:
    """The run after one more event, in whatever order."""
    match event.data:
        case RunSucceeded() as said:
            return changed(run, **shared(PipelineRun, said), succeeded=run.succeeded or event, successes=(*run.successes, event))
    return run


PIPELINE_RUN = Kind(
    "backlog", "pipeline_run", "pipeline_runs", PipelineRun, evolve, defined_by=(RunSucceeded,), definition=("product", "source", "change", "name")
)
