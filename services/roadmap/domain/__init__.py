"""What the roadmap service decides, one file per aggregate: pure functions from a command and its case to events."""

from libs.commands.deciding import Decisions

decisions = Decisions()

from services.roadmap.domain import change, metric, release, roadmap_item  # noqa: E402

__all__ = ["change", "decisions", "metric", "release", "roadmap_item"]
