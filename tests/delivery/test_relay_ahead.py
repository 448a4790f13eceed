"""The relay has several pages under way at once, and never two with the same aggregate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from libs.adapters.contracts.suites import commit
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery import relay as relaying
from libs.delivery.relay import Relay
from libs.events.ports.log import Record
from tests.adapters.contracts.memory import Disk, MemoryLog
from tests.events.kinds import said
from tests.patience import GIVE_UP

Stores = Callable[[], Awaitable[SqliteCommitStore]]


class SlowLog(MemoryLog):
    """Acknowledges a call once so many others wait with it, or nothing more comes."""

    def __init__(self, together: int) -> None:
        super().__init__(Disk())
        self.together, self.waiting, self.most = together, list[set[str]](), 0
        self.full = asyncio.Event()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        keys = {r.key for r in records}
        assert all(keys.isdisjoint(others) for others in self.waiting), "two pages with one aggregate are under way"
        self.waiting.append(keys)
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) >= self.together:
            self.full.set()
        try:
            async with asyncio.timeout(GIVE_UP):
                await self.full.wait()
            return await super().publish(records)
        finally:
            self.waiting.remove(keys)


async def test_while_one_page_waits_the_next_are_sent(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "PAGE", 4)
    store, log = await stores(), SlowLog(3)
    await store.append([commit(said, f"thing:{key}", n) for key in "abcdefgh" for n in (1, 2)])
    assert await Relay(store, log, "trial").drain()
    assert log.most >= 3
    assert len(log.disk.records) == 16


async def test_an_aggregate_longer_than_a_page_is_sent_page_after_page(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "PAGE", 4)
    store, log = await stores(), SlowLog(1)
    await store.append([commit(said, f"thing:{key}", n) for key, count in (("a", 3), ("b", 11), ("c", 3)) for n in range(1, count + 1)])
    assert await Relay(store, log, "trial").catch_up()
    found = [(r.key, int(r.headers["ce_sequence"])) for r in log.disk.records]
    assert [n for key, n in found if key == "thing:b"] == list(range(1, 12))
    assert len(found) == 17


async def test_a_relay_that_is_cancelled_leaves_no_page_behind(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "PAGE", 2)
    store, log = await stores(), SlowLog(99)
    await store.append([commit(said, f"thing:{key}", 1) for key in "abcdef"])
    before = asyncio.all_tasks()
    running = asyncio.create_task(Relay(store, log, "trial").run())
    async with asyncio.timeout(GIVE_UP):
        while log.most < 3:  # noqa: ASYNC110 - the pages are sent without a word
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == before
    assert len(await store.unpublished()) == 6
