"""Caches what rules derive at a moment together with what it rests on, and keeps it until an event changes that."""

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


class DerivationCache:
    """The values derived at one moment, each kept until an event touches what it rests on."""

    DAYS = 96
    """How many other days are kept with it."""
    AT_ONCE = 1_000
    """So many entries are let go of in one go."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.values: dict[Hashable, tuple[Any, frozenset[Rest]]] = {}
        self.resting: defaultdict[Rest, set[Hashable]] = defaultdict(set)
        self.leaning: defaultdict[str, set[Rest]] = defaultdict(set)
        """Aggregate -> what has a say in its state besides: what its own events judge, and what may have taken the place of something that it names."""
        self.leaned_on: defaultdict[Rest, set[str]] = defaultdict(set)
        self.others: OrderedDict[Hashable, DerivationCache] = OrderedDict()
        self.replays = Replays()

    def __len__(self) -> int:
        """How many entries it holds, those of its other days among them."""
        return len(self.states) + len(self.values) + len(self.resting) + sum(map(len, self.others.values()))

    @property
    def days(self) -> list[DerivationCache]:
        """What was found at this moment, and at each of its other days."""
        return [self, *self.others.values()]

    def forget_all(self, aggregates: Set[str], rests: Set[Rest]) -> None:
        """Drops what rests on any of these at this moment alone: many events cost little more than one."""
        for rest in aggregates & self.states.keys() | rests & self.leaned_on.keys():
            self.drop_state(rest)
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

    def other(self, moment: Hashable) -> DerivationCache:
        """What was found at another moment that was asked about from this one; the one that was not asked about longest goes."""
        found = self.others.pop(moment, None) or DerivationCache()
        self.others[moment] = found
        if len(self.others) > self.DAYS:
            self.others.popitem(last=False)
        return found

    def forget(self, aggregate: str, named: Iterable[tuple[str, str]]) -> None:
        """Drops what rests on an aggregate, or on what names these (field, id) pairs."""
        for rest in touched_by(aggregate, named):
            self.drop_state(rest)
            self.drop(rest)
        for other in self.others.values():
            other.forget(aggregate, named)

    def lean(self, aggregate: str, on: Iterable[Rest]) -> None:
        """The state of an aggregate is what it is by these too."""
        for other in on:
            self.leaning[aggregate].add(other)
            self.leaned_on[other].add(aggregate)

    def drop_state(self, rest: Rest) -> None:
        """Drops the state of an aggregate, and of those that lean on it, or on this."""
        self.states.pop(rest, None)  # type: ignore[call-overload]
        for leaning in self.leaned_on.pop(rest, ()):
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
