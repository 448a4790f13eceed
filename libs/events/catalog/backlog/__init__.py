"""The events of the backlog service: backlogs and their order, items, needs, experiments, improvements, sources, runs of pipelines."""

from libs.events.catalog.backlog import backlog, experiment, improvement, item, need, pipeline_run, source

__all__ = ["backlog", "experiment", "improvement", "item", "need", "pipeline_run", "source"]
