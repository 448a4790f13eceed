"""The log over HTTP where it lies in Kafka: each event once, in order per aggregate, across a resume, on partitions that hold records twice."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from libs.events.digest import digests
from libs.events.envelope import all_topics
from tests.services.gateway.stream.on_kafka import Running, served
from tests.services.gateway.stream.streaming import ids, item, organisation


@pytest.fixture
async def running(kafka: str, tmp_path: Path) -> AsyncIterator[Running]:
    """A gateway alone, on two partitions a topic."""
    async with served(kafka, tmp_path) as found:
        yield found


async def lines(running: Running, **params: str) -> list[dict[str, Any]]:
    """The lines of `/events`."""
    answer = await running.get("/events", **params)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_each_event_comes_once_in_order_also_behind_a_cursor_and_the_digest_proves_it(running: Running) -> None:
    records = [record(f"x{n}", s, namespace=running.namespace) for s in (1, 2, 3) for n in range(6) for record in (organisation, item)]
    await running.publish(*records[:20], *records[9:20], *records[20:], *records[30:], records[0])
    whole = await lines(running)
    assert sorted(ids(whole)) == sorted(r.headers["ce_id"] for r in records)
    of = defaultdict(list)
    for line in whole:
        of[line["subject"]].append(line["sequence"])
    assert all(sequences == ["1", "2", "3"] for sequences in of.values()) and len(of) == 12
    for n in range(0, len(whole), 7):
        rest = await lines(running, after=whole[n]["cursor"])
        assert sorted(ids(whole[: n + 1]) + ids(rest)) == sorted(ids(whole))
        said = digests(f"{e['subject']} {e['sequence']} {e['id']}" for e in whole[: n + 1])
        assert await running.digest(whole[n]["cursor"]) == [(d.kind, d.count, d.sha256) for d in said]


async def test_what_is_published_again_later_is_not_shown_to_who_comes_back(running: Running) -> None:
    first, second = organisation("a", namespace=running.namespace), organisation("a", 2, namespace=running.namespace)
    await running.publish(first)
    cursor = (await lines(running))[-1]["cursor"]
    await running.publish(first, second, first, second)
    assert ids(await lines(running, after=cursor)) == ["organisation:a@2"]
    assert sorted(ids(await lines(running, last="50"))) == ["organisation:a@1", "organisation:a@2"]


async def test_a_log_that_lost_records_while_the_gateway_runs_is_read_anew_and_an_old_cursor_leads_to_its_beginning(running: Running) -> None:
    records = [organisation(f"o{n}", namespace=running.namespace) for n in range(5)]
    await running.publish(*records)
    before = await lines(running)
    await running.log.renew(all_topics(running.namespace))
    await running.publish(records[0], organisation("o0", 2, namespace=running.namespace))
    after = await lines(running, after=before[-1]["cursor"])
    assert sorted(ids(after)) == sorted([*ids(before), "organisation:o0@2"])
    assert [(kind, count) for kind, count, _ in await running.digest(after[-1]["cursor"])] == [("organisation", 6)]
