"""Commands about a candidate for onboarding."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE, CandidateApplied, CandidateDeclined, CandidateOnboarded
from libs.events.values import CandidateId


class OfCandidate(Command):
    """Is asked of a candidate that has applied."""

    candidate: Annotated[CandidateId, Field(description="The candidate's id.")]


@command("portfolio.apply_for_onboarding", CANDIDATE, topic="applications", creates=True, requirements=("S4-10",))
class ApplyForOnboarding(Command, CandidateApplied):
    """Apply for a group of an organisation to be onboarded as a team, with the products that it plans."""

    candidate: Annotated[CandidateId | None, MADE] = None


@command("portfolio.onboard_candidate", CANDIDATE, topic="onboarding", dated_by_importers_only=True, requirements=("S4-10",))
class OnboardCandidate(OfCandidate, CandidateOnboarded):
    """Say, as Lab Operations, that a candidate is onboarded, and which team came of it; once."""


@command("portfolio.decline_candidate", CANDIDATE, topic="onboarding", dated_by_importers_only=True, requirements=("S4-10",))
class DeclineCandidate(OfCandidate, CandidateDeclined):
    """Say, as Lab Operations, that a candidate is not taken on, and why; once."""
