"""The budget of one operation: spending is counted as it happens, and ends the operation when nothing is left (docs/decisions/0030)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from graphql import GraphQLError

from services.gateway.capacity.slices import SLICE, pause

A_MILLISECOND: Final = 50
"""As how many objects a millisecond of computing counts: about as many are made in one."""
AT_ONCE: Final = 16
"""So much is spent between two looks at the clock."""


@dataclass(frozen=True)
class Most:
    """What an operation may cost at most: objects in its answer, states and values that are found for it, seconds of computing, bytes."""

    objects: int
    found: int
    seconds: float
    size: int

    @cached_property
    def text(self) -> str:
        """All of them, as part of what an answer is kept by."""
        return str(self)


ASKED: Final = Most(objects=200_000, found=500_000, seconds=5.0, size=16 * 1_048_576)
"""What whoever asks may cost."""
PAGE: Final = Most(objects=1_000_000, found=2_000_000, seconds=30.0, size=64 * 1_048_576)
"""What a page may cost: its document is ours."""


class SpentUp(BaseException):
    """An operation costs more than it may. No error of a field: nothing may go on after it."""

    def __init__(self, limit: str, remedy: str) -> None:
        super().__init__(limit)
        self.limit, self.remedy = limit, remedy

    @property
    def error(self) -> GraphQLError:
        """What the caller is told."""
        return GraphQLError(f"This costs too much: {self.limit}.", extensions={"code": "COST", "remedy": self.remedy})


_LESS: Final = "Ask for smaller pages, for less of each, or in several requests."
_AGAIN: Final = (
    "Ask for less at once: fewer things, or a shorter span. Figures that were found are kept for a while, so that the same question goes further when it is "
    "asked again; what moved between two moments is found anew each time."
)


class Budget:
    """Counts what one operation costs."""

    def __init__(self, most: Most = ASKED, *, clock: Callable[[], float] = time.perf_counter, computing: Callable[[], float] = time.thread_time) -> None:
        self.most, self._clock, self._computing = most, clock, computing
        self.asked = self.objects = self.found = 0
        self.seconds = 0.0
        self.pauses = False
        """Whether others may have their turn in between: what is told is then of a world that is held."""
        self._left, self._within = AT_ONCE, 0
        self._since = self._counted = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether it has computed for as long as it may."""
        return self.seconds > self.most.seconds

    @property
    def took(self) -> int:
        """What it has cost so far, in objects."""
        if self._within:
            self._count()
        return max(self.objects + self.found, int(1000 * self.seconds * A_MILLISECOND))

    def make(self, objects: int) -> None:
        """So many objects of the answer are made. Raises SpentUp."""
        self.objects += objects
        self.must_have_room(0)
        self._look(objects)

    def must_have_room(self, objects: int) -> None:
        """So many more are about to be made. Raises SpentUp."""
        if self.objects + objects > self.most.objects:
            raise SpentUp(f"the answer has more than {self.most.objects:,} objects", _LESS)

    def spend(self, work: int) -> None:
        """So many states and values were found. Raises SpentUp."""
        self.found += work
        if self.found > self.most.found:
            raise SpentUp(f"more than {self.most.found:,} states and values must be derived for it, moments times aggregates", _LESS)
        self._look(work)

    def weigh(self, size: int) -> None:
        """The answer has so many bytes. Raises SpentUp."""
        if size > self.most.size:
            raise SpentUp(f"the answer has more than {self.most.size:,} bytes", _LESS)

    def go(self) -> None:
        """The work goes on."""
        if not self._within:
            self._since, self._counted = self._clock(), self._computing()
        self._within += 1

    def stand(self) -> None:
        """The work stands still: somebody else computes."""
        self._within -= 1
        if not self._within:
            self._count()

    def _count(self) -> None:
        now = self._computing()
        self.seconds += now - self._counted
        self._counted = now

    def _look(self, work: int) -> None:
        self._left -= work
        if self._left > 0 or not self._within:
            return
        self._left = AT_ONCE
        if self._clock() - self._since < SLICE:
            return
        self._count()
        if self.exhausted:
            raise SpentUp(f"it takes more than {self.most.seconds:g} seconds of computing", _AGAIN)
        if self.pauses:
            pause()
