"""The commands of the backlog service."""

from libs.commands.catalog.backlog import backlog, experiment, improvement, item, need, pipeline_run, source

__all__ = ["backlog", "experiment", "improvement", "item", "need", "pipeline_run", "source"]
