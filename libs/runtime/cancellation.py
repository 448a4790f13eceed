"""Cancels tasks that may not heed it: `asyncio.wait_for` of Python 3.11, and with it pymongo, drops a cancellation that comes at the moment of the answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Any, Final

logger = logging.getLogger(__name__)

AGAIN: Final = 4.0
"""Seconds after which a task that goes on is cancelled once more: a reader of a log that is away takes three to let go of it."""
PATIENCE: Final = 6.0
"""Seconds that a task has to end before it is left behind."""


@contextlib.contextmanager
def heeding() -> Iterator[None]:
    """Raises CancelledError behind a block in which the task was cancelled and that ended as if it had not been."""
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError


async def ended(*tasks: asyncio.Task[Any], patience: float = PATIENCE) -> bool:
    """Cancels tasks, again and again, until they have ended: True. False, and said, where one goes on after `patience` seconds. Raises nothing of theirs."""
    until = asyncio.get_running_loop().time() + patience
    left = {task for task in tasks if not task.done()}
    while left and asyncio.get_running_loop().time() < until:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN)
        for task in left:
            logger.warning("a task has not ended yet: %s", task.get_name(), extra={"task": task.get_name()})
    for task in left:
        logger.error("a task goes on though it was cancelled: %s", task.get_name(), extra={"task": task.get_name()})
    for task in set(tasks) - left:
        if not task.cancelled():
            task.exception()
    return not left
