"""Derives values by rules, each once for what it rests on: one whose parts all come out as they were stands, and nothing above it is computed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar, cast

from libs.events.cost import spend
from libs.events.derivations.cache import DerivationCache
from libs.events.derivations.derivation import APART, DOUBTED, HOLDS, Derivation, Key, Rest

Q = ParamSpec("Q")
T = TypeVar("T")

EVENTS: Final = 50
"""So many events that are looked at, or states that were folded before, count as one that is folded."""
EVER: Final = sys.maxsize
"""More events than anybody hears."""


class Trace:
    """What a rule has read so far; `of` are the facts that it was asked of."""

    __slots__ = ("of", "parts", "rests")

    def __init__(self, of: RuleMemo) -> None:
        self.of = of
        self.rests: dict[Rest, None] = {}
        self.parts: dict[Derivation, None] = {}

    def take(self, of: RuleMemo, found: Derivation) -> None:
        """A value was read: as a part, or, where it is of another moment, as all that it rests on."""
        if of is self.of:
            self.parts[found] = None
        else:
            self.rests.update(dict.fromkeys(found.all_rests()))

    def take_all(self, failed: Trace) -> None:
        """A rule read so much and raised: whoever minds that rests on what it read."""
        self.rests.update(failed.rests)
        for part in failed.parts:
            self.take(failed.of, part)


class RuleMemo:
    """Whoever is asked for values by rules `rule(facts, …)`, at one moment.

    What is kept may be shared (`kept`) with whoever asks about the same moment. `heard` then counts the events that the histories had taken in when this one
    began, and `touched` says of each rest how many had been heard with the last that touched it, where that may be more: of that it keeps its own.
    """

    def __init__(self, kept: DerivationCache | None, touched: Mapping[Rest, int], heard: int) -> None:
        self._kept = DerivationCache() if kept is None else kept
        self._touched, self._heard = touched, heard
        self._apart: DerivationCache | None = None
        self._traces: list[Trace] = []

    def derive(self, rule: Callable[Concatenate[Self, Q], T], *args: Q.args, **named: Q.kwargs) -> T:
        """The value of a rule at this moment, computed once for what it rests on."""
        return cast("T", self._asked(rule, args, named).value)

    def resting(self, rule: Callable[Concatenate[Self, Q], T], *args: Q.args, **named: Q.kwargs) -> tuple[T, frozenset[Rest]]:
        """The value of a rule, and what it rests on, with all its parts."""
        found = self._asked(rule, args, named)
        return cast("T", found.value), found.all_rests()

    @property
    def kept(self) -> DerivationCache:
        """Where what is found is kept for whoever asks about the same moment."""
        return self._kept

    def known(self, key: Key) -> Derivation | None:
        """What was found by a rule before, and still holds here."""
        kept = self._kept.values.get(key)
        if kept is not None and not kept.doubt and kept.heard <= self._heard:
            return kept
        return None if self._apart is None else self._apart.values.get(key)

    def _asked(self, rule: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Derivation:
        key = (rule, args, tuple(sorted(named.items())) if named else ())
        found = self._kept.values.get(key)
        if found is None or found.doubt or found.heard > self._heard:
            found = self._found(key)
        if self._traces:
            self._traces[-1].take(self, found)
        return found

    def _found(self, key: Key) -> Derivation:
        found = self.known(key)
        if found is not None:
            return found
        doubted = self._kept.values.get(key)
        if doubted is not None and doubted.doubt == DOUBTED and self._stands(doubted) and doubted.heard <= self._heard:
            return doubted
        return self._taken_over(key) or self._computed(key)

    def _taken_over(self, key: Key) -> Derivation | None:
        """What a rule came to at another moment, where it would come to the same here."""
        return None

    def _stands(self, doubted: Derivation) -> bool:
        """Whether a value stands, since each of its parts comes out as it was. They are asked in the order in which its rule asked: it would, up to the first
        that does not. Others may have their turn meanwhile, and do the same, or hear of more.
        """
        parts = doubted.parts
        spend(len(parts) // EVENTS)
        for part in parts:
            if part.doubt:
                try:
                    self._found(part.key)
                except Exception:
                    return False  # its rule may know what to do about it
                if part.doubt or doubted.doubt != DOUBTED:
                    return doubted.doubt == HOLDS
        if doubted.doubt == DOUBTED and doubted.parts is parts and all(part.doubt == HOLDS for part in parts):
            doubted.heard = self._heard_of(doubted.rests, parts)
            doubted.doubt = HOLDS
        return doubted.doubt == HOLDS

    def _computed(self, key: Key) -> Derivation:
        rule, args, named = key
        spend()
        with self._traced() as trace:
            value = rule(self, *args, **dict(named))
        rests, parts = tuple(trace.rests), tuple(trace.parts)
        heard = self._heard_of(rests, parts)
        if heard <= self._heard and all(part.doubt == HOLDS for part in parts):
            return self._kept.keep(Derivation(key, value, rests, parts, heard=heard))
        found = self._own().values[key] = Derivation(key, value, rests, parts, doubt=APART)
        return found

    def _heard_of(self, rests: tuple[Rest, ...], parts: tuple[Derivation, ...]) -> int:
        """How many events had been heard with the last that touched any of these."""
        heard = max([part.heard for part in parts], default=0)
        return max(heard, *[self._touched.get(rest, 0) for rest in rests]) if self._touched and rests else heard

    def _own(self) -> DerivationCache:
        """What holds here alone."""
        if self._apart is None:
            self._apart = DerivationCache()
        return self._apart

    def _late(self, rest: Rest) -> bool:
        """Whether it was touched by what is not heard here."""
        return self._touched.get(rest, 0) > self._heard

    def _note(self, rest: Rest) -> None:
        if self._traces:
            self._traces[-1].rests[rest] = None

    @contextmanager
    def _traced(self) -> Iterator[Trace]:
        trace = Trace(self)
        self._traces.append(trace)
        try:
            yield trace
        except Exception:
            if len(self._traces) > 1:
                self._traces[-2].take_all(trace)
            raise
        finally:
            self._traces.pop()
