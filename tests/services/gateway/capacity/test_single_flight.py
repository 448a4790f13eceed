"""What several ask for at the same time is made once, and nobody depends on whoever makes it."""

from __future__ import annotations

import asyncio

import pytest

from services.gateway.capacity.single_flight import SingleFlight
from tests.patience import GIVE_UP


@pytest.fixture
def flights() -> SingleFlight[str, int]:
    return SingleFlight()


async def waiting(flights: SingleFlight[str, int], key: str, seconds: float = GIVE_UP) -> asyncio.Task[int | None]:
    """Somebody who has begun to wait."""
    task = asyncio.create_task(flights.of_another(key, seconds))
    await asyncio.sleep(0)
    return task


async def test_all_who_wait_get_what_is_handed_over_and_nobody_waits_for_anything_else(flights: SingleFlight[str, int]) -> None:
    assert await flights.of_another("a", GIVE_UP) is None, "nobody makes it"
    with flights.own("a") as hand_over:
        assert len(flights) == 1 and await flights.of_another("b", GIVE_UP) is None
        first, second = await waiting(flights, "a"), await waiting(flights, "a")
        hand_over(7)
        assert await first == await second == await flights.of_another("a", GIVE_UP) == 7
    assert len(flights) == 0 and await flights.of_another("a", GIVE_UP) is None, "what is there is not made any more"


@pytest.mark.parametrize("ends", [None, ValueError, asyncio.CancelledError])
async def test_who_waits_goes_on_with_nothing_however_it_ends(flights: SingleFlight[str, int], ends: type[BaseException] | None) -> None:
    try:
        with flights.own("a"):
            task = await waiting(flights, "a")
            if ends is not None:
                raise ends
    except (ValueError, asyncio.CancelledError):
        assert ends is not None
    assert await task is None and len(flights) == 0


async def test_nobody_waits_longer_than_they_say_and_whoever_goes_away_ends_nothing(flights: SingleFlight[str, int]) -> None:
    with flights.own("a") as hand_over:
        assert await flights.of_another("a", 0.01) is None
        gone, stays = await waiting(flights, "a"), await waiting(flights, "a")
        gone.cancel()
        await asyncio.sleep(0)
        hand_over(7)
    assert gone.cancelled() and await stays == 7


async def test_who_makes_it_as_well_is_not_waited_for_and_leaves_the_first_one_in_its_place(flights: SingleFlight[str, int]) -> None:
    with flights.own("a") as hand_over:
        task = await waiting(flights, "a")
        with flights.own("a") as again:
            again(8)
        assert len(flights) == 1 and not task.done()
        hand_over(7)
    assert await task == 7
