"""MongoDB killed, frozen, away or answering nothing: nothing that was acknowledged is lost, nothing is done twice, and nobody waits for long."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from libs.adapters.contracts.suites import commit
from libs.adapters.mongo.client import Keeping
from libs.adapters.mongo.documents import INDEXES
from libs.adapters.mongo.store import MongoCommitStore, MongoDecisions
from libs.events.ports.dead_letters import DecisionsUnavailable
from libs.events.ports.store import AppendOutcome, StoreUnavailable
from tests.adapters.mongo.mongo_databases import DRIVERS, documents, dropped_after, opened
from tests.events.kinds import said
from tests.patience import GIVE_UP
from tests.servers import absent
from tools.servers import MongoServer, NotHere
from tools.servers.processes import free_port

DATABASE = "faults"
KILLS = int(os.environ.get("HEADWAY_TEST_KILLS", "3"))
"""How often the server is killed for each driver; `make faults` does it oftener."""


@pytest.fixture(autouse=True)
def drivers() -> None:
    """Both drivers stand the same fault at the same time: it takes seconds."""
    for name in DRIVERS:
        pytest.importorskip(name, reason=f"{name} is not installed: MongoDB is not tried by it")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """One for all tests here, each of which leaves it running: a data folder costs 300 MB."""
    server = MongoServer(tmp_path_factory.mktemp("mongo"))
    try:
        try:
            server.start()
        except NotHere as e:
            absent(f"MongoDB is not here ({e}): what survives its kill is not tried")
        yield server
    finally:
        server.remove()


@pytest.fixture
async def database(server: MongoServer) -> AsyncIterator[str]:
    async with dropped_after(server.address) as name:
        try:
            yield name
        finally:
            server.thaw()
            await asyncio.to_thread(server.start)


async def both(url: str, database: str, stack: AsyncExitStack) -> list[MongoCommitStore]:
    """A store by each driver on the same database."""
    return [await stack.enter_async_context(opened(url, database, driver)) for driver in DRIVERS]


async def frozen(server: MongoServer) -> None:
    """Stands still: not only told so."""
    server.freeze()
    async with asyncio.timeout(GIVE_UP):
        while any(state != "T" for state in _states(server)):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.01)


def _states(server: MongoServer) -> list[str]:
    return [stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{server.pid}/task").glob("*/stat")]


async def test_what_was_acknowledged_survives_the_kill_of_the_server_and_the_stores_recover_by_themselves(server: MongoServer, database: str) -> None:
    acknowledged: list[tuple[str, int]] = []
    killing = True

    async def write(store: MongoCommitStore, writer: int) -> None:
        n = 0
        while killing:
            aggregate, first = f"thing:{writer}.{n // 5}", n % 5 + 1
            try:
                (outcome,) = await store.append([commit(said, aggregate, first, key=f"{aggregate}@{first}")])
            except StoreUnavailable:
                continue
            assert outcome in (AppendOutcome.STORED, AppendOutcome.KEY_TAKEN)
            acknowledged.append((aggregate, first))
            n += 1

    async with AsyncExitStack() as stack:
        stores = await both(server.address, database, stack)
        writers = [asyncio.create_task(write(stores[n % 2], n)) for n in range(16)]
        for _ in range(KILLS):
            before = len(acknowledged)
            async with asyncio.timeout(GIVE_UP):
                while len(acknowledged) < before + 300:  # noqa: ASYNC110 - what is awaited is progress
                    await asyncio.sleep(0.01)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        killing = False
        async with asyncio.timeout(GIVE_UP):
            await asyncio.gather(*writers)
        histories = await stores[0].load([aggregate for aggregate, _ in acknowledged])
        keys = await stores[1].answered([f"{aggregate}@{first}" for aggregate, first in acknowledged])
    assert [(a, first) for a, first in acknowledged if first > len(histories[a])] == []
    assert len(keys) == len(acknowledged) == len(set(acknowledged))
    assert {a: [e.sequence for e in events] for a, events in histories.items()} == {a: list(range(1, len(events) + 1)) for a, events in histories.items()}


async def test_a_server_that_is_away_is_said_within_seconds_and_used_again_once_it_is_back(server: MongoServer, database: str) -> None:
    async with AsyncExitStack() as stack:
        stores = await both(server.address, database, stack)
        for n, store in enumerate(stores):
            await store.append([commit(said, f"thing:{n}", 1)])
        await asyncio.to_thread(server.stop)
        asked: list[Awaitable[object]] = [store.append([commit(said, f"thing:x{n}", 1, key=f"{n}")]) for n in range(20) for store in stores]
        for s in stores:
            asked += [s.load(["thing:a"]), s.answered(["k"]), s.tallies(), s.unpublished(), s.heads("thing"), s.published([("thing:a", 1)])]
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(r) for r in results} == {StoreUnavailable}
        await asyncio.to_thread(server.start)
        for n, store in enumerate(stores):
            assert await store.append([commit(said, f"thing:{n}", 2)]) == [AppendOutcome.STORED]
            assert (await store.load([f"thing:{n}"]))[f"thing:{n}"][1].sequence == 2


async def test_a_commit_sent_to_a_frozen_server_is_unknown_and_its_key_tells_later(server: MongoServer, database: str) -> None:
    async with AsyncExitStack() as stack:
        stores = await both(server.address, database, stack)
        asked = [commit(said, f"thing:{n}", 1, key=f"k{n}") for n in range(2)]
        await frozen(server)
        results = await asyncio.gather(*(store.append([c]) for store, c in zip(stores, asked, strict=True)), return_exceptions=True)
        assert {type(r) for r in results} == {StoreUnavailable}
        server.thaw()
        for store, c in zip(stores, asked, strict=True):
            assert await store.append([c]) in ([AppendOutcome.STORED], [AppendOutcome.KEY_TAKEN])
            assert c.command is not None
            assert list(await store.answered([c.command.key])) == [c.command.key]
            assert (await store.load([c.aggregate]))[c.aggregate] == list(c.events)


async def test_stores_are_opened_before_their_server_is_there(server: MongoServer, database: str) -> None:
    await asyncio.to_thread(server.stop)
    url = f"mongodb://127.0.0.1:{(server.folder / 'port').read_text()}/"
    async with AsyncExitStack() as stack:
        stores = await both(url, database, stack)
        decisions = MongoDecisions(url, database)
        await decisions.open()
        results = await asyncio.gather(*(store.load(["thing:a"]) for store in stores), decisions.discards(), return_exceptions=True)
        assert [type(r) for r in results] == [StoreUnavailable, StoreUnavailable, DecisionsUnavailable]
        await asyncio.to_thread(server.start)
        outcomes = await asyncio.gather(*(stores[n % 2].append([commit(said, "thing:a", 1, key=f"{n}")]) for n in range(6)))
        assert sorted(o.value for (o,) in outcomes) == ["stored"] + ["version_taken"] * 5
        assert await decisions.discards() == {}
        await decisions.close()


async def test_a_store_that_is_closed_while_its_server_is_away_or_hangs_lets_go_soon(server: MongoServer, database: str) -> None:
    async with AsyncExitStack() as stack:
        stores = await both(server.address, database, stack)
        stores += await both(f"mongodb://127.0.0.1:{free_port()}/", database, stack)
        await stores[0].load(["thing:a"])
        await frozen(server)
        waiting = [asyncio.create_task(store.append([commit(said, "thing:a", 1)])) for store in stores]
        await asyncio.sleep(0)
        async with asyncio.timeout(GIVE_UP):
            await asyncio.gather(*(store.close() for store in stores))
        assert {type(r) for r in await asyncio.gather(*waiting, return_exceptions=True)} == {StoreUnavailable}
    server.thaw()


@pytest.mark.parametrize("url", ["mongodb://", "mongodb://127.0.0.1:port/", "mongodb://127.0.0.1/?tls=true&tlsCAFile=/nowhere"])
async def test_a_url_that_cannot_be_read_ends_the_start(url: str) -> None:
    for driver in DRIVERS:
        with pytest.raises(StoreUnavailable):
            await MongoCommitStore(url, DATABASE, driver=driver).open()


async def test_a_wrong_password_ends_the_start(tmp_path: Path) -> None:
    server = MongoServer(tmp_path / "mongo", user=("ada", "right"))
    try:
        try:
            url = await asyncio.to_thread(server.start)
        except NotHere as e:
            absent(f"MongoDB is not here ({e}): its passwords are not tried")
        async with opened(url, DATABASE) as store:
            assert await store.append([commit(said, "thing:a", 1)]) == [AppendOutcome.STORED]
        for driver in DRIVERS:
            with pytest.raises(StoreUnavailable, match=f"{DATABASE}.commits cannot be used"):
                await MongoCommitStore(url.replace("right", "wrong"), DATABASE, driver=driver).open()
    finally:
        server.remove()


class Faulty:
    """A collection whose inserts fail in the given ways, one after the other; what it was asked reaches the server, or does not."""

    def __init__(self, collection: Any, faults: list[Callable[[Any, Sequence[Any]], Awaitable[None]]]) -> None:
        self._collection, self._faults = collection, faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    async def insert_many(self, sent: Sequence[Any], *, ordered: bool) -> None:
        if self._faults:
            await self._faults.pop(0)(self._collection, sent)
        else:
            await self._collection.insert_many(sent, ordered=ordered)


async def lost_before(collection: Any, sent: Sequence[Any]) -> None:
    raise AutoReconnect("lost before it was stored")


async def lost_after(collection: Any, sent: Sequence[Any]) -> None:
    with contextlib.suppress(BulkWriteError):
        await collection.insert_many(sent, ordered=False)
    raise AutoReconnect("lost after it was stored")


async def lost_in_between(collection: Any, sent: Sequence[Any]) -> None:
    await collection.insert_many(sent[: len(sent) // 2], ordered=False)
    raise AutoReconnect("lost in between")


async def perhaps_not_durable(collection: Any, sent: Sequence[Any]) -> None:
    with contextlib.suppress(BulkWriteError):
        await collection.insert_many(sent, ordered=False)
    raise BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 91, "errmsg": "the server is going down"}]})


@pytest.mark.parametrize(
    "faults",
    [[lost_before], [lost_after], [lost_in_between], [perhaps_not_durable], [perhaps_not_durable, lost_before, lost_after]],
    ids=lambda faults: " ".join(f.__name__ for f in faults),
)
async def test_an_insert_of_unknown_outcome_is_sent_again_and_its_own_documents_are_known(
    mongo: str, faults: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with dropped_after(mongo) as database, opened(mongo, database) as store:
        await store.append([commit(said, "thing:taken", 1), commit(said, "thing:keyed", 1, key="k")])
        asked = [commit(said, f"thing:{n}", 1, 2, key=f"k{n}") for n in range(4)]
        asked += [commit(said, "thing:taken", 1, 2), commit(said, "thing:other", 1, key="k"), commit(said, "thing:keyed", 3)]
        remaining = list(faults)
        real = Keeping.ready

        async def ready(self: Keeping) -> Any:
            return Faulty(await real(self), remaining)

        monkeypatch.setattr(Keeping, "ready", ready)
        outcomes = await store.append(asked)
        assert outcomes == [AppendOutcome.STORED] * 4 + [AppendOutcome.VERSION_TAKEN, AppendOutcome.KEY_TAKEN, AppendOutcome.VERSION_TAKEN]
        assert remaining == []
        assert len(await documents(mongo, database)) == 6


async def test_an_insert_that_never_goes_through_is_given_up_as_unknown(mongo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.adapters.mongo.writer.PATIENCE", 0.2)
    async with dropped_after(mongo) as database, opened(mongo, database) as store:
        real = Keeping.ready

        async def ready(self: Keeping) -> Any:
            return Faulty(await real(self), [lost_before] * 100)

        monkeypatch.setattr(Keeping, "ready", ready)
        with pytest.raises(StoreUnavailable, match="AutoReconnect"):
            await store.append([commit(said, "thing:a", 1)])


async def test_an_index_of_the_same_name_that_is_another_ends_the_start(mongo: str) -> None:
    async with dropped_after(mongo) as database:
        other = Keeping(mongo, database, "commits", [INDEXES[0]], "pymongo", StoreUnavailable)
        await other.open()
        await (await other.ready()).drop_index("version")
        await (await other.ready()).create_index([("v", 1)], name="version")
        await other.close()
        with pytest.raises(StoreUnavailable, match="cannot be used"):
            await MongoCommitStore(mongo, database).open()
