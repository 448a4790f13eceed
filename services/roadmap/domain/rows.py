"""What a changed row of an import does with what it said before: it takes that back, whatever day it was dated, and says it anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from libs.commands.deciding import Case
from libs.events.event import Event, Payload, Retracted, S

WHY = "The row of the import has changed"


def take_back(case: Case[S], *events: Event | None) -> Iterator[Payload]:
    """The retractions of these events, where a row of an import has changed; nothing otherwise."""
    if case.revising:
        yield from (Retracted(event=event.id, reason=WHY) for event in events if event is not None)


def said_by_row(case: Case[S], said: Iterable[tuple[Event, tuple[object, ...]]], *now: object) -> Event | None:
    """Which of several events the changed row had said: of the same actor's the one most like what it says now; None where nothing is revised.

    `said` are events with their values, `now` the row's values. Nothing keeps which row led to which event, so likeness (time, then values, then
    lateness) decides.
    """
    if not case.revising:
        return None
    own = [(event, values) for event, values in said if event.actor.id == case.actor.id]
    return max(own, key=lambda e: _likeness(e[0], e[1], case.at, now), default=(None, ()))[0]


def _likeness(event: Event, values: tuple[object, ...], at: datetime, now: tuple[object, ...]) -> tuple[bool, int, int]:
    return event.time == at, sum(old == new for old, new in zip(values, now, strict=True)), event.sequence
