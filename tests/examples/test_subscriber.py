"""A subscriber on a real Kafka: the example, and the lines of the documentation by which anybody proves that nothing was missed."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiokafka", reason="aiokafka is not installed: a subscriber on Kafka is not tried")

from aiokafka.admin import NewTopic

from libs.events.catalog.backlog.item import ITEM, ItemAdded, ItemDelivered, ItemReopened
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.envelope import all_topics, to_record, topic
from libs.events.event import Actor, Event, Kind, Payload
from libs.events.ports.log import Record
from tests.adapters.kafka.kafka_logs import admin_of, deleted
from tests.patience import GIVE_UP
from tests.services.gateway.stream.on_kafka import Running, served

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "subscriber" / "subscriber.py"
GUIDE = ROOT / "docs" / "subscribing.md"


@pytest.fixture
async def running(kafka: str, tmp_path: Path) -> AsyncIterator[Running]:
    """A gateway alone, on two partitions a topic."""
    async with served(kafka, tmp_path) as found:
        yield found


def said(namespace: str, kind: Kind[Any], id: str, sequence: int, data: Payload, month: int = 1) -> Record:
    time = datetime(2025, month, 3, tzinfo=UTC)
    return to_record(namespace, Event(kind.key(id), sequence, time, time, time, Actor("importer", "importer"), data))


def story(namespace: str) -> list[Record]:
    """Eight items of two products, added in January, six delivered in February or March, one of them opened again."""
    records = [said(namespace, ORGANISATION, "env", 1, OrganisationRegistered(name="Environment"))]
    records += [said(namespace, ITEM, f"i{n}", 1, ItemAdded(product=f"p{n % 2}", title=f"Item {n}")) for n in range(8)]
    records += [said(namespace, ITEM, f"i{n}", 2, ItemDelivered(), 2 + n // 3) for n in range(6)]
    return [*records, said(namespace, ITEM, "i0", 3, ItemReopened(), 4)]


def lines_of_the_guide(language: str) -> str:
    """The lines by which a digest is computed, as the guide gives them."""
    found = re.search(rf"<!-- digest: {language} -->\n```\w+\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_example_builds_its_view_goes_on_where_it_was_and_finds_what_is_missing(running: Running) -> None:
    records = story(running.namespace)
    await running.publish(*records[:12], *records[3:9])
    status, wrote = await running.call(sys.executable, str(EXAMPLE), "view.sqlite3")
    assert (status, wrote) == (0, "2025-02 p0 2\n2025-02 p1 1\n")
    await running.publish(*records[7:], records[0], records[-1])
    status, wrote = await running.call(sys.executable, str(EXAMPLE), "view.sqlite3")
    assert (status, wrote) == (0, "2025-02 p0 1\n2025-02 p1 1\n2025-03 p0 1\n2025-03 p1 2\n")
    with contextlib.closing(sqlite3.connect(running.folder / "view.sqlite3")) as db, db:
        assert db.execute("DELETE FROM heard WHERE id = 'item:i3@1'").rowcount == 1
    status, wrote = await running.call(sys.executable, str(EXAMPLE), "view.sqlite3", PATIENCE="0")
    assert status == 1 and "something was missed" in wrote


async def anew(running: Running, *records: Record, partitions: int = 2) -> None:
    """Somebody deletes the topic of backlog and makes it again, with these records; the gateway is told as a topic's owner tells it."""
    name = topic(running.namespace, "backlog")
    async with admin_of(running.kafka) as admin:
        await admin.delete_topics([name])
        await asyncio.sleep(0.3)
        await admin.create_topics([NewTopic(name, partitions, 1)])
    async with asyncio.timeout(GIVE_UP):
        while (await running.log.extent(name)).records:  # noqa: ASYNC110 (a topic is deleted and made in a while that nobody tells)
            await asyncio.sleep(0.1)
        for record in records:
            while await running.log.publish([record]) != [None]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    await running.log.renew([name])


@pytest.mark.parametrize("case", ["shorter", "longer", "with another number of partitions", "with the same records in another order"])
async def test_the_example_begins_a_topic_that_was_made_anew_again_and_holds_each_event_once(running: Running, case: str) -> None:
    records = story(running.namespace)
    await running.publish(*records)
    expected = "2025-02 p0 1\n2025-02 p1 1\n2025-03 p0 1\n2025-03 p1 2\n"
    assert await running.call(sys.executable, str(EXAMPLE), "view.sqlite3") == (0, expected)
    new = said(running.namespace, ITEM, "i6", 2, ItemDelivered(), 5)
    match case:
        case "shorter":
            back, more = records[1:4], [*records[4:], new]
        case "longer":
            back, more = [records[1]] * 30 + records[1:4] + [new], records[4:]
        case "with another number of partitions":
            back, more = [*records[1:], new], []
        case _:
            back, more = [new, *sorted(records[1:], key=lambda r: r.key)], []
    await anew(running, *back, partitions=5 if "partitions" in case else 2)
    calling = asyncio.create_task(running.call(sys.executable, str(EXAMPLE), "view.sqlite3", PATIENCE=str(GIVE_UP)))
    await asyncio.sleep(1)  # long enough for it to have begun, most of the time; either way it must hold all in the end
    await running.publish(*more)
    status, wrote = await calling
    assert (status, wrote.splitlines()[-5:]) == (0, [*expected.splitlines(), "2025-05 p0 1"])
    assert f"{topic(running.namespace, 'backlog')} is another topic than the one that was read" in wrote
    with contextlib.closing(sqlite3.connect(running.folder / "view.sqlite3")) as db:
        assert {id for (id,) in db.execute("SELECT id FROM heard")} == {r.headers["ce_id"] for r in [*records, new]}


async def test_the_example_waits_for_a_topic_that_is_away(running: Running) -> None:
    records, name = story(running.namespace), topic(running.namespace, "backlog")
    await running.publish(*records)
    assert (await running.call(sys.executable, str(EXAMPLE), "view.sqlite3"))[0] == 0
    await deleted(running.kafka, [name])
    calling = asyncio.create_task(running.call(sys.executable, str(EXAMPLE), "view.sqlite3", PATIENCE=str(GIVE_UP)))
    await asyncio.sleep(1)
    await anew(running, *records[1:])
    assert (await calling)[0] == 0


async def test_the_lines_of_the_guide_compute_the_digest_in_python(running: Running) -> None:
    records = story(running.namespace)
    await running.publish(*records, *records[4:11])
    compute: dict[str, Any] = {}
    exec(lines_of_the_guide("python"), compute)  # noqa: S102 (the very lines are what is tried)
    topics = all_topics(running.namespace)
    heard = [
        tuple(d.record.headers[f"ce_{name}"] for name in ("subject", "sequence", "id")) async for batch in running.log.read(topics, follow=False) for d in batch
    ]
    end = str(await running.log.end(topics))
    assert len(heard) == len(records) + 7
    assert list(compute["digests"](heard)) == await running.digest(end) == await running.digest()
    assert [count for _, count, _ in compute["digests"](heard)] == [15, 1]


async def test_the_lines_of_the_guide_compute_the_digest_in_a_shell(running: Running) -> None:
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not installed here (apt-get install kcat): the guide's shell lines are not tried")
    records = story(running.namespace)
    await running.publish(*records, *records[4:11])
    status, wrote = await running.call("sh", "-c", lines_of_the_guide("shell"))
    assert status == 0, wrote
    expected = await running.digest(str(await running.log.end(all_topics(running.namespace))))
    assert [tuple(line.split()) for line in wrote.splitlines()] == [(kind, str(count), digest) for kind, count, digest in expected]


def test_the_example_is_no_longer_than_it_may_be() -> None:
    assert len(EXAMPLE.read_text("utf-8").splitlines()) <= 90
