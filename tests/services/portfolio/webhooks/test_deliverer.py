"""The delivery of a webhook against a receiver that fails, is slow, dies and comes back: in order per aggregate, nothing lost, nobody held up."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from libs.events.ports.log import Cursor, Delivery
from services.portfolio.webhooks import queues as queueing
from services.portfolio.webhooks import retry_schedule
from services.portfolio.webhooks.deliveries import DeliveriesUnavailable, DeliveryOutcome, Progress, Waiting
from services.portfolio.webhooks.queues import Queues
from services.portfolio.webhooks.worker import AT_ONCE
from tests.patience import GIVE_UP
from tests.services.portfolio.webhooks.webhook_receiver import HANG, Receiver, Request, receiving
from tests.services.portfolio.webhooks.webhook_worker import SAID, SECRET, Bench, FakeTime, bench, record, subscription

ROOT = Path(__file__).parents[4]
KILLS = int(os.environ.get("HEADWAY_TEST_KILLS", "2"))
"""How often the process is killed; `make faults` does it oftener."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(retry_schedule, "FIRST", 0.02)
    async with bench(tmp_path) as found:
        yield found


def first_ones(ids: list[str]) -> dict[str, list[int]]:
    """Per aggregate the sequences in the order in which they came for the first time."""
    found: dict[str, list[int]] = defaultdict(list)
    for id in dict.fromkeys(ids):
        aggregate, _, sequence = id.rpartition("@")
        found[aggregate].append(int(sequence))
    return found


async def test_order_is_kept_per_aggregate_whatever_fails(own: Bench, receiver: Receiver) -> None:
    chance = random.Random(1)
    refusals = {f"organisation:o{n % 7}@{n // 7 + 1}": chance.choice((0, 0, 0, 1, 2)) for n in range(70)}

    def answering(request: Request) -> int:
        id = request.event["id"]
        refusals[id] -= 1
        return 204 if refusals[id] < 0 else 500

    receiver.answering = answering
    await own.publish([record(f"o{n % 7}", n // 7 + 1) for n in range(70)])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: len(set(receiver.ids)) == 70)
    assert len(receiver.ids) == 70, "nothing is sent again once it was taken"
    assert first_ones(receiver.ids) == {f"organisation:o{n}": list(range(1, 11)) for n in range(7)}
    for request in receiver.requests[:10]:
        Verifier(SECRET).verify(request.body, dict(request.headers))


async def test_an_event_that_is_not_taken_holds_up_its_own_aggregate_alone(own: Bench, receiver: Receiver) -> None:
    receiver.answering = lambda request: 400 if request.event["id"] == "organisation:bad@1" else 204
    await own.publish([record("bad", 1), record("bad", 2), *(record("good", n) for n in range(1, 21))])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 20 and len(receiver.requests) > 24)
        assert first_ones(receiver.ids) == {"organisation:good": list(range(1, 21))}
        receiver.answering = lambda request: 204
        await receiver.until(lambda: len(receiver.taken) == 22)
    assert first_ones(receiver.ids)["organisation:bad"] == [1, 2]


async def test_many_aggregates_are_sent_at_once_but_only_so_many(own: Bench, receiver: Receiver) -> None:
    await own.publish([record(f"o{n}", 1) for n in range(100)])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 100)
    assert 1 < receiver.most_open <= AT_ONCE


async def test_a_receiver_that_never_answers_holds_up_no_other_webhook(own: Bench, receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    await own.publish([record(f"o{n}", 1) for n in range(40)])
    async with receiving() as slow:
        slow.answering = lambda request: HANG
        async with bench(tmp_path / "other") as others:
            others.log = own.log
            async with others.running(subscription(slow.url), seconds=30), own.running(subscription(receiver.url)):
                await receiver.until(lambda: len(receiver.taken) == 40, seconds=5)


async def test_only_what_was_asked_for_is_sent(own: Bench, receiver: Receiver) -> None:
    await own.publish([record("a", 1), record("b", 1), record("c", 1)])
    for filters, ids in (
        ({"subjects": ("organisation:b",)}, {"organisation:b@1"}),
        ({"kinds": ("team",)}, set()),
        (
            {"types": ("headway.portfolio.organisation.registered.v1",), "subjects": ("organisation:c",)},
            {"organisation:c@1"},
        ),
    ):
        receiver.taken.clear()
        async with own.running(subscription(receiver.url, **filters)):
            await receiver.until(lambda ids=ids: len(receiver.taken) >= len(ids))  # type: ignore[misc]
        assert set(receiver.ids) == ids


async def test_what_the_log_holds_twice_is_sent_once(own: Bench, receiver: Receiver) -> None:
    other = record("a", 1, SAID + timedelta(seconds=1))
    await own.publish([record("a", 1), record("a", 2), other, record("b", 1)])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: "organisation:b@1" in receiver.ids and len(receiver.taken) >= 3)
    assert sorted(receiver.ids) == ["organisation:a@1", "organisation:a@2", "organisation:b@1"]


async def test_after_24_hours_it_stops_and_says_why_and_skips_nothing(own: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_schedule, "FIRST", 5.0)
    time = FakeTime()
    own.clock, own.sleep = time.clock, time.sleep
    receiver.answering = lambda request: 503
    await own.publish([record("a", 1), record("a", 2)])
    reason = await own.run(subscription(receiver.url))
    assert reason == "organisation:a@1 was not taken for 24 hours: it answered 503"
    made = await own.deliveries.attempts("w", None, 100)
    assert made[0].outcome is DeliveryOutcome.GIVEN_UP and all(a.outcome is DeliveryOutcome.FAILED for a in made[1:])
    assert made[-1].at == SAID and made[0].at == SAID + timedelta(hours=24)
    assert [a.tries for a in reversed(made)] == list(range(1, len(made) + 1)) and 25 < len(made) < 40
    assert {a.event for a in made} == {"organisation:a@1"}, "what comes behind it is not sent before"
    assert (await own.deliveries.load("w") or ((), {}))[1]["organisation:a"].sequence == 1
    assert receiver.requests[-1].headers["webhook-id"] == receiver.requests[0].headers["webhook-id"]


async def test_a_receiver_that_is_gone_ends_it_at_once(own: Bench, receiver: Receiver) -> None:
    receiver.answering = lambda request: 410
    await own.publish([record("a", 1)])
    assert "410" in await own.run(subscription(receiver.url))
    assert (await own.deliveries.load("w") or ((), {}))[1]["organisation:a"].sequence == 1


async def test_reading_waits_where_too_many_are_in_hand_and_goes_on_later(own: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "MOST", 5)
    receiver.answering = lambda request: 500
    await own.publish([record(f"o{n}", 1) for n in range(20)])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: len(receiver.requests) >= 15)
        assert own.workers[-1].in_hand == 5
        assert {r.event["id"] for r in receiver.requests} == {f"organisation:o{n}@1" for n in range(5)}
        receiver.answering = lambda request: 204
        await receiver.until(lambda: len(receiver.taken) == 20)


async def test_nothing_is_sent_while_the_claim_is_not_fresh(own: Bench, receiver: Receiver) -> None:
    fresh = asyncio.Event()
    own.may_send = fresh.is_set
    own.sleep = lambda seconds: asyncio.sleep(min(seconds, 0.01))
    await own.publish([record("a", 1)])
    async with own.running(subscription(receiver.url)):
        await asyncio.sleep(0.1)
        assert not receiver.requests
        fresh.set()
        await receiver.until(lambda: len(receiver.taken) == 1)


async def test_who_has_lost_its_claim_stops(own: Bench, receiver: Receiver) -> None:
    async with own.running(subscription(receiver.url)) as task:
        await own.publish([record("a", 1)])
        await receiver.until(lambda: len(receiver.taken) == 1)
        await own.deliveries.release("w")
        await own.publish([record("a", 2)])
        assert await asyncio.wait_for(task, GIVE_UP) == "another process delivers it"


async def test_a_store_that_is_away_stops_no_delivery_and_is_told_later(own: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    save = own.deliveries.save
    failed = 0
    saved = asyncio.Event()

    async def failing(*args: Any) -> bool:
        nonlocal failed
        failed += 1
        if failed < 4:
            raise DeliveriesUnavailable("away")
        saved.set()
        return await save(*args)

    monkeypatch.setattr(own.deliveries, "save", failing)
    await own.publish([record("a", n) for n in range(1, 6)])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 5)
        await asyncio.wait_for(saved.wait(), GIVE_UP)
    assert [a.event for a in await own.deliveries.attempts("w", None, 10)] == [f"organisation:a@{n}" for n in range(5, 0, -1)]


async def test_what_was_being_remembered_when_it_was_stopped_is_not_sent_again(own: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    save, begun = own.deliveries.save, asyncio.Event()

    async def slow(*args: Any) -> bool:
        kept = await save(*args)
        if args[2] and not begun.is_set():
            begun.set()
            await asyncio.sleep(60)
        return kept

    monkeypatch.setattr(own.deliveries, "save", slow)
    receiver.answering = lambda request: 204 if begun.is_set() else 500
    await own.publish([record("a", 1)])
    async with own.running(subscription(receiver.url)):
        await asyncio.wait_for(begun.wait(), GIVE_UP)
        await receiver.until(lambda: len(receiver.taken) == 1)
    kept = await own.deliveries.load("w")
    assert kept is not None and kept[1] == {}


async def test_a_log_that_was_begun_anew_is_sent_from_its_beginning(own: Bench, receiver: Receiver) -> None:
    await own.publish([record("a", 1)])
    async with own.running(subscription(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 1)
    await own.log.renew([])
    await own.publish([record("a", 2)])
    async with own.running(subscription(receiver.url), begin=False):
        await receiver.until(lambda: "organisation:a@2" in receiver.ids)
    assert receiver.ids == ["organisation:a@1", "organisation:a@1", "organisation:a@2"]


async def killed(folder: Path, url: str, receiver: Receiver, many: int) -> None:
    """A process that delivers, killed once so many more were taken."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.portfolio.webhooks.webhook_worker", str(folder), url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    before = len(receiver.taken)
    try:
        await receiver.until(lambda: len(receiver.taken) >= before + many, seconds=30)
    finally:
        process.kill()
        await process.wait()


async def test_killed_at_any_moment_everything_is_delivered_in_order(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_schedule, "FIRST", 0.02)
    chance = random.Random(3)
    receiver.answering = lambda request: 204 if chance.random() < 0.8 else 500
    async with bench(tmp_path) as own:
        await own.publish([record(f"o{n % 20}", n // 20 + 1) for n in range(600)])
    most = 500 // KILLS
    for _ in range(KILLS):
        await killed(tmp_path, receiver.url, receiver, chance.randint(min(10, most), min(100, most)))
    async with bench(tmp_path) as own, own.running(subscription(receiver.url), begin=False):
        await receiver.until(lambda: len(set(receiver.ids)) == 600, seconds=30)
    assert first_ones(receiver.ids) == {f"organisation:o{n}": list(range(1, 31)) for n in range(20)}
    assert len(receiver.ids) < 1200, "what was delivered in the last moments is delivered again, and no more than that"


# The queues alone, at random: several partitions, repeats in the log, restarts from what was remembered


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[str, str, int]]:
    """(partition, aggregate, sequence) in the order in which they are read; a partition repeats some of what it held."""
    partitions = {f"p{n}": [(f"a{n}{k}", s) for s in range(1, draw(st.integers(1, 4)) + 1) for k in range(2)] for n in range(2)}
    read: list[tuple[str, str, int]] = []
    for partition, events in partitions.items():
        repeated = draw(st.lists(st.integers(0, len(events) - 1), max_size=3))
        for n, (aggregate, sequence) in enumerate(events):
            read.append((partition, aggregate, sequence))
            read += [(partition, *events[again]) for again in repeated if again == n]
    return read


@settings(max_examples=100, deadline=None)
@given(logs(), st.integers())
def test_from_whatever_was_remembered_everything_is_delivered_in_order(read: list[tuple[str, str, int]], seed: int) -> None:
    chance = random.Random(seed)
    by_partition: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for partition, aggregate, sequence in read:
        by_partition[partition].append((aggregate, sequence))
    wanted = subscription("https://x.example/").webhook
    kept: tuple[Progress, dict[str, Waiting]] = (Progress(1, str(Cursor())), {})
    sent: list[str] = []
    for restart in range(6):
        queues = Queues(*kept)
        at = dict(queues.at.offsets)
        turns = {p: at.get(p, 0) for p in by_partition}
        for _ in range(chance.randint(0, 25) if restart < 5 else 1000):
            ready = [p for p, offset in turns.items() if offset < len(by_partition[p])]
            in_hand = [a for a in queues.waiting if queues.next(a)]
            if ready and chance.random() < 0.5:
                partition = chance.choice(ready)
                aggregate, sequence = by_partition[partition][turns[partition]]
                turns[partition] += 1
                queues.take(Delivery(record(aggregate, sequence), Cursor({**queues.at.offsets, partition: turns[partition]})), wanted)
            elif in_hand:
                aggregate = chance.choice(in_hand)
                item = queues.next(aggregate)
                assert item is not None
                sent.append(item.event)
                queues.delivered(aggregate)
            if chance.random() < 0.4:
                kept = (Progress(1, str(queues.cursor)), queues.waiting)
    assert first_ones(sent) == first_ones([f"organisation:{a}@{s}" for _, a, s in read])
