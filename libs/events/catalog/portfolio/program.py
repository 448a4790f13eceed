"""A program: products of one organisation that belong together."""

from __future__ import annotations

from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.reorganisation import Moved, Renamed
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Decided, Input, OrganisationId, ProductId, Text, Title


@event("headway.portfolio.program.opened.v1")
class ProgramOpened(Payload):
    """A program is under way at this organisation (S4-08)."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    home: Annotated[OrganisationId, Doc("The organisation that answers for it.")]


@event("headway.portfolio.program.redesigned.v1")
class ProgramRedesigned(Payload):
    """A redesign of the program begins (S4-13)."""

    text: Annotated[str, Input(Text), Doc("What is to be another, and why.")]


@event("headway.portfolio.program.products_linked.v1")
class ProductsLinked(Payload):
    """Products of other programs are part of this one as well; their money and who answers for them stay with their own (S4-08)."""

    linked_products: Annotated[tuple[ProductId, ...], Doc("The products that are part of it as well.")]


@event("headway.portfolio.program.products_unlinked.v1")
class ProductsUnlinked(Payload):
    """Products of other programs are part of this one no longer (S4-08)."""

    linked_products: Annotated[tuple[ProductId, ...], Decided, Doc("The products that are part of it no longer.")]
    reason: Annotated[str, Input(Text), Doc("Why it is not.")]


@state
class Program:
    """A program as it stands; `redesigns` one entry a redesign, `linked_products` those of other programs, the first linked first."""

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    home: Annotated[OrganisationId | None, Doc("The organisation it is at home in.")] = None
    opened: Event | None = None
    linked_products: tuple[ProductId, ...] = ()
    redesigns: Annotated[tuple[Event[ProgramRedesigned], ...], Doc("Each time that a redesign of it began, the earliest first (S4-13).")] = ()


def evolve(program: Program, event: Event) -> Program:
    """The program after one more event, in whatever order. Of several openings the one said last counts."""
    match event.data:
        case ProgramOpened(name=name, home=home):
            if program.opened is None or program.opened.sequence < event.sequence:
                return changed(program, name=name, home=home, opened=event)
        case ProgramRedesigned():
            return changed(program, redesigns=(*program.redesigns, event))
        case ProductsLinked(linked_products=products):
            return changed(program, linked_products=tuple(dict.fromkeys((*program.linked_products, *products))))
        case ProductsUnlinked(linked_products=products):
            return changed(program, linked_products=tuple(one for one in program.linked_products if one not in products))
        case Renamed(name=name):
            return changed(program, name=name)
        case Moved(to=home):
            return changed(program, home=home)
    return program


PROGRAM = Kind(
    "portfolio",
    "program",
    "programs",
    Program,
    evolve,
    defined_by=(ProgramOpened,),
    definition=("name", "home"),
    says={"renamed": Renamed, "moved": Moved},
)
