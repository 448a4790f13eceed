"""Batches what waits: while the server answers some callers, the requests of others gather for the next call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

TOGETHER: Final = 200
"""Things in one question; who brings more asks several times, and others get their turn in between."""

Q = TypeVar("Q")
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """`ask` answers for many things at once, one answer each, in their order.

    One question is on its way at a time: with two, each would carry half as much, and the loop would work for both. A question is sent after its caller
    asked it, so no answer is older than the wish to know. A caller who is cancelled leaves its question where it is.
    """

    def __init__(self, ask: Callable[[Sequence[Q]], Awaitable[Sequence[A]]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Sequence[Q], asyncio.Future[Sequence[A]]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def of(self, things: Sequence[Q]) -> list[A]:
        """One answer for each. Raises whatever `ask` raises."""
        answers: list[A] = []
        for at in range(0, len(things), TOGETHER):
            loop = asyncio.get_running_loop()
            told: asyncio.Future[Sequence[A]] = loop.create_future()
            self._waiting.append((things[at : at + TOGETHER], told))
            loop.call_soon(self._begin)  # whoever asks within the same turn of the loop goes along
            answers += await told
        return answers

    def _begin(self) -> None:
        if self._asking is not None or not self._waiting:
            return
        count = taken = 0
        while taken < len(self._waiting) and (not taken or count + len(self._waiting[taken][0]) <= TOGETHER):
            count += len(self._waiting[taken][0])
            taken += 1
        callers, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._asking = asyncio.create_task(self._answer(callers))
        self._asking.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._asking = None
        self._begin()

    async def _answer(self, callers: Sequence[tuple[Sequence[Q], asyncio.Future[Sequence[A]]]]) -> None:
        answers: Sequence[A] = ()
        failure: Exception | None = None
        try:
            answers = await self._ask([thing for things, _ in callers for thing in things])
        except Exception as e:
            failure = e
        at = 0
        for things, told in callers:
            mine = answers[at : at + len(things)]
            at += len(things)
            if told.done():
                continue
            if failure is not None:
                told.set_exception(failure)
            else:
                told.set_result(mine)
