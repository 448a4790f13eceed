"""How every durable commit store ends: what it has accepted is stored, and afterwards it says that it is closed."""

from __future__ import annotations

import asyncio

import pytest

from libs.adapters.contracts.store import Stores
from libs.adapters.contracts.suites import commit
from libs.events.ports.store import AppendOutcome, StoreUnavailable
from tests.events.kinds import said


class Closing:
    """Not of the contract suite: there each broken adapter in memory would fail on it, and so pass for caught."""

    async def test_a_closed_store_says_so(self, stores: Stores) -> None:
        store = await stores()
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.append([commit(said, "thing:a", 1)])
        with pytest.raises(StoreUnavailable):
            await store.load(["thing:a"])

    async def test_closing_finishes_what_was_accepted(self, stores: Stores) -> None:
        store = await stores()
        waiting = [asyncio.create_task(store.append([commit(said, f"thing:{n}", 1)])) for n in range(50)]
        await asyncio.sleep(0)
        await store.close()
        assert [await task for task in waiting] == [[AppendOutcome.STORED]] * 50
