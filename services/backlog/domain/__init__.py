"""What the backlog service decides, one file per aggregate: pure functions from a command and its case to events."""

from libs.commands.deciding import Decisions

decisions = Decisions()

from services.backlog.domain import backlog, item, need, source  # noqa: E402

__all__ = ["backlog", "decisions", "item", "need", "source"]
