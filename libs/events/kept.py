"""What was found at a moment, and what each part of it rests on, so that it stays for as long as that does."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Set
from typing import Any

Rest = Hashable
"""What a value rests on: an aggregate `kind:id`, every aggregate of a kind `(kind,)`, the referring ones `(kind, field, id)`, or `THE_DAY` itself."""


class Replays:
    """What rules that replay a long course of events keep from one question to the next, to go on from. Each holds it against what it finds."""

    KEPT = 200

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """What was kept; None where nothing is."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Hashable, value: Any) -> None:
        """Keeps it; what was not asked for longest goes."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self.KEPT:
            self._kept.popitem(last=False)


class Kept:
    """What was found at one moment, for all who ask about it, until an event touches what it rests on."""

    DAYS = 96
    """How many other days are kept with it."""
    AT_ONCE = 1_000
    """So many entries are let go of in one go."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.values: dict[Hashable, tuple[Any, frozenset[Rest]]] = {}
        self.resting: defaultdict[Rest, set[Hashable]] = defaultdict(set)
        self.leaning: defaultdict[str, set[str]] = defaultdict(set)
        """Aggregate -> those whose events have a say in its state, since its own judge them."""
        self.leaned_on: defaultdict[str, set[str]] = defaultdict(set)
        self.others: OrderedDict[Hashable, Kept] = OrderedDict()
        self.replays = Replays()

    def __len__(self) -> int:
        """How many entries it holds, those of its other days among them."""
        return len(self.states) + len(self.values) + len(self.resting) + sum(map(len, self.others.values()))

    @property
    def days(self) -> list[Kept]:
        """What was found at this moment, and at each of its other days."""
        return [self, *self.others.values()]

    def forget_all(self, aggregates: Set[str], rests: Set[Rest]) -> None:
        """Drops what rests on any of these at this moment alone: many events cost little more than one."""
        for aggregate in aggregates & self.states.keys() | aggregates & self.leaned_on.keys():
            self.drop_state(aggregate)
        for rest in rests & self.resting.keys():
            self.drop(rest)

    def empty(self) -> Iterator[None]:
        """Lets go of all, some at a time: to let go of a million entries at once takes a second, in which nobody is answered."""
        for one in self.days:
            for part in (one.values, one.resting, one.states):
                while part:
                    for _ in range(min(len(part), self.AT_ONCE)):
                        part.popitem()
                    yield

    def keep(self, key: Hashable, found: tuple[Any, frozenset[Rest]]) -> None:
        """Keeps a value with what it rests on."""
        self.values[key] = found
        for rest in found[1]:
            self.resting[rest].add(key)

    def other(self, moment: Hashable) -> Kept:
        """What was found at another moment that was asked about from this one; the one that was not asked about longest goes."""
        found = self.others.pop(moment, None) or Kept()
        self.others[moment] = found
        if len(self.others) > self.DAYS:
            self.others.popitem(last=False)
        return found

    def forget(self, aggregate: str, named: Iterable[tuple[str, str]]) -> None:
        """Drops what rests on an aggregate, or on what names these (field, id) pairs."""
        self.drop_state(aggregate)
        for rest in touched_by(aggregate, named):
            self.drop(rest)
        for other in self.others.values():
            other.forget(aggregate, named)

    def lean(self, aggregate: str, on: Iterable[str]) -> None:
        """The state of an aggregate is what it is by these others too."""
        for other in on:
            self.leaning[aggregate].add(other)
            self.leaned_on[other].add(aggregate)

    def drop_state(self, aggregate: str) -> None:
        """Drops the state of an aggregate, and of those that lean on it."""
        self.states.pop(aggregate, None)
        for leaning in self.leaned_on.pop(aggregate, ()):
            self.states.pop(leaning, None)

    def drop(self, rest: Rest) -> None:
        """Drops the values that rest on this."""
        for key in self.resting.pop(rest, ()):
            self.values.pop(key, None)


def touched_by(aggregate: str, named: Iterable[tuple[str, str]]) -> Iterator[Rest]:
    """What is another thing after an event of this aggregate that names these (field, id) pairs."""
    kind = aggregate.partition(":")[0]
    yield aggregate
    yield (kind,)
    for field, id in named:
        yield (kind, field, id)
