"""Nothing is looked through twice that lives for long, and what is not referred to any more still goes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from libs.service.collecting import _set_aside, collect_in_pieces


class Thing:
    """Something that can be watched."""


@pytest.fixture
def in_pieces() -> Iterator[None]:
    collect_in_pieces()
    yield
    gc.callbacks.remove(_set_aside)
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
