"""A start that has a snapshot knows what one without it would know, and reads only what is new; whatever is wrong with it, the log is read."""

from __future__ import annotations

import asyncio
import errno
import os
import pickle
import stat
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from libs.adapters.sqlite.decisions import SqliteDecisions
from libs.adapters.sqlite.log import SqliteLog
from libs.delivery.consumer import Consumer
from libs.delivery.snapshot import keeper
from libs.delivery.snapshot.event_pickle import DamagedSnapshot, dumps, loads
from libs.delivery.snapshot.snapshot_file import SnapshotFile
from libs.events.envelope import to_record
from libs.events.ports.log import Record
from libs.events.world import World
from tests.delivery.consumers import running
from tests.delivery.worlds_heard import TOPICS, Heard, heard, hearing, records
from tests.events.kinds import said
from tests.patience import GIVE_UP


@pytest.fixture(autouse=True)
def small_chapters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper.SnapshotKeeper.keep, "__defaults__", (4,))
    monkeypatch.setattr("libs.delivery.consumer.LEAST", 1)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    log = SqliteLog(tmp_path / "log.sqlite3")
    await log.open()
    yield log
    await log.close()


async def test_a_start_with_a_snapshot_knows_what_one_without_it_does_and_reads_only_what_is_new(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    assert (await heard(log, tmp_path)).read == 12
    await log.publish([*records(2, 3), *records(4, 5), to_record("trial", said("thing:1", 3, text="new"))])
    first = await heard(log, tmp_path)
    assert first.read == 4
    again = await heard(log, tmp_path)
    assert again.read == 0
    whole = await heard(log, tmp_path, kept=False)
    assert whole.read == 16 and first.same(whole) and again.same(whole)


async def test_what_was_heard_is_written_down_while_it_is_heard_and_not_only_at_a_stop(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    async with hearing(log, tmp_path) as consumer:
        assert consumer._keeper is not None
        await consumer._keeper.written()
        size = (tmp_path / "world.snapshot").stat().st_size
    assert size > 500 and (tmp_path / "world.snapshot").stat().st_size == size, "nothing was left for the stop"


async def test_it_is_private_and_goes_on_behind_what_is_there(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    await heard(log, tmp_path)
    path = tmp_path / "world.snapshot"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 == stat.S_IMODE(path.with_suffix(".lock").stat().st_mode)
    before = path.read_bytes()
    await log.publish(records(4, 6))
    await heard(log, tmp_path)
    assert path.read_bytes().startswith(before) and len(path.read_bytes()) > len(before)


async def test_a_second_process_reads_the_log_and_leaves_the_file_alone(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    async with hearing(log, tmp_path) as first:
        assert first._keeper is not None
        await first._keeper.written()
        second = await heard(log, tmp_path)
        assert second.read == 12 and second.parked == []
    assert (await heard(log, tmp_path)).read == 0


def deleted(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def damaged(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def said_otherwise(path: Path) -> None:
    """So that it can still be read, and says what nobody has said."""
    whole = path.read_bytes()
    assert whole.count(b"T0") == 1
    path.write_bytes(whole.replace(b"T0", b"T1"))


@pytest.mark.parametrize("fault", [deleted, emptied, made_a_folder, damaged, said_otherwise], ids=lambda fault: fault.__name__)
async def test_whatever_happened_to_the_file_the_log_is_read(fault: Callable[[Path], None], log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 1))
    await heard(log, tmp_path)
    fault(tmp_path / "world.snapshot")
    found, whole = await heard(log, tmp_path), await heard(log, tmp_path, kept=False)
    assert found.same(whole) and found.read == whole.read == 3
    assert (await heard(log, tmp_path)).read == (3 if fault is made_a_folder else 0)


async def renewed(log: SqliteLog) -> None:
    await log.renew(TOPICS)


async def made_anew(log: SqliteLog) -> None:
    """Deleted, and begun anew by the owner's relay in another order."""
    log.path.unlink()
    await log.publish([*records(2, 4), *records(0, 2)])


async def put_back(log: SqliteLog) -> None:
    """An older copy of the same log, shorter than what the snapshot has read."""
    await log._writer.submit(lambda db: db.execute("DELETE FROM log WHERE n > 6").rowcount)


async def put_back_and_gone_on(log: SqliteLog) -> None:
    """An older copy that others then wrote other things to: of the same name and as long."""
    await log._writer.submit(lambda db: (db.execute("DELETE FROM log WHERE n > 9"), db.execute("UPDATE sqlite_sequence SET seq = 9")))
    await log.publish([to_record("trial", replace(said(f"thing:{n}", 1), actor=replace(said("thing:1", 1).actor, id="eve"))) for n in (3, 7, 8)])


@pytest.mark.parametrize("fault", [renewed, made_anew, put_back, put_back_and_gone_on], ids=lambda fault: fault.__name__)
async def test_where_the_log_is_another_one_all_of_it_is_read(fault: Callable[[SqliteLog], Awaitable[None]], log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    await heard(log, tmp_path)
    await fault(log)
    found, whole = await heard(log, tmp_path), await heard(log, tmp_path, kept=False)
    assert found.same(whole) and found.read == whole.read > 0
    assert (await heard(log, tmp_path)).read == 0, "and it is kept again"


@pytest.mark.parametrize("of", ["another", "trial\nx", ""])
async def test_one_of_another_namespace_or_by_other_code_is_none(of: str, log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    await heard(log, tmp_path)
    assert (await heard(log, tmp_path, of)).read == 12


async def test_wherever_it_is_cut_the_chapters_before_are_read_and_the_log_says_the_rest(log: SqliteLog, tmp_path: Path) -> None:
    path = tmp_path / "world.snapshot"
    await log.publish(records(0, 2))
    await heard(log, tmp_path)
    one = path.stat().st_size
    await log.publish(records(2, 4))
    await heard(log, tmp_path)
    both, wanted = path.read_bytes(), await heard(log, tmp_path, kept=False)
    for end in (0, 3, one - 1, one, one + 1, one + 8, one + 30, len(both) - 1):
        path.write_bytes(both[:end])
        found = await heard(log, tmp_path)
        assert found.same(wanted) and found.read == (6 if end >= one else 12), end
        assert (await heard(log, tmp_path)).read == 0, end


async def test_while_something_is_parked_nothing_is_written_down_so_that_it_is_parked_again(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 2))
    await heard(log, tmp_path)
    broken = to_record("trial", said("thing:9", 1))
    await log.publish([replace(broken, value=b"{"), *records(2, 4)])
    async with hearing(log, tmp_path) as consumer:
        assert Heard(consumer).parked == ["thing:9@1"]
    again = await heard(log, tmp_path)
    assert again.read == 6 and again.parked == ["thing:9@1"]
    async with hearing(log, tmp_path) as consumer:
        await consumer.discard("thing:9@1", "Broken", "ada")
    assert (await heard(log, tmp_path)).same(await heard(log, tmp_path, kept=False))


async def heard_as_well(consumer: Consumer, log: SqliteLog, more: list[Record]) -> None:
    """Has a consumer that has read the log read more."""
    consumer._advanced.clear()
    await log.publish(more)
    await consumer._advanced.wait()


async def test_while_something_is_missing_nothing_is_written_down_so_that_it_is_missed_again(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 2))
    await heard(log, tmp_path)
    await log.publish([to_record("trial", said("thing:9", 2)), *records(2, 4)])
    for _ in range(2):
        async with hearing(log, tmp_path) as consumer:
            assert (consumer.applied, list(consumer._gaps)) == (6, ["thing:9"])


async def test_what_is_parked_for_long_is_not_remembered_for_without_end(log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "MOST", 5)
    await log.publish([replace(to_record("trial", said("thing:9", 1)), value=b"{"), *records(0, 1)])
    async with hearing(log, tmp_path) as consumer:
        assert len(consumer.world.new or ()) == 3
        await heard_as_well(consumer, log, records(1, 2))
        assert (consumer.applied, consumer.world.new) == (6, None)
    assert (await heard(log, tmp_path)).read == 6


async def test_what_was_heard_while_a_chapter_was_written_is_written_down_at_the_stop(log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may, append = threading.Event(), SnapshotFile.append
    monkeypatch.setattr(SnapshotFile, "append", lambda file, chapter: may.wait(GIVE_UP) and append(file, chapter))
    await log.publish(records(0, 4))
    async with hearing(log, tmp_path) as consumer:
        await heard_as_well(consumer, log, [to_record("trial", said("thing:1", 3))])
        assert consumer.applied == 13
        asyncio.get_running_loop().call_later(0.1, may.set)
    assert (await heard(log, tmp_path)).read == 0


async def test_whoever_hears_some_kinds_alone_keeps_no_snapshot(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    decisions, path = SqliteDecisions(tmp_path / "d.sqlite3"), tmp_path / "world.snapshot"
    await decisions.open()
    consumer = Consumer(log, TOPICS, World(), owners={}, decisions=decisions, kinds=["thing"], snapshot=SnapshotFile(path, "trial"))
    assert consumer._keeper is None
    async with running(consumer):
        await consumer.ready.wait()
    await consumer.close()
    await decisions.close()
    assert consumer.applied == 8 and not path.exists()


async def test_it_does_without_where_the_folder_cannot_be_written(log: SqliteLog, tmp_path: Path) -> None:
    await log.publish(records(0, 4))
    path = tmp_path / "nowhere" / "world.snapshot"
    consumer = Consumer(log, TOPICS, World(), owners={}, decisions=SqliteDecisions(tmp_path / "d.sqlite3"), snapshot=SnapshotFile(path, "trial"))
    await consumer.decisions.open()
    async with running(consumer):
        await consumer.ready.wait()
    await consumer.close()
    assert consumer.applied == 12 and not path.parent.exists()


def test_a_chapter_that_cannot_be_written_is_said_and_the_process_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = SnapshotFile(tmp_path / "world.snapshot", "trial")
    assert file.open() and list(file.chapters()) == [] and file.append(b"one")
    os.unlink(file.path)
    file.path.mkdir()
    assert not file.append(b"two") and "cannot be written" in caplog.text


def test_of_a_chapter_for_which_the_disk_has_no_room_nothing_is_left_to_take_it_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SnapshotFile(tmp_path / "world.snapshot", "trial")
    assert file.open() and list(file.chapters()) == [] and file.append(b"one")
    before = file.path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        assert not file.append(b"two")
    assert file.path.read_bytes() == before
    assert file.append(b"three") and list(file.chapters()) == [b"one", b"three"]


def test_only_events_can_be_read_from_it() -> None:
    for raw in (pickle.dumps(Path("x")), pickle.dumps(os.system), b"", b"\x80\x05X", dumps([1])[:-1]):
        with pytest.raises(DamagedSnapshot):
            loads(raw)
    with pytest.raises(pickle.PicklingError, match="PosixPath is in no event"):
        dumps(Path("x"))
