"""Commits per second through the SQLite store, beside `sqlite3` alone committing such rows one by one: `python -m bench.store [N]`."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from libs.adapters.sqlite.store import SqliteCommitStore
from libs.events.catalog.backlog.item import ItemAdded
from libs.events.event import Actor, Event
from libs.events.ports.store import AppendOutcome, CommandKey, Commit

AT_ONCE = 16
IN_A_CALL = 1000
NOW = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
AUTHOR = Actor("ada", "product_owner@permits")


def added(run: str, n: int) -> Commit:
    """A commit as a command of a team makes it: one event, an idempotency key, a reply."""
    item = f"item:{run}-{n}"
    event = Event(item, 1, NOW, NOW, NOW, AUTHOR, ItemAdded(product=f"p{n % 200}", title="A permit can be renewed without a visit to the office"))
    return Commit(item, 1, (event,), CommandKey(f"{run}-{n}", 1, "0" * 64), {"id": item, "version": 1, "events": [event.id], "position": event.id})


async def at_once(store: SqliteCommitStore, commits: Sequence[Commit]) -> float:
    """Commits per second, `AT_ONCE` callers at once, each of whom waits for its answer."""
    waiting = iter(commits)

    async def call() -> None:
        for commit in waiting:
            assert await store.append([commit]) == [AppendOutcome.STORED]

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(AT_ONCE)))
    return len(commits) / (time.perf_counter() - began)


async def in_calls(store: SqliteCommitStore, commits: Sequence[Commit]) -> float:
    """Commits per second, `IN_A_CALL` in one call."""
    began = time.perf_counter()
    for at in range(0, len(commits), IN_A_CALL):
        assert set(await store.append(commits[at : at + IN_A_CALL])) == {AppendOutcome.STORED}
    return len(commits) / (time.perf_counter() - began)


def alone(path: Path, rows: Sequence[tuple[object, ...]]) -> float:
    """Rows per second that `sqlite3` commits one by one, as durably, into the same columns with the same two unique indexes."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE commits (id INTEGER PRIMARY KEY, aggregate, first, last, key, revision, hash, reply, events)")
    db.execute("CREATE UNIQUE INDEX version ON commits (aggregate, first)")
    db.execute("CREATE UNIQUE INDEX command ON commits (key, revision)")
    began = time.perf_counter()
    for row in rows:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO commits (aggregate, first, last, key, revision, hash, reply, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("COMMIT")
    rate = len(rows) / (time.perf_counter() - began)
    db.close()
    return rate


async def through(path: Path, count: int) -> tuple[float, float]:
    """The rates of single commits at once and of commits in calls of many."""
    store = SqliteCommitStore(path)
    await store.open()
    rates = await at_once(store, [added("a", n) for n in range(count)]), await in_calls(store, [added("b", n) for n in range(count)])
    await store.close()
    return rates


def main(count: int) -> None:
    """Prints commits per second, and the ratio to `sqlite3` alone in the same run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "store.sqlite3")
        single, many = asyncio.run(through(path, count))
        db = sqlite3.connect(path)
        rows = db.execute("SELECT aggregate, first, last, key, revision, hash, reply, events FROM commits WHERE id <= ?", (count,)).fetchall()
        db.close()
        reference = alone(Path(folder, "alone.sqlite3"), rows)
    print(f"{count:,} commits of one event, WAL, synchronous=FULL")
    print(f"{'':44}{'commits/s':>10}{'ratio':>8}")
    for name, rate in (
        ("sqlite3 alone, one by one", reference),
        (f"store, {AT_ONCE} at once, each durable when answered", single),
        (f"store, {IN_A_CALL:,} in one call", many),
    ):
        print(f"{name:44}{rate:>10,.0f}{rate / reference:>8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
