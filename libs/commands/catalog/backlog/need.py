"""What can be asked of a user need."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import Command, command
from libs.events.catalog.backlog.need import NEED, NeedChanged, NeedJudged, NeedRecorded, Verdict
from libs.events.values import NeedId, ProductId, Text


@command("backlog.record_need", NEED, topic="needs", says=(NeedRecorded, NeedChanged), creates=True, requirements=("S0-04", "S0-22"))
class RecordNeed(Command):
    """Put a user need of a product on record."""

    need: Annotated[NeedId | None, Field(description="Its id; made where none is given.")] = None
    product: Annotated[ProductId, Field(description="Whose users.")]
    user: Annotated[Text, Field(description="Who needs it: as a …")]
    text: Annotated[Text, Field(description="What they need to do.")]
    origin: Annotated[Text, Field(description="Where it was found: a phase, a study.")]
    prioritised: Annotated[bool, Field(description="Whether it is among those that the product is to meet first.")] = False


@command("backlog.change_need", NEED, topic="needs", says=(NeedChanged,), requirements=("S0-06",))
class ChangeNeed(Command):
    """Say that a need is another than it was, or prioritised or no longer; what is left out stays as it is."""

    need: Annotated[NeedId, Field(description="The need's id.")]
    text: Annotated[Text | None, Field(description="What users need now.")] = None
    prioritised: Annotated[bool | None, Field(description="Whether it is among those that the product is to meet first.")] = None
    reason: Annotated[Text, Field(description="Why it changed.")]


@command("backlog.judge_need", NEED, topic="needs", says=(NeedJudged,), counts=True, requirements=("S0-04", "S0-22"))
class JudgeNeed(Command):
    """Say how far a need is met, and what shows it."""

    need: Annotated[NeedId, Field(description="The need's id.")]
    verdict: Annotated[Verdict, Field(description="Met, partly or unmet.")]
    evidence: Annotated[Text, Field(description="What shows it.")]
