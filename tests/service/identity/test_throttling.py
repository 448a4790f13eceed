"""Who tries tokens waits, each address for itself, and the memory of it is bounded."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from libs.commands.errors import NotSignedIn
from libs.service.identity.throttling import Refusals, slowed


class Clock:
    """Seconds that pass when it is said."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_of_a_minute_are_answered_at_once_and_the_more_there_are_the_longer_each_waits() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    waited = [refusals.note("10.0.0.1") for _ in range(600)]
    assert (set(waited[:20]), set(waited[20:500]), set(waited[500:])) == ({0.0}, {0.05}, {0.25})
    assert refusals.note("10.0.0.2") == 0.0
    clock.now = 59.9
    assert refusals.note("10.0.0.1") == 0.25
    clock.now = 60.0
    assert refusals.note("10.0.0.1") == 0.0


def test_addresses_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.service.identity.throttling.MOST_ADDRESSES", 3)
    refusals = Refusals(Clock())
    for n in range(9):
        refusals.note(str(n))
    assert list(refusals._refused) == ["6", "7", "8"]


async def test_only_what_is_refused_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    refusals = Refusals(Clock())
    connection: Any = SimpleNamespace(client=SimpleNamespace(host="10.0.0.1"))
    for _ in range(21):
        async with slowed(connection, refusals):
            pass
        with pytest.raises(NotSignedIn):
            async with slowed(connection, refusals):
                raise NotSignedIn("no")
    assert waited == [0.0] * 20 + [0.05]
