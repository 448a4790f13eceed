"""The decisions of the roadmap service, one file per aggregate: pure functions from a command and its case to events."""

import libs.commands.catalog.roadmap  # noqa: F401  (declares them)
from libs.commands.command import of_service
from libs.commands.decision import Decisions

decisions = Decisions(of_service("roadmap"))

from services.roadmap.domain import change, feedback, initiative, metric, monitoring, recommendation, release, roadmap_item, vision  # noqa: E402

__all__ = ["change", "decisions", "feedback", "initiative", "metric", "monitoring", "recommendation", "release", "roadmap_item", "vision"]
