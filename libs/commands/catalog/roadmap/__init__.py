"""The commands of the roadmap service."""

from libs.commands.catalog.roadmap import (
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
