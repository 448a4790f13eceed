"""A figure that can be explained: the rule that makes it, the requirements behind it, and the events that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from libs.events.event import KINDS, Event, Payload, Retracted, split
from libs.events.facts import Facts, Rest
from libs.rules.catalogue import IMPROVE, ITIL, RULES, SUSTAIN

Reading = tuple[Callable[..., Any], tuple[Any, ...]]
"""A rule and its arguments behind the facts."""

Says = Mapping[str, tuple[type[Payload], ...] | None]
"""Kind -> the types of events that matter of it, None for all of them; a kind that is not named does not matter."""


class First(Payload):
    """Stands among types of events for an aggregate's first one, which counts where none of the other types was said: by it the aggregate is there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute of what a rule gives; None where the rule gives None."""

    rule: Callable[..., Any]
    name: str

    def __call__(self, facts: Facts, id: str | None) -> Any:
        found = facts.derive(self.rule, id)
        return None if found is None else getattr(found, self.name)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a `subject` (portfolio, or a kind of aggregate), by its path in GraphQL from there (`investment.actual`).

    `statement` says how it comes about, `cites` the requirements behind it, the most telling first; `rests_on` what matters of all that its rule reads.
    `through` are the readings that it comes from, where its rule reads more aggregates than its value needs (None: the rule itself).
    """

    subject: str
    field: str
    rule: Callable[..., Any]
    statement: str
    cites: tuple[str, ...]
    rests_on: Says
    through: Callable[[Facts, Any], Iterable[Reading]] | None = None

    @property
    def money(self) -> bool:
        """Whether it is for those alone who may see money."""
        return self.subject == "investment" or self.field.startswith("investment.")

    @property
    def source(self) -> str:
        """The document that the first of the requirements comes from."""
        first = self.cites[0]
        return RULES[first].source if first in RULES else _DOCUMENTS[first.partition("-")[0]]

    def value(self, facts: Facts, id: str | None) -> Any:
        """What it comes to at this moment."""
        return facts.derive(self.rule, id)

    def events(self, facts: Facts, id: str | None) -> tuple[Event, ...]:
        """The events that it rests on, by time: from these alone the same value follows at this moment."""
        rests: set[Rest] = set()
        for rule, arguments in self.through(facts, id) if self.through else ((self.rule, (id,)),):
            rests |= facts.resting(rule, *arguments)[1]
        found = [event for aggregate in _aggregates(facts, rests) for event in self._mattering(facts, aggregate)]
        return tuple(sorted(found, key=lambda event: (event.time, event.aggregate, event.sequence)))

    def _mattering(self, facts: Facts, aggregate: str) -> list[Event]:
        kind, id = split(aggregate)
        if kind not in self.rests_on:
            return []
        history, types = facts.history(KINDS[kind], id), self.rests_on[kind]
        if types is None:
            return history
        found = [event for event in history if isinstance(event.data, types)]
        if Retracted in types:
            found += _struck(facts, aggregate, types)
        return found or (history[:1] if First in types else [])


def _struck(facts: Facts, aggregate: str, types: tuple[type[Payload], ...]) -> list[Event]:
    """What was taken back of an aggregate as far as it matters, and the retractions."""
    known = [event for event in facts.histories.events(aggregate) if facts.known_at is None or event.recorded <= facts.known_at]
    retractions = {event.data.event: event for event in known if isinstance(event.data, Retracted)}
    gone = [e for e in known if e.id in retractions and isinstance(e.data, types) and (facts.before is None or e.time < facts.before)]
    return [*gone, *(retractions[event.id] for event in gone)]


def _aggregates(facts: Facts, rests: Iterable[Rest]) -> set[str]:
    """A relation needs no entry of its own: whoever follows it reads the aggregates that it leads to."""
    found: set[str] = set()
    for rest in rests:
        if isinstance(rest, str):
            found.add(rest)
        elif isinstance(rest, tuple) and len(rest) == 1:
            found.update(facts.histories.all(rest[0]))
    return found


_DOCUMENTS: Final[Mapping[str, str]] = MappingProxyType({"S0": IMPROVE, "S2": ITIL, "S4": SUSTAIN})
