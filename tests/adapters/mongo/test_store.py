"""The adapters over MongoDB pass the contracts of their ports with both drivers, on a real server, and what only MongoDB can show."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from libs.adapters.contracts.people import PeopleContract
from libs.adapters.contracts.revocations import HOUR, NOON, RevocationsContract
from libs.adapters.contracts.store import CommitStoreContract, every_unpublished
from libs.adapters.contracts.suites import OperatorDecisionsContract, commit
from libs.adapters.mongo import revocations as mongo_revocations
from libs.adapters.mongo import tallies
from libs.adapters.mongo.documents import INDEXES, id_of
from libs.adapters.mongo.people import MongoPeople
from libs.adapters.mongo.revocations import MongoRevocations
from libs.adapters.mongo.store import MongoCommitStore, MongoDecisions
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import AddItem
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.ports.store import AppendOutcome, Commit
from libs.events.world import World
from libs.rules.roles import Principal, Role
from services.backlog.domain import decisions as backlog
from tests.adapters.mongo.mongo_databases import DRIVERS, documents, dropped_after, opened
from tests.adapters.mongo.mongo_writing import AGGREGATES
from tests.adapters.store_closing import Closing
from tests.events.kinds import said
from tests.opening import opening
from tests.patience import GIVE_UP

ROOT = Path(__file__).parents[3]

Stores = Callable[[], Awaitable[MongoCommitStore]]


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    pytest.importorskip(name, reason=f"{name} is not installed: MongoDB is not tried by it")
    return name


@pytest.fixture
async def database(mongo: str) -> AsyncIterator[str]:
    async with dropped_after(mongo) as name:
        yield name


@pytest.fixture
async def stores(mongo: str, database: str, driver: str) -> AsyncIterator[Stores]:
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(opened(mongo, database, driver))


@pytest.fixture
async def decisions(mongo: str, database: str, driver: str) -> AsyncIterator[Callable[[], Awaitable[MongoDecisions]]]:
    async with opening(lambda: MongoDecisions(mongo, database, driver=driver)) as open_one:
        yield open_one


@pytest.fixture
async def revocations(mongo: str, database: str, driver: str) -> AsyncIterator[Callable[[], Awaitable[MongoRevocations]]]:
    async with opening(lambda: MongoRevocations(mongo, database, driver=driver)) as open_one:
        yield open_one


@pytest.fixture
async def people(mongo: str, database: str, driver: str) -> AsyncIterator[Callable[[], Awaitable[MongoPeople]]]:
    async with opening(lambda: MongoPeople(mongo, database, driver=driver)) as open_one:
        yield open_one


class TestMongoPeople(PeopleContract):
    pass


class TestMongoCommitStore(CommitStoreContract, Closing):
    say = staticmethod(said)


class TestMongoDecisions(OperatorDecisionsContract):
    pass


class TestMongoRevocations(RevocationsContract):
    pass


async def test_of_too_many_revocations_those_that_would_expire_first_are_given_up(
    revocations: Callable[[], Awaitable[MongoRevocations]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_revocations, "MOST", 2)
    kept = await revocations()
    for n in (3, 1, 2, 4):
        await kept.revoke(str(n), NOON + n * HOUR, NOON)
    assert (await kept.standing(NOON)).keys() == {"3", "4"}


async def test_both_drivers_write_the_same_documents(mongo: str) -> None:
    written = []
    for driver in DRIVERS:
        pytest.importorskip(driver, reason=f"{driver} is not installed: it cannot be compared")
        async with dropped_after(mongo) as database, opened(mongo, database, driver) as store:
            c = commit(said, "thing:a", 1, 2, key="k", about="b")
            await store.append([Commit(c.aggregate, 1, c.events, c.command, c.reply, {"name": "Ada"}), commit(said, "other:a", 1)])
            await store.published([("other:a", 1)])
            written.append([{name: value for name, value in d.items() if name != "s"} for d in await documents(mongo, database)])
    assert written[0] == written[1]
    assert [d["_id"] for d in written[0]] == ["other:a:0000000001", "thing:a:0000000001"]
    assert set(written[0][1]) == {"_id", "a", "v", "c", "e", "r", "p", "u", "m", "t"}


async def test_times_and_numbers_are_written_as_text_and_no_type_of_mongodb_is_needed_to_read_them(mongo: str, database: str, stores: Stores) -> None:
    await (await stores()).append([commit(said, "thing:a", 1)])
    (found,) = await documents(mongo, database)
    assert found["e"][0]["time"] == "2024-01-01T00:01:00Z"
    assert {type(value) for value in found["e"][0].values()} <= {str, int, dict, type(None)}


async def test_of_fifty_equal_commands_at_once_in_three_processes_stores_one_is_done_and_all_get_its_reply(stores: Stores) -> None:
    importer = Principal("importer", frozenset({Role.parse("importer")}))
    services = [Handling("backlog", await stores(), World(), backlog) for _ in range(3)]
    await services[0].answer(Ask(OpenBacklog(product="p"), importer))
    answers = await asyncio.gather(*(services[n % 3].answer(Ask(AddItem(product="p", title="Pay online"), importer, key="k")) for n in range(50)))
    assert len({str(answer.body()) for answer in answers}) == 1
    assert [answer.created for answer in answers].count(True) == 1
    assert {kind: tally.events for kind, tally in (await (await stores()).tallies()).items()} == {"backlog": 1, "item": 1}


async def test_writers_in_several_processes_make_neither_a_gap_nor_an_overlap(mongo: str, database: str) -> None:
    async def write(name: str, driver: str) -> list[str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.adapters.mongo.mongo_writing", mongo, database, driver, name, "25", cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(process.communicate(), GIVE_UP)
        assert process.returncode == 0
        return out.decode().splitlines()

    written = await asyncio.gather(*(write(f"w{n}", DRIVERS[n % 2]) for n in range(3)))
    lines = [line for some in written for line in some]
    async with opened(mongo, database) as store:
        histories = await store.load(AGGREGATES)
        keys = await store.answered([line.split()[3] for line in lines])
        heads = await store.heads("thing")
    assert {a: [e.sequence for e in events] for a, events in histories.items()} == {a: list(range(1, len(events) + 1)) for a, events in histories.items()}
    assert sorted(line.rsplit(" ", 1)[0] for line in lines) == sorted(f"{d['a']} {d['e'][0]['seq']} {len(d['e'])}" for d in await documents(mongo, database))
    assert len(keys) == len(lines) > 20
    assert dict(heads) == {a: len(events) for a, events in histories.items()}


async def test_many_may_open_a_new_store_at_once(mongo: str, database: str) -> None:
    stores = [MongoCommitStore(mongo, database, driver=DRIVERS[n % 2]) for n in range(10)]
    await asyncio.gather(*(store.open() for store in stores))
    outcomes = await asyncio.gather(*(store.append([commit(said, "thing:a", 1)]) for store in stores))
    await asyncio.gather(*(store.close() for store in stores))
    assert [o for (o,) in outcomes].count(AppendOutcome.STORED) == 1
    async with AsyncMongoClient[dict[str, Any]](mongo) as client:
        assert set(await client[database]["commits"].index_information()) == {"_id_", *(index.document["name"] for index in INDEXES)}


async def test_what_the_url_says_of_durability_is_overruled(mongo: str, database: str, driver: str) -> None:
    careless = f"{mongo}{'&' if '?' in mongo else '?'}w=0&journal=false&readConcernLevel=local&readPreference=secondary"
    async with opened(careless, database, driver) as store:
        assert [await store.append([commit(said, "thing:a", 1)]) for _ in range(2)] == [[AppendOutcome.STORED], [AppendOutcome.VERSION_TAKEN]]


async def test_what_cannot_be_stored_fails_alone(stores: Stores) -> None:
    store = await stores()
    large = commit(said, "thing:large", 1)
    asked = [
        commit(said, "thing:a", 1),
        commit(said, "thing:\ud800", 1),
        Commit(large.aggregate, 1, large.events, None, {}, {"name": "A" * (16 << 20)}),
        Commit("thing:number", 1, commit(said, "thing:number", 1).events, None, {"version": 1 << 70}),
        Commit("thing:b", 1, (said("thing:b", 2),), None, {}),
        commit(said, "thing:c", 1),
    ]
    results = await asyncio.gather(*(store.append([c]) for c in asked), return_exceptions=True)
    assert results[0] == results[5] == [AppendOutcome.STORED]
    assert [isinstance(r, ValueError) for r in results] == [False, True, True, True, True, False]


async def test_a_call_with_many_commits_of_one_aggregate_keeps_their_order(stores: Stores) -> None:
    store = await stores()
    asked = [commit(said, f"thing:{n % 3}", 1 + n // 3, key=f"k{n}") for n in range(300)] + [commit(said, "thing:0", 102), commit(said, "thing:0", 101)]
    assert await store.append(asked) == [AppendOutcome.STORED] * 300 + [AppendOutcome.VERSION_TAKEN, AppendOutcome.SKIPPED]
    assert await store.heads("thing") == [(f"thing:{n}", 100) for n in range(3)]
    assert await store.heads("thing", limit=1) == [("thing:0", 100)]


async def test_questions_about_thousands_are_answered_in_parts(stores: Stores) -> None:
    store = await stores()
    names = [f"thing:{n:04d}" for n in range(2500)]
    assert set(await store.append([commit(said, name, 1, key=name) for name in names])) == {AppendOutcome.STORED}
    assert [len(events) for events in (await store.load(names)).values()] == [1] * 2500
    assert len(await store.answered(names)) == len(await store.first_unpublished(names)) == 2500
    assert len(await every_unpublished(store, 1000)) == 2500
    await store.published([(name, 1) for name in names])
    await store.republish(dict.fromkeys(names[:1500], 0))
    assert await store.first_unpublished(names) == dict.fromkeys(names[:1500], 1)


async def test_names_are_in_the_order_of_their_characters_also_where_one_begins_with_another(stores: Stores) -> None:
    store = await stores()
    names = ["thing:a", "thing:a-b", "thing:a.c", "thing:a1", "thing:ab"]
    for first in (1, 2):
        await store.append([commit(said, name, first, about="x") for name in reversed(names)])
    assert [name for name, _ in await every_unpublished(store, 3)] == [name for name in names for _ in range(2)]
    assert [name for name, _ in await store.heads("thing", "thing:a", 3)] == names[1:4]
    assert await store.referring("thing", "about", "x") == names


async def test_what_this_code_does_not_know_stays_unpublished_and_holds_nobody_up(
    mongo: str, database: str, stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    store = await stores()
    await store.append([commit(said, f"thing:{n}", 1) for n in "abc"])
    async with AsyncMongoClient[dict[str, Any]](mongo) as client:
        await client[database]["commits"].update_one({"_id": id_of("thing:b", 1)}, {"$set": {"e.0.type": "headway.test.thing.dreamt.v9"}})
    assert await every_unpublished(store, 1) == await every_unpublished(store, 500) == [("thing:a", 1), ("thing:c", 1)]
    assert len([r for r in caplog.records if "dreamt" in r.getMessage()]) == 1


@pytest.mark.parametrize("settling", [timedelta(0), timedelta(seconds=-60)])
async def test_tallies_kept_from_earlier_looks_equal_those_counted_anew(stores: Stores, monkeypatch: pytest.MonkeyPatch, settling: timedelta) -> None:
    monkeypatch.setattr(tallies, "SETTLING", settling)
    monkeypatch.setattr(tallies, "SLICE", 4)
    store, other = await stores(), await stores()
    for n in range(5):
        await (store, other)[n % 2].append([commit(said, f"{kind}:{n}.{m}", 1, 1 + m) for m in range(3) for kind in ("thing", "other")])
        assert await store.tallies() == await (await stores()).tallies()
    assert {kind: tally.events for kind, tally in (await other.tallies()).items()} == {"thing": 30, "other": 30}


async def test_tallies_are_counted_anew_where_the_clock_was_set_back(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await stores()
    monkeypatch.setattr(tallies, "SETTLING", timedelta(days=-1))
    await store.append([commit(said, "thing:a", 1)])
    await store.tallies()
    monkeypatch.setattr(tallies, "SETTLING", timedelta(days=1))
    await store.append([commit(said, "thing:b", 1)])
    assert (await store.tallies())["thing"].events == 2
