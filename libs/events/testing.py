"""The contract suites that every adapter of a port must pass; a test module subclasses one and gives it a fixture that opens the adapter.

Each suite takes a fixture (`stores`, `logs`, `decisions`) that is an async function without arguments. Each call opens one more instance on the same data,
as a restart or a second process would; the data are empty when a test begins; the fixture closes what was opened. Closing twice is harmless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import ClassVar, Protocol

from libs.events.envelope import from_record, to_record, topic
from libs.events.event import Event
from libs.events.log import Cursor, Delivery, Held, Log, NotSent, Record
from libs.events.parking import Discard, OperatorDecisions
from libs.events.store import CommandKey, Commit, CommitStore, Mark, Outcome
from libs.events.world import World

BEGINNING = Cursor()

Stores = Callable[[], Awaitable[CommitStore]]
Logs = Callable[[], Awaitable[Log]]
DecisionStores = Callable[[], Awaitable[OperatorDecisions]]


class Say(Protocol):
    """Makes an event of an aggregate of the kind `thing` or `other`, which names a thing in the field `about`, or none."""

    def __call__(self, aggregate: str, sequence: int, about: str | None = None) -> Event: ...


def commit(say: Say, aggregate: str, first: int, count: int = 1, *, key: str | None = None, revision: int = 1, about: str | None = None) -> Commit:
    """A commit of `count` events numbered from `first`."""
    events = tuple(say(aggregate, first + n, about) for n in range(count))
    return Commit(aggregate, first, events, None if key is None else CommandKey(key, revision, f"hash of {key}"), {"id": aggregate, "version": first})


async def every_unpublished(store: CommitStore, limit: int) -> list[Mark]:
    """The marks of all unpublished commits, page by page."""
    found: list[Mark] = []
    while page := await store.unpublished(found[-1] if found else None, limit):
        assert len(page) <= limit
        assert not found or (page[0].aggregate, page[0].first) > found[-1], "a page begins behind the one before"
        found += [(c.aggregate, c.first) for c in page]
    return found


class CommitStoreContract:
    """See `libs.events.store.CommitStore`."""

    say: ClassVar[Say]

    async def test_what_was_appended_is_loaded_in_order_also_after_a_restart(self, stores: Stores) -> None:
        store = await stores()
        first, second = commit(self.say, "thing:a", 1, 2, about="b"), commit(self.say, "thing:a", 3)
        assert await store.append([first]) == [Outcome.STORED]
        assert await store.append([second]) == [Outcome.STORED]
        assert await store.load(["thing:a", "thing:nobody"]) == {"thing:a": [*first.events, *second.events], "thing:nobody": []}
        await store.close()
        assert (await (await stores()).load(["thing:a"]))["thing:a"] == [*first.events, *second.events]

    async def test_a_version_that_is_taken_is_refused(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:a", 1, 2)])
        outcomes = [(await store.append([commit(self.say, "thing:a", first)]))[0] for first in (1, 2)]
        assert outcomes == [Outcome.VERSION_TAKEN] * 2
        assert len((await store.load(["thing:a"]))["thing:a"]) == 2

    async def test_a_gap_is_never_made(self, stores: Stores) -> None:
        store = await stores()
        assert await store.append([commit(self.say, "thing:a", 2)]) == [Outcome.VERSION_TAKEN]
        await store.append([commit(self.say, "thing:a", 1)])
        assert await store.append([commit(self.say, "thing:a", 3)]) == [Outcome.VERSION_TAKEN]
        assert [e.sequence for e in (await store.load(["thing:a"]))["thing:a"]] == [1]

    async def test_of_64_writers_on_one_aggregate_each_stores_once_and_the_versions_are_contiguous(self, stores: Stores) -> None:
        both = [await stores(), await stores()]

        async def write(n: int) -> None:
            store = both[n % 2]
            while True:
                first = len((await store.load(["thing:a"]))["thing:a"]) + 1
                (outcome,) = await store.append([commit(self.say, "thing:a", first, key=f"writer {n}")])
                if outcome is Outcome.STORED:
                    return
                assert outcome is Outcome.VERSION_TAKEN

        await asyncio.gather(*(write(n) for n in range(64)))
        assert [e.sequence for e in (await both[0].load(["thing:a"]))["thing:a"]] == list(range(1, 65))
        assert len(await both[1].answered([f"writer {n}" for n in range(64)])) == 64

    async def test_of_writers_with_the_same_key_one_stores(self, stores: Stores) -> None:
        both = [await stores(), await stores()]
        outcomes = await asyncio.gather(*(both[n % 2].append([commit(self.say, f"thing:{n}", 1, key="same")]) for n in range(16)))
        assert sorted(o.value for (o,) in outcomes) == ["key_taken"] * 15 + ["stored"]
        assert sum(t.events for t in (await both[0].tallies()).values()) == 1

    async def test_a_call_stores_each_commit_it_can_and_skips_what_follows_a_failed_one(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:taken", 1)])
        asked = [("thing:a", 1), ("thing:taken", 1), ("thing:a", 2), ("thing:taken", 2), ("thing:b", 1)]
        outcomes = await store.append([commit(self.say, aggregate, first) for aggregate, first in asked])
        assert outcomes == [Outcome.STORED, Outcome.VERSION_TAKEN, Outcome.STORED, Outcome.SKIPPED, Outcome.STORED]
        assert {a: len(e) for a, e in (await store.load(["thing:a", "thing:taken", "thing:b"])).items()} == {"thing:a": 2, "thing:taken": 1, "thing:b": 1}

    async def test_nothing_is_nothing(self, stores: Stores) -> None:
        store = await stores()
        await store.published([])
        assert (await store.append([]), await store.load([]), await store.answered([]), await store.first_unpublished([])) == ([], {}, {}, {})

    async def test_the_key_is_named_before_the_version(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:a", 1, key="k")])
        assert await store.append([commit(self.say, "thing:a", 1, key="k")]) == [Outcome.KEY_TAKEN]
        assert await store.append([commit(self.say, "thing:b", 1, key="k")]) == [Outcome.KEY_TAKEN]
        assert await store.append([commit(self.say, "thing:c", 1, key="new"), commit(self.say, "thing:d", 1, key="new")]) == [Outcome.STORED, Outcome.KEY_TAKEN]
        assert (await store.load(["thing:b", "thing:d"])) == {"thing:b": [], "thing:d": []}

    async def test_a_key_answers_with_its_latest_revision(self, stores: Stores) -> None:
        store = await stores()
        assert await store.append([commit(self.say, "thing:a", 1, key="k")]) == [Outcome.STORED]
        assert await store.append([commit(self.say, "thing:a", 2, key="k", revision=2)]) == [Outcome.STORED]
        answers = await store.answered(["k", "unknown"])
        assert list(answers) == ["k"]
        found = answers["k"]
        assert (found.revision, found.hash, found.aggregate, dict(found.reply)) == (2, "hash of k", "thing:a", {"id": "thing:a", "version": 2})

    async def test_unpublished_commits_come_in_order_and_in_pages_until_they_are_marked(self, stores: Stores) -> None:
        store = await stores()
        for aggregate, first, count in [("thing:b", 1, 1), ("thing:a", 1, 9), ("thing:a", 10, 1), ("other:z", 1, 1), ("thing:a", 11, 1)]:
            await store.append([commit(self.say, aggregate, first, count, key=f"{aggregate}{first}")])
        marks = [("other:z", 1), ("thing:a", 1), ("thing:a", 10), ("thing:a", 11), ("thing:b", 1)]
        assert [await every_unpublished(store, limit) for limit in (1, 2, 500)] == [marks] * 3
        page = await store.unpublished(("thing:a", 1), 2)
        assert page == [commit(self.say, "thing:a", first, key=f"thing:a{first}") for first in (10, 11)]
        await store.published([("thing:a", 1), ("other:z", 1)])
        await store.published([("thing:a", 1)])
        assert await every_unpublished(store, 500) == marks[2:]
        assert await store.first_unpublished(["thing:a", "thing:b", "other:z", "thing:none"]) == {"thing:a": 10, "thing:b": 1}
        await store.close()
        assert await every_unpublished(await stores(), 500) == marks[2:]

    async def test_numbers_are_ordered_as_numbers(self, stores: Stores) -> None:
        store = await stores()
        firsts = [(1, 1), (2, 7), (9, 1), (10, 90), (100, 1)]
        for first, count in firsts:
            assert await store.append([commit(self.say, "thing:a", first, count)]) == [Outcome.STORED]
        assert await every_unpublished(store, 2) == [("thing:a", first) for first, _ in firsts]
        assert [e.sequence for e in (await store.load(["thing:a"]))["thing:a"]] == list(range(1, 101))
        assert await store.heads("thing") == [("thing:a", 100)]
        await store.published([("thing:a", 1)])
        assert await store.first_unpublished(["thing:a"]) == {"thing:a": 2}

    async def test_every_commit_of_a_call_is_unpublished_and_none_that_was_not_stored(self, stores: Stores) -> None:
        store = await stores()
        asked = [
            commit(self.say, "thing:a", 1, key="k"),
            commit(self.say, "thing:a", 2),
            commit(self.say, "thing:b", 2),
            commit(self.say, "thing:c", 1, key="k"),
        ]
        assert await store.append(asked) == [Outcome.STORED, Outcome.STORED, Outcome.VERSION_TAKEN, Outcome.KEY_TAKEN]
        assert await every_unpublished(await stores(), 500) == [("thing:a", 1), ("thing:a", 2)]
        await store.published([("thing:b", 2), ("thing:a", 2)])
        assert await every_unpublished(store, 500) == [("thing:a", 1)]

    async def test_what_the_log_has_lost_is_unpublished_again(self, stores: Stores) -> None:
        store = await stores()
        marks = [("thing:a", 1), ("thing:a", 3), ("thing:a", 4), ("thing:b", 1), ("thing:c", 1)]
        for aggregate, first in marks:
            await store.append([commit(self.say, aggregate, first, 2 if (aggregate, first) == ("thing:a", 1) else 1)])
        await store.published(marks)
        await store.republish({"thing:a": 3, "thing:b": 0, "thing:none": 0})
        assert await every_unpublished(store, 500) == [("thing:a", 4), ("thing:b", 1)]
        await store.republish({"thing:a": 1, "thing:b": 1})
        await store.republish({})
        assert await every_unpublished(await stores(), 500) == [("thing:a", 1), ("thing:a", 3), ("thing:a", 4), ("thing:b", 1)]
        assert (await store.tallies())["thing"].events == 6

    async def test_what_refers_to_a_thing_is_found_also_when_a_later_event_names_another(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, "thing:b", 1, about="x"), commit(self.say, "thing:a", 1, about="x"), commit(self.say, "other:c", 1, about="x")])
        await store.append([commit(self.say, "thing:a", 2, about="y"), commit(self.say, "thing:b", 2, about="x")])
        assert await store.referring("thing", "about", "x") == ["thing:a", "thing:b"]
        assert await store.referring("thing", "about", "y") == ["thing:a"]
        assert await store.referring("other", "about", "x") == ["other:c"]
        assert await store.referring("thing", "elsewhere", "x") == []

    async def test_heads_are_the_last_sequences_of_a_kind_in_pages(self, stores: Stores) -> None:
        store = await stores()
        await store.append([commit(self.say, f"thing:{id}", 1, count) for id, count in (("b", 2), ("a", 1), ("c", 3))])
        await store.append([commit(self.say, "thing:a", 2, 4), commit(self.say, "other:x", 1)])
        assert await store.heads("thing") == [("thing:a", 5), ("thing:b", 2), ("thing:c", 3)]
        assert await store.heads("thing", "thing:a", 1) == [("thing:b", 2)]
        assert await store.heads("thing", "thing:c") == []
        assert await store.heads("thin") == []

    async def test_tallies_equal_those_of_a_world_that_heard_everything(self, stores: Stores) -> None:
        both = [await stores(), await stores()]
        for n in range(6):
            await both[n % 2].append([commit(self.say, f"thing:{n}", 1, 1 + n), commit(self.say, f"other:{n}", 1), commit(self.say, f"thing:{n}", 1)])
        world = World()
        for aggregate, _ in [*await both[0].heads("thing"), *await both[0].heads("other")]:
            for event in (await both[0].load([aggregate]))[aggregate]:
                world.apply(event)
        assert await both[0].tallies() == await both[1].tallies() == world.tallies()

    async def test_private_parts_are_kept_apart_and_can_be_erased(self, stores: Stores) -> None:
        store = await stores()
        for n, private in enumerate([{"name": "Ada"}, None, {"name": "Grace"}], 1):
            c = commit(self.say, "thing:a", n)
            await store.append([Commit(c.aggregate, c.first, c.events, c.command, c.reply, private)])
        kept = commit(self.say, "thing:b", 1)
        await store.append([Commit(kept.aggregate, 1, kept.events, None, {}, {"name": "Mary"})])
        assert [dict(p) for p in await store.private("thing:a")] == [{"name": "Ada"}, {"name": "Grace"}]
        assert {c.private for c in await store.unpublished()} == {None}, "what is private is not on its way out"
        await store.erase("thing:a")
        assert await store.private("thing:a") == []
        assert [dict(p) for p in await store.private("thing:b")] == [{"name": "Mary"}]
        assert len((await store.load(["thing:a"]))["thing:a"]) == 3

    async def test_a_cancelled_append_is_done_whole_or_not_at_all_and_its_key_tells(self, stores: Stores) -> None:
        store = await stores()
        for n in range(20):
            asked = commit(self.say, f"thing:{n}", 1, 3, key=f"k{n}")
            task = asyncio.create_task(store.append([asked]))
            for _ in range(n % 4):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            (again,) = await store.append([asked])
            assert again in (Outcome.STORED, Outcome.KEY_TAKEN)
            assert (await store.load([asked.aggregate]))[asked.aggregate] == list(asked.events)
        assert await every_unpublished(store, 500) == sorted((f"thing:{n}", 1) for n in range(20))
        await store.close()
        assert (await (await stores()).tallies())["thing"].events == 60


class LogContract:
    """See `libs.events.log.Log`. A fixture `namespace` is a name that no other test's topics begin with."""

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
        assert await log.held(name) == {"thing:a": Held(2, 4), "thing:b": Held(11, 11), "thing:d": Held(0, 2)}
        await log.publish([to_record(namespace, self.say("thing:a", 3))])
        await log.close()
        assert (await (await logs()).held(name))["thing:a"] == Held(4, 4)

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
    """See `libs.events.parking.OperatorDecisions`."""

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
