"""The decisions of the backlog service, one file per aggregate: pure functions from a command and its case to events."""

import libs.commands.catalog.backlog  # noqa: F401  (declares them)
from libs.commands.command import of_service
from libs.commands.decision import Decisions

decisions = Decisions(of_service("backlog"))

from services.backlog.domain import backlog, experiment, improvement, item, need, pipeline_run, source  # noqa: E402

__all__ = ["backlog", "decisions", "experiment", "improvement", "item", "need", "pipeline_run", "source"]
