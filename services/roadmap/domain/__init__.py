"""What the roadmap service decides, one file per aggregate: pure functions from a command and its case to events."""

import libs.commands.catalog.roadmap  # noqa: F401  (declares them)
from libs.commands.command import of_service
from libs.commands.deciding import Decisions

decisions = Decisions(of_service("roadmap"))

from services.roadmap.domain import change, metric, release, roadmap_item  # noqa: E402

__all__ = ["change", "decisions", "metric", "release", "roadmap_item"]
