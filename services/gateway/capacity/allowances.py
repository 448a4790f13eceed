"""Rate limits: what each caller may cost in a minute, in the unit of `extensions.cost`, by a token bucket (docs/decisions/0030)."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from fastapi import HTTPException

from libs.rules.roles import Principal

A_MINUTE: Final = 6_000_000
"""Objects, or two minutes of computing: whoever asks one thing after another is never refused, whoever asks much at once is."""
WINDOW: Final = 60.0
MOST_CALLERS: Final = 10_000


class Allowances:
    """How much is left to each caller. Whoever has something left may ask, whatever that will cost; what it cost is then missing."""

    def __init__(self, most: int = A_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self._clock = most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, who: Principal) -> float:
        """What is left now; below 0 where the last operation cost more than there was."""
        return self._at(who, self._clock())

    def _at(self, who: Principal, now: float) -> float:
        kept = self._left.get(who.id)
        return float(self.most) if kept is None else min(float(self.most), kept[0] + (now - kept[1]) * self.most / WINDOW)

    def must_be_left(self, who: Principal) -> None:
        """Raises HTTPException 429 where nothing is left."""
        if self.left(who) <= 0:
            seconds = self._wait(who)
            raise HTTPException(
                429,
                f"This caller has used up what it may cost in a minute ({self.most:,}): ask again in {seconds} s, and for less.",
                {"Retry-After": str(seconds), **self.headers(who)},
            )

    def take(self, who: Principal, cost: int) -> None:
        """So much was spent."""
        now = self._clock()
        self._left[who.id] = self._at(who, now) - cost, now
        self._left.move_to_end(who.id)
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)

    def headers(self, who: Principal) -> dict[str, str]:
        """What an answer says of it (RateLimit header fields for HTTP)."""
        left = self.left(who)
        whole = math.ceil((self.most - left) * WINDOW / self.most)
        return {"RateLimit-Policy": f'"cost";q={self.most};w={WINDOW:.0f}', "RateLimit": f'"cost";r={max(0, int(left))};t={whole}'}

    def _wait(self, who: Principal) -> int:
        """Whole seconds until something is left."""
        return max(1, math.ceil(-self.left(who) * WINDOW / self.most))
