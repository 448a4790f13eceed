"""A cache bounded in bytes that drops what was used least recently."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key, of at most so many bytes together by what they are reckoned to take. One that takes more alone is not kept.

    `dropped` is told of each that is let go of for want of room.
    """

    def __init__(self, most: int, size: Callable[[V], int], dropped: Callable[[V], None] = lambda _: None) -> None:
        self.most, self._size, self._dropped = most, size, dropped
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.held = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """What is kept; None where nothing is."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: K, value: V) -> None:
        """Keeps it, in the place of what was kept by this key."""
        size = self._size(value)  # others may have their turn meanwhile, and keep something by this key
        if key in self._kept:
            self.held -= self._kept.pop(key)[1]
        if size > self.most:
            self._dropped(value)
            return
        self._kept[key] = value, size
        self.held += size
        while self.held > self.most:
            _, (former, its) = self._kept.popitem(last=False)
            self.held -= its
            self._dropped(former)

    def clear(self) -> None:
        """Keeps nothing any more."""
        self._kept.clear()
        self.held = 0
