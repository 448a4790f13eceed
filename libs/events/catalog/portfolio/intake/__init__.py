"""What comes in and is answered: candidates for onboarding, and opportunities for teams beyond their program."""

from libs.events.catalog.portfolio.intake import candidate, opportunity

__all__ = ["candidate", "opportunity"]
