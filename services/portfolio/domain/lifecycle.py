"""Lifecycles: the phases in order, at least one in which a product lives."""

from __future__ import annotations

from collections.abc import Iterator

from libs.commands.catalog.portfolio.lifecycle import DefineLifecycle
from libs.commands.decision import Case
from libs.commands.errors import Invalid
from libs.commands.import_revision import anew
from libs.events.catalog.portfolio.lifecycle import Lifecycle, LifecycleCheck, LifecycleDefined, LifecyclePhase
from libs.events.event import Payload
from services.portfolio.domain import decisions


@decisions.decides(DefineLifecycle)
def define_lifecycle(command: DefineLifecycle, case: Case[Lifecycle]) -> Iterator[Payload]:
    """The phases from then on (S4-02). Raises Invalid for an id twice, a checklist of a phase that is not active, and for no phase to live in."""
    phases = tuple(
        LifecyclePhase(p.id, p.title, p.active, tuple(p.preconditions), tuple(p.success), tuple(LifecycleCheck(one.id, one.text) for one in p.checklist or ()))
        for p in command.phases
    )
    if len({phase.id for phase in phases}) < len(phases):
        raise Invalid("two phases have the same id", field="phases")
    for phase in phases:
        if len({one.id for one in phase.checklist}) < len(phase.checklist):
            raise Invalid(f"two entries on the checklist of {phase.title} have the same id", field="phases")
        if phase.checklist and not phase.active:
            raise Invalid(f"{phase.title} is the end of the product, and nobody sees to a checklist in it", field="phases")
    if not any(phase.active for phase in phases):
        raise Invalid("no phase is active: a product could never live in one", field="phases")
    yield from anew(case, LifecycleDefined.of(command, phases=phases))
