"""The checklist of the phase that a product is in, whose entries come round each quarter (S0-26)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Final, NamedTuple

from annotated_doc import Doc

from libs.calendar.months import months_on
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleCheck, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.product import PRODUCT, ChecklistTicked, PhaseEntered, PhaseSince, Product, ProductDecommissioned, ProductRegistered
from libs.events.event import Event
from libs.events.facts import Facts
from libs.rules.statements import explains

MONTHS: Final = 3
"""After so many months an entry comes round again."""


class ChecklistRound(NamedTuple):
    """The time in which an entry is to be ticked once: from what began it until it is ticked, or until nothing asks for it any more."""

    phase: LifecyclePhase
    check: LifecycleCheck
    began: Event
    due: date
    ended: Event | None

    @property
    def ticked(self) -> bool:
        """Whether somebody has seen to it."""
        return self.ended is not None and isinstance(self.ended.data, ChecklistTicked)


class ChecklistEntry(NamedTuple):
    """An entry on the checklist of the phase that a product is in (S0-26)."""

    id: Annotated[str, Doc("Its id on the list, by which it is ticked.")]
    text: Annotated[str, Doc("What to see to, in words.")]
    ticked_on: Annotated[date | None, Doc("The day on which it was ticked last; null where it was not yet.")]
    note: Annotated[str | None, Doc("What was seen then, in words.")]
    due_on: Annotated[date, Doc("The day by which it is to be ticked again.")]
    overdue: Annotated[bool, Doc("Whether that day is over.")]


@explains("product", "checklist", product=(ProductRegistered, PhaseEntered, ChecklistTicked, ProductDecommissioned))
def checklist(facts: Facts, product_id: str) -> tuple[ChecklistEntry, ...]:
    """The entries on the checklist of the phase that the product is in, each due three months after it was ticked last, or after it came to hold (S0-26)."""
    return tuple(_entry(facts, one) for one in facts.derive(rounds, product_id) if one.ended is None)


def _entry(facts: Facts, of: ChecklistRound) -> ChecklistEntry:
    said = of.began.data
    if isinstance(said, ChecklistTicked):
        return ChecklistEntry(of.check.id, of.check.text, of.began.time.date(), said.note, of.due, facts.day > of.due)
    return ChecklistEntry(of.check.id, of.check.text, None, None, of.due, facts.day > of.due)


def rounds(facts: Facts, product_id: str) -> tuple[ChecklistRound, ...]:
    """Every round of every entry on the checklists of the phases that a product was in, phase by phase and entry by entry (S0-26)."""
    product = facts.get(PRODUCT, product_id)
    if product is None or product.lifecycle is None:
        return ()
    defined = [event for event in facts.history(LIFECYCLE, product.lifecycle) if isinstance(event.data, LifecycleDefined)]
    stays = ((stay, following.event if following else None) for stay, following in pairwise((*product.phases, None)) if stay is not None)
    return tuple(one for stay, left in stays for one in _of_stay(product, stay, left or product.decommissioned, defined))


def _of_stay(product: Product, stay: PhaseSince, left: Event | None, defined: Sequence[Event]) -> Iterator[ChecklistRound]:
    """The rounds while it is in a phase: an entry holds from when it is in it, or from when its lifecycle has the entry there, until either is over."""
    turns = [stay.event, *(event for event in defined if event.time > stay.since and (left is None or event.time < left.time))]
    phases = [_phase(defined, turn, stay.phase) for turn in turns]
    for id in dict.fromkeys(one.id for phase in phases if phase for one in phase.checklist):
        held: tuple[Event, LifecyclePhase, LifecycleCheck] | None = None
        for turn, phase in (*zip(turns, phases, strict=True), (left, None)):
            check = next((one for one in phase.checklist if one.id == id), None) if phase else None
            if turn is not None and phase is not None and check is not None:
                held = (held[0] if held else turn, phase, check)
            elif held is not None:
                yield from _held(product, *held, turn)
                held = None


def _phase(defined: Sequence[Event], turn: Event, id: str) -> LifecyclePhase | None:
    """A phase as its lifecycle has it from that turn on."""
    by_then = [event.data for event in defined if event.time <= turn.time and isinstance(event.data, LifecycleDefined)]
    return next((one for one in by_then[-1].phases if one.id == id), None) if by_then else None


def _held(product: Product, began: Event, phase: LifecyclePhase, check: LifecycleCheck, ended: Event | None) -> Iterator[ChecklistRound]:
    ticks = [one for one in product.ticks if one.data.entry == check.id and one.time >= began.time and (ended is None or one.time < ended.time)]
    for start, following in pairwise((began, *ticks, None)):
        if start is not None:
            day = start.time.date()
            yield ChecklistRound(phase, check, start, months_on(day, MONTHS, day.day), following or ended)
