"""Revises what a row of an import said: a changed row retracts its earlier statement and makes it anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from libs.commands.command import Command
from libs.commands.decision import Case
from libs.events.event import Event, Overridden, Payload, Retracted, S

WHY = "The row of the import has changed"


def plain(command: Command, case: Case[S]) -> Iterable[Payload]:
    """The event that a command records: of a row that changed, what creates a thing says the whole of it again, and all else is said instead of before."""
    (event,) = command.RECORDS
    said = event.of(command)
    return (said,) if command.SPEC.creates else anew(case, said)


def take_back(case: Case[S], *events: Event | None) -> Iterator[Payload]:
    """The retractions of these events, where a row of an import has changed; nothing otherwise."""
    if case.revising:
        yield from (Retracted(event=event.id, reason=WHY) for event in events if event is not None)


def of_row(case: Case[S]) -> Event | None:
    """Which event of its aggregate the changed row had said last, but for rules that were lifted; None where nothing is revised, or it is out already."""
    if not case.revising:
        return None
    return next((event for event in case.current.history(case.kind, case.id) if event.id in case.row and not isinstance(event.data, Overridden)), None)


def besides(case: Case[S], row: Event | None) -> list[Event]:
    """What the changed row had said last besides this event of it: what was announced with it."""
    shown = case.current.history(case.kind, case.id) if row is not None else []
    return [event for event in shown if event.id in case.row and event != row and not isinstance(event.data, Overridden)]


def anew(case: Case[S], now: Payload) -> Iterator[Payload]:
    """What a row says now instead of what it said before; nothing where that is the same on the same day, and, of a judgement, still counts."""
    return instead(case, of_row(case), now)


def instead(case: Case[S], before: Event | None, now: Payload) -> Iterator[Payload]:
    """What is said now instead of an event of a changed row; nothing where that is the same on the same day, and, of a judgement, still counts."""
    if before is None or before.data != now or before.time != case.at or not case.current.counts(before):
        yield from take_back(case, before)
        yield now


def said_by_row(case: Case[S], said: Iterable[tuple[Event, tuple[object, ...]]], *now: object) -> Event | None:
    """Which of several events the changed row had said: of the same actor's the one most like what it says now; None where nothing is revised.

    `said` are events with their values, `now` the row's values. Where it is not known which event the row led to, likeness (time, then values, then
    lateness) decides.
    """
    if not case.revising:
        return None
    own = [(event, values) for event, values in said if event.actor.id == case.actor.id]
    known = [(event, values) for event, values in own if event.id in case.row]
    return max(known or own, key=lambda e: _likeness(e[0], e[1], case.at, now), default=(None, ()))[0]


def _likeness(event: Event, values: tuple[object, ...], at: datetime, now: tuple[object, ...]) -> tuple[bool, int, int]:
    return event.time == at, sum(old == new for old, new in zip(values, now, strict=True)), event.sequence
