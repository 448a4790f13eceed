"""Commands about what comes in and is answered: candidates and opportunities."""

from libs.commands.catalog.portfolio.intake import candidate, opportunity

__all__ = ["candidate", "opportunity"]
