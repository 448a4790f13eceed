"""A lifecycle: the phases that a product goes through, in order, with what each asks before and what success in it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Id, Input, Title


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: `active` while the product lives in it, not active when it has ended; its lists are data (S4-02)."""

    id: Id
    title: str
    active: bool
    preconditions: tuple[str, ...] = ()
    success: tuple[str, ...] = ()


@event("headway.portfolio.lifecycle.defined.v1")
class LifecycleDefined(Payload):
    """These are the phases, in this order."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    phases: Annotated[tuple[Phase, ...], Doc("The phases in order.")]


@state
class Lifecycle:
    """The phases that a product goes through, in their order (S0-01)."""

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    phases: tuple[Phase, ...] = ()

    def phase(self, id: str | None) -> Phase | None:
        """The phase of this id; None where it has none such."""
        return next((phase for phase in self.phases if phase.id == id), None)

    @property
    def ends(self) -> tuple[Phase, ...]:
        """The phases of a decommissioned product: those that are not active."""
        return tuple(phase for phase in self.phases if not phase.active)


def evolve(lifecycle: Lifecycle, event: Event) -> Lifecycle:
    """The lifecycle after one more event, in whatever order."""
    match event.data:
        case LifecycleDefined(name=name, phases=phases):
            return changed(lifecycle, name=name, phases=phases)
    return lifecycle


LIFECYCLE = Kind("portfolio", "lifecycle", "lifecycles", Lifecycle, evolve, defined_by=(LifecycleDefined,), definition=("name", "phases"))

DEFAULT_LIFECYCLE: Final = Lifecycle(
    id="default",
    name="From discovery to improvement",
    phases=(
        Phase("discovery", "Discovery", active=True),
        Phase("alpha", "Alpha", active=True),
        Phase("beta", "Beta", active=True),
        Phase("live", "Live", active=True),
        Phase("improve", "Improve", active=True),
        Phase("decommissioned", "Decommissioned", active=False),
    ),
)
"""The phases of a product that names no lifecycle."""
