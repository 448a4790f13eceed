"""Every event that is published, one folder per publishing service, one file per aggregate: its events and the state they fold to."""

from libs.events.catalog import backlog, portfolio, roadmap

__all__ = ["backlog", "portfolio", "roadmap"]
