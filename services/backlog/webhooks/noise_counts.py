"""Counts deliveries that say nothing, by source and reason, and decides when a count is worth an event."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Final

from libs.events.catalog.backlog.source import KEPT

REMEMBERED: Final = 10_000
"""Bodies that are known again when they come again."""
MORE: Final = f"of more than {KEPT} other kinds that say nothing"


class Ignored:
    """Counts of this process. A count becomes an event of its source when it has doubled since the last one, so 3,000 pings are a dozen events."""

    def __init__(self) -> None:
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._said: dict[str, Counter[str]] = {}
        self._known: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    @property
    def counts(self) -> dict[str, float]:
        """How many there were of each source since the process began."""
        counted: Counter[str] = Counter({source: said.total() for source, said in self._said.items()})
        for (source, _), count in self._waiting.items():
            counted[source] += count
        return dict(counted)

    def known(self, source: str, digest: bytes) -> bool:
        """Whether this body came before, as far as the last thousands are remembered; from now on it has."""
        key = (source, digest)
        found = key in self._known
        self._known[key] = None
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def counted(self, source: str, reason: str) -> tuple[str, int]:
        """Counts one more: under which reason, and how many are to be said of it now (0: none yet). What is to be said counts as said."""
        said = self._said.setdefault(source, Counter())
        if reason not in said and len(said) >= KEPT:
            reason = MORE
        self._waiting[source, reason] += 1
        count = self._waiting[source, reason]
        if count < max(1, said[reason]):
            return reason, 0
        said[reason] += self._waiting.pop((source, reason))
        return reason, count

    def unsaid(self, source: str, reason: str, count: int) -> None:
        """It could not be stored: it waits again, and the delivery that brought it is not known."""
        self._said[source][reason] -= count
        self._waiting[source, reason] += count - 1

    def forget(self, source: str, digest: bytes) -> None:
        """A body that was not taken is not known when it comes again."""
        self._known.pop((source, digest), None)
