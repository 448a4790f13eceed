"""Commands about an opportunity beyond a team's program."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY, OpportunityAccepted, OpportunityDeclined, OpportunityRecorded
from libs.events.values import OpportunityId


class OfOpportunity(Command):
    """Is asked of an opportunity that was recorded."""

    opportunity: Annotated[OpportunityId, Field(description="The opportunity's id.")]


@command("portfolio.record_opportunity", OPPORTUNITY, topic="opportunities recorded", creates=True, requirements=("S4-14",))
class RecordOpportunity(Command, OpportunityRecorded):
    """Record that a priority of an organisation presents a team with work beyond its program."""

    opportunity: Annotated[OpportunityId | None, MADE] = None


@command("portfolio.accept_opportunity", OPPORTUNITY, topic="opportunities", dated_by_importers_only=True, requirements=("S4-14",))
class AcceptOpportunity(OfOpportunity, OpportunityAccepted):
    """Agree, as the executive of the team's home, that it takes an opportunity up; once. Its roadmap shows what falls into the same time."""


@command("portfolio.decline_opportunity", OPPORTUNITY, topic="opportunities", dated_by_importers_only=True, requirements=("S4-14",))
class DeclineOpportunity(OfOpportunity, OpportunityDeclined):
    """Say, as the executive of the team's home, that it stays with its program, and why; once."""
