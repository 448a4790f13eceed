"""Keeps answers of queries as the bytes that are sent, as long as the world and people's names stay as they are (docs/decisions/0075)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from libs.service.host.process import Process
from services.gateway.capacity.bounded_cache import Bounded

MOST: Final = 64 * 1_048_576
"""Bytes of answers that are kept for whoever asks the same with the same rights: another reader, a second look, the CSV of a table."""
BESIDE: Final = 1_000
"""Bytes that one takes beside what it says: its key, and its place among the others."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a query without errors is answered with, but for what it took: that is another thing each time.

    `world` names the state of the world that it tells of; `data` and `withheld` (empty where nothing was) are JSON; `asked` is what it was reckoned to cost.
    """

    world: str
    data: bytes
    withheld: bytes
    asked: int

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory."""
        return len(self.data) + len(self.withheld) + BESIDE

    def decoded(self) -> Any:
        """Its data, for whoever makes something else of it."""
        return orjson.loads(self.data)


class KeptAnswers:
    """The answers of one gateway; `looked_up` is told of each that is looked for whether it is there.

    All of them are let go of when anything new is heard, or another name is known: they are never asked for again.
    """

    def __init__(self, process: Process, looked_up: Callable[[bool], None], most: int = MOST) -> None:
        self._process, self._looked_up = process, looked_up
        self._kept: Bounded[str, QueryAnswer] = Bounded(most, lambda answer: answer.size)
        self._state = self._current()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str) -> QueryAnswer | None:
        """What is kept by this key of the world as it is now; None where nothing is."""
        self._let_old_go()
        found = self._kept.get(key)
        self._looked_up(found is not None)
        return found

    def keep(self, key: str, answer: QueryAnswer) -> None:
        """Keeps an answer that is of the world and of the names as they are now."""
        self._let_old_go()
        self._kept.keep(key, answer)

    def _let_old_go(self) -> None:
        now = self._current()
        if now != self._state:
            self._kept.clear()
            self._state = now

    def _current(self) -> tuple[object, ...]:
        world = self._process.world
        return world, world.digest, self._process.people.revision
