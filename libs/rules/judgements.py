"""The judgements of a thing: those that count, and those that no longer do because what they judged is gone or has changed (S0-13 to S0-16)."""

from __future__ import annotations

from typing import Any, NamedTuple

from libs.events.event import Event, Kind, Overridden, Payload
from libs.events.facts import Facts
from libs.events.judgement import JUDGED


class Judged(NamedTuple):
    """A judgement, the position of what it judges (None: of nothing that is known), and whether it counts."""

    event: Event
    judges: str | None
    counts: bool


def judgements(facts: Facts, kind: Kind[Any], id: str) -> tuple[Judged, ...]:
    """Every judgement of an aggregate that was not taken back, the latest first; rules that were lifted are none of it."""
    counting = {event.id for event in facts.counting(kind, id)}
    found = [event for event in facts.history(kind, id) if type(event.data) in JUDGED]
    return tuple(Judged(event, facts.judged(event), event.id in counting) for event in reversed(found))


def of_something_else(facts: Facts, kind: Kind[Any], id: str, said: type[Payload]) -> str:
    """In words for a refusal: when such a judgement was given, and of what that does not stand so any more; empty where there is none."""
    lapsed = next((one for one in judgements(facts, kind, id) if not one.counts and isinstance(one.event.data, said)), None)
    return f"; that of {lapsed.event.time.date()} was of {lapsed.judges}, which does not stand as it was judged" if lapsed else ""


def lifted(facts: Facts, kind: Kind[Any], id: str) -> list[Event]:
    """The rules that were lifted for what still stands of an aggregate, in order of time."""
    return [event for event in facts.counting(kind, id) if isinstance(event.data, Overridden)]
