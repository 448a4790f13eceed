"""The events of the roadmap service: roadmap items, releases, change requests and their classes, metrics, visions and initiatives."""

from libs.events.catalog.roadmap import (
    change,
    change_class,
    channel,
    finding,
    initiative,
    metric,
    monitoring,
    recommendation,
    release,
    roadmap_item,
    target_condition,
    theme,
    vision,
)

__all__ = [
    "change",
    "change_class",
    "channel",
    "finding",
    "initiative",
    "metric",
    "monitoring",
    "recommendation",
    "release",
    "roadmap_item",
    "target_condition",
    "theme",
    "vision",
]
