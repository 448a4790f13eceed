"""What can be asked of the portfolio service."""

from libs.commands.catalog.portfolio import organisation

__all__ = ["organisation"]
