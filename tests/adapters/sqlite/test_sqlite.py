"""The adapters over SQLite pass the contracts of their ports, and what only a file can show."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from libs.adapters.contracts.people import PeopleContract
from libs.adapters.contracts.revocations import HOUR, NOON, RevocationsContract
from libs.adapters.contracts.shared_log import SharedLogContract
from libs.adapters.contracts.store import CommitStoreContract
from libs.adapters.contracts.suites import LogContract, OperatorDecisionsContract, commit, heard
from libs.adapters.sqlite import log as sqlite_log
from libs.adapters.sqlite import revocations as sqlite_revocations
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.people import SqlitePeople
from libs.adapters.sqlite.revocations import SqliteRevocations
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.events.envelope import to_record
from libs.events.ports.log import Cursor, Delivery, LogUnavailable
from libs.events.ports.people import Particulars
from libs.events.ports.revocations import RevocationsUnavailable
from libs.events.ports.store import AppendOutcome, Commit, StoreUnavailable
from tests.adapters.store_closing import Closing
from tests.events.kinds import said
from tests.patience import GIVE_UP


class TestSqliteCommitStore(CommitStoreContract, Closing):
    say = staticmethod(said)


class TestSqliteLog(LogContract):
    say = staticmethod(said)


class TestSharedSqliteLog(SharedLogContract):
    say = staticmethod(said)


class TestSqliteDecisions(OperatorDecisionsContract):
    pass


class TestSqliteRevocations(RevocationsContract):
    pass


class TestSqlitePeople(PeopleContract):
    pass


async def test_whoever_is_forgotten_is_in_none_of_the_files_while_others_read(people: Callable[[], Awaitable[SqlitePeople]], tmp_path: Path) -> None:
    kept, reading = await people(), await people()
    for n in range(40):
        await kept.keep({f"p{n}": Particulars(f"Lovelace {n} " + "x" * 200, None, NOON)})
    await kept.keep({"ada": Particulars("Ada Byron", "ada@byron.example", NOON)})
    await kept.keep({"ada": Particulars("Ada King", None, NOON)})
    assert len(await reading.kept()) == 41 and found(b"Byron", tmp_path) != []
    await kept.erase(["ada"])
    assert [found(name, tmp_path) for name in (b"Byron", b"byron", b"Ada King")] == [[], [], []]
    assert found(b"Lovelace 7", tmp_path) != []


async def test_of_too_many_revocations_those_that_would_expire_first_are_given_up(
    revocations: Callable[[], Awaitable[SqliteRevocations]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_revocations, "MOST", 2)
    kept = await revocations()
    for n in (3, 1, 2, 4):
        await kept.revoke(str(n), NOON + n * HOUR, NOON)
    assert (await kept.standing(NOON)).keys() == {"3", "4"}


async def test_a_file_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    kept = SqliteRevocations(tmp_path)
    with pytest.raises(RevocationsUnavailable):
        await kept.open()
    with pytest.raises(RevocationsUnavailable):
        await kept.standing(NOON)


Stores = Callable[[], Awaitable[SqliteCommitStore]]


async def test_an_erased_name_is_in_none_of_the_files(stores: Stores, tmp_path: Path) -> None:
    store = await stores()
    c = commit(said, "thing:a", 1)
    await store.append([Commit(c.aggregate, 1, c.events, None, {}, {"name": "Ada Lovelace"})])
    await store.erase("thing:a")
    assert found(b"Lovelace", tmp_path) == []


def found(what: bytes, folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if what in file.read_bytes()]


async def test_a_job_that_cannot_be_written_fails_alone(stores: Stores) -> None:
    store = await stores()
    bad = commit(said, "thing:\ud800", 1)
    results = await asyncio.gather(*(store.append([c]) for c in (commit(said, "thing:a", 1), bad, commit(said, "thing:b", 1))), return_exceptions=True)
    assert results[0] == results[2] == [AppendOutcome.STORED]
    assert isinstance(results[1], Exception)


async def test_a_commit_whose_events_are_not_numbered_on_is_a_fault_of_the_program(stores: Stores) -> None:
    store = await stores()
    with pytest.raises(ValueError, match="numbered"):
        await store.append([Commit("thing:a", 1, (said("thing:a", 2),), None, {})])


async def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await SqliteCommitStore(tmp_path / "missing" / "store.sqlite3").open()


async def test_what_is_answered_is_written_with_full_durability(stores: Stores, tmp_path: Path) -> None:
    await stores()
    other = sqlite3.connect(tmp_path / "store.sqlite3")
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


async def test_the_sqlite_log_absorbs_a_record_sent_again(logs: Callable[[], Awaitable[SqliteLog]], tmp_path: Path) -> None:
    log = await logs()
    record = to_record("trial", said("thing:a", 1))
    await log.publish([record, record])
    await log.publish([record])
    counted = sqlite3.connect(tmp_path / "log.sqlite3")
    assert counted.execute("SELECT count(*) FROM log").fetchone() == (1,)
    counted.close()


@pytest.mark.parametrize("replaced", [False, True])
async def test_nothing_is_acknowledged_once_the_file_is_gone(stores: Stores, tmp_path: Path, replaced: bool) -> None:
    store, file = await stores(), tmp_path / "store.sqlite3"
    await store.append([commit(said, "thing:a", 1)])
    file.rename(tmp_path / "moved")
    if replaced:
        file.write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="deleted or replaced"):
        await store.append([commit(said, "thing:a", 2)])
    (tmp_path / "moved").rename(file)
    assert await store.append([commit(said, "thing:a", 2)]) == [AppendOutcome.STORED]


async def test_a_cursor_from_beyond_the_end_begins_anew(logs: Callable[[], Awaitable[SqliteLog]]) -> None:
    log = await logs()
    await log.publish([to_record("trial", said("thing:a", n)) for n in (1, 2)])
    (partition,) = (await log.end(["trial.test"])).offsets
    assert [len(await heard(log, ["trial.test"], Cursor({partition: n}))) for n in (0, 1, 2, 3, 4)] == [2, 2, 1, 0, 2]
    assert len(await heard(log, ["trial.test"], Cursor({"of another file": 2}))) == 2


async def test_a_group_whose_member_was_killed_is_taken_over_once_its_lease_ends(logs: Callable[[], Awaitable[SqliteLog]], tmp_path: Path) -> None:
    log = await logs()
    await log.publish([to_record("trial", said("thing:a", n)) for n in (1, 2, 3)])
    (epoch,) = (await log.end(["trial.test"])).offsets
    killed = sqlite3.connect(tmp_path / "log.sqlite3")
    ends = time.time() + 0.5
    with killed:
        killed.execute("INSERT INTO shared VALUES ('some', ?, 3, 'killed', ?)", (epoch, ends))
    killed.close()
    async with asyncio.timeout(GIVE_UP):
        async for share in log.share(["trial.test"], "some"):
            assert [d.record.headers["ce_sequence"] for d in share.deliveries] == ["3"]
            assert await share.done()
            break
    assert time.time() >= ends


Logs = Callable[[], Awaitable[SqliteLog]]


@pytest.mark.parametrize("left", [(), ("-wal", "-shm")], ids=["with what goes with it", "but not what goes with it"])
async def test_a_log_whose_file_is_deleted_under_it_is_begun_anew_and_its_readers_go_on(logs: Logs, tmp_path: Path, left: tuple[str, ...]) -> None:
    log, peer, name = await logs(), await logs(), "trial.test"
    records = [to_record("trial", said("thing:a", n)) for n in range(1, 5)]
    assert await log.publish(records[:3]) == [None] * 3
    before, cursor = await log.extent(name), await log.end([name])
    reader = log.read([name])
    assert len(await anext(reader)) == 3
    for end in {"", "-wal", "-shm"} - set(left):
        (tmp_path / f"log.sqlite3{end}").unlink()
    extents = await asyncio.gather(log.extent(name), peer.extent(name))
    assert [e.records for e in extents] == [0, 0] and not any(e.goes_on_from(before) for e in extents)
    for at, some in ((peer, records[:1]), (log, records[:2]), (peer, records)):
        assert await at.publish(some) == [None] * len(some)
    async with asyncio.timeout(GIVE_UP):
        found = [d.record async for batch in _until(reader, 4) for d in batch]
    assert found == records == await heard(peer, [name], cursor) == await heard(await logs(), [name])
    counted = sqlite3.connect(tmp_path / "log.sqlite3")
    assert counted.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    counted.close()


async def _until(reader: AsyncIterator[Sequence[Delivery]], count: int) -> AsyncIterator[Sequence[Delivery]]:
    """The next so many deliveries of a reader."""
    while count > 0:
        batch = await anext(reader)
        count -= len(batch)
        yield batch


async def test_a_log_whose_folder_is_gone_says_so_and_goes_on_once_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    log = SqliteLog(folder / "log.sqlite3")
    await log.open()
    record = to_record("trial", said("thing:a", 1))
    assert await log.publish([record]) == [None]
    folder.rename(tmp_path / "away")
    (answer,) = await log.publish([record])
    assert isinstance(answer, LogUnavailable) and "deleted, and cannot be made anew" in str(answer)
    with pytest.raises(LogUnavailable):
        await log.end([record.topic])
    folder.mkdir()
    assert await log.publish([record]) == [None]
    assert await heard(log, [record.topic]) == [record]
    await log.close()


async def test_a_record_deleted_from_the_middle_shows_in_the_number_of_records(logs: Logs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = await logs()
    await log.publish([to_record("trial", said("thing:a", n)) for n in range(1, 5)])
    assert (await log.extent("trial.test")).records == 4
    other = sqlite3.connect(tmp_path / "log.sqlite3")
    with other:
        other.execute("DELETE FROM log WHERE n = 2")
    other.close()
    monkeypatch.setattr(sqlite_log, "COUNTED", 0)
    assert (await log.extent("trial.test")).records == 3
