"""What can be asked of a program."""

from __future__ import annotations

from typing import Annotated

from libs.commands.command import MADE, Command, command
from libs.events.catalog.portfolio.program import PROGRAM, ProgramOpened
from libs.events.values import ProgramId


@command("portfolio.open_program", PROGRAM, topic="programs", creates=True, requirements=("S4-08",))
class OpenProgram(Command, ProgramOpened):
    """Open a program, so that products can be part of it."""

    program: Annotated[ProgramId | None, MADE] = None
