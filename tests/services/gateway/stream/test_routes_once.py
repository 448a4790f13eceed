"""The log over HTTP where records stand in it twice: each event once, across a resume too, and only what was chosen."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from libs.events.ports.log import Cursor, Delivery, LogUnavailable, Record
from libs.rules.roles import Principal, Role
from services.gateway.stream import reader
from services.gateway.stream.filters import wanted
from services.gateway.stream.reader import ReaderView, replayed
from tests.patience import GIVE_UP
from tests.services.gateway.stream.streaming import Streaming, ids, item, organisation, streaming


@pytest.fixture
async def stream(tmp_path: Path) -> AsyncIterator[Streaming]:
    """A gateway that hears an empty log of three partitions."""
    async with streaming(tmp_path).hearing() as made:
        yield made


def many() -> list[Record]:
    """Three events each of six organisations, some published again at once, some long after."""
    records = [organisation(f"o{n}", sequence) for sequence in (1, 2, 3) for n in range(6)]
    return [*records[:4], *records[2:9], *records[9:], *records[5:12], records[0], records[-1], records[-1]]


async def test_an_event_that_was_published_again_is_one_line(stream: Streaming) -> None:
    await stream.publish(*many())
    found = ids(await stream.lines())
    assert sorted(found) == sorted({r.headers["ce_id"] for r in many()})
    for n in range(6):
        assert [i for i in found if i.startswith(f"organisation:o{n}@")] == [f"organisation:o{n}@{s}" for s in (1, 2, 3)]


async def test_behind_any_cursor_comes_only_what_was_not_shown_before_it(stream: Streaming) -> None:
    await stream.publish(*many())
    whole = await stream.lines()
    for n, line in enumerate(whole):
        assert ids(await stream.lines(after=line["cursor"])) == ids(whole[n + 1 :])
        assert ids(await stream.lines(headers={"Last-Event-ID": line["cursor"]})) == ids(whole[n + 1 :])


async def test_what_is_published_again_after_a_reader_left_is_not_shown_to_it_when_it_comes_back(stream: Streaming) -> None:
    await stream.publish(organisation("a"), organisation("b"))
    last = (await stream.lines())[-1]["cursor"]
    await stream.publish(organisation("a"), organisation("b"), organisation("a", 2))
    assert ids(await stream.lines(after=last)) == ["organisation:a@2"]
    assert sorted(ids(await stream.lines(last=9))) == ["organisation:a@1", "organisation:a@2", "organisation:b@1"]


async def test_nothing_is_shown_before_the_process_has_read_as_far_itself(stream: Streaming) -> None:
    assert stream.process.consumer is not None and stream.process.consumer.published is not None
    await stream.publish(organisation("a"))
    cursor = (await stream.lines())[-1]["cursor"]
    held, hear = asyncio.Event(), stream.process.consumer._take

    async def slowly(batch: Any) -> None:
        await held.wait()
        await hear(batch)

    stream.process.consumer._take = slowly  # type: ignore[method-assign]
    await stream.publish(organisation("a"), organisation("b"))
    reading = asyncio.create_task(stream.lines(after=cursor))
    done, _ = await asyncio.wait([reading], timeout=0.05)
    assert not done
    held.set()
    assert ids(await reading) == ["organisation:b@1"]


async def test_what_was_lost_and_published_again_later_is_shown_all_the_same(stream: Streaming) -> None:
    await stream.publish(organisation("a", 1), organisation("a", 3), organisation("a", 2), organisation("a", 3))
    assert ids(await stream.lines()) == [f"organisation:a@{n}" for n in (1, 3, 2)]


async def test_who_reads_a_log_that_is_begun_anew_before_the_process_does_does_not_wait_for_a_place_that_is_gone(
    stream: Streaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PATIENCE", 0.05)
    await stream.publish(organisation("a"), organisation("b"))
    expected = ids(await stream.lines())
    read, former = stream.log.read, [True]

    async def under_its_former_name(*args: Any, **options: Any) -> AsyncIterator[Sequence[Delivery]]:
        async for batch in read(*args, **options):
            yield [Delivery(d.record, Cursor({"backlog.0~former": n})) for n, d in enumerate(batch, 1)] if former and former.pop() else batch

    monkeypatch.setattr(stream.log, "read", under_its_former_name)
    assert ids(await stream.lines()) == expected


async def test_who_follows_waits_while_the_log_is_away(stream: Streaming, monkeypatch: pytest.MonkeyPatch) -> None:
    await stream.publish(organisation("a"))
    read, away = stream.log.read, [1, 2]

    async def not_at_once(*args: Any, **options: Any) -> AsyncIterator[Sequence[Delivery]]:
        if away:
            away.pop()
            raise LogUnavailable("the topic is gone")
        async for batch in read(*args, **options):
            yield batch

    monkeypatch.setattr(stream.log, "read", not_at_once)
    shown = ReaderView(stream.process, Principal("reader", frozenset({Role.parse("subscriber")})), wanted((), (), None, None), lambda looked: None)
    async with asyncio.timeout(GIVE_UP), contextlib.aclosing(replayed(stream.log, ["headway.portfolio"], Cursor(), True, shown)) as lines:  # type: ignore[type-var]
        assert (await anext(lines))["id"] == "organisation:a@1"
    assert not away


async def test_a_log_that_was_begun_anew_is_read_anew(stream: Streaming) -> None:
    await stream.publish(organisation("a"), organisation("b"))
    before = (await stream.lines())[-1]["cursor"]
    await stream.log.renew([])
    stream.log.partitions = [[] for _ in stream.log.partitions]
    await stream.publish(organisation("b"), organisation("a"), organisation("a"))
    assert sorted(ids(await stream.lines(after=before))) == ["organisation:a@1", "organisation:b@1"]


async def test_a_damaged_record_is_shown_as_it_was_published_and_hides_nothing(stream: Streaming) -> None:
    good = organisation("a")
    nameless = dataclasses.replace(good, headers={"ce_id": "x\ny"}, value=b"\xff")
    contradicting = dataclasses.replace(good, headers={**good.headers, "ce_id": "organisation:other@7"})
    await stream.publish(nameless, contradicting, good, organisation("a", 2))
    found = await stream.lines()
    assert ids(found) == ["x\ny", "organisation:other@7", "organisation:a@1", "organisation:a@2"]
    assert "data_base64" not in found[0], "what cannot be looked through for money is shown only to whoever reads all of it"
    assert (await stream.lines("auditor"))[0]["data_base64"] == "/w=="
    answer = await stream.client.get("/events?follow=false", headers={**stream.signed_in("subscriber"), "Accept": "text/event-stream"})
    assert answer.text.count("\ndata: ") == 4 and answer.text.count("\nevent: ") == 3


async def test_a_parked_and_a_discarded_event_are_shown(stream: Streaming) -> None:
    assert stream.process.consumer is not None
    await stream.publish(dataclasses.replace(organisation("a"), value=b"{}"), organisation("b"))
    assert sorted(ids(await stream.lines())) == ["organisation:a@1", "organisation:b@1"]
    await stream.process.consumer.discard("organisation:a@1", "cannot be read", "operator")
    assert sorted(ids(await stream.lines())) == ["organisation:a@1", "organisation:b@1"]


async def test_a_misspelt_filter_is_refused_rather_than_left_out(stream: Streaming) -> None:
    answer = await stream.client.get("/events?types=headway.backlog.item.added.v1", headers=stream.signed_in("subscriber"))
    assert (answer.status_code, answer.json()["field"]) == (422, "types")


async def test_subjects_are_chosen(stream: Streaming) -> None:
    await stream.publish(*many(), item("i"))
    assert ids(await stream.lines(subject="organisation:o1")) == [f"organisation:o1@{n}" for n in (1, 2, 3)]
    assert len(await stream.lines(subject=["organisation:o1", "item:i"])) == 4
    assert await stream.lines(subject="organisation:o1", type="headway.backlog.item.added.v1") == []
    assert len(await stream.lines(subject="organisation:o1", last=2)) == 2


@pytest.mark.parametrize(
    ("span", "days"),
    [
        ({"from_": "2025-01-02"}, "234"),
        ({"to": "2025-01-02"}, "12"),
        ({"from_": "2025-01-02", "to": "2025-01-02"}, "2"),
        ({"from_": "2025-01-02T00:00:00Z", "to": "2025-01-03T00:00:00Z"}, "2"),
        ({"from_": "2025-01-02T01:00:00+01:00"}, "234"),
        ({"from_": "2025-01-02T00:00:01Z"}, "34"),
        ({"to": "2024-12-31"}, ""),
    ],
)
async def test_a_span_of_time_is_chosen_by_when_it_was_true_from_its_begin_until_before_its_end(stream: Streaming, span: dict[str, Any], days: str) -> None:
    for n in (1, 2, 3, 4):
        await stream.publish(organisation(f"o{n}", 1, f"2025-01-0{n}"))
    assert sorted(ids(await stream.lines(**span))) == [f"organisation:o{n}@1" for n in days]


@pytest.mark.parametrize(
    "params",
    [
        {"subject": "biohub"},
        {"subject": "team:Bio Hub"},
        {"from": "yesterday"},
        {"from": "2025-01-02T00:00:00"},
        {"to": "2025-02-30"},
        {"from": "2025-01-03", "to": "2025-01-02"},
        {"from": "2025-01-02T00:00:00Z", "to": "2025-01-02T00:00:00Z"},
        {"subject": [f"team:t{n}" for n in range(201)]},
    ],
)
async def test_a_choice_that_can_be_none_is_refused(stream: Streaming, params: dict[str, Any]) -> None:
    answer = await stream.client.get("/events", params=params, headers=stream.signed_in("subscriber"))
    assert answer.status_code == 422 and answer.json()["field"] in params
