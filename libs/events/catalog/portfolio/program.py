"""A program: products of one organisation that belong together."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Input, OrganisationId, Title


@event("headway.portfolio.program.opened.v1")
class ProgramOpened(Payload):
    """A program is under way at this organisation (S4-08)."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    home: Annotated[OrganisationId, Doc("The organisation that answers for it.")]


@state
class Program:
    """A program as it stands."""

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    home: Annotated[OrganisationId | None, Doc("The organisation it is at home in.")] = None
    opened: Event | None = None


def evolve(program: Program, event: Event) -> Program:
    """The program after one more event, in whatever order. Of several openings the one said last counts."""
    match event.data:
        case ProgramOpened(name=name, home=home):
            if program.opened is None or program.opened.sequence < event.sequence:
                return changed(program, name=name, home=home, opened=event)
    return program


PROGRAM = Kind("portfolio", "program", "programs", Program, evolve, defined_by=(ProgramOpened,), definition=("name", "home"))
