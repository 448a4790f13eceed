"""How many connections may be open: what a process has descriptors for, and who makes room for whom."""

from __future__ import annotations

import logging
import resource
from collections.abc import Callable

import pytest

from headway.connections import Connections


class One:
    """A connection in name alone."""

    def __init__(self, address: str) -> None:
        self.address, self.spare, self.gone = address, False, False

    def give_way(self) -> None:
        self.gone = True


@pytest.mark.parametrize(("allowed", "most"), [(100, 64), (448, 64), (1024, 640), (4480, 4096), (1 << 20, 4096), (resource.RLIM_INFINITY, 4096)])
def test_a_process_lets_in_as_many_as_it_has_descriptors_for_beside_its_own(monkeypatch: pytest.MonkeyPatch, allowed: int, most: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda what: (allowed if what == resource.RLIMIT_NOFILE else 1, 1))
    found = Connections.of_this_process()
    assert (found.most, found.of_one, found.reserve, len(found)) == (most, most // 2, 32, 0)
    assert Connections(1).of_one == 1


def test_whoever_works_makes_no_room_and_the_next_in_turn_does() -> None:
    of = Connections(3, 3)
    first, second, third = here = [One(address) for address in "abc"]
    for one in here:
        of.admit(one)
    of.works(first)
    of.admit(fourth := One("d"))
    assert (first.gone, second.gone, third.gone, len(of)) == (False, True, False, 3)
    of.waits(first)
    of.admit(One("e"))
    assert third.gone and not first.gone and not fourth.gone
    of.leave(second)
    assert len(of) == 3, "it gave up its place already"


def test_the_reserve_is_for_a_few_and_who_is_in_it_makes_room_for_nobody_else() -> None:
    of = Connections(1, 1, reserve=2)
    of.admit(busy := One("a"))
    of.works(busy)
    spare = [One("b") for _ in range(3)]
    for one in spare:
        of.admit(one)
        of.waits(one)
    assert [one.gone for one in spare] == [True, False, False] and all(one.spare for one in spare) and len(of) == 3
    of.leave(spare[2])
    of.leave(spare[2])
    assert len(of) == 2
    of.admit(again := One("b"))
    assert again.spare and not spare[1].gone and len(of) == 3
    of.leave(busy)
    of.admit(new := One("b"))
    assert not new.spare and len(of) == 3


def test_a_crowd_is_told_of_once_a_minute(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    monkeypatch.setattr("headway.connections.time.monotonic", clock)
    of, told = Connections(1, 1), list[int]()
    with caplog.at_level(logging.WARNING, "headway.connections"):
        for at in (0.0, 0.0, 59.0, 60.0, 61.0, 120.0):
            now[0] = at
            of.admit(One("a"))
            told.append(len(caplog.records))
    assert told == [0, 1, 1, 2, 2, 3]
    assert "(1, 1 of one address)" in caplog.text
