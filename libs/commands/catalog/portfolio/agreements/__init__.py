"""Commands about agreements and precedents."""

from libs.commands.catalog.portfolio.agreements import agreement, precedent

__all__ = ["agreement", "precedent"]
