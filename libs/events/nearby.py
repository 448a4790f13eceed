"""What was found at another moment, and what of it is so at this one too, since no event tells the two apart (docs/decisions/0081)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from libs.calendar.local_time import end_of, wall
from libs.events.cost import spend
from libs.events.derivations import THE_DAY, DerivationCache, Rest
from libs.events.derivations.derivation import Derivation, Key
from libs.events.derivations.memo import EVENTS
from libs.events.ports.histories import Histories

MomentKey = tuple[date, datetime | None, date]
"""The day that it is called by, what is known, and the day by the end of which all counts that was so."""

_ALL: Final = datetime.max.replace(tzinfo=UTC)
"""By then all is known."""


class Nearby:
    """What is kept of another moment, for one moment of the same histories."""

    __slots__ = ("_end", "_first", "_histories", "_known_after", "_known_until", "_settled", "kept")

    def __init__(self, kept: DerivationCache, histories: Histories, one: MomentKey, other: MomentKey) -> None:
        self.kept, self._histories = kept, histories
        self._first, self._end = sorted(wall(end_of(until)) for _, _, until in (one, other))
        self._known_after, self._known_until = sorted(known_at or _ALL for _, known_at, _ in (one, other))
        self._settled: dict[Rest, bool] = {THE_DAY: one[0] == other[0] and one[2] == other[2]}

    def known(self, key: Key) -> Derivation | None:
        """What a rule came to there, where what it has read of the histories itself is the same at both moments."""
        found = self.kept.values.get(key)
        return found if found is not None and not found.doubt and all(map(self.settled, found.rests)) else None

    def settled(self, rest: Rest) -> bool:
        """Whether both moments see the same of what a value rests on."""
        found = self._settled.get(rest)
        if found is None:
            found = self._settled[rest] = self._alike(rest) if isinstance(rest, str) else all(map(self.settled, self._aggregates(rest)))
        return found

    def _alike(self, aggregate: str) -> bool:
        for event in self._histories.events(aggregate):
            if self._first <= wall(event.time) < self._end or self._known_after < event.recorded <= self._known_until:
                return False
        return True

    def _aggregates(self, rest: Rest) -> Iterable[str]:
        assert isinstance(rest, tuple)  # noqa: S101
        every = [*(self._histories.referring(*rest) if len(rest) == 3 else self._histories.all(rest[0]))]
        for n, aggregate in enumerate(every):
            if n % EVENTS == EVENTS - 1:
                spend()
            yield aggregate
