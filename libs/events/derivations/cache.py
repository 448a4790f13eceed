"""Caches what rules derive at a moment together with what it rests on, and casts doubt on it when an event touches that (docs/decisions/0080)."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Set
from typing import Any

from libs.events.derivations.derivation import DOUBTED, HOLDS, TOUCHED, Derivation, Key, Readers, Rest
from libs.events.derivations.replays import Replays
from libs.events.derivations.sameness import same


class DerivationCache:
    """The values derived at one moment, each with what it rests on: an event that touches that casts doubt on it, and on what rests on it in turn.

    What is doubted stays, to be held against what it comes to when it is asked for again. Who reads what holds of values of this moment alone: of another
    one that is kept with it (`other`) a value rests on all that lies below, so that each may go by itself.
    """

    AT_ONCE = 1_000
    """So many entries are let go of in one go."""

    def __init__(self, others: OtherMoments | None = None) -> None:
        self.others = OtherMoments() if others is None else others
        self.states: dict[str, Any] = {}
        self.values: dict[Key, Derivation] = {}
        self.resting = Readers()
        """By what rests on it, each rest."""
        self.wholes = Readers()
        """By the values of which it is a part, each value."""
        self.leaning: defaultdict[str, set[Rest]] = defaultdict(set)
        """Aggregate -> what has a say in its state besides: what its own events judge, and what may have taken the place of something that it names."""
        self.leaned_on: defaultdict[Rest, set[str]] = defaultdict(set)
        self.replays = Replays()

    def __len__(self) -> int:
        """How many entries it holds."""
        return len(self.states) + len(self.values) + len(self.resting)

    def forget_all(self, aggregates: Set[str], rests: Set[Rest]) -> None:
        """An event touched each of these, at this moment alone: many events cost little more than one."""
        for rest in aggregates & self.states.keys() | rests & self.leaned_on.keys():
            self.drop_state(rest)
        for rest in rests & self.resting.keys():
            self.touch(rest)

    def empty(self) -> Iterator[None]:
        """Lets go of all, some at a time: to let go of a million entries at once takes a second, in which nobody is answered."""
        for part in (self.values, self.wholes, self.resting, self.states):
            while part:
                for _ in range(min(len(part), self.AT_ONCE)):
                    part.popitem()
                yield

    def keep(self, found: Derivation) -> Derivation:
        """Keeps a value, all of whose parts hold and are kept here. Where it comes out as it was, what is known stays and nothing above is another."""
        known = self.values.get(found.key)
        if known is None:
            self.values[found.key] = found
            self._link(found, (), ())
            return found
        rests, parts = known.rests, known.parts
        known.rests, known.parts, known.heard = found.rests, found.parts, found.heard
        self._link(known, rests, parts)
        known.doubt = HOLDS
        if not same(known.value, found.value):
            known.value = found.value
            for whole in self.wholes.of(known):
                whole.doubt = TOUCHED
        return known

    def _link(self, found: Derivation, rests: Iterable[Rest], parts: Iterable[Derivation]) -> None:
        """Notes what a value reads, and that it no longer reads what it did, but for what it still does. A doubted value that nobody reads any more goes."""
        for rest in found.rests:
            self.resting.add(rest, found)
        for part in found.parts:
            self.wholes.add(part, found)
        for rest in {*rests}.difference(found.rests):
            self.resting.discard(rest, found)
        gone = [part for part in {*parts}.difference(found.parts) if self.wholes.discard(part, found)]
        for one in gone:  # which grows
            if one.doubt:
                gone += self._let_go(one)

    def discard(self, key: Key) -> None:
        """Lets go of a value that is part of no other, where it is kept."""
        found = self.values.get(key)
        if found is not None:
            self._let_go(found)

    def _let_go(self, one: Derivation) -> list[Derivation]:
        """Keeps a value no longer; those of its parts that nobody reads any more."""
        one.doubt = TOUCHED
        self.values.pop(one.key, None)
        for rest in one.rests:
            self.resting.discard(rest, one)
        return [part for part in one.parts if self.wholes.discard(part, one)]

    def forget(self, aggregate: str, named: Iterable[tuple[str, str]]) -> None:
        """An event touched an aggregate, and what names these (field, id) pairs."""
        for rest in touched_by(aggregate, named):
            self.drop_state(rest)
            self.touch(rest)
        for other in self.others:
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

    def touch(self, rest: Rest) -> None:
        """What read this is to be computed again; what lies above that is doubted."""
        for one in self.resting.pop(rest):
            above = [] if one.doubt else [one]
            one.doubt = TOUCHED
            for below in above:  # which grows
                for whole in self.wholes.of(below):
                    if not whole.doubt:
                        whole.doubt = DOUBTED
                        above.append(whole)


class OtherMoments:
    """What was found at the other moments that rules ask about, each kept for whoever asks of it, from whatever moment."""

    MOST = 256
    """How many moments are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, DerivationCache] = OrderedDict()

    def __len__(self) -> int:
        """How many moments."""
        return len(self._kept)

    def __iter__(self) -> Iterator[DerivationCache]:
        """What is kept of each as it is now: others may have their turn meanwhile."""
        return iter([*self._kept.values()])

    @property
    def entries(self) -> int:
        """How many entries they hold."""
        return sum(map(len, self._kept.values()))

    def at(self, moment: Hashable) -> DerivationCache:
        """What was found at this one; the one that was not asked about longest goes."""
        found = self._kept.get(moment)
        if found is None:
            found = self._kept[moment] = DerivationCache()
            if len(self._kept) > self.MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(moment)
        return found

    def clear(self) -> None:
        """Lets go of all."""
        self._kept.clear()

    def drop_oldest(self) -> int:
        """Lets go of the one that was not asked about longest; how many entries that were."""
        return len(self._kept.popitem(last=False)[1])


def touched_by(aggregate: str, named: Iterable[tuple[str, str]]) -> Iterator[Rest]:
    """What is another thing after an event of this aggregate that names these (field, id) pairs."""
    kind = aggregate.partition(":")[0]
    yield aggregate
    yield (kind,)
    for field, id in named:
        yield (kind, field, id)
