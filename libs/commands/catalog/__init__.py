"""Every command that can be given, one folder per service, one file per aggregate: the mirror of the events' catalogue."""

from libs.commands.catalog import backlog, portfolio, roadmap

__all__ = ["backlog", "portfolio", "roadmap"]
