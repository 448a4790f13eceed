"""What can be asked of the roadmap service."""

from libs.commands.catalog.roadmap import change, metric, release, roadmap_item

__all__ = ["change", "metric", "release", "roadmap_item"]
