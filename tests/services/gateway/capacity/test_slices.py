"""Work in slices: it stops where it says what it costs, goes on where it was, and ends like any other."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from libs.events.cost import spend
from services.gateway.capacity.slices import Sliced, pause

NAMED: ContextVar[str] = ContextVar("named")


class EachTime:
    """Pauses whenever something is spent."""

    def __init__(self) -> None:
        self.spent = self.within = 0

    def spend(self, work: int) -> None:
        self.spent += work
        pause()

    def go(self) -> None:
        self.within += 1

    def stand(self) -> None:
        self.within -= 1


def laborious(steps: int, said: list[str], name: str) -> int:
    for n in range(steps):
        said.append(f"{name}{n}")
        spend()
    return steps


async def working(steps: int, said: list[str], name: str) -> int:
    return laborious(steps, said, name)


async def test_others_have_their_turn_in_the_middle_of_a_function_that_knows_nothing_of_it() -> None:
    said: list[str] = []
    found = await asyncio.gather(*(Sliced(working(3, said, name), EachTime()) for name in "ab"))
    assert found == [3, 3] and said == ["a0", "b0", "a1", "b1", "a2", "b2"]


async def test_what_is_awaited_in_between_is_awaited_and_what_it_raises_is_raised() -> None:
    meter = EachTime()

    async def work() -> str:
        laborious(2, [], "")
        await asyncio.sleep(0.001)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await asyncio.sleep(60)
        laborious(2, [], "")
        raise LookupError("found out")

    with pytest.raises(LookupError, match="found out"):
        await Sliced(work(), meter)
    assert (meter.spent, meter.within) == (4, 0)


async def test_one_within_another_pauses_for_both_and_comes_back_to_where_it_was() -> None:
    meter, said = EachTime(), list[str]()

    async def outer() -> list[int]:
        return [laborious(2, said, "o"), await Sliced(working(3, said, "i"), meter), laborious(2, said, "o")]

    found, _ = await asyncio.gather(Sliced(outer(), meter), Sliced(working(7, said, "x"), EachTime()))
    assert found == [2, 3, 2] and meter.within == 0
    assert [one for one in said if not one.startswith("x")] == ["o0", "o1", "i0", "i1", "i2", "o0", "o1"]


async def test_it_can_be_cancelled_while_others_have_their_turn() -> None:
    said: list[str] = []
    ended: list[str] = []

    async def work() -> None:
        try:
            laborious(1_000_000, said, "")
        finally:
            ended.append("in order")

    task = asyncio.create_task(Sliced(work(), EachTime()).result())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["in order"] and len(said) < 10


async def test_the_context_is_that_of_whoever_awaits_it_and_others_are_not_metered() -> None:
    meter = EachTime()

    async def work() -> str:
        spend()
        before = NAMED.get()
        NAMED.set("changed")
        spend()
        return before

    NAMED.set("given")
    assert await Sliced(work(), meter) == "given" and NAMED.get() == "changed"
    spend()
    assert meter.spent == 2
