"""Pieces of answers are bounded in bytes, question by question, and those that go are let go of where they are kept."""

from __future__ import annotations

from typing import Any

from libs.events.derivations import DerivationCache
from libs.events.derivations.derivation import Derivation, Key
from services.gateway.capacity.kept_pieces import BESIDE, KeptPieces, QuestionPieces


def rule(*_: Any) -> None:
    """Stands for what makes pieces."""


def with_piece(pieces: KeptPieces, cache: DerivationCache, question: str, length: int = 100) -> Key:
    """A piece of a question is kept."""
    key: Key = (rule, (question,), ())
    cache.keep(Derivation(key, b"", ("team:wells",), ()))
    found = pieces.of(question, cache) or pieces.of(question, cache)
    assert found is not None
    found.add(key, length)
    pieces.keep(found)
    return key


def test_of_a_question_that_is_asked_the_first_time_it_is_only_noted_that_it_was() -> None:
    pieces, cache = KeptPieces(), DerivationCache()
    assert pieces.of("q", cache) is None and pieces.of("q", cache) is not None and pieces.of("other", cache) is None


def test_of_questions_that_take_too_much_together_the_one_goes_that_was_asked_for_longest_ago_with_all_its_pieces() -> None:
    pieces, cache = KeptPieces(most=2 * (2 * BESIDE + 100)), DerivationCache()
    first, second = with_piece(pieces, cache, "a"), with_piece(pieces, cache, "b")
    assert pieces.held == 2 * (2 * BESIDE + 100) and cache.values.keys() == {first, second}
    third = with_piece(pieces, cache, "c")
    assert cache.values.keys() == {second, third} and pieces.of("a", cache) is None
    assert cache.resting.keys() == {"team:wells"}


def test_a_question_that_takes_too_much_alone_is_not_kept() -> None:
    pieces, cache = KeptPieces(most=3 * BESIDE), DerivationCache()
    with_piece(pieces, cache, "a", length=BESIDE + 1)
    assert not cache.values and not cache.resting.keys() and len(pieces) == 0


def test_a_piece_that_is_made_again_counts_once_and_what_is_dropped_counts_nothing() -> None:
    cache = DerivationCache()
    found = QuestionPieces("q", cache)
    for length in (10, 30):
        found.add((rule, (1,), ()), length)
    assert len(found) == 1 and found.size == BESIDE + BESIDE + 30
    found.drop()
    assert len(found) == 0 and found.size == BESIDE


def test_pieces_of_a_moment_that_is_gone_are_gone_with_it() -> None:
    pieces = KeptPieces(most=3 * BESIDE)
    with_piece(pieces, DerivationCache(), "a")
    assert pieces.of("b", DerivationCache()) is pieces.of("c", DerivationCache()) is None and pieces.held <= 3 * BESIDE
