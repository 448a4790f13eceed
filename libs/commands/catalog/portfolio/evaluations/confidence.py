"""The command about confidence."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.evaluations.confidence import CONFIDENCE, ConfidenceRated
from libs.events.values import ConfidenceId


@command("portfolio.rate_confidence", CONFIDENCE, topic="confidence", creates=None, counts=True, requirements=("S1-24",))
class RateConfidence(Command, ConfidenceRated):
    """Say how sure you are of something that you answer for, and why: beside what the rules make of it, never instead. It counts for 90 days."""

    confidence: Annotated[ConfidenceId | None, MADE] = None
