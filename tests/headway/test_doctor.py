"""The doctor looks and changes nothing, whatever it looks at, and its exit code says what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: what the doctor does on Kafka is not tried")

from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient, MongoClient

from headway.doctor import CheckResult, examined
from headway.doctor.check_result import DIFFERS, NOT_ALLOWED, OUR_FAULT, UNREACHABLE, WRONG_SETTING
from headway.stack import SERVICES
from libs.adapters.mongo.documents import INDEXES
from libs.delivery.relay import Relay
from libs.events.envelope import all_topics, from_record
from libs.events.ports.log import LogUnavailable, Record
from libs.events.ports.store import AppendOutcome, Commit, StoreUnavailable
from libs.service.adapters import Adapters, adapters_of
from libs.service.identity.issuer import write_key_pair
from libs.service.settings import Settings
from tests.servers import killable
from tests.services.gateway.stream.streaming import organisation
from tools.servers import MongoServer
from tools.servers.processes import free_port

RECORD = Record("headway.backlog", "item:a", {"ce_sequence": "1"}, b"{}")


def codes(found: Iterable[CheckResult]) -> dict[str, int]:
    """Of what is to be mended, what stands before the colon, and the code."""
    return {finding.what.partition(":")[0]: finding.code for finding in found if not finding.good}


def line(found: Iterable[CheckResult], beginning: str) -> str:
    return next(finding.what for finding in found if finding.what.startswith(beginning))


def files(folder: Path) -> dict[str, int]:
    """Every file with when it was changed last."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


async def opened(adapters: Adapters) -> None:
    """Makes all that a start makes."""
    parts: list[Any] = [adapters.log, adapters.decisions, adapters.revocations, adapters.people, *(adapters.store(name) for name in SERVICES)]
    for part in parts:
        await part.open()
    await adapters.log.end(())
    for part in parts:
        await part.close()


def test_in_an_empty_folder_nothing_is_made_and_all_is_good(tmp_path: Path) -> None:
    found = examined(Settings(data=tmp_path / "new"))
    assert files(tmp_path) == {} and codes(found) == {}
    assert line(found, "store of backlog") == "store of backlog: not there yet, made when Headway starts"
    assert line(found, "data folder").endswith("not there yet, made when Headway starts")


def test_of_files_that_nobody_has_open_nothing_is_changed(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    asyncio.run(opened(adapters_of(settings)))
    before = files(tmp_path)
    found = examined(settings)
    assert files(tmp_path) == before and codes(found) == {}
    assert line(found, "store of backlog") == "store of backlog: 0 events" and line(found, "log") == "log: 0 events"


def test_what_the_log_has_lost_of_what_was_published_is_said(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    async def lost(delete: str) -> None:
        adapters = adapters_of(settings)
        store = adapters.store("portfolio")
        await store.open()
        await adapters.log.open()
        if not delete:
            commit = Commit("organisation:a", 1, (from_record(organisation("a")), from_record(organisation("a", 2))), None, {})
            assert await store.append([commit]) == [AppendOutcome.STORED]
            assert await Relay(store, adapters.log, "headway").drain()
        await store.close()
        await adapters.log.close()
        if delete:
            with contextlib.closing(sqlite3.connect(tmp_path / "headway.log.sqlite3")) as db, db:
                db.execute(delete)

    asyncio.run(lost(""))
    assert line(examined(settings), "log of portfolio") == "log of portfolio: headway.portfolio holds all that was published"
    asyncio.run(lost("DELETE FROM log WHERE n = 2"))
    found = examined(settings)
    assert codes(found) == {"log of portfolio": 1}
    assert "1 published events of 1 aggregates are missing in headway.portfolio" in line(found, "log of portfolio")


def test_beside_a_process_that_is_writing_nothing_is_made(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    async def beside() -> list[CheckResult]:
        adapters = adapters_of(settings)
        await adapters.log.open()
        assert await adapters.log.publish([RECORD]) == [None]
        before = files(tmp_path).keys()
        try:
            return await asyncio.to_thread(examined, settings)
        finally:
            assert files(tmp_path).keys() == before
            await adapters.log.close()

    assert line(asyncio.run(beside()), "log") == "log: 1 events"


def test_a_copy_with_a_journal_that_was_not_taken_in_is_left_as_it_is(tmp_path: Path) -> None:
    settings, copy = Settings(data=tmp_path / "data"), tmp_path / "copy"
    copy.mkdir()

    async def copied() -> None:
        log = adapters_of(settings).log
        await log.open()
        await log.publish([RECORD])
        for end in ("", "-wal"):
            shutil.copy(settings.data / f"headway.log.sqlite3{end}", copy)
        await log.close()

    asyncio.run(copied())
    before = files(copy)
    found = examined(Settings(data=copy))
    assert files(copy) == before
    assert "not taken in yet" in line(found, "log")


@pytest.mark.parametrize("kept", ["file", "elsewhere"])
def test_what_reads_only_takes_nothing(tmp_path: Path, kept: str, request: pytest.FixtureRequest) -> None:
    settings = Settings(data=tmp_path) if kept == "file" else on_engines(request, tmp_path)
    asyncio.run(opened(adapters_of(settings)))

    async def written() -> None:
        adapters = adapters_of(settings, reads_only=True)
        store = adapters.store("backlog")
        await store.open()
        await adapters.log.open()
        with pytest.raises(StoreUnavailable):
            await store.published([("item:a", 1)])
        with pytest.raises(LogUnavailable):
            await adapters.log.renew(all_topics(settings.namespace))
        (refused,) = await adapters.log.publish([RECORD])
        assert isinstance(refused, LogUnavailable)
        await store.close()
        await adapters.log.close()

    asyncio.run(written())


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = examined(Settings(data=tmp_path / "file" / "data"))
    assert "is no folder; name another with --data" in line(found, "data folder") and OUR_FAULT in codes(found).values()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere but on a file system that is read-only")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written by this user" in line(examined(Settings(data=tmp_path)), "data folder")


def test_a_folder_that_cannot_be_written_is_named_and_none_is_tried() -> None:
    found = examined(Settings(data=Path("/proc/headway")))
    assert not next(f for f in found if f.what.startswith("data folder")).good


@pytest.fixture
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return on_engines(request, tmp_path)


def on_engines(request: pytest.FixtureRequest, folder: Path, **changed: Any) -> Settings:
    """Settings of a namespace that nobody else uses; its databases and topics are gone at the end."""
    kafka, mongo = request.getfixturevalue("kafka"), request.getfixturevalue("mongo")
    _, public = write_key_pair(folder / f"{uuid.uuid4().hex[:6]}.key")
    namespace = f"doctor-{uuid.uuid4().hex[:8]}"
    given: dict[str, Any] = {"namespace": namespace, "store_url": mongo, "log_url": f"kafka://{kafka}", "issuer": f"file:{public}", "partitions": 2}
    settings = Settings(data=folder / "unused", **given | changed)
    request.addfinalizer(lambda: asyncio.run(_dropped(settings)))
    return settings


async def _dropped(settings: Settings) -> None:
    async with AsyncMongoClient[Any](settings.store_url) as client:
        for name in (*SERVICES, "gateway"):
            await client.drop_database(f"{settings.namespace}_{name}")
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.log_url.removeprefix("kafka://"))
    await admin.start()
    await admin.delete_topics(all_topics(settings.namespace))
    await admin.close()


async def _held(settings: Settings) -> tuple[set[str], dict[str, list[str]], set[str]]:
    """Topics, databases with their collections and indexes, and groups of the namespace."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.log_url.removeprefix("kafka://"))
    await admin.start()
    topics = {name for name in await admin.list_topics() if name.startswith(settings.namespace)}
    groups = {name for name, *_ in await admin.list_consumer_groups() if name.startswith(settings.namespace)}
    await admin.close()
    kept = {}
    async with AsyncMongoClient[Any](settings.store_url) as client:
        for name in await client.list_database_names():
            if name.startswith(settings.namespace):
                for collection in await client[name].list_collection_names():
                    kept[f"{name}.{collection}"] = sorted(await client[name][collection].index_information())
    return topics, kept, groups


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
def test_on_engines_nothing_is_made_and_what_is_missing_is_said(request: pytest.FixtureRequest, tmp_path: Path, driver: str) -> None:
    settings = on_engines(request, tmp_path, mongo_driver=driver)
    before = files(tmp_path)
    found = examined(settings)
    assert asyncio.run(_held(settings)) == (set(), {}, set())
    assert files(tmp_path) == before, "no data folder is used"
    assert codes(found) == {} and "data folder" not in " ".join(f.what for f in found)
    assert line(found, "store of backlog").endswith("not there yet, made when Headway starts")
    assert line(found, "log") == f"log: topic {settings.namespace}.backlog is not there yet, made when Headway starts"


def test_on_engines_what_a_start_has_made_is_counted_and_left(engines: Settings) -> None:
    asyncio.run(opened(adapters_of(engines)))
    before = asyncio.run(_held(engines))
    found = examined(engines)
    assert asyncio.run(_held(engines)) == before and len(before[0]) == 3
    assert codes(found) == {} and line(found, "store of roadmap") == "store of roadmap: 0 events" and "0 records in 3 topics" in line(found, "log")


def test_on_engines_what_is_another_than_it_should_be_is_said(engines: Settings) -> None:
    with MongoClient[Any](engines.store_url) as client:
        commits = client[f"{engines.namespace}_backlog"]["commits"]
        commits.create_index([("a", 1)], name="version")
        client[f"{engines.namespace}_roadmap"]["commits"].create_indexes(list(INDEXES[1:]))
    found = examined(engines)
    assert codes(found) == {"store of backlog": DIFFERS}
    assert line(found, "store of roadmap") == "store of roadmap: without the indexes version, made when Headway starts"
    log = adapters_of(engines).log
    asyncio.run(_once(log))
    elsewhere = Settings(**{name: getattr(engines, name) for name in ("namespace", "store_url", "log_url", "issuer", "data")}, partitions=3)
    assert codes(examined(elsewhere))["log"] == DIFFERS


async def _once(log: Any) -> None:
    await log.open()
    await log.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    yield from killable(MongoServer(tmp_path_factory.mktemp("guarded"), user=("operator", "secret")))


@pytest.mark.servers
@pytest.mark.parametrize(("role", "code"), [("read", NOT_ALLOWED), ("readWrite", None)])
def test_rights_to_write_are_asked_for_and_not_tried(guarded: MongoServer, tmp_path: Path, role: str, code: int | None) -> None:
    user = f"headway-{role}"
    with MongoClient[Any](guarded.address) as client:
        client.admin.command("createUser", user, pwd="p", roles=[{"role": role, "db": f"headway_{name}"} for name in (*SERVICES, "gateway")])
        url = guarded.address.replace("operator:secret", f"{user}:p")
        found = examined(Settings(store_url=url, data=tmp_path))
        assert codes(found) == ({} if code is None else dict.fromkeys(codes(found), code))
        assert (len(codes(found)) == 6) is (code is not None), [f.what for f in found]
        assert not [name for name in client.list_database_names() if name.startswith("headway")]


@pytest.mark.servers
def test_a_wrong_password_is_told_from_a_server_that_is_away(guarded: MongoServer, tmp_path: Path) -> None:
    wrong = guarded.address.replace("operator:secret", "operator:other")
    assert set(codes(examined(Settings(store_url=wrong, data=tmp_path))).values()) == {NOT_ALLOWED}
    away = f"mongodb://127.0.0.1:{free_port()}"
    assert set(codes(examined(Settings(store_url=away, data=tmp_path))).values()) == {UNREACHABLE}


def test_a_broker_that_is_away_is_a_fault(tmp_path: Path) -> None:
    found = examined(Settings(log_url=f"kafka://127.0.0.1:{free_port()}", data=tmp_path))
    assert codes(found) == {"log": UNREACHABLE}


def test_an_address_where_nobody_answers_is_a_fault_where_somebody_gave_it(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert codes(examined(Settings(data=tmp_path), url=url)) == {}
    given = examined(Settings(data=tmp_path), url=url, told=True)
    assert codes(given) == {"running": UNREACHABLE} and "nothing listens there" in line(given, "running")
    peer = examined(Settings(data=tmp_path, backlog_url=url))
    assert codes(peer) == {"backlog": UNREACHABLE}
    assert line(peer, "backlog").startswith(f"backlog: HEADWAY_BACKLOG_URL is {url}, and nothing listens there")


@pytest.mark.parametrize("url", ["nonsense", "localhost:8000", "ftp://127.0.0.1/"])
def test_what_is_no_address_is_a_wrong_setting_and_nobody_who_does_not_answer(tmp_path: Path, url: str) -> None:
    found = examined(Settings(data=tmp_path), url=url, told=True)
    assert codes(found) == {"running": WRONG_SETTING} and "that is no address: write it as http://host:port" in line(found, "running")


def test_a_service_that_runs_here_is_no_peer(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, backlog_url=f"http://127.0.0.1:{free_port()}")
    found = examined(settings, ["backlog"])
    assert codes(found) == {} and not [f for f in found if f.what.startswith("store of roadmap")]


def test_a_setting_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    assert codes(examined(Settings(data=tmp_path, store_url="mongodb://u:p@ss@127.0.0.1"))) == {"settings": WRONG_SETTING}
