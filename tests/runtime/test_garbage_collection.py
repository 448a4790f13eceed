"""Nothing is looked through twice that lives for long, and what is not referred to any more still goes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Final

import pytest

from libs.runtime.garbage_collection import OLDEST, _set_aside, collect_in_pieces

CPYTHON: Final = (700, 10, 10)
"""The thresholds with which CPython 3.11 starts; those of the tests are others."""


class Thing:
    """Something that can be watched."""


@pytest.fixture
def in_pieces() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*CPYTHON)
    collect_in_pieces()
    yield
    gc.callbacks.remove(_set_aside)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_was_looked_through_is_set_aside_and_goes_when_nobody_needs_it(in_pieces: None) -> None:
    things = [Thing() for _ in range(1_000)]
    watched = weakref.ref(things[0])
    gc.collect()
    assert gc.get_freeze_count() > 1_000 and gc.get_objects(generation=2) == []
    things.clear()
    assert watched() is None


def test_circles_that_came_later_are_still_found(in_pieces: None) -> None:
    gc.collect()
    one = Thing()
    one.itself = one  # type: ignore[attr-defined]
    watched = weakref.ref(one)
    del one
    gc.collect()
    assert watched() is None


def test_what_comes_to_stay_is_looked_through_a_little_at_a_time(in_pieces: None) -> None:
    gc.collect()
    gc.collect()
    looked_through: list[int] = []

    def noted(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == OLDEST:
            looked_through.append(sum(len(gc.get_objects(generation)) for generation in range(OLDEST + 1)))

    gc.callbacks.append(noted)
    try:
        things = [Thing() for _ in range(120_000)]
    finally:
        gc.callbacks.remove(noted)
    assert len(things) == 120_000 and len(looked_through) > 2 and max(looked_through) < 40_000
