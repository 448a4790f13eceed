"""A product: a digital service to citizens, in a phase of its lifecycle until it is decommissioned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_doc import Doc

from libs.events.catalog.portfolio.reorganisation import Moved, Renamed
from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Id, Input, LifecycleId, OrganisationId, ProgramId, Text, Title


@event("headway.portfolio.product.registered.v1")
class ProductRegistered(Payload):
    """A product is known by this name; it is at home in this organisation, part of this program, and goes through this lifecycle (None: the default)."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    home: Annotated[OrganisationId | None, Doc("The organisation that answers for it; that of its program unless given.")] = None
    program: Annotated[ProgramId | None, Doc("The program it is part of.")] = None
    lifecycle: Annotated[LifecycleId | None, Doc("The phases it goes through; discovery, alpha, beta, live, improve unless given.")] = None


@event("headway.portfolio.product.phase_entered.v1")
class PhaseEntered(Payload):
    """The product is in this phase of its lifecycle from now on (S0-01)."""

    phase: Annotated[Id, Doc("A phase of its lifecycle.")]


@event("headway.portfolio.product.halted.v1")
class ProductHalted(Payload):
    """Work on the product halted early: a risk, not a completion (S0-03)."""

    reason: Annotated[str, Input(Text), Doc("`resource_constraint`, the only reason there is.")]
    lacking: Annotated[str | None, Input(Text), Doc("What is lacking.")] = None


@event("headway.portfolio.product.resumed.v1")
class ProductResumed(Payload):
    """Work on a halted product goes on."""


@event("headway.portfolio.product.decommissioned.v1")
class ProductDecommissioned(Payload):
    """The product is no longer offered, the only end of its phases (S0-02); `phase` is the one its lifecycle has for that."""

    reason: Annotated[str, Input(Text), Doc("Why, and what its users have instead.")]
    phase: Annotated[Id | None, Doc("The phase it ends in; needed where its lifecycle has several that are not active.")] = None


@event("headway.portfolio.product.ticked.v1")
class ChecklistTicked(Payload):
    """An entry on the checklist of the phase it is in was seen to (S0-26)."""

    entry: Annotated[Id, Doc("The entry, by its id on the checklist of the phase it is in.")]
    note: Annotated[str | None, Input(Text), Doc("What was seen, in words.")] = None


@dataclass(frozen=True, slots=True)
class PhaseSince:
    """A phase, the instant it was entered, and the event that says so."""

    phase: str
    since: datetime
    event: Event


@state
class Product:
    """A product as it stands; `phases` its whole history in order of time, the last being the one it is in.

    `halted` is the halt that was said last, `halted_since` the instant since when it is halted.
    """

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    home: OrganisationId | None = None
    program: Annotated[ProgramId | None, Doc("The program it is part of.")] = None
    lifecycle: LifecycleId | None = None
    registered: Event | None = None
    phases: tuple[PhaseSince, ...] = ()
    halted: Event | None = None
    halted_since: datetime | None = None
    ticks: Annotated[tuple[Event[ChecklistTicked], ...], Doc("Each tick of an entry on the checklist of its phase, the earliest first (S0-26).")] = ()
    decommissioned: Annotated[Event | None, Doc("The day on which it was decommissioned (S0-02); null while it is offered.")] = None

    @property
    def phase(self) -> str | None:
        """The id of the phase it is in; None before the first."""
        return self.phases[-1].phase if self.phases else None


def evolve(product: Product, event: Event) -> Product:
    """The product after one more event, in whatever order. Of several registrations the one said last counts; after its end no phase and no halt does."""
    match event.data:
        case ProductRegistered(name=name, home=home, program=program, lifecycle=lifecycle):
            if product.registered is None or product.registered.sequence < event.sequence:
                return changed(product, name=name, home=home, program=program, lifecycle=lifecycle, registered=event)
        case Renamed(name=name):
            return changed(product, name=name)
        case Moved(to=home):
            return changed(product, home=home)
        case PhaseEntered() | ProductHalted() if product.decommissioned is not None:
            return product
        case PhaseEntered(phase=phase) if phase == product.phase:
            return product  # said again of a later day: it is in that phase since it was first said
        case PhaseEntered(phase=phase):
            return changed(product, phases=(*product.phases, PhaseSince(phase, event.time, event)))
        case ProductHalted() as said:
            if product.halted is not None and product.halted.data == said:
                return product
            return changed(product, halted=event, halted_since=product.halted_since or event.time)
        case ProductResumed():
            return changed(product, halted=None, halted_since=None)
        case ChecklistTicked():
            return changed(product, ticks=(*product.ticks, event))
        case ProductDecommissioned(phase=ended):
            phases = (*product.phases, PhaseSince(ended, event.time, event)) if ended else product.phases
            return changed(product, phases=phases, halted=None, halted_since=None, decommissioned=event)
    return product


PRODUCT = Kind(
    "portfolio",
    "product",
    "products",
    Product,
    evolve,
    defined_by=(ProductRegistered,),
    definition=("name", "home", "program", "lifecycle"),
    says={"renamed": Renamed, "moved": Moved},
)
