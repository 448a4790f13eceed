"""The events of people: who is registered and forgotten, and who answers for what."""

from libs.events.catalog.portfolio.people import accountable, person

__all__ = ["accountable", "person"]
