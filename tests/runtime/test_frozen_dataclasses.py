"""An object that is made or copied quickly is what its class would have made: equal, of that class, and locked."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Any, Generic, TypeVar

import pytest

import headway.stack  # noqa: F401 - with every kind
from libs.events.event import KINDS, changed
from libs.runtime.frozen_dataclasses import copier, maker

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    one: T
    other: int = 2


@dataclass(frozen=True)
class Open:
    one: int


def test_what_is_made_is_what_its_class_makes_and_locked() -> None:
    made = maker(Pair)("x", 3)
    assert made == Pair("x", 3) and type(made) is Pair and hash(made) == hash(Pair("x", 3))
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == made  # noqa: S301 - our own
    with pytest.raises(FrozenInstanceError):
        made.one = "y"  # type: ignore[misc] # it is locked
    with pytest.raises(FrozenInstanceError):
        del made.one


def test_a_value_for_each_field_is_needed_since_no_default_is_looked_at() -> None:
    with pytest.raises(TypeError, match="other"):
        maker(Pair)("x")


def test_a_copy_has_other_values_where_they_are_given_and_what_is_copied_stays() -> None:
    before = Pair("x", 3)
    after = copier(Pair)(before, {"other": 4})
    assert (before, after) == (Pair("x", 3), Pair("x", 4)) and type(after) is Pair
    with pytest.raises(FrozenInstanceError):
        after.other = 5  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"Pair has no this, that$"):
        copier(Pair)(before, {"this": 1, "one": "y", "that": 2})


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_the_state_of_every_kind_begins_with_its_id_and_is_copied_whole(kind: Any) -> None:
    state = kind.initial(id="x")
    assert state == kind.state(**{field.name: getattr(state, field.name) for field in fields(state)}) and state.id == "x"
    assert changed(state) == state and changed(state, id="y").id == "y"


def test_what_has_no_slots_is_refused_before_anything_is_made_of_it() -> None:
    with pytest.raises(KeyError, match="__slots__"):
        maker(Open)
