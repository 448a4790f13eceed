"""What can be asked of the backlog service."""

from libs.commands.catalog.backlog import backlog, item, need, source

__all__ = ["backlog", "item", "need", "source"]
