"""One value that a rule came to, with what it has read, and who has read what: an event casts doubt, and doubt goes up from part to whole."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Set
from typing import Any, Final

Rest = Hashable
"""What a value rests on: an aggregate `kind:id`, every aggregate of a kind `(kind,)`, the referring ones `(kind, field, id)`, or `THE_DAY` itself."""
THE_DAY: Final[Rest] = ()
"""Stands among what a value rests on whose rule asked which day it is."""
Key = tuple[Any, tuple[Any, ...], tuple[tuple[str, Any], ...]]
"""A rule, and what it was asked with."""

HOLDS: Final = 0
"""All that a value rests on is as it was."""
DOUBTED: Final = 1
"""Something that one of its parts rests on was touched: it holds if all its parts come out as they were."""
TOUCHED: Final = 2
"""What its rule itself has read was touched, or a part is another: it must be computed."""
APART: Final = 3
"""It holds for whoever found it, and is kept for nobody else."""


class Derivation:
    """A value that a rule came to, with what it has read: of the histories (`rests`), and by other rules (`parts`, in the order in which it asked).

    `heard` counts the events up to the last that touched anything it rests on, as far as somebody holds a world without that event.
    """

    __slots__ = ("doubt", "heard", "key", "parts", "rests", "value")

    def __init__(self, key: Key, value: Any, rests: tuple[Rest, ...], parts: tuple[Derivation, ...], *, heard: int = 0, doubt: int = HOLDS) -> None:
        self.key, self.value = key, value
        self.rests, self.parts = rests, parts
        self.heard, self.doubt = heard, doubt

    def all_rests(self) -> frozenset[Rest]:
        """What it rests on with all its parts."""
        if not self.parts:
            return frozenset(self.rests)
        rests, seen, left = set(self.rests), {self}, [self]
        while left:
            for part in left.pop().parts:
                if part not in seen:
                    seen.add(part)
                    rests.update(part.rests)
                    left.append(part)
        return frozenset(rests)


class Readers:
    """By whom what was read. One alone takes less room than a set of one."""

    __slots__ = ("_by",)

    def __init__(self) -> None:
        self._by: dict[Hashable, Derivation | set[Derivation]] = {}

    def __len__(self) -> int:
        return len(self._by)

    def keys(self) -> Set[Hashable]:
        """All that is read."""
        return self._by.keys()

    def add(self, read: Hashable, reader: Derivation) -> None:
        """Somebody has read it."""
        by = self._by.setdefault(read, reader)
        if isinstance(by, set):
            by.add(reader)
        elif by is not reader:
            self._by[read] = {by, reader}

    def discard(self, read: Hashable, reader: Derivation) -> bool:
        """Somebody reads it no longer; whether nobody does now."""
        by = self._by.get(read)
        if isinstance(by, set):
            by.discard(reader)
        if by is reader or not by:
            self._by.pop(read, None)
            return True
        return False

    def of(self, read: Hashable) -> Iterable[Derivation]:
        """Who reads it."""
        by = self._by.get(read, ())
        return (by,) if isinstance(by, Derivation) else by

    def pop(self, read: Hashable) -> Iterable[Derivation]:
        """Who reads it, and from now on nobody."""
        by = self._by.pop(read, ())
        return (by,) if isinstance(by, Derivation) else by

    def popitem(self) -> None:
        """Lets go of any one."""
        self._by.popitem()
