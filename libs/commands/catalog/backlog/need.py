"""Commands about a user need."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.backlog.need import NEED, NeedChanged, NeedJudged, NeedRecorded
from libs.events.values import NeedId


class OfNeed(Command):
    """Is asked of a need that is on record."""

    need: Annotated[NeedId, Field(description="The need's id.")]


@command("backlog.record_need", NEED, topic="needs", says=(NeedChanged,), creates=True, requirements=("S0-04", "S0-22"))
class RecordNeed(Command, NeedRecorded):
    """Put a user need of a product on record."""

    need: Annotated[NeedId | None, MADE] = None


@command("backlog.change_need", NEED, topic="needs", requirements=("S0-06",))
class ChangeNeed(OfNeed, NeedChanged, first=("text", "prioritised")):
    """Say that a need is another than it was, or prioritised or no longer; what is left out stays as it is."""


@command("backlog.judge_need", NEED, topic="needs", counts=True, requirements=("S0-04", "S0-22"))
class JudgeNeed(OfNeed, NeedJudged):
    """Say how far a need is met, and what shows it."""
