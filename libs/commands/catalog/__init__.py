"""Every command, one folder per service and one file per aggregate: the mirror of the events' catalogue."""

from libs.commands.catalog import backlog, portfolio, roadmap

__all__ = ["backlog", "portfolio", "roadmap"]
