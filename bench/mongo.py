"""Commands per second on MongoDB beside raw `insert_one` of equally large documents with the same write concern, by pymongo and by motor.

`python -m bench.mongo [N]`, on the server that HEADWAY_TEST_MONGO names, else on a private one; goal: half of what `insert_one` alone does.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient, WriteConcern
from rich.console import Console
from rich.table import Table

from bench.commands import ready, singles, started
from bench.servers import address_of
from bench.store import AT_ONCE, IN_A_CALL, added
from libs.adapters.mongo.documents import document
from libs.adapters.mongo.store import MongoCommitStore, client_class
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import AddItem
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.ports.store import AppendOutcome, Commit, CommitStore
from libs.events.world import World
from libs.rules.roles import Principal, Role
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.backlog.domain import decisions
from tools.servers import MongoServer

GOAL = 0.5
DRIVERS = ("pymongo", "motor")
SCAN = 100_000
ONE_BY_ONE = "one by one"

Rates = dict[str, float]


def main(count: int) -> None:
    """Measures both drivers, and what it costs to ask a store of `SCAN` commits; prints."""
    with address_of(MongoServer) as url, _databases(url) as named:
        rates = {driver: asyncio.run(_through(url, named(), driver, count)) for driver in DRIVERS}
        for driver in DRIVERS:
            rates[driver][f"commands over HTTP, {AT_ONCE} at once"] = _over_http(url, named(), driver, count)
            rates[driver]["raw insert_one, again"] = asyncio.run(_raw_alone(url, named(), driver, count))
        asked = asyncio.run(_asked(url, named()))
    table = Table(f"{count:,} commits of one event, majority and j", "pymongo/s", "ratio", "motor/s", "ratio", "pymongo : motor", "goal")
    for name in rates["pymongo"]:
        found = [part for r in rates.values() for part in (f"{r[name]:,.0f}", f"{r[name] / _reference(r, name):.2f}")]
        table.add_row(name, *found, f"{rates['pymongo'][name] / rates['motor'][name]:.2f}", "" if name.startswith("raw") else f"{GOAL}")
    Console().print(table)
    questions = Table(f"a store of {SCAN:,} commits is asked", "milliseconds")
    for name, seconds in asked.items():
        questions.add_row(name, f"{seconds * 1000:,.1f}")
    Console().print(questions)


def _reference(rates: Rates, name: str) -> float:
    """What the driver alone does in the same way, before and after."""
    if name.endswith(ONE_BY_ONE):
        return rates[f"raw insert_one, {ONE_BY_ONE}"]
    return (rates["raw insert_one"] + rates["raw insert_one, again"]) / 2


@contextlib.contextmanager
def _databases(url: str) -> Iterator[Callable[[], str]]:
    """Gives names of databases, or namespaces of them, and drops them at the end."""
    prefix = f"bench_{uuid.uuid4().hex[:8]}"
    made: list[str] = []

    def named() -> str:
        made.append(f"{prefix}_{len(made)}")
        return made[-1]

    try:
        yield named
    finally:
        with MongoClient[dict[str, Any]](url) as client:
            for name in client.list_database_names():
                if name.startswith(prefix):
                    client.drop_database(name)


async def _through(url: str, database: str, driver: str, count: int) -> Rates:
    """The rates of one driver, the reference among them, in the same minute."""
    rates = {"raw insert_one": await _raw_alone(url, database, driver, count)}
    store = MongoCommitStore(url, database, driver=driver)
    await store.open()
    try:
        rates[f"append of a first commit, {AT_ONCE} at once"] = await _at_once(store, [added("a", n) for n in range(count)])
        rates[f"append behind another, {AT_ONCE} at once"] = await _at_once(store, [_second(added("a", n)) for n in range(count)])
        rates[f"raw insert_one, {ONE_BY_ONE}"] = await _raw_alone(url, database, driver, count // 4, 1)
        rates[f"append of a first commit, {ONE_BY_ONE}"] = await _at_once(store, [added("c", n) for n in range(count // 4)], 1)
        rates[f"commands decided and stored, {AT_ONCE} at once"] = await _commands(store, count)
        rates[f"append of {IN_A_CALL:,} in one call"] = await _in_calls(store, [added("b", n) for n in range(count)])
    finally:
        await store.close()
    return rates


def _second(first: Commit) -> Commit:
    events = tuple(replace(e, sequence=2) for e in first.events)
    command = None if first.command is None else replace(first.command, key=f"{first.command.key}-2")
    return replace(first, first=2, events=events, command=command)


async def _at_once(store: CommitStore, commits: Sequence[Commit], callers: int = AT_ONCE) -> float:
    async def call(waiting: Iterable[Commit]) -> None:
        for commit in waiting:
            assert await store.append([commit]) == [AppendOutcome.STORED]

    waiting = iter(commits)
    began = time.perf_counter()
    await asyncio.gather(*(call(waiting) for _ in range(callers)))
    return len(commits) / (time.perf_counter() - began)


async def _commands(store: CommitStore, count: int) -> float:
    """Commands a second through load, decide and append, without HTTP around them."""
    handling = Handling("backlog", store, World(), decisions)
    importer = Principal("importer", frozenset({Role("importer")}))
    await handling.answer(Ask(OpenBacklog(product="bench"), importer))
    waiting = iter(range(count))

    async def call() -> None:
        for n in waiting:
            await handling.answer(Ask(AddItem(item=f"d-{n}", product="bench", title=f"Item {n}"), importer, key=f"d-{n}"))

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


async def _in_calls(store: CommitStore, commits: Sequence[Commit]) -> float:
    began = time.perf_counter()
    for at in range(0, len(commits), IN_A_CALL):
        assert set(await store.append(commits[at : at + IN_A_CALL])) == {AppendOutcome.STORED}
    return len(commits) / (time.perf_counter() - began)


async def _raw_alone(url: str, database: str, driver: str, count: int, callers: int = AT_ONCE) -> float:
    """Documents per second by the driver alone, into a collection without further indexes."""
    client = client_class(driver)(url)
    raw = client.get_database(database).get_collection(f"raw_{uuid.uuid4().hex[:8]}", write_concern=WriteConcern("majority", j=True))
    waiting = iter([document(added("r", n)).raw for n in range(count)])

    async def call() -> None:
        for one in waiting:
            await raw.insert_one(one)

    await raw.find_one({})
    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    rate = count / (time.perf_counter() - began)
    closing = client.close()
    if inspect.isawaitable(closing):
        await closing
    return rate


def _over_http(url: str, namespace: str, driver: str, count: int) -> float:
    """Commands per second through the whole stack: stores in MongoDB, the log in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        process, port = started(data, {"HEADWAY_STORE_URL": url, "HEADWAY_NAMESPACE": namespace, "HEADWAY_MONGO_DRIVER": driver})
        try:
            token = Issuer.embedded(Settings(data=data)).token("importer")
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
                ready(client)
                client.post("/backlog/v1/commands/open_backlog", json={"product": "bench"}).raise_for_status()
                return asyncio.run(singles(port, token, count))
        finally:
            process.terminate()
            process.wait(30)


async def _asked(url: str, database: str) -> dict[str, float]:
    """Seconds that questions take in a store of `SCAN` commits, two of each of half as many items."""
    store = MongoCommitStore(url, database)
    await store.open()
    try:
        for at in range(0, SCAN // 2, IN_A_CALL):
            some = [added("s", n) for n in range(at, at + IN_A_CALL)]
            await store.append(some)
            await store.append([_second(c) for c in some])
        names = [f"item:s-{n}" for n in range(1000)]
        questions: dict[str, Callable[[], Any]] = {
            "tallies, the first time": store.tallies,
            "tallies, what was stored within the last minute": store.tallies,
            "referring, one product of 200": lambda: store.referring("item", "product", "p7"),
            "heads, a page of 1,000": lambda: store.heads("item"),
            "heads, a page of 1,000 behind the middle": lambda: store.heads("item", "item:s-3"),
            "unpublished, a page of 500 of all": store.unpublished,
            "unpublished, a page of 500 behind the middle": lambda: store.unpublished(("item:s-3", 1)),
            "first_unpublished, 1,000 aggregates": lambda: store.first_unpublished(names),
            "load, 1,000 aggregates": lambda: store.load(names),
            "load, one aggregate": lambda: store.load(names[:1]),
            "answered, one key": lambda: store.answered(["s-1"]),
            "published, 500 marks": lambda: store.published([(name, 1) for name in names[:500]]),
        }
        return {name: await _seconds(question) for name, question in questions.items()}
    finally:
        await store.close()


async def _seconds(question: Callable[[], Any]) -> float:
    began = time.perf_counter()
    await question()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8_000)
