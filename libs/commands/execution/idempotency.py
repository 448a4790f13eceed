"""Recognises commands that say nothing new: the same statement again or, where it has no date, one that is true already.

What somebody dates is kept although it repeats what stands on its day: a statement about a day before it may arrive later, and then it is no repetition.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, get_type_hints

from libs.commands.command import Command
from libs.commands.decision import Case
from libs.events.choice import Choice
from libs.events.event import Actor, Event, Kind, Payload, Retracted
from libs.events.facts import folded_past_faults
from libs.events.history import at_instant
from libs.events.judgement import judging


def nothing_new(command: Command, case: Case[Any], kind: Kind[Any], history: Sequence[Event], said: Sequence[Payload], known: datetime, *, own: bool) -> bool:
    """Whether what a decision says need not be kept: the answer is then "unchanged".

    `own` says that the command has a key of its own, by which nothing was said yet: where each saying counts (`Spec.counts`) it is then another one,
    although its fields are the same. What takes something back, or brings a secret, is always new.
    """
    if any(isinstance(data, Retracted) for data in said) or any(getattr(command, field) is not None for field in command.SPEC.private):
        return False
    if command.at is not None or command.known is not None:
        if command.SPEC.counts and own:
            return False
        there = _was_said(case, history, said, known, case.actor if command.SPEC.counts else None)
        return bool(there) and (
            _nothing_since(case, kind, there, command.SPEC.counts) or (not command.SPEC.counts and _changes_nothing(case, kind, case.then, said))
        )
    return not command.SPEC.counts and (case.stands or _changes_nothing(case, kind, case.now, said))


def _was_said(case: Case[Any], history: Sequence[Event], said: Sequence[Payload], known: datetime, actor: Actor | None) -> list[Event]:
    """The events that said all of it of this very instant (of a row that changed: those of that row, and last), known no later, that count; none unless all."""
    there = (e for e in at_instant(history, case.at) if e.recorded <= known and actor in (None, e.actor) and (not case.row or e.id in case.row))
    stands = [event for event in there if not judging(event) or case.current.counts(event)]
    found = [next((event for event in reversed(stands) if _same(event.data, data)), None) for data in said]
    return [event for event in found if event is not None] if None not in found else []


def _nothing_since(case: Case[Any], kind: Kind[Any], there: Sequence[Event], counts: bool) -> bool:
    """Whether it makes no difference to what stands at that instant that other things were said of it later: this, that, and this again is not that.

    Where each saying counts, the order in which they stand in a list is no difference: two amounts of one day sum to the same.
    """
    shown = case.facts.counting(kind, case.id)
    gone = {event.sequence for event in there}
    if all(event.sequence in gone for event in shown[-len(there) :]):
        return True
    anew = [event for event in shown if event.sequence not in gone] + [dataclasses.replace(event, sequence=_LAST + n) for n, event in enumerate(there)]
    return _alike(folded_past_faults(kind, case.id, shown), folded_past_faults(kind, case.id, anew), in_any_order=counts)


def _same(before: Payload, now: Payload) -> bool:
    """Whether the same was said before; a judgement that names what it judges is of that alone."""
    named = getattr(now, "judges", None)
    return before == now and named in (None, getattr(before, "judges", None))


def _changes_nothing(case: Case[Any], kind: Kind[Any], before: Any, said: Sequence[Payload]) -> bool:
    """Whether the aggregate would be the same after it, but for when and by which event."""
    if before is None:
        return False
    state = before
    for n, data in enumerate(said):
        state = kind.evolve(state, Event(kind.key(case.id), _LAST + n, case.at, case.at, case.at, case.actor, data))
    return _alike(before, state)


_LAST = 1 << 62
"""The number of an event behind all others of its aggregate."""


def _alike(one: Any, other: Any, *, in_any_order: bool = False) -> bool:
    """Whether two states say the same, whichever events and instants they have it from."""
    if one is other:
        return True
    if isinstance(one, datetime | None) and isinstance(other, datetime | None):
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Event):
        return bool(one.data == other.data)
    if isinstance(one, tuple):
        return len(one) == len(other) and (all(map(_alike, one, other)) or (in_any_order and _of_the_same(one, other)))
    if dataclasses.is_dataclass(one):
        return all(a is b or _alike(a, b, in_any_order=in_any_order) for a, b in zip(_values(one), _values(other), strict=True))
    return bool(one == other)


def _of_the_same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two lists of one length have the same in whatever order; few of it differ in their places."""
    moved = [(a, b) for a, b in zip(one, other, strict=True) if a is not b]
    left = [b for _, b in moved]
    for a, _ in moved:
        found = next((n for n, b in enumerate(left) if _alike(a, b)), None)
        if found is None:
            return False
        del left[found]
    return True


def _values(one: Any) -> Any:
    """The values of a dataclass's fields, and of what it says of their order, such as its state: asked of each command, so it looks them up once a class."""
    cls = type(one)
    ask = _ASKING.get(cls)
    if ask is None:
        names = ["__class__", *(field.name for field in dataclasses.fields(one))]  # at least two, so that they are several values
        names += [name for name, value in vars(cls).items() if isinstance(value, property) and _chosen(value)]
        ask = _ASKING[cls] = attrgetter(*names)
    return ask(one)


def _chosen(of: property) -> bool:
    """Whether a property is one of a few: it may rest on which of two events, each in a field of its own, came last."""
    told = get_type_hints(of.fget).get("return")
    return isinstance(told, type) and issubclass(told, Choice)


_ASKING: dict[type, Callable[[Any], Any]] = {}
