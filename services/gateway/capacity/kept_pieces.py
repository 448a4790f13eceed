"""Bounds the pieces of answers that are kept among what is derived, question by question (docs/decisions/0083)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final
from weakref import ref

from libs.events.derivations import DerivationCache
from libs.events.derivations.derivation import Key
from services.gateway.capacity.bounded_cache import Bounded

MOST: Final = 64 * 1_048_576
"""Bytes of pieces that are kept."""
BESIDE: Final = 1_500
"""Bytes that one takes beside what it says: its key, and what it rests on."""


class QuestionPieces:
    """The pieces of one question that are kept, all among what is derived of one moment."""

    def __init__(self, question: Hashable, cache: DerivationCache) -> None:
        self.question, self._cache = question, ref(cache)
        self.size = BESIDE
        """About how many bytes they take in memory."""
        self._sizes: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, key: Key, length: int) -> None:
        """A piece of so many bytes is kept by this key, in the place of one that was."""
        size = length + BESIDE
        self.size += size - self._sizes.get(key, 0)
        self._sizes[key] = size

    def are_among(self, cache: DerivationCache) -> bool:
        """Whether they are kept among what is derived here, and not of a moment that was let go of."""
        return self._cache() is cache

    def drop(self) -> None:
        """Lets go of them all."""
        if (cache := self._cache()) is not None:
            for key in self._sizes:
                cache.discard(key)
        self._sizes.clear()
        self.size = BESIDE


class KeptPieces:
    """The pieces of the questions that are asked again and again of one gateway: of the first time it is only noted that a question was asked."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: Bounded[Hashable, QuestionPieces] = Bounded(most, lambda pieces: pieces.size, QuestionPieces.drop)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def held(self) -> int:
        """The bytes that they take."""
        return self._kept.held

    def of(self, question: Hashable, cache: DerivationCache) -> QuestionPieces | None:
        """The pieces of a question among what is derived of a moment; None where it is asked for the first time."""
        found = self._kept.get(question)
        if found is not None and found.are_among(cache):
            return found
        begun = QuestionPieces(question, cache)
        self._kept.keep(question, begun)
        return None if found is None else begun

    def keep(self, pieces: QuestionPieces) -> None:
        """Keeps what was added to them."""
        self._kept.keep(pieces.question, pieces)
