"""What shows that a contract suite catches a broken adapter: its tests, run against adapters in memory that look harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.adapters.contracts.memory import Disk


async def failing(
    adapter: Callable[[Any], Any], suite: type, fixture: str, new_disk: Callable[[], Disk] = Disk, *, ends: float = 0.5, **given: object
) -> list[str]:
    """The tests of a suite that an adapter does not pass; one that has not ended after so many seconds does not pass.

    `fixture` is what the suite gets its adapters by. A right adapter is given as long as a busy machine may take.
    """
    failed = []
    for name in sorted(n for n in dir(suite) if n.startswith("test_")):
        disk = new_disk()

        async def opened(disk: Disk = disk) -> Any:
            return adapter(disk)

        try:
            async with asyncio.timeout(ends):
                await getattr(suite(), name)(**{fixture: opened}, **given)
        except (Exception, pytest.fail.Exception):
            failed.append(name)
    return failed


def broken_of(module: Mapping[str, object], right: type) -> list[type]:
    """The adapters of a module that are the right one broken in some way."""
    return [found for found in module.values() if isinstance(found, type) and issubclass(found, right) and found is not right]
