"""What the portfolio service says: organisations, programs, products, lifecycles, teams, money, loans, graduation."""

from libs.events.catalog.portfolio import organisation

__all__ = ["organisation"]
