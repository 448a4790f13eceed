"""Commands about a recommendation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.recommendation import RECOMMENDATION, RecommendationAccepted, RecommendationDeclined, RecommendationMade
from libs.events.values import RecommendationId


class OfRecommendation(Command):
    """Is asked of a recommendation that was made."""

    recommendation: Annotated[RecommendationId, Field(description="The recommendation's id.")]


@command("roadmap.recommend", RECOMMENDATION, topic="feedback", creates=True, requirements=("S1-11",))
class Recommend(Command, RecommendationMade):
    """Recommend what should be done about findings, after those concerned were consulted."""

    recommendation: Annotated[RecommendationId | None, MADE] = None


@command("roadmap.accept_recommendation", RECOMMENDATION, topic="recommendations", requirements=("S1-11", "S1-12"))
class AcceptRecommendation(OfRecommendation, RecommendationAccepted):
    """Take a recommendation up, as the product owner, once. What is then changed because of it names it."""


@command("roadmap.decline_recommendation", RECOMMENDATION, topic="recommendations", requirements=("S1-11",))
class DeclineRecommendation(OfRecommendation, RecommendationDeclined):
    """Say, as the product owner, that a recommendation is not followed, and why; once."""
