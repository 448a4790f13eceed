"""The relay never skips, never reorders and never loses, whatever the log, the store and the moment of a crash do."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from libs.adapters.contracts.suites import BEGINNING, commit, heard
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery import relay as relaying
from libs.delivery.relay import Relay
from libs.events.ports.log import Cursor, Delivery, Extent, KeyExtent, Log, NotSent, Record
from libs.events.ports.store import Commit, Mark, StoreUnavailable
from libs.runtime import backoff
from tests.events.kinds import said
from tests.patience import GIVE_UP

Stores = Callable[[], Awaitable[SqliteCommitStore]]
Logs = Callable[[], Awaitable[SqliteLog]]


@pytest.fixture(autouse=True)
def short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_REST", 0.001)
    monkeypatch.setattr(relaying, "SHORTEST_LOOK", 0.001)
    monkeypatch.setattr(backoff, "LONGEST_REST", 0.004)


class FaultyLog:
    """Keeps records in memory; refuses some, loses some acknowledgements, delivers some again later."""

    def __init__(self, rnd: random.Random, refused: Callable[[Record], bool] = lambda record: False) -> None:
        self.rnd, self.refused, self.records, self.late, self.faults = rnd, refused, list[Record](), list[Record](), 0.4

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        answers: list[Exception | None] = []
        failed: set[str] = set()
        for record in records:
            for _ in range(self.rnd.randrange(3)):
                await asyncio.sleep(0)
            if self.late and self.rnd.random() < 0.3:
                self.records.append(self.late.pop())
            if record.key in failed:
                answers.append(NotSent())
                continue
            chance = self.rnd.random() / self.faults if self.faults else 9
            fails = self.refused(record) or chance < 0.5
            if not self.refused(record) and not chance < 0.25:
                self.records.append(record)
            if 0.5 < chance < 0.75:
                self.late.append(record)
            failed |= {record.key} if fails else set()
            answers.append(OSError("no answer") if fails else None)
        if self.faults and self.rnd.random() < 0.05:
            raise OSError("gone in the middle")
        return answers

    async def read(self, topics: Sequence[str], after: Cursor = BEGINNING, *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:
        yield [Delivery(record, Cursor()) for record in self.records]

    async def end(self, topics: Sequence[str]) -> Cursor:
        return Cursor()

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        return {}

    async def extent(self, topic: str) -> Extent:
        raise NotImplementedError

    async def renew(self, topics: Sequence[str]) -> None: ...


class FaultyStore(SqliteCommitStore):
    """Its scans are no snapshots (a commit may be missing from a page), and its marks fail now and then."""

    rnd = random.Random(0)
    faults = 0.2

    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        await asyncio.sleep(0)
        page = await super().unpublished(after, min(limit, 7))
        kept = [c for c in page[:-1] if self.rnd.random() > self.faults] + page[-1:]
        await asyncio.sleep(0)
        return kept

    async def published(self, marks: Sequence[Mark]) -> None:
        await asyncio.sleep(0)
        if self.rnd.random() < self.faults:
            raise StoreUnavailable("no answer")
        await super().published(marks)


def sequences(records: Sequence[Record]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for record in records:
        found[record.key].append(int(record.headers["ce_sequence"]))
    return found


def never_skipped(heard: Sequence[int]) -> bool:
    """Duplicates are dropped by whoever hears; a number beyond the next one was skipped."""
    last = 0
    for n in heard:
        if n > last + 1:
            return False
        last = max(last, n)
    return True


@pytest.mark.parametrize("seed", range(25))
async def test_whatever_fails_nothing_is_skipped_reordered_or_lost(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rnd = random.Random(seed)
    store = FaultyStore(tmp_path_factory.mktemp("faulty") / "store.sqlite3")
    store.rnd = rnd
    await store.open()
    log = FaultyLog(rnd)
    counts = dict.fromkeys(("thing:a", "thing:b", "other:c"), 0)

    async def write() -> None:
        for _ in range(60):
            for _ in range(rnd.randrange(30)):
                await asyncio.sleep(0)
            aggregate = rnd.choice(list(counts))
            added = rnd.randint(1, 3)
            counts[aggregate] += added
            await store.append([commit(said, aggregate, counts[aggregate] - added + 1, added)])
            nudged.nudge()

    nudged = Relay(store, log, "trial")
    tasks = [asyncio.create_task(nudged.run()), asyncio.create_task(Relay(store, log, "trial").run())]
    writing = asyncio.create_task(write())
    while not writing.done():
        for _ in range(rnd.randrange(60)):
            await asyncio.sleep(0)
        if rnd.random() < 0.3:  # killed at any point, and started anew
            killed = tasks.pop(0)
            killed.cancel()
            await asyncio.gather(killed, return_exceptions=True)
            tasks.append(asyncio.create_task(Relay(store, log, "trial").run()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(map(never_skipped, sequences(log.records).values()))
    log.faults = store.faults = 0.0
    assert await Relay(store, log, "trial").drain()
    assert all(map(never_skipped, sequences(log.records).values()))
    assert {a: sorted(set(s)) for a, s in sequences(log.records).items()} == {a: list(range(1, n + 1)) for a, n in counts.items() if n}
    assert await store.unpublished() == []
    await store.close()


async def test_an_aggregate_stops_at_its_first_failure_and_the_others_go_on(stores: Stores) -> None:
    store = await stores()
    log = FaultyLog(random.Random(0), lambda r: (r.key, r.headers["ce_sequence"]) == ("thing:b", "2"))
    log.faults = 0.0
    await store.append([commit(said, f"thing:{key}", first, 2) for key in "abc" for first in (1, 3)])
    relay = Relay(store, log, "trial")
    assert not await relay.drain()
    assert sequences(log.records) == {"thing:a": [1, 2, 3, 4], "thing:b": [1], "thing:c": [1, 2, 3, 4]}
    assert [(c.aggregate, c.first) for c in await store.unpublished()] == [("thing:b", 1), ("thing:b", 3)]
    assert relay.failures == 1
    log.refused = lambda r: False
    assert await relay.drain()
    assert sequences(log.records)["thing:b"] == [1, 1, 2, 3, 4]


async def test_a_nudge_publishes_at_once(stores: Stores, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "LOOK", 3600)
    store, log = await stores(), await logs()
    relay = Relay(store, log, "trial")
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(GIVE_UP):
        for n in range(1, 4):
            await store.append([commit(said, "thing:a", n)])
            relay.nudge()
            await published(log, n)
    running.cancel()


async def test_what_another_process_stored_is_published_without_a_nudge(stores: Stores, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "LOOK", 0.01)
    store, log = await stores(), await logs()
    running = asyncio.create_task(Relay(store, log, "trial").run())
    await (await stores()).append([commit(said, "thing:a", 1)])
    async with asyncio.timeout(GIVE_UP):
        await published(log, 1)
    running.cancel()


async def test_a_store_that_fails_does_not_end_the_relay(logs: Logs, tmp_path_factory: pytest.TempPathFactory) -> None:
    store, log = SqliteCommitStore(tmp_path_factory.mktemp("late") / "store.sqlite3"), await logs()
    relay = Relay(store, log, "trial")
    running = asyncio.create_task(relay.run())
    while relay.failures < 3:  # noqa: ASYNC110 - it counts, and tells nobody
        await asyncio.sleep(0)
    await store.open()
    await store.append([commit(said, "thing:a", 1)])
    async with asyncio.timeout(GIVE_UP):
        await published(log, 1)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await store.close()


async def test_many_pages_are_published_in_order(stores: Stores, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "PAGE", 7)
    store, log = await stores(), await logs()
    await store.append([commit(said, f"thing:{key}", first, 2) for first in (1, 3, 5, 7, 9) for key in "abcdef"])
    relay = Relay(store, log, "trial")
    assert await relay.drain()
    assert relay.published == 30
    found = sequences(await heard(log, ["trial.test"]))
    assert found == {f"thing:{key}": list(range(1, 11)) for key in "abcdef"}


async def published(log: Log, count: int) -> None:
    """Waits until so many records are in the log."""
    async for batch in log.read(["trial.test"]):
        count -= len(batch)
        if count <= 0:
            return


async def test_a_commit_of_a_later_version_keeps_back_its_own_aggregate_alone(stores: Stores, logs: Logs, tmp_path: Path) -> None:
    store, log = await stores(), await logs()
    await store.append([commit(said, f"thing:{key}", first) for key in "abc" for first in (1, 2)])
    with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite3")) as later, later:
        later.execute("UPDATE commits SET events = replace(events, '.noted.v1', '.noted.v9') WHERE aggregate IN ('thing:a', 'thing:b') AND first = 1")
    relay = Relay(store, log, "trial")
    assert await relay.catch_up()
    assert not await relay.drain()
    assert sequences(await heard(log, ["trial.test"])) == {"thing:c": [1, 2]}
    with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite3")) as later, later:
        later.execute("UPDATE commits SET events = replace(events, '.noted.v9', '.noted.v1')")
    assert await relay.drain()
    assert sequences(await heard(log, ["trial.test"])) == {f"thing:{key}": [1, 2] for key in "abc"}
