"""Two moments of the same histories: what was touched between them, and by which events a figure came to be another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.event import KINDS, Event, Kind, Retracted, S, split
from libs.events.facts import Facts
from libs.rules.authority import Belonging, belonging
from libs.rules.explaining import Figure


class Made(NamedTuple):
    """What made a change: events that the first moment did not see, events that it saw and that were taken back since, and what took them back."""

    new: tuple[Event, ...]
    struck: tuple[Event, ...]
    takings_back: tuple[Event, ...]


class Moments:
    """An earlier moment and a later one. Iterating gives both, in this order."""

    def __init__(self, before: Facts, after: Facts) -> None:
        self.before, self.after = before, after

    def __iter__(self) -> Iterator[Facts]:
        yield self.before
        yield self.after

    def both(self, kind: Kind[S], id: str) -> tuple[S | None, S | None]:
        """The state of an aggregate then and now."""
        return self.before.get(kind, id), self.after.get(kind, id)

    def ids(self, kind: Kind[Any]) -> list[str]:
        """The aggregates of a kind that exist at one of the moments."""
        return sorted({one.id for facts in self for one in facts.every(kind)})

    def touched(self, kind: Kind[Any]) -> list[str]:
        """The aggregates of a kind of which one moment sees an event that the other does not."""
        return self._touched.get(kind.name, [])

    def between(self, figure: Figure, id: str, wanted: Callable[[Event], bool]) -> Made:
        """The events that made a figure another, among those that it rests on at one of the moments."""
        rested, rests = figure.events(self.before, id), figure.events(self.after, id)
        new = tuple(event for event in rests if wanted(event) and not self._saw(event))
        kept = {event.id for event in rests}
        gone = {event.id: event for event in rested if event.id not in kept and wanted(event)}
        takings_back = [one for aggregate in dict.fromkeys(event.aggregate for event in gone.values()) for one in self._takings_back(aggregate, gone)]
        struck = {one.data.event: gone[one.data.event] for one in takings_back if isinstance(one.data, Retracted)}
        return Made(new, tuple(struck.values()), tuple(takings_back))

    @cached_property
    def _touched(self) -> dict[str, list[str]]:
        histories = self.after.histories
        found = {kind: sorted(split(a)[1] for a in histories.all(kind) if self._differs(histories.events(a))) for kind in KINDS}
        return {kind: ids for kind, ids in found.items() if ids}

    def _differs(self, events: Sequence[Event]) -> bool:
        return any(_visible(self.before, event) is not _visible(self.after, event) for event in events)

    def _saw(self, event: Event) -> bool:
        """Whether the first moment saw an event."""
        return any(one is event for one in self.before.history(KINDS[event.kind], split(event.aggregate)[1]))

    def _takings_back(self, aggregate: str, gone: dict[str, Event]) -> Iterator[Event]:
        for event in self.after.histories.events(aggregate):
            if isinstance(event.data, Retracted) and event.data.event in gone and _visible(self.after, event):
                yield event


def name_of(moments: Moments, kind: str, id: str) -> str:
    """What people call an aggregate: an investment by what it is for; its id where nothing else is known."""
    state = next((state for state in reversed(moments.both(KINDS[kind], id)) if state is not None), None)
    if kind == INVESTMENT.name and state is not None:
        about = ("team", state.team) if state.team is not None else ("product", state.product)
        return f"Investment in {name_of(moments, *about)}" if about[1] is not None else id
    return str(getattr(state, "name", None) or getattr(state, "title", None) or id)


def scopes_of(moments: Moments, kind: str, id: str) -> Belonging:
    """What an aggregate lay and lies in: itself, its products, teams and organisations."""
    found: Belonging = frozenset({(kind, id)})
    for facts in moments:
        found |= belonging(facts, kind, id)
        state = facts.get(KINDS[kind], id)
        if kind == INVESTMENT.name and state is not None and state.product is not None:
            found |= belonging(facts, "product", state.product)
    return found


def _visible(facts: Facts, event: Event) -> bool:
    """Whether a moment takes an event in; one that takes back another counts for every day."""
    known = facts.known_at is None or event.recorded <= facts.known_at
    return known and (isinstance(event.data, Retracted) or facts.before is None or event.time < facts.before)
