"""What a decision function gets and gives: the aggregate now and at the command's time, the facts its rules need, and the rules it may demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from libs.commands.command import Command, Override
from libs.commands.errors import Refused
from libs.events.derivations import Replays
from libs.events.event import Actor, Event, Kind, Payload, S, mentions, split
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.ports.histories import Histories


@dataclass
class Case(Generic[S]):
    """One command's case: `now` is the aggregate with all that is known, `then` as it stood at the command's time (each None where it is not there).

    `kind` is the aggregate's. `facts` are those at the command's time, `current` those of now, of this and of every other aggregate. Rules are judged on
    `then` and `facts`; existence and once-only acts on `now`. A decision says what was asked, also where that stands already: whether it is kept is
    decided for all commands in one place (`libs.commands.execution.idempotency`). `stands` is for a decision to say that it repeats what stands, where its own
    aggregate's state does not show it. `importing` says that who sends it may import, in whosever name. `revising` says that an importer's row has changed:
    the command is a change of what it said before, which are the events at the positions in `row`.
    """

    kind: Kind[S]
    id: str
    at: datetime
    now: S | None
    then: S | None
    facts: Facts
    current: Facts
    actor: Actor
    importing: bool = False
    revising: bool = False
    row: tuple[str, ...] = ()
    override: Override | None = None
    stands: bool = False
    lifted: list[str] = field(default_factory=list)

    def demand(self, rule: str, holds: object, detail: str, *, remedy: str | None = None, field: str | None = None) -> None:
        """Refuses (`Refused`) unless it holds, or an override lifts this rule, which is then said before the command's own events."""
        if holds:
            return
        if self.override is not None and self.override.rule == rule:
            self.lifted.append(rule)
            return
        raise Refused(rule, detail, remedy=remedy, field=field)

    @property
    def there(self) -> S:
        """The aggregate now, of a command that does not create it."""
        if self.now is None:
            raise LookupError(f"{self.id} is not there: only a command that does not create may ask")
        return self.now


Decision = Callable[[Any, Case[Any]], Iterable[Payload] | None]
"""Pure: a command and its case to what is said; None where that is the event that the command records, and the rules alone are judged."""

D = TypeVar("D", bound=Decision)


def unruled(command: Command, case: Case[Any]) -> None:
    """Decides a command that no rule is about: what it records is said."""


class Decisions:
    """Which function decides which command, for one service; of the given ones each that records an event and has none says that event."""

    def __init__(self, commands: Iterable[type[Command]] = ()) -> None:
        self.by_command: dict[type[Command], Decision] = {command: unruled for command in commands if command.RECORDS}

    def decides(self, *commands: type[Command]) -> Callable[[D], D]:
        """Marks a function as the one that decides a command."""

        def mark(decision: D) -> D:
            for command in commands:
                if self.by_command.get(command, unruled) is not unruled:
                    raise ValueError(f"{command.SPEC.name} is decided twice")
                self.by_command[command] = decision
            return decision

        return mark


class NotLoaded(Exception):
    """A decision asked for histories of the owner's store that are not in memory: load them, decide again (it is pure)."""

    def __init__(self, aggregate: str | None = None, relation: tuple[str, str, str] | None = None, kind: str | None = None) -> None:
        super().__init__(aggregate or relation or kind)
        self.aggregate, self.relation, self.kind = aggregate, relation, kind


class Loaded:
    """The histories that a decision reads: the service's own from its store, as far as loaded, those of other services as heard."""

    def __init__(self, own: frozenset[str], heard: Histories, replays: Replays) -> None:
        self.own, self.heard, self.replays = own, heard, replays
        self.touched: set[str] = set()
        self.ahead: set[str] = set()
        self._now: datetime | None = None
        self._events: dict[str, History] = {}
        self._unstored: dict[str, list[Event]] = {}
        self._relations: dict[tuple[str, str, str], dict[str, None]] = {}
        self._kinds: dict[str, dict[str, None]] = {}

    def events(self, aggregate: str) -> Sequence[Event]:
        found: Sequence[Event]
        if aggregate.partition(":")[0] not in self.own:
            found = self.heard.events(aggregate)
        elif aggregate not in self._events:
            raise NotLoaded(aggregate=aggregate)
        else:
            self.touched.add(aggregate)
            found = self._events[aggregate]
        if self._now is not None and found and found[-1].stored > self._now:
            self.ahead.add(aggregate)
        return found

    def seen_from(self, now: datetime) -> None:
        """From here on, `ahead` is which aggregates that were read have something stamped later than this instant."""
        self.ahead.clear()
        self._now = now

    def referring(self, kind: str, field: str, id: str) -> Iterable[str]:
        if kind not in self.own:
            return self.heard.referring(kind, field, id)
        relation = (kind, field, id)
        if relation not in self._relations:
            raise NotLoaded(relation=relation)
        return self._relations[relation]

    def next_asked(self, relation: tuple[str, str, str]) -> list[tuple[str, str, str]]:
        """What is likely to be asked next, by whoever goes through all things of a kind: as much as was asked so far, so that no more is loaded in vain than
        was of use, and a question of a thousand things is not begun a thousand times.
        """
        kind, field, id = relation
        names = next((of for name, of in self._kinds.items() if f"{name}:{id}" in of), None)
        if names is None:
            return []
        asked = sum(known[:2] == (kind, field) for known in self._relations)
        ids = sorted(split(name)[1] for name in names)
        following = ((kind, field, one) for one in ids[bisect_right(ids, id) :])
        return list(islice((one for one in following if one not in self._relations), asked))

    def all(self, kind: str) -> Iterable[str]:
        if kind not in self.own:
            return self.heard.all(kind)
        if kind not in self._kinds:
            raise NotLoaded(kind=kind)
        return self._kinds[kind]

    def put(self, histories: Mapping[str, History]) -> None:
        """Takes in whole histories, which others read too."""
        self._events.update(histories)

    def relate(self, relation: tuple[str, str, str], aggregates: Iterable[str]) -> None:
        """Takes in what the store knows of a relation, with what is decided and not stored yet."""
        kind, field, id = relation
        unstored = (a for a, events in self._unstored.items() if a.startswith(f"{kind}:") and any((field, id) in mentions(e.data) for e in events))
        self._relations[relation] = dict.fromkeys((*aggregates, *unstored))

    def enumerate(self, kind: str, aggregates: Iterable[str]) -> None:
        """Takes in the names of all aggregates of a kind, with those decided and not stored yet."""
        self._kinds[kind] = dict.fromkeys((*aggregates, *(a for a in self._unstored if a.startswith(f"{kind}:"))))

    def extend(self, aggregate: str, events: Sequence[Event]) -> None:
        """Takes in what was decided but is not stored yet: from here on the history is this call's own."""
        if aggregate not in self._unstored:
            history = self._events.get(aggregate)
            self._events[aggregate] = history.fork() if history is not None else History()
        self._events[aggregate].extend(events)
        self._unstored.setdefault(aggregate, []).extend(events)
        kind = aggregate.partition(":")[0]
        if kind in self._kinds:
            self._kinds[kind][aggregate] = None
        for e in events:
            for name, id in mentions(e.data):
                known = self._relations.get((kind, name, id))
                if known is not None:
                    known[aggregate] = None

    def drop(self, aggregate: str) -> None:
        """Forgets one history and every relation: another writer was there."""
        self._events.pop(aggregate, None)
        self._unstored.pop(aggregate, None)
        self._relations.clear()
        self._kinds.clear()

    def missing(self, aggregates: Iterable[str]) -> Iterator[str]:
        """Those of the service's own that are not loaded yet."""
        return (a for a in aggregates if a not in self._events and a.partition(":")[0] in self.own)
