"""How events, states and their versions are declared, and what is said of an event by its place and its names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from libs.events.event import (
    KINDS,
    PAYLOADS,
    UPCASTS,
    Kind,
    Overridden,
    Payload,
    Retracted,
    began_by,
    current,
    event,
    hash_of,
    mentions,
    register,
    state,
    upcasts,
)
from tests.events.kinds import THING, Thing, ThingNoted, said


@pytest.fixture(autouse=True)
def only_here() -> Iterator[None]:
    """What a test declares is declared for that test alone."""
    kept: list[tuple[dict[Any, Any], set[Any]]] = [(of, set(of)) for of in (KINDS, PAYLOADS, UPCASTS)]
    yield
    for of, before in kept:
        for name in set(of) - before:
            del of[name]


def declared(declare: Callable[[type[Any]], type[Any]]) -> type[Any]:
    return declare(type("Trial", (Payload,), {"__annotations__": {"id": "str", "text": "str"}, "text": "", "__module__": __name__}))


def version(name: str) -> type[Any]:
    return declared(event(f"headway.test.{name}"))


@pytest.mark.parametrize("declare", [event("headway.test.trial.declared.v1"), state], ids=["event", "state"])
def test_what_is_declared_cannot_be_changed_has_no_room_for_more_and_takes_its_fields_by_name(declare: Callable[[type[Any]], type[Any]]) -> None:
    cls = declared(declare)
    one = cls(id="a")
    assert one == cls(id="a", text="") != cls(id="a", text="b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.text = "b"
    assert "text" in cls.__slots__
    with pytest.raises(TypeError):
        cls("a")


def test_an_event_is_known_by_its_name_which_is_given_once() -> None:
    cls = version("trial.declared.v1")
    assert (cls.TYPE, PAYLOADS[cls.TYPE]) == ("headway.test.trial.declared.v1", cls)
    other = type("Other", (Payload,), {})
    assert register("headway.test.trial.another.v1", other) is other is PAYLOADS["headway.test.trial.another.v1"]
    with pytest.raises(ValueError, match="declared twice"):
        version("trial.declared.v1")
    assert PAYLOADS[cls.TYPE] is cls


def test_what_was_said_is_read_through_each_version_that_followed() -> None:
    one, two, three = (version(f"trial.declared.v{n}") for n in (1, 2, 3))

    def upcast(data: Any) -> Any:
        return two(id=data.id, text=f"{data.text}!")

    assert upcasts(one, two)(upcast) is upcast
    upcasts(two, three)(lambda data: three(id=data.id, text=f"{data.text}?"))
    assert current(one(id="a", text="so")) == three(id="a", text="so!?")


@pytest.mark.parametrize(("older", "newer"), [("trial.told.v1", "trial.told.v3"), ("trial.told.v2", "trial.told.v1"), ("trial.told.v1", "trial.said.v2")])
def test_only_the_next_version_of_the_same_event_follows(older: str, newer: str) -> None:
    with pytest.raises(ValueError, match=f"{newer} cannot be what follows .*{older}"):
        upcasts(version(older), version(newer))


def test_one_version_alone_follows_another() -> None:
    one, two = version("trial.told.v1"), version("trial.told.v2")
    upcasts(one, two)(lambda data: two(id=data.id))
    with pytest.raises(ValueError, match="cannot be what follows"):
        upcasts(one, two)


def test_what_cannot_be_said_in_the_next_version_is_said_of_which_it_is() -> None:
    one, two = version("trial.told.v1"), version("trial.told.v2")
    tried: list[object] = []

    def upcast(data: Any) -> Any:
        if tried:
            raise SystemExit("it is tried for ever")
        tried.append(data)
        raise KeyError("text")

    upcasts(one, two)(upcast)
    with pytest.raises(ValueError, match=r"told\.v1 cannot be read as its next version: KeyError: 'text'"):
        current(one(id="a"))


def test_a_kind_is_declared_once_under_its_name_with_what_is_said_of_any() -> None:
    trial = Kind("test", "trial", "trials", Thing, lambda state, _: state, definition=("text",))
    assert KINDS["trial"] is trial
    assert (PAYLOADS["headway.test.trial.retracted.v1"], PAYLOADS["headway.test.trial.overridden.v1"]) == (Retracted, Overridden)
    assert [trial.known(one) for one in (Thing(id="a"), Thing(id="a", about="b"), Thing(id="a", text="b"))] == [False, False, True]
    with pytest.raises(ValueError, match="the kind trial is declared twice"):
        Kind("other", "trial", "trials", Thing, lambda state, _: state)
    assert KINDS["trial"] is trial


def test_things_come_in_the_order_in_which_they_began_and_those_that_none_began_last_by_id() -> None:
    early, late = said("thing:z", 1), said("thing:b", 2)
    given = [("c", None), ("b", late), ("a", None), ("z", early)]
    assert [id for id, began in sorted(given, key=lambda one: began_by(one[1], one[0]))] == ["z", "b", "a", "c"]


def test_of_two_of_one_instant_that_comes_first_which_was_learned_and_then_stored_earlier() -> None:
    first = said("thing:b", 1)
    learned, stored = (replace(first, aggregate="thing:a", **{when: getattr(first, when) + timedelta(seconds=1)}) for when in ("recorded", "stored"))
    apart = replace(first, aggregate="thing:c")
    assert sorted([learned, stored, apart, first], key=lambda one: began_by(one, "")) == [first, apart, stored, learned]


def test_a_definition_says_what_was_not_said_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(THING, "definition", ("text", "about"))
    state, defined = Thing(id="a", text="now"), Thing(id="a", text="first", about="b")
    assert THING.with_definition(state, defined) == Thing(id="a", text="now", about="b")
    assert THING.with_definition(state, None) is state


def test_the_hash_of_a_position_is_the_same_64_bits_for_ever() -> None:
    assert [hash_of("thing:a", n) for n in (1, 2)] == HASHES


HASHES = [15419022848209790492, 16248064849167078924]
"""What stores hold sums of: another would make each of them differ from what it holds."""


def test_an_event_mentions_what_it_names_and_the_names_that_others_gave_its_own() -> None:
    class Known(ThingNoted):
        __slots__ = ()

        def known_as(self) -> Iterable[tuple[str, str]]:
            return [("number", "7"), ("number", "8")]

    assert list(mentions(Known(about="b"))) == [("about", "b"), ("number", "7"), ("number", "8")]
    assert list(mentions(ThingNoted())) == []
