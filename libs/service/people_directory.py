"""People's names and addresses in memory, as they are shown: kept up to date with what any instance writes, and given up where that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from libs.events.ports.people import Particulars, PeopleStore
from libs.service.identity.store_mirror import StoreMirror
from libs.service.observability.health import ProcessHealth

LONGEST: Final = timedelta(seconds=40)
"""For which names are shown although it cannot be read whether they still may be: whoever is forgotten is so everywhere within a minute."""
NOBODY: Final[Mapping[str, Particulars]] = MappingProxyType({})


class PeopleDirectory(StoreMirror):
    """What is known of people in this process: `entries` is never changed, only replaced; `revision` is that of the store which it was read at."""

    PART = "people's names"

    def __init__(self, store: PeopleStore, clock: Callable[[], datetime], health: ProcessHealth) -> None:
        super().__init__(clock, health)
        self._store = store
        self._read: datetime | None = None
        self.entries = NOBODY
        self.revision = -1

    async def _take_in(self) -> None:
        # The number first: what is written meanwhile is then read again.
        revision = await self._store.revision()
        if revision != self.revision:
            self.entries, self.revision = MappingProxyType(dict(await self._store.kept())), revision
        self._read = self._clock()

    def _unread(self) -> None:
        """Where it cannot be read for too long, no name is shown any more."""
        if self._read is None or self._clock() - self._read > LONGEST:
            self.entries, self.revision = NOBODY, -1
