"""Every event that is published, one folder per service and one file per aggregate: its events and the state that they fold to."""

from libs.events.catalog import backlog, duties, portfolio, roadmap

__all__ = ["backlog", "duties", "portfolio", "roadmap"]
