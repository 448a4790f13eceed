"""Pieces of an answer: what one thing shows under one selection, kept as bytes from one answer of a question to the next (docs/decisions/0083)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

import orjson
from graphql.pyutils import Path

from libs.events.cost import BYTES
from libs.events.event import Kind
from libs.events.facts import Facts
from services.gateway.capacity.kept_pieces import QuestionPieces
from services.gateway.graphql.context import OperationContext

WORTH_IT: Final = 8
"""Fields below a thing from which on it is kept as a piece: fewer are shown as fast as they are looked for."""


class Piece:
    """What one thing shows under one selection, as JSON, and where in it null stands because of the caller's roles: each path from the thing on."""

    __slots__ = ("json", "withheld")

    def __init__(self, json: bytes, withheld: tuple[str, ...]) -> None:
        self.json, self.withheld = json, withheld


class PieceQuestion:
    """Asks for a piece: of which question, by which of its selections, of which thing. `make` makes it, for whoever asks just now."""

    __slots__ = ("_asked", "make")

    def __init__(self, question: Hashable, selection: int, id: str, make: Callable[[], Piece] | None) -> None:
        self._asked = question, selection, id
        self.make = make

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PieceQuestion) and self._asked == other._asked

    def __hash__(self) -> int:
        return hash(self._asked)


def piece(facts: Facts, asked: PieceQuestion) -> Piece:
    """The rule that gives a piece: it rests on whatever is read while it is made."""
    assert asked.make is not None  # noqa: S101
    return asked.make()


class PieceKeeper:
    """Takes the pieces of one answer from those that are kept of its question, and keeps those that have to be made: of things at the moment of `facts`."""

    def __init__(self, pieces: QuestionPieces, asking: OperationContext, facts: Facts) -> None:
        self.facts, self._pieces, self._asking = facts, pieces, asking
        self._making = False
        self.kept = self.made = 0
        """How many were kept, and how many had to be made."""

    def piece(self, kind: Kind[Any], selection: int, id: str, complete: Callable[[], Any], path: Path | None) -> Any:
        """What a thing shows: as it is kept, or as `complete` makes it now. Within a piece there are no others: it would rest on them."""
        if self._making:
            return complete()
        made, withheld = self.made, self._asking.withheld
        before = len(withheld)

        def make() -> Piece:
            self.facts.get(kind, id)  # it rests on the thing itself, which was found before
            found = orjson.dumps(complete())
            self.made += 1
            return Piece(found, tuple(one[len(_at(path)) :] for one in withheld[before:]))

        asked = PieceQuestion(self._pieces.question, selection, id, make)
        self._making = True
        try:
            found = self.facts.derive(piece, asked)
        finally:
            self._making, asked.make = False, None
        if self.made > made:
            self._pieces.add((piece, (asked,), ()), len(found.json))
        else:
            self.kept += 1
            self._asking.budget.spend(1 + len(found.json) // BYTES)
            withheld += [_at(path) + one for one in found.withheld]
        return orjson.Fragment(found.json)


def _at(path: Path | None) -> str:
    """Where a thing stands, as the paths begin of what is withheld in it."""
    return ".".join(map(str, path.as_list())) + "." if path is not None else ""
