"""A figure that can be explained: the rule that makes it, the requirements behind it, and the events that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from libs.events.derivations import Rest
from libs.events.event import KINDS, Discarded, Event, Overridden, Payload, Retracted, position, split
from libs.events.facts import Facts
from libs.events.ports.histories import Histories
from libs.rules.catalogue import GREEK_GUIDE, IMPROVE, ITIL, ONE_STEP, RULES, SUSTAIN
from libs.rules.money.amounts import Sum

Reading = tuple[Callable[..., Any], tuple[Any, ...]]
"""A rule and its arguments behind the facts."""

Types = tuple[type[Payload], ...]
Says = Mapping[str, Types]
"""Kind -> the types of events that matter of it; none where nothing does."""


class Turns(NamedTuple):
    """The days on which a value may be another than on the day before: `alone` means that there are no others, also where something is dated then."""

    days: Callable[[Facts, Any], Iterable[date]]
    alone: bool = False


Reach = frozenset[Rest]
"""What a rule reads at a moment."""


class Summands(NamedTuple):
    """What a figure is the sum of: each aggregate of a kind, whoever it belongs to, adds something to it and to its like.

    That is a `figure` of the aggregate whose value says what it adds to what: by the id of the subject and by `name`.
    """

    figure: Figure
    name: str


class RelevantEvents:
    """The events of each aggregate that matter to figures, found once for all figures that rest on them."""

    def __init__(self, histories: Histories) -> None:
        self.histories = histories
        self._kept: dict[tuple[str, Types | None], tuple[Event, ...]] = {}

    def __call__(self, aggregate: str, types: Types | None) -> tuple[Event, ...]:
        """The events of these types (None: of all), and what takes one of them back."""
        found = self._kept.get((aggregate, types))
        if found is None:
            events = self.histories.events(aggregate)
            found = self._kept[aggregate, types] = tuple(event for event in events if _says(event, types, events))
        return found


class First(Payload):
    """Stands among types of events for an aggregate's first one, which counts where none of the other types was said: by it the aggregate is there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RuleAttribute:
    """One attribute of a rule's value, behind the arguments that are `given` ahead of an id; a sum as amounts, and None where the rule gives None."""

    rule: Callable[..., Any]
    name: str
    given: tuple[Any, ...] = ()

    def reading(self, id: str | None) -> Reading:
        """The whole that it is a part of: it rests on the same."""
        return self.rule, (*self.given, id)

    def __call__(self, facts: Facts, id: str | None) -> Any:
        found = facts.derive(self.rule, *self.given, id)
        value = None if found is None else getattr(found, self.name)
        return value.to_tuple() if isinstance(value, Sum) else value


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a `subject` (portfolio, or a kind of aggregate), by its path in GraphQL from there (`investment.actual`).

    `statement` says how it comes about, `cites` the requirements behind it, the most telling first. It rests on whatever its rule reads, which `Facts.resting`
    says; `only` names the kinds of which not all that is said matters. `through` are the readings that it comes from, where its rule reads more aggregates than
    its value needs (None: the rule itself). `turns` are days on which time may make it another (None: it never does). A figure that is summed over much has
    `parts`: then these alone are looked at for when it became what it is.
    """

    subject: str
    field: str
    rule: Callable[..., Any]
    statement: str
    cites: tuple[str, ...]
    only: Says = dataclass_field(default_factory=dict)
    through: Callable[[Facts, Any], Iterable[Reading]] | None = None
    turns: Turns | None = None
    parts: Summands | None = None

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
        return self.rule(facts, id) if isinstance(self.rule, RuleAttribute) else facts.derive(self.rule, id)

    def events(self, facts: Facts, id: str | None) -> tuple[Event, ...]:
        """The events that it rests on, by time: from these alone the same value follows at this moment."""
        rests: set[Rest] = set()
        for rule, arguments in self.through(facts, id) if self.through else (self._reading(id),):
            rests |= facts.resting(rule, *arguments)[1]
        found = [event for aggregate in _aggregates(facts.histories, rests) for event in self._mattering(facts, aggregate)]
        return tuple(sorted(found, key=lambda event: event.order))

    def reach(self, facts: Facts, id: str | None) -> Reach:
        """What its rule reads at this moment."""
        rule, given = self._reading(id)
        return facts.resting(rule, *given)[1]

    def touching(self, reach: Reach, said: RelevantEvents) -> Iterator[Event]:
        """What was ever said, seen at a moment or not, by which the value may have become another at an earlier one: also what was taken back."""
        for aggregate in _aggregates(said.histories, reach):
            yield from said(aggregate, self.only.get(split(aggregate)[0]))

    def _reading(self, id: str | None) -> Reading:
        """By what it is read: a part by the whole, of which what it rests on is kept once for all its parts."""
        return self.rule.reading(id) if isinstance(self.rule, RuleAttribute) else (self.rule, (id,))

    def _mattering(self, facts: Facts, aggregate: str) -> list[Event]:
        kind, id = split(aggregate)
        types = self.only.get(kind)
        if types == ():
            return []
        counting = facts.counting(KINDS[kind], id)
        history = [*counting, *facts.definition(KINDS[kind], id)]
        if types is None:
            return history
        found = [event for event in history if isinstance(event.data, types)]
        if Retracted in types:
            found += _lapsed(facts, aggregate, counting, types)
            found += _struck(facts, aggregate, types)
        return found or (history[:1] if First in types else [])


def _says(event: Event, types: Types | None, events: Sequence[Event]) -> bool:
    if isinstance(event.data, Retracted):
        taken = position(event.data.event)[1]
        return types is None or (0 < taken <= len(events) and isinstance(events[taken - 1].data, types))
    return isinstance(event.data, types) if types is not None else not isinstance(event.data, Discarded)


def _lapsed(facts: Facts, aggregate: str, counting: list[Event], types: tuple[type[Payload], ...]) -> list[Event]:
    """The judgements of an aggregate that count no more, as far as they matter; a rule that was lifted for what is gone does not."""
    kind, id = split(aggregate)
    stands = {event.id for event in counting}
    shown = facts.history(KINDS[kind], id)
    return [event for event in shown if event.id not in stands and isinstance(event.data, types) and not isinstance(event.data, Overridden)]


def _struck(facts: Facts, aggregate: str, types: tuple[type[Payload], ...]) -> list[Event]:
    """What was taken back of an aggregate as far as it matters, and the retractions."""
    known = [event for event in facts.histories.events(aggregate) if facts.known_at is None or event.recorded <= facts.known_at]
    retractions = {event.data.event: event for event in known if isinstance(event.data, Retracted)}
    gone = [e for e in known if e.id in retractions and isinstance(e.data, types) and facts.dated(e)]
    return [*gone, *(retractions[event.id] for event in gone)]


def _aggregates(histories: Histories, rests: Iterable[Rest]) -> set[str]:
    """A relation needs no entry of its own: whoever follows it reads the aggregates that it leads to."""
    found: set[str] = set()
    for rest in rests:
        if isinstance(rest, str):
            found.add(rest)
        elif isinstance(rest, tuple) and len(rest) == 1:
            found.update(histories.all(rest[0]))
    return found


_DOCUMENTS: Final[Mapping[str, str]] = MappingProxyType({"S0": IMPROVE, "S1": GREEK_GUIDE, "S2": ITIL, "S3": ONE_STEP, "S4": SUSTAIN})
