"""A lifecycle: the phases that a product goes through, in order, with what each asks before and what success in it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.event import Event, Kind, Payload, changed, event, state
from libs.events.values import Called, Id, Input, Title


@dataclass(frozen=True, slots=True)
class LifecycleCheck:
    """One entry on the checklist of a phase, by an id of its own: its words may be put better, and it stays the same."""

    id: Id
    text: str


@dataclass(frozen=True, slots=True)
class LifecyclePhase:
    """One phase: `active` while the product lives in it, not active when it has ended; its lists are data (S4-02).

    `checklist` is what its end would ask for. Where a phase has no end but that of the product, it comes round each quarter instead (S0-26).
    """

    id: Id
    title: str
    active: bool
    preconditions: tuple[str, ...] = ()
    success: tuple[str, ...] = ()
    checklist: tuple[LifecycleCheck, ...] = ()


@event("headway.portfolio.lifecycle.defined.v1")
class LifecycleDefined(Payload):
    """These are the phases, in this order."""

    name: Annotated[str, Input(Title), Doc("As people call it.")]
    phases: Annotated[tuple[LifecyclePhase, ...], Doc("The phases in order.")]


@state
class Lifecycle:
    """The phases that a product goes through, in their order (S0-01)."""

    id: str
    name: Annotated[str, Doc("As people call it; its id while nothing was heard of it but the id."), Called] = ""
    phases: tuple[LifecyclePhase, ...] = ()

    def phase(self, id: str | None) -> LifecyclePhase | None:
        """The phase of this id; None where it has none such."""
        return next((phase for phase in self.phases if phase.id == id), None)

    @property
    def ends(self) -> tuple[LifecyclePhase, ...]:
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
        LifecyclePhase("discovery", "Discovery", active=True),
        LifecyclePhase("alpha", "Alpha", active=True),
        LifecyclePhase("beta", "Beta", active=True),
        LifecyclePhase("live", "Live", active=True),
        LifecyclePhase("improve", "Improve", active=True),
        LifecyclePhase("decommissioned", "Decommissioned", active=False),
    ),
)
"""The phases of a product that names no lifecycle."""
