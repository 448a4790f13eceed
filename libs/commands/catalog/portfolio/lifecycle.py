"""What can be asked of a lifecycle."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined
from libs.events.values import Id, LifecycleId, Text, Title


class PhaseDefinition(BaseModel):
    """One phase of a lifecycle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[Id, Field(description="Its id within the lifecycle.")]
    title: Annotated[Title, Field(description="As people call it.")]
    active: Annotated[bool, Field(description="False for the phase of a product that has ended; only decommissioning leads there.")] = True
    preconditions: Annotated[list[Text], Field(max_length=50, description="What must hold before it is entered.")] = []
    success: Annotated[list[Text], Field(max_length=50, description="What success in it looks like.")] = []


@command("portfolio.define_lifecycle", LIFECYCLE, topic="lifecycles", creates=None, requirements=("S4-02",))
class DefineLifecycle(Command, LifecycleDefined):
    """Define the phases that products go through, in order, with their pre-conditions and what success looks like; or define them anew."""

    lifecycle: Annotated[LifecycleId | None, MADE] = None
    phases: Annotated[list[PhaseDefinition], Field(min_length=1, max_length=50, description="The phases in order.")]  # type: ignore[assignment]
