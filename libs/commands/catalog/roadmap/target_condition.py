"""Commands about a target condition."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.target_condition import TARGET_CONDITION, TargetConditionReached, TargetConditionSet
from libs.events.values import TargetConditionId


@command("roadmap.set_target_condition", TARGET_CONDITION, topic="target conditions", creates=True, requirements=("S3-02",))
class SetTargetCondition(Command, TargetConditionSet):
    """Set a far and hard state to reach. It takes no day: the way to it is found by small changes, and cannot be planned beforehand."""

    target_condition: Annotated[TargetConditionId | None, MADE] = None


@command("roadmap.reach_target_condition", TARGET_CONDITION, topic="target conditions", requirements=("S3-02",))
class ReachTargetCondition(Command, TargetConditionReached):
    """Say that a target condition is reached. Once."""

    target_condition: Annotated[TargetConditionId, Field(description="The target condition's id.")]
