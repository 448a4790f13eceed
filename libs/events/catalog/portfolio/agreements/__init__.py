"""What organisations have agreed with each other, and the precedents that others can go by."""

from libs.events.catalog.portfolio.agreements import agreement, precedent

__all__ = ["agreement", "precedent"]
