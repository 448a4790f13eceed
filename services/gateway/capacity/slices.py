"""Time slices for long computations: code pauses where it reports its cost (`libs.events.cost`), so that others have their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from libs.events.cost import Meter, metered
from libs.runtime.call_stack import with_room

T = TypeVar("T")

SLICE: Final = 0.015
"""Seconds after which others have their turn."""
GAP: Final = 0.001
"""Seconds that are theirs alone: whatever is short is done in these from its beginning to its end, however many rounds of the loop that takes."""
_TURNS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]] = WeakKeyDictionary()
"""Of all that takes longer than a slice, one goes on at a time: what is new or short waits for one slice, not for one of each."""


class Clocked(Meter, Protocol):
    """A meter that is told when its work goes on and when it stands still."""

    def go(self) -> None:
        """The work goes on."""

    def stand(self) -> None:
        """The work stands still."""


class _Slice(greenlet):  # type: ignore[misc]
    """What runs until it ends or pauses, among whatever the one that began it sees as its context."""

    def __init__(self, run: Callable[[], Any]) -> None:
        super().__init__(partial(with_room, run))
        self.gr_context = getcurrent().gr_context


def pause() -> None:
    """Lets others have their turn, where this runs in slices; else nothing."""
    now = getcurrent()
    if isinstance(now, _Slice) and now.parent is not None:
        now.parent.switch()


class Sliced(Generic[T]):
    """Awaits a coroutine whose code may pause wherever it is, also where nothing is awaited; all that it does is metered."""

    def __init__(self, work: Coroutine[Any, Any, T], meter: Clocked) -> None:
        self._work, self._meter = work, meter

    async def result(self) -> T:
        """The same as a coroutine, for a task of its own."""
        return await self

    def __await__(self) -> Generator[Any, Any, T]:
        step: Callable[[], Any] = partial(self._work.send, None)
        try:
            while True:
                one = _Slice(step)
                awaited = self._run(one, one.switch)
                while not one.dead:
                    turn = _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock())
                    try:
                        yield from turn.acquire().__await__()
                        try:
                            yield from asyncio.sleep(GAP).__await__()
                            on = one.switch
                        finally:
                            turn.release()
                    except BaseException as e:
                        on = partial(one.throw, e)
                    awaited = self._run(one, on)
                try:
                    sent = yield awaited
                except BaseException as e:
                    step = partial(self._work.throw, e)
                else:
                    step = partial(self._work.send, sent)
        except _Done as e:
            return e.value  # type: ignore[no-any-return]

    def _run(self, one: _Slice, on: Callable[[], Any]) -> Any:
        one.parent = getcurrent()  # where it is begun in another's slice, that may be another one by now
        self._meter.go()
        try:
            with metered(self._meter):
                return on()
        except StopIteration as e:
            raise _Done(e.value) from None
        finally:
            self._meter.stand()


class _Done(Exception):
    """The work has ended with this."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value
