"""What the roadmap service says: roadmap items, releases, change requests (with the dependencies they add or remove), metrics."""

from libs.events.catalog.roadmap import change, metric, release, roadmap_item

__all__ = ["change", "metric", "release", "roadmap_item"]
