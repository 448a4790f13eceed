"""Where an approval to lift a rule was used: it is used once (S4-20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, NamedTuple

from annotated_doc import Doc

from libs.events.event import KINDS, Event, Kind, Overridden
from libs.events.facts import Facts


class OverrideUse(NamedTuple):
    """The override that cites an approval."""

    event: Annotated[str, Doc("The position of its event.")]
    on: Annotated[date, Doc("The day on which the rule was lifted.")]
    role: Annotated[str, Doc("The role in which the command was said.")]


def uses(facts: Facts, approval: str, kinds: Iterable[Kind[Any]]) -> list[Event]:
    """The overrides of things of these kinds that cite an approval, and were not taken back."""
    found = [event for kind in kinds for id in facts.naming(kind, "approval", approval) for event in facts.history(kind, id)]
    return [event for event in found if isinstance(event.data, Overridden) and event.data.approval == approval]


def used(facts: Facts, id: str) -> OverrideUse | None:
    """The override that cites the approval, which can be cited once (S4-20). None while nobody has."""
    found = next(iter(uses(facts, id, KINDS.values())), None)
    return OverrideUse(found.id, found.time.date(), found.actor.role) if found else None
