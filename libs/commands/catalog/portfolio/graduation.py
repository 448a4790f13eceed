"""What can be asked of a team's graduation."""

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
    HomeFunction,
    StoryTold,
    SustainEntered,
)
from libs.events.values import Id, TeamId, Text, Title, worded

Team = Annotated[TeamId, Field(description="The team.")]
Function = Annotated[HomeFunction, Field(description="The function of the home organisation.")]


@command(
    "portfolio.enter_sustain",
    GRADUATION,
    topic="sustain",
    says=(SustainEntered,),
    creates=None,
    id_field="team",
    requirements=("S4-01", "S4-02", "R-01", "R-02"),
)
class EnterSustain(Command):
    """Say that a team enters Sustain, once R-01 and R-02 are met and both its health and its product's are good."""

    team: Team


@command(
    "portfolio.prepare_handoff",
    GRADUATION,
    topic="preparations",
    says=(HandoffPrepared,),
    creates=None,
    id_field="team",
    requirements=("S4-05", "S4-17", "R-06"),
)
class PrepareHandoff(Command):
    """Say that a function of the home organisation has prepared to take over; on a later day than Sustain was entered it is late, on that day it is not."""

    team: Team
    function: Function
    evidence: Annotated[Text, Field(description="What shows it.")]


@command("portfolio.accept_handoff", GRADUATION, topic="acceptances", says=(HandoffAccepted,), creates=None, id_field="team", requirements=("S4-17", "R-06"))
class AcceptHandoff(Command):
    """Accept the hand-off for a function that has prepared, once; after a failure it prepares again first."""

    team: Team
    function: Function
    accepted_by: Annotated[Id, Field(description="The organisation, or the person's id, that accepts.")]


@command(
    "portfolio.record_failed_handoff",
    GRADUATION,
    topic="preparations",
    says=(HandoffFailed,),
    creates=None,
    id_field="team",
    counts=True,
    requirements=("S4-07",),
)
class RecordFailedHandoff(Command):
    """Record that the hand-off to a function did not succeed. An acceptance before it no longer counts."""

    team: Team
    function: Function
    reason: Annotated[Text, Field(description="Why.")]


@command(
    "portfolio.attest",
    GRADUATION,
    topic="attestations",
    says=(Attested,),
    creates=None,
    id_field="team",
    dated_by_importers_only=True,
    requirements=("R-04",),
    counts=True,
)
class Attest(Command):
    """Attest that a criterion is met, as the executive who answers for it."""

    team: Team
    criterion: Annotated[Annotated[str, worded(r"^R-0[1-6]$", "a criterion, R-01 to R-06")], Field(description="The criterion, such as R-04.")]
    statement: Annotated[Text, Field(description="In the executive's words.")]


@command("portfolio.tell_story", GRADUATION, topic="stories", says=(StoryTold,), creates=None, id_field="team", counts=True, requirements=("S4-18", "R-05"))
class TellStory(Command):
    """Tell what was achieved, and honestly what failed."""

    team: Team
    achieved: Annotated[Text, Field(description="What was achieved.")]
    failed: Annotated[Text | None, Field(description="What failed; R-05 is met only where it is told.")] = None
    channels: Annotated[list[Title], Field(max_length=50, description="Where it was told.")] = Field(default_factory=list)


@command("portfolio.hold_ceremony", GRADUATION, topic="ceremonies", says=(CeremonyHeld,), creates=None, id_field="team", requirements=("S4-18",))
class HoldCeremony(Command):
    """Hold the graduation ceremony of a team that is ready."""

    team: Team
