"""Commands about a class of changes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from libs.commands.command import MADE, Command, command
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS, ChangeClassDecided, ChangeClassDefined
from libs.events.values import ChangeClassId


@command("roadmap.define_change_class", CHANGE_CLASS, topic="change classes", creates=True, requirements=("S3-10",))
class DefineChangeClass(Command, ChangeClassDefined, first=("change_class",)):
    """Describe a sort of change for the board to approve once, and the evidence that every change of it will bring."""

    change_class: Annotated[ChangeClassId | None, MADE] = None


@command("roadmap.decide_change_class", CHANGE_CLASS, topic="change class decisions", dated_by_importers_only=True, requirements=("S3-10",))
class DecideChangeClass(Command, ChangeClassDecided):
    """Let changes of a class go out by their evidence, as the board, or no longer. What went out before stays as it was decided."""

    change_class: Annotated[ChangeClassId, Field(description="The class's id.")]
