"""Visions, and the target conditions on the way to them."""

from __future__ import annotations

from libs.commands.catalog.roadmap.target_condition import ReachTargetCondition
from libs.commands.catalog.roadmap.vision import SetVision
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.steps import in_order
from libs.events.catalog.roadmap.target_condition import TargetCondition
from libs.events.catalog.roadmap.vision import Vision
from services.roadmap.domain import decisions
from services.roadmap.domain.days import demand_ahead


@decisions.decides(SetVision)
def set_vision(command: SetVision, case: Case[Vision]) -> None:
    """A vision of one thing, for days that are not over (S4-11). Raises Invalid."""
    if case.now is not None and not case.revising and command.subject != case.now.subject:
        what = f"the vision {case.id!r} is that of {case.now.subject}"
        raise Invalid(what, field="subject", remedy="Set a vision of its own: leave the id out, or give another.")
    demand_ahead(case, "until", command.until, "it would hold until")


@decisions.decides(ReachTargetCondition)
def reach_target_condition(command: ReachTargetCondition, case: Case[TargetCondition]) -> None:
    """It is so, once (S3-02)."""
    in_order(case, "S3-02", "reached", after="set", first="Set it first: roadmap.set_target_condition")
