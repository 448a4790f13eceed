"""Room for deep calls: it changes what a call costs, and nothing that a call does."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from libs.runtime.call_stack import with_room

CALLS = 2_000


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def _nothing() -> None:
    return None


_nothing.__code__ = _nothing.__code__.replace(co_stacksize=200)  # a frame so large that the edge of a piece falls into it at some depth


def _faults_of_calls_at(depth: int) -> int:
    """How often the system was asked for a page of memory while a function was called many times from so deep."""
    if depth:
        return _faults_of_calls_at(depth - 1)
    before = _faults()
    for _ in range(CALLS):
        _nothing()
    return _faults() - before


def _worst() -> int:
    return max(_faults_of_calls_at(depth) for depth in range(150))


def test_no_depth_costs_memory_at_each_call() -> None:
    assert with_room(_worst) < CALLS / 4


def test_a_result_and_what_is_given_pass_through() -> None:
    assert with_room(sorted, [2, 3, 1], reverse=True) == [3, 2, 1]


def test_an_error_passes_through() -> None:
    def fails() -> None:
        raise ValueError("so")

    with pytest.raises(ValueError, match="so"):
        with_room(fails)


def test_the_limit_of_recursion_still_holds() -> None:
    def endless(again: Callable[[], None]) -> None:
        endless(again)

    with pytest.raises(RecursionError):
        with_room(endless, _nothing)


def test_an_event_loop_runs_in_it() -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert _in_a_thread(lambda: with_room(asyncio.run, answer())) == 42


def _in_a_thread(work: Callable[[], int]) -> int:
    """What another thread makes of it: this one may have a loop already."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result(10)
