"""Commands about a lifecycle."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined
from libs.events.values import Id, LifecycleId, Text, Title, Truth


class CheckDefinition(BaseModel):
    """One entry on the checklist of a phase."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[Id, Field(description="Its id on the list, which stays where it is put in other words.")]
    text: Annotated[Text, Field(description="What to see to, in words.")]


class PhaseDefinition(BaseModel):
    """One phase of a lifecycle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[Id, Field(description="Its id within the lifecycle.")]
    title: Annotated[Title, Field(description="As people call it.")]
    active: Annotated[Truth, Field(description="False for the phase of a product that has ended; only decommissioning leads there.")] = True
    preconditions: Annotated[list[Text], Field(max_length=50, description="What must hold before it is entered.")] = []
    success: Annotated[list[Text], Field(max_length=50, description="What success in it looks like.")] = []
    checklist: Annotated[
        list[CheckDefinition] | None, Field(max_length=50, description="What is to be seen to each quarter while a product is in it (S0-26).")
    ] = None


@command("portfolio.define_lifecycle", LIFECYCLE, topic="lifecycles", creates=None, requirements=("S0-26", "S4-02"))
class DefineLifecycle(Command, LifecycleDefined):
    """Define the phases that products go through, in order, with their pre-conditions, what success looks like and their checklists; or define them anew."""

    lifecycle: Annotated[LifecycleId | None, MADE] = None
    phases: Annotated[list[PhaseDefinition], Field(min_length=1, max_length=50, description="The phases in order.")]  # type: ignore[assignment]
