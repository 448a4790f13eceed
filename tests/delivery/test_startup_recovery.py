"""At a start, what a store or its log has lost is found and taken back from the other."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.adapters.contracts.store import every_unpublished
from libs.adapters.contracts.suites import by_key, commit, heard
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.relay import Relay
from libs.delivery.startup_recovery import Recovered, recover
from libs.events.envelope import to_record
from libs.events.ports.log import Record
from libs.events.ports.store import AppendOutcome, CommitStore
from tests.adapters.contracts.memory import Disk, MemoryLog, MemoryStore
from tests.events.kinds import said

Stores = Callable[[], Awaitable[SqliteCommitStore]]
Logs = Callable[[], Awaitable[SqliteLog]]

KINDS = ("other", "thing")


async def recovered(store: CommitStore, log: SqliteLog | MemoryLog) -> Recovered:
    return await recover(store, log, "trial", "test", KINDS)


async def stored(store: CommitStore, *commits: tuple[str, int, int]) -> None:
    for aggregate, first, count in commits:
        assert await store.append([commit(said, aggregate, first, count)]) == [AppendOutcome.STORED]


async def test_what_the_log_has_lost_is_published_again_in_order(stores: Stores, logs: Logs, caplog: pytest.LogCaptureFixture) -> None:
    store, log = await stores(), await logs()
    await stored(store, ("thing:a", 1, 2), ("thing:a", 3, 2), ("other:x", 1, 1), ("thing:b", 1, 1))
    await store.published([("thing:a", 1), ("thing:a", 3), ("other:x", 1)])
    await log.publish([to_record("trial", said("thing:a", n)) for n in (1, 2, 3)])
    with caplog.at_level(logging.ERROR):
        assert (await recovered(store, log)).log == ("other:x", "thing:a")
    assert "topic trial.test had lost 2 events of 2 aggregates" in caplog.text
    assert await every_unpublished(store, 500) == [("other:x", 1), ("thing:a", 3), ("thing:b", 1)]
    assert await Relay(store, log, "trial").drain()
    assert {k: [r.headers["ce_sequence"] for r in rs] for k, rs in by_key(await heard(log, ["trial.test"])).items()} == {
        "other:x": ["1"],
        "thing:a": ["1", "2", "3", "4"],
        "thing:b": ["1"],
    }


async def test_a_sound_pair_is_left_alone(stores: Stores, logs: Logs) -> None:
    store, log = await stores(), await logs()
    assert await recovered(store, log) == Recovered()
    await stored(store, ("thing:a", 1, 2), ("thing:b", 1, 1))
    before = await log.end(["trial.test"])
    assert await recovered(store, log) == Recovered()
    await Relay(store, log, "trial").drain()
    assert await recovered(store, log) == Recovered()
    assert before.offsets.keys() == (await log.end(["trial.test"])).offsets.keys()


async def test_what_the_store_has_lost_is_taken_back_from_the_log(stores: Stores, logs: Logs, caplog: pytest.LogCaptureFixture) -> None:
    store, log = await stores(), await logs()
    await stored(store, ("thing:a", 1, 1))
    await store.published([("thing:a", 1)])
    events = [said("thing:a", n) for n in range(1, 5)] + [said("thing:b", 1)]
    damaged = [Record(r.topic, r.key, r.headers, b"damaged") for r in (to_record("trial", said("thing:a", 3)), to_record("trial", said("other:x", 1)))]
    await log.publish([*damaged, *(to_record("trial", e) for e in events), to_record("trial", said("other:x", 2)), to_record("trial", said("thing:c", 2))])
    with caplog.at_level(logging.ERROR):
        assert (await recovered(store, log)).store == {"thing:a": 3, "thing:b": 1}
    assert "older than the log: 4 events of 2 aggregates" in caplog.text
    assert await store.load(["thing:a", "thing:b"]) == {"thing:a": events[:4], "thing:b": events[4:]}
    assert await every_unpublished(store, 500) == []
    assert await store.load(["other:x", "thing:c"]) == {"other:x": [], "thing:c": []}
    assert await store.append([commit(said, "thing:a", 5)]) == [AppendOutcome.STORED]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=12),
    st.lists(st.integers(0, 40), max_size=20),
    st.lists(st.integers(0, 12), max_size=6),
)
async def test_whatever_either_lost_both_have_all_that_either_had(made: list[tuple[str, int]], lost: Sequence[int], marked: Sequence[int]) -> None:
    disk = Disk()
    store, log = MemoryStore(disk), MemoryLog(disk)
    for key, count in made:
        await stored(store, (f"thing:{key}", store.last(f"thing:{key}") + 1, count))
    await Relay(store, log, "trial").drain()
    disk.records = [r for n, r in enumerate(disk.records) if n not in lost]
    for n in marked:  # the store is a copy of an earlier time: per aggregate its newest commits are gone
        if n < len(made) and (of := store.of(f"thing:{made[n][0]}")):
            disk.commits.remove(of[-1])
    known = {e.id for c in disk.commits for e in c.events} | {r.headers["ce_id"] for r in disk.records}
    had = {f"thing:{k}": next(n for n in range(len(known) + 1) if f"thing:{k}@{n + 1}" not in known) for k in "abc"}
    await recovered(store, log)
    await Relay(store, log, "trial").drain()
    assert {a: [e.sequence for e in events] for a, events in (await store.load(list(had))).items()} == {a: list(range(1, n + 1)) for a, n in had.items()}
    held = await log.held("trial.test")
    assert all(held[a].unbroken >= n for a, n in had.items() if n)
    assert await recovered(store, log) == Recovered()


async def test_cursors_of_a_log_that_lost_records_lead_to_the_beginning(stores: Stores, logs: Logs) -> None:
    store, log = await stores(), await logs()
    await stored(store, ("thing:a", 1, 2), ("thing:b", 1, 1))
    await store.published([("thing:a", 1), ("thing:b", 1)])
    await log.publish([to_record("trial", said("thing:a", 1))])
    old = await log.end(["trial.test"])
    await recovered(store, log)
    await Relay(store, log, "trial").drain()
    assert len(await heard(log, ["trial.test"], old)) == 3
    assert await heard(log, ["trial.test"], await log.end(["trial.test"])) == []
