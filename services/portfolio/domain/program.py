"""Programs: decided from what is asked alone."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.program import OpenProgram
from libs.commands.deciding import Case
from libs.events.catalog.portfolio.program import Program, ProgramOpened
from libs.events.event import Payload
from services.portfolio.domain import decisions


@decisions.decides(OpenProgram)
def open_program(command: OpenProgram, case: Case[Program]) -> Iterator[Payload]:
    """A program, once (S4-08); a row of an import that changed says the whole again."""
    yield ProgramOpened(name=command.name, home=command.home)
