"""Compares two moments of the same histories: what was touched in between, what it is called, and what it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.derivations import THE_DAY, Rest, touched_by
from libs.events.event import KINDS, Event, Kind, Retracted, S, mentions, split
from libs.events.facts import Facts
from libs.events.references import name_field
from libs.rules.authority import Belonging, belonging


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

    def move(self, rests: Iterable[Rest]) -> bool:
        """Whether what rests on this may be otherwise: something was said in between that touches it, or it asks for the day and that is another."""
        return any(rest in self._rests or (rest == THE_DAY and self.before.day != self.after.day) for rest in rests)

    @cached_property
    def _rests(self) -> frozenset[Rest]:
        """What the events touch that one moment sees and the other does not."""
        histories = self.after.histories
        touched = (f"{kind}:{id}" for kind, ids in self._touched.items() for id in ids)
        return frozenset(rest for one in touched for event in histories.events(one) for rest in touched_by(one, mentions(event.data)))

    @cached_property
    def _touched(self) -> dict[str, list[str]]:
        histories = self.after.histories
        found = {kind: sorted(split(a)[1] for a in histories.all(kind) if self._differs(histories.events(a))) for kind in KINDS}
        return {kind: ids for kind, ids in found.items() if ids}

    def _differs(self, events: Sequence[Event]) -> bool:
        return any(_visible(self.before, event) is not _visible(self.after, event) for event in events)


def name_of(moments: Moments, kind: str, id: str) -> str:
    """What people call an aggregate: an investment by what it is for; its id where nothing else is known."""
    state = next((state for state in reversed(moments.both(KINDS[kind], id)) if state is not None), None)
    if kind == INVESTMENT.name and state is not None:
        about = ("team", state.team) if state.team is not None else ("product", state.product)
        return f"Investment in {name_of(moments, *about)}" if about[1] is not None else id
    return str(getattr(state, name_field(KINDS[kind]) or "id", None) or id)


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
    return known and (isinstance(event.data, Retracted) or facts.dated(event))
