"""What the backlog service decides, one file per aggregate: pure functions from a command and its case to events."""

import libs.commands.catalog.backlog  # noqa: F401  (declares them)
from libs.commands.command import of_service
from libs.commands.deciding import Decisions

decisions = Decisions(of_service("backlog"))

from services.backlog.domain import backlog, item, need, source  # noqa: E402

__all__ = ["backlog", "decisions", "item", "need", "source"]
