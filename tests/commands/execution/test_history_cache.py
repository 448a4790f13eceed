"""What an owner keeps in memory is never older than the store, is read once, and is bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from libs.adapters.contracts.log import commit
from libs.commands.execution.history_cache import HistoryCache
from libs.events.event import Event
from libs.events.ports.store import NOTHING, Commit, StoreUnavailable
from tests.adapters.contracts.memory import Disk, MemoryStore
from tests.events.kinds import said


def many(aggregate: str, count: int) -> list[Commit]:
    return [commit(said, aggregate, n) for n in range(1, count + 1)]


class Store(MemoryStore):
    """Counts the events that it gives, and may be away."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.given, self.away = 0, False

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        if self.away:
            raise StoreUnavailable("gone")
        found = await super().load(aggregates, behind)
        self.given += sum(map(len, found.values()))
        return found


async def test_a_load_reads_what_is_new_alone_whoever_stored_it() -> None:
    store = Store(Disk())
    kept, other = HistoryCache(store), MemoryStore(store.disk)
    await other.append([*many("thing:a", 100), commit(said, "thing:b", 1)])
    assert [len(h) for h in (await kept.load(["thing:a", "thing:b", "thing:c"])).values()] == [100, 1, 0]
    await other.append([commit(said, "thing:a", 101), commit(said, "thing:c", 1)])
    store.given = 0
    assert [len(h) for h in (await kept.load(["thing:a", "thing:b", "thing:c"])).values()] == [101, 1, 1]
    assert store.given == 2


async def test_what_is_kept_is_bounded_and_what_was_used_lately_stays() -> None:
    store = Store(Disk())
    kept = HistoryCache(store, most=25)
    for name in "abc":
        await store.append(many(f"thing:{name}", 10))
    for name in "abac":
        await kept.load([f"thing:{name}"])
    store.given = 0
    await kept.load(["thing:a"])
    assert store.given == 0
    await kept.load(["thing:b"])
    assert store.given == 10


async def test_what_is_forgotten_is_read_anew_and_so_is_everything_after_the_store_was_away() -> None:
    store = Store(Disk())
    kept = HistoryCache(store)
    await store.append([commit(said, "thing:a", 1, 2), commit(said, "thing:b", 1)])
    await kept.load(["thing:a", "thing:b"])
    store.given = 0
    kept.forget(["thing:a"])
    await kept.load(["thing:a", "thing:b"])
    assert store.given == 2
    store.away = True
    with pytest.raises(StoreUnavailable):
        await kept.load(["thing:a"])
    store.away, store.given = False, 0
    await kept.load(["thing:a", "thing:b"])
    assert store.given == 3
