"""Keeps answers of queries as the bytes that are sent, as long as the world and people's names stay as they are (docs/decisions/0075)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from libs.service.host.process import Process
from services.gateway.capacity.bounded_cache import Bounded
from services.gateway.capacity.compression import Beginning

MOST: Final = 64 * 1_048_576
"""Bytes of answers that are kept for whoever asks the same with the same rights: another reader, a second look, the CSV of a table."""
BESIDE: Final = 1_000
"""Bytes that one takes beside what it says: its key, and its place among the others."""


AnswerKey = tuple[str, ...]
"""Names what was asked, with which rights, on which days and within which limits (`services.gateway.graphql.answers.answer_key`)."""

_DATA: Final = b'{"data":'
_EXTENSIONS: Final = b',"extensions":{'


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a query without errors is answered with, as JSON, up to what it took: that is another thing each time.

    `key` names what was asked and with which rights, `world` the state of the world that it tells of; `asked` is what it was reckoned to cost, and `withheld`
    whether anything was. `beginning` is its text, of which `data` is a part that is so long, and `compressed` the same once somebody took that.
    """

    key: AnswerKey
    world: str
    beginning: bytes
    length: int
    withheld: bool
    asked: int
    compressed: Beginning | None = None

    @classmethod
    def of(cls, key: AnswerKey, world: str, data: bytes, withheld: Sequence[str], asked: int) -> QueryAnswer:
        """The answer of this data (JSON), in which null stands at these paths because of the caller's roles."""
        said = b'"withheld":' + orjson.dumps(withheld) + b"," if withheld else b""
        return cls(key, world, b"".join((_DATA, data, _EXTENSIONS, said)), len(data), bool(withheld), asked)

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory."""
        return len(self.beginning) + (len(self.compressed.deflated) if self.compressed else 0) + BESIDE

    def ending(self, cost: Mapping[str, int]) -> bytes:
        """The rest of its text: what it took this time."""
        return b'"cost":' + orjson.dumps(cost) + b"}}"

    def decoded(self) -> Any:
        """Its data, for whoever makes something else of it."""
        return orjson.loads(memoryview(self.beginning)[len(_DATA) : len(_DATA) + self.length])


class KeptAnswers:
    """The answers of one gateway.

    All of them are let go of when anything new is heard, or another name is known: they are never asked for again.
    """

    def __init__(self, process: Process, most: int = MOST) -> None:
        self._process = process
        self._kept: Bounded[AnswerKey, QueryAnswer] = Bounded(most, lambda answer: answer.size)
        self._state = self._current()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: AnswerKey) -> QueryAnswer | None:
        """What is kept by this key of the world as it is now; None where nothing is."""
        self._let_old_go()
        return self._kept.get(key)

    def keep(self, answer: QueryAnswer) -> None:
        """Keeps an answer that is of the world and of the names as they are now."""
        self._let_old_go()
        self._kept.keep(answer.key, answer)

    def _let_old_go(self) -> None:
        now = self._current()
        if now != self._state:
            self._kept.clear()
            self._state = now

    def _current(self) -> tuple[object, ...]:
        world = self._process.world
        return world, world.digest, self._process.people.revision
