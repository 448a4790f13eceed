"""What the backlog service says: backlogs and their order, items, needs, sources."""

from libs.events.catalog.backlog import backlog, item, need, source

__all__ = ["backlog", "item", "need", "source"]
