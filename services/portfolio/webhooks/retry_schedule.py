"""When a delivery is retried, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PATIENCE: Final = timedelta(hours=24)
"""How long an event is tried again, counted from its first attempt."""
FIRST: Final = 5.0
LONGEST: Final = 3600.0
"""Seconds to rest: tripled from the first to the longest."""


def next_try(tries: int, first: datetime, now: datetime, *, asked: float | None = None, chance: float = 0.5) -> datetime | None:
    """When to try again after the `tries`th failure in a row, counted from 1; None once 24 hours are over: the last attempt is made at their end.

    `asked` are the seconds by which the receiver asks to be left alone (Retry-After), taken up to an hour. `chance`, from 0 to 1, spreads the rests by a
    quarter up and down, so that many do not come back at once.
    """
    if now - first >= PATIENCE:
        return None
    rest = min(LONGEST, FIRST * 3.0 ** min(tries - 1, 10)) * (0.75 + chance / 2)
    if asked is not None:
        rest = max(rest, min(asked, LONGEST))
    return min(now + timedelta(seconds=rest), first + PATIENCE)
