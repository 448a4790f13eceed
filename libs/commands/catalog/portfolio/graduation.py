"""Commands about a team's graduation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.portfolio.graduation import (
    GRADUATION,
    Attested,
    CeremonyHeld,
    HandoffAccepted,
    HandoffFailed,
    HandoffPrepared,
    StoryTold,
    SustainEntered,
)
from libs.events.values import TeamId


class OfTeam(Command):
    """Is asked of the graduation of a team."""

    team: Annotated[TeamId, Field(description="The id of the team whose graduation it is.")]


@command("portfolio.enter_sustain", GRADUATION, topic="sustain", creates=None, id_field="team", requirements=("S4-01", "S4-02", "R-01", "R-02"))
class EnterSustain(OfTeam, SustainEntered):
    """Say that a team enters Sustain, once R-01 and R-02 are met and both its health and its product's are good."""


@command("portfolio.prepare_handoff", GRADUATION, topic="preparations", creates=None, id_field="team", requirements=("S4-05", "S4-17", "R-06"))
class PrepareHandoff(OfTeam, HandoffPrepared):
    """Say that a function of the home organisation has prepared to take over; on a later day than Sustain was entered it is late, on that day it is not."""


@command("portfolio.accept_handoff", GRADUATION, topic="acceptances", creates=None, id_field="team", requirements=("S4-17", "R-06"))
class AcceptHandoff(OfTeam, HandoffAccepted):
    """Accept the hand-off for a function that has prepared, once; after a failure it prepares again first."""


@command("portfolio.record_failed_handoff", GRADUATION, topic="preparations", creates=None, id_field="team", counts=True, requirements=("S4-07",))
class RecordFailedHandoff(OfTeam, HandoffFailed):
    """Record that the hand-off to a function did not succeed. An acceptance before it no longer counts."""


@command("portfolio.attest", GRADUATION, topic="attestations", creates=None, id_field="team", dated_by_importers_only=True, requirements=("R-04",), counts=True)
class Attest(OfTeam, Attested):
    """Attest that a criterion is met, as the executive who answers for it."""


@command("portfolio.tell_story", GRADUATION, topic="stories", creates=None, id_field="team", counts=True, requirements=("S4-18", "R-05"))
class TellStory(OfTeam, StoryTold):
    """Tell what was achieved, and honestly what failed."""


@command("portfolio.hold_ceremony", GRADUATION, topic="ceremonies", creates=None, id_field="team", requirements=("S4-18",))
class HoldCeremony(OfTeam, CeremonyHeld):
    """Hold the graduation ceremony of a team that is ready."""
