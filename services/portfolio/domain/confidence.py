"""Confidence: rated of what is there, under one id of one thing."""

from __future__ import annotations

from libs.commands.catalog.portfolio.evaluations.confidence import RateConfidence
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceRating
from services.portfolio.domain import decisions


@decisions.decides(RateConfidence)
def rate_confidence(command: RateConfidence, case: Case[ConfidenceRating]) -> None:
    """What is rated under an id is one thing. Raises Invalid."""
    if case.now is not None and not case.revising and command.subject != case.now.subject:
        what = f"{case.id!r} is the confidence in {case.now.subject}"
        raise Invalid(what, field="subject", remedy="Rate this under an id of its own: leave the id out, or give another.")
