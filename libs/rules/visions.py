"""Which vision of something holds (S4-11, S2-06)."""

from __future__ import annotations

from libs.events.catalog.roadmap.vision import VISION, Vision
from libs.events.event import began_by
from libs.events.facts import Facts


def vision_of(facts: Facts, subject: str) -> Vision | None:
    """The vision of a thing (its global id) that was set last, by day; None where none was, or its last day is over."""
    latest = max(facts.related(VISION, "subject", subject), key=lambda one: began_by(one.set, one.id), default=None)
    return None if latest is None or (latest.until is not None and latest.until < facts.day) else latest
