"""The contract suites that every adapter of a log or of operators' decisions must pass, and what all suites share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import ClassVar, Protocol

from libs.events.envelope import from_record, to_record, topic
from libs.events.event import Event
from libs.events.ports.dead_letters import Discard, OperatorDecisions
from libs.events.ports.log import Cursor, Delivery, KeyExtent, Log, NotSent, Record
from libs.events.ports.store import CommandKey, Commit

BEGINNING = Cursor()

Logs = Callable[[], Awaitable[Log]]
DecisionStores = Callable[[], Awaitable[OperatorDecisions]]


class Say(Protocol):
    """Makes an event of an aggregate of the kind `thing` or `other`, which names a thing in the field `about`, or none."""

    def __call__(self, aggregate: str, sequence: int, about: str | None = None) -> Event: ...


def commit(say: Say, aggregate: str, first: int, count: int = 1, *, key: str | None = None, revision: int = 1, about: str | None = None) -> Commit:
    """A commit of `count` events numbered from `first`."""
    events = tuple(say(aggregate, first + n, about) for n in range(count))
    return Commit(aggregate, first, events, None if key is None else CommandKey(key, revision, f"hash of {key}"), {"id": aggregate, "version": first})


class LogContract:
    """See `libs.events.ports.log.Log`. A fixture `namespace` is a name that no other test's topics begin with."""

    say: ClassVar[Say]

    async def make_fail(self, log: Log) -> None:
        """Brings a log into a state in which it acknowledges nothing."""
        await log.close()

    async def test_records_are_read_as_they_were_published_in_order_per_key_also_after_a_restart(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        sent = [to_record(namespace, self.say(f"thing:{key}", sequence)) for sequence in range(1, 6) for key in "abc"]
        assert await log.publish(sent) == [None] * len(sent)
        assert by_key(await heard(log, [topic(namespace, "test")])) == by_key(sent)
        await log.close()
        again = await heard(await logs(), [topic(namespace, "test")])
        assert by_key(again) == by_key(sent)
        assert from_record(again[0]).aggregate == again[0].key

    async def test_a_record_sent_again_is_heard_at_least_once(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        record = to_record(namespace, self.say("thing:a", 1))
        assert await log.publish([record]) == await log.publish([record]) == [None]
        found = await heard(log, [record.topic])
        assert found
        assert all(r == record for r in found)

    async def test_another_record_of_the_same_position_is_not_lost(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        true = to_record(namespace, self.say("thing:a", 1))
        forged = Record(true.topic, true.key, true.headers, b"damaged")
        await log.publish([forged])
        await log.publish([true])
        assert await heard(log, [true.topic]) == [forged, true]

    async def test_reading_goes_on_from_any_cursor(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        sent = [to_record(namespace, self.say("thing:a", n)) for n in range(1, 11)]
        await log.publish(sent)
        deliveries = await delivered(log, [topic(namespace, "test")], limit=3)
        for n, delivery in enumerate(deliveries, 1):
            cursor = Cursor.parse(str(delivery.cursor))
            assert await heard(log, [topic(namespace, "test")], cursor) == sent[n:]

    async def test_a_batch_is_no_longer_than_was_asked_for(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        await log.publish([to_record(namespace, self.say("thing:a", n)) for n in range(1, 11)])
        sizes = [len(batch) async for batch in log.read([topic(namespace, "test")], follow=False, limit=3)]
        assert sum(sizes) == 10
        assert 0 < min(sizes) <= max(sizes) <= 3

    async def test_a_record_that_cannot_be_sent_stops_its_own_key_alone(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        sent = [to_record(namespace, self.say(f"thing:{key}", n)) for n in (1, 2, 3) for key in "ab"]
        sent[2] = Record(sent[2].topic, sent[2].key, {**sent[2].headers, "ce_actor": "\ud800"}, sent[2].value)
        answers = await log.publish(sent)
        assert [a is None for a in answers] == [True, True, False, True, False, True]
        assert isinstance(answers[4], NotSent)
        assert by_key(await heard(log, [topic(namespace, "test")])) == {"thing:a": [sent[0]], "thing:b": sent[1::2]}

    async def test_what_is_held_of_a_key_ends_before_its_first_missing_record(self, logs: Logs, namespace: str) -> None:
        log, name = await logs(), topic(namespace, "test")
        assert await log.held(name) == {}
        sent = [to_record(namespace, self.say("thing:a", n)) for n in (1, 2, 4)] + [to_record(namespace, self.say("thing:b", n)) for n in range(1, 12)]
        await log.publish(
            [*sent, Record(topic(namespace, "elsewhere"), "thing:c", sent[0].headers, b"{}"), sent[0], to_record(namespace, self.say("thing:d", 2))]
        )
        assert await log.held(name) == {"thing:a": KeyExtent(2, 4), "thing:b": KeyExtent(11, 11), "thing:d": KeyExtent(0, 2)}
        await log.publish([to_record(namespace, self.say("thing:a", 3))])
        await log.close()
        assert (await (await logs()).held(name))["thing:a"] == KeyExtent(4, 4)

    async def test_the_extent_of_a_topic_goes_on_as_long_as_nothing_is_lost(self, logs: Logs, namespace: str) -> None:
        log, name = await logs(), topic(namespace, "test")
        extents = [await log.extent(name)]
        for n in (1, 2, 3):
            await log.publish([to_record(namespace, self.say(f"thing:{key}", n)) for key in "abcd"])
            extents.append(await log.extent(name))
        assert [extent.records for extent in extents] == [0, 4, 8, 12]
        assert all(later.goes_on_from(earlier) for earlier, later in pairwise(extents))
        assert not extents[1].goes_on_from(extents[3])
        one = to_record(namespace, self.say("thing:a", 4))
        await log.publish([Record(topic(namespace, "elsewhere"), one.key, one.headers, b"{}")])
        assert await log.extent(name) == extents[3]

    async def test_only_the_topics_asked_for_are_read(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        one = to_record(namespace, self.say("thing:a", 1))
        other = Record(topic(namespace, "elsewhere"), "thing:b", one.headers, b"{}")
        await log.publish([other, one, other])
        assert await heard(log, [one.topic]) == [one]
        assert {r.topic for r in await heard(log, [one.topic, other.topic])} == {one.topic, other.topic}

    async def test_a_follower_hears_what_is_published_later_here_and_elsewhere(self, logs: Logs, namespace: str) -> None:
        here, elsewhere = await logs(), await logs()
        sent = [to_record(namespace, self.say("thing:a", n)) for n in range(1, 7)]
        await here.publish(sent[:1])
        follower = asyncio.create_task(follow(here, [topic(namespace, "test")], len(sent)))
        for n, record in enumerate(sent[1:]):
            await asyncio.sleep(0)
            assert await (here, elsewhere)[n % 2].publish([record]) == [None]
        async with asyncio.timeout(20):
            assert await follower == sent

    async def test_the_end_is_covered_by_the_cursor_of_who_heard_everything(self, logs: Logs, namespace: str) -> None:
        log, topics = await logs(), [topic(namespace, "test")]
        assert Cursor().covers(await log.end(topics))
        await log.publish([to_record(namespace, self.say(f"thing:{key}", 1)) for key in "abcd"])
        end = await log.end(topics)
        assert not Cursor().covers(end)
        deliveries = await delivered(log, topics)
        assert deliveries[-1].cursor.covers(end)
        assert not deliveries[0].cursor.covers(end)
        assert await heard(log, topics, end) == []
        await log.publish([to_record(namespace, self.say("thing:e", 1))])
        assert [r.key for r in await heard(log, topics, end)] == ["thing:e"]

    async def test_what_is_not_acknowledged_is_said_and_what_follows_it_is_not_sent(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        await self.make_fail(log)
        answers = await log.publish([to_record(namespace, self.say(f"thing:{key}", n)) for n in (1, 2) for key in "ab"])
        assert None not in answers
        assert [isinstance(a, NotSent) for a in answers] == [False, False, True, True]

    async def test_readers_end_when_the_log_is_closed(self, logs: Logs, namespace: str) -> None:
        log = await logs()
        follower = asyncio.create_task(follow(log, [topic(namespace, "test")], 2))
        await log.publish([to_record(namespace, self.say("thing:a", 1))])
        await log.close()
        async with asyncio.timeout(20):
            assert len(await follower) <= 1


class OperatorDecisionsContract:
    """See `libs.events.ports.dead_letters.OperatorDecisions`."""

    async def test_a_discard_is_remembered_over_a_restart(self, decisions: DecisionStores) -> None:
        kept = await decisions()
        assert await kept.discards() == {}
        decision = Discard("thing:a@2", "damaged on its way", "operator", datetime(2024, 5, 1, 9, 30, tzinfo=UTC))
        await kept.discard(decision)
        await kept.close()
        assert await (await decisions()).discards() == {"thing:a@2": decision}

    async def test_the_first_decision_on_a_position_stands(self, decisions: DecisionStores) -> None:
        kept, second = await decisions(), await decisions()
        at = datetime(2024, 5, 1, tzinfo=UTC)
        await kept.discard(Discard("thing:a@2", "first", "one", at))
        await second.discard(Discard("thing:a@2", "second", "two", at))
        await second.discard(Discard("thing:b@1", "third", "two", at))
        assert {p: d.reason for p, d in (await kept.discards()).items()} == {"thing:a@2": "first", "thing:b@1": "third"}


async def delivered(log: Log, topics: Sequence[str], after: Cursor = BEGINNING, limit: int = 1000) -> list[Delivery]:
    """Everything in a log behind a cursor."""
    return [delivery async for batch in log.read(topics, after, follow=False, limit=limit) for delivery in batch]


async def heard(log: Log, topics: Sequence[str], after: Cursor = BEGINNING) -> list[Record]:
    """The records of everything in a log behind a cursor."""
    return [delivery.record for delivery in await delivered(log, topics, after)]


async def follow(log: Log, topics: Sequence[str], count: int) -> list[Record]:
    """The first records of a log, once so many are there or the log was closed."""
    found: list[Record] = []
    async for batch in log.read(topics):
        found += [delivery.record for delivery in batch]
        if len(found) >= count:
            break
    return found


def by_key(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Records per key in the given order."""
    return {key: list(group) for key, group in groupby(sorted(records, key=lambda r: r.key), key=lambda r: r.key)}
