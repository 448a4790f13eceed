"""The command that approves an override."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.override_approval import OVERRIDE_APPROVAL, OverrideApprovalGiven
from libs.events.values import OverrideApprovalId


@command(
    "portfolio.approve_override", OVERRIDE_APPROVAL, topic="overrides", creates=True, id_field="approval", dated_by_importers_only=True, requirements=("S4-20",)
)
class ApproveOverride(Command, OverrideApprovalGiven):
    """Approve that a rule is lifted once, for one command about one thing; whoever may say that command cites it (`override.approval`)."""

    approval: Annotated[OverrideApprovalId | None, MADE] = None
