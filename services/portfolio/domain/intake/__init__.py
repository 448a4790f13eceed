"""The decisions on what comes in: candidates and opportunities with their answers, redesigns with what is put before the Treasury Board."""

from services.portfolio.domain.intake import answers, redesigns

__all__ = ["answers", "redesigns"]
