"""The contract suite of logs whose readers share the work; see `libs.adapters.contracts.suites` for the fixtures, and pass that suite too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import ClassVar, cast

from libs.adapters.contracts.log import Say
from libs.events.envelope import to_record, topic
from libs.events.ports.log import Delivery, Record, Share, SharedLog

SharedLogs = Callable[[], Awaitable[SharedLog]]

PATIENCE = 40
"""Seconds that a group may take to find that a member is gone."""


class SharedLogContract:
    """See `libs.events.ports.log.SharedLog`."""

    say: ClassVar[Say]

    async def test_a_member_hears_everything_from_the_beginning_in_order_per_key(self, logs: SharedLogs, namespace: str) -> None:
        log = await logs()
        sent = [to_record(namespace, self.say(f"thing:{key}", n)) for n in range(1, 6) for key in "abc"]
        await log.publish(sent[:9])
        member = asyncio.create_task(heard(log, namespace, "one", len(sent)))
        await log.publish(sent[9:])
        assert sequences(await member) == {f"thing:{key}": [1, 2, 3, 4, 5] for key in "abc"}

    async def test_what_was_done_does_not_come_again_and_what_was_not_does(self, logs: SharedLogs, namespace: str) -> None:
        log = await logs()
        await log.publish([to_record(namespace, self.say("thing:a", n)) for n in range(1, 7)])
        first, second = await taken(log, namespace, "one", limit=2, count=2, done=0)
        assert numbers([*first.deliveries, *second.deliveries]) == [1, 2, 3, 4]
        assert not await second.done(), "it is no member any more"
        await log.close()
        again = await logs()
        assert sequences(await heard(again, namespace, "one", 4)) == {"thing:a": [3, 4, 5, 6]}

    async def test_done_covers_what_was_given_before(self, logs: SharedLogs, namespace: str) -> None:
        log = await logs()
        await log.publish([to_record(namespace, self.say("thing:a", n)) for n in range(1, 7)])
        _, second = await taken(log, namespace, "one", limit=2, count=2, done=1)
        assert numbers(second.deliveries) == [3, 4]
        assert sequences(await heard(log, namespace, "one", 2)) == {"thing:a": [5, 6]}

    async def test_each_group_hears_for_itself(self, logs: SharedLogs, namespace: str) -> None:
        log = await logs()
        await log.publish([to_record(namespace, self.say("thing:a", 1))])
        assert len(await heard(log, namespace, "one", 1)) == len(await heard(log, namespace, "other", 1)) == 1

    async def test_of_two_members_each_record_comes_to_one(self, logs: SharedLogs, namespace: str) -> None:
        both = [await logs(), await logs()]
        found: list[list[Record]] = [[], []]
        members = [asyncio.create_task(collect(log, namespace, "one", into)) for log, into in zip(both, found, strict=True)]
        sent = [to_record(namespace, self.say(f"thing:{key}", n)) for n in range(1, 4) for key in "abcdefgh"]
        for record in sent:
            await both[0].publish([record])
        async with asyncio.timeout(PATIENCE):
            while len(positions(found[0]) | positions(found[1])) < len(sent):  # noqa: ASYNC110 - two lists that others fill
                await asyncio.sleep(0.01)
        settled = positions(found[0]) & positions(found[1])
        more = [to_record(namespace, self.say(f"thing:{key}", 4)) for key in "abcdefgh"]
        await both[0].publish(more)
        async with asyncio.timeout(PATIENCE):
            while len(positions(found[0]) | positions(found[1])) < len(sent) + len(more):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert positions(found[0]) & positions(found[1]) == settled, "after the members have found together nothing comes to both"
        for member in members:
            member.cancel()
        await asyncio.gather(*members, return_exceptions=True)

    async def test_when_a_member_ends_the_other_goes_on_where_it_was(self, logs: SharedLogs, namespace: str) -> None:
        one, other = await logs(), await logs()
        await one.publish([to_record(namespace, self.say("thing:a", n)) for n in (1, 2)])
        assert len(await heard(one, namespace, "one", 2)) == 2
        await one.publish([to_record(namespace, self.say("thing:a", n)) for n in (3, 4)])
        (share,) = await taken(one, namespace, "one", limit=2, count=1)
        assert numbers(share.deliveries) == [3, 4]
        assert sequences(await heard(other, namespace, "one", 2)) == {"thing:a": [3, 4]}

    async def test_members_end_when_the_log_is_closed(self, logs: SharedLogs, namespace: str) -> None:
        log = await logs()
        await log.publish([to_record(namespace, self.say("thing:a", 1))])
        found: list[Record] = []
        member = asyncio.create_task(collect(log, namespace, "one", found))
        async with asyncio.timeout(PATIENCE):
            while not found:  # noqa: ASYNC110 - a list that another task fills
                await asyncio.sleep(0.01)
            await log.close()
            await member

    async def test_a_log_put_back_is_shared_out_from_its_beginning(self, logs: SharedLogs, namespace: str) -> None:
        log = await logs()
        await log.publish([to_record(namespace, self.say("thing:a", n)) for n in (1, 2)])
        assert len(await heard(log, namespace, "one", 2)) == 2
        await log.renew([topic(namespace, "test")])
        assert sequences(await heard(log, namespace, "one", 2)) == {"thing:a": [1, 2]}


async def heard(log: SharedLog, namespace: str, group: str, count: int) -> list[Record]:
    """The first records that come to a member, each done, once there are so many."""
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE), aclosing(_shares(log, namespace, group)) as shares:
        async for share in shares:
            found += [d.record for d in share.deliveries]
            assert await share.done()
            if len(found) >= count:
                break
    return found


async def collect(log: SharedLog, namespace: str, group: str, into: list[Record]) -> None:
    """Takes whatever comes to a member, until it is cancelled or the log is closed."""
    async with aclosing(_shares(log, namespace, group)) as shares:
        async for share in shares:
            into += [d.record for d in share.deliveries]
            await share.done()


async def taken(log: SharedLog, namespace: str, group: str, *, limit: int, count: int, done: int | None = None) -> list[Share]:
    """The first shares of a member, none of them done but, while it is a member, the one of this number."""
    found: list[Share] = []
    async with asyncio.timeout(PATIENCE), aclosing(_shares(log, namespace, group, limit)) as shares:
        async for share in shares:
            found.append(share)
            if len(found) == count:
                if done is not None:
                    assert await found[done].done()
                break
    return found


def sequences(records: Sequence[Record]) -> dict[str, list[int]]:
    """Per key the sequences in the order in which they came."""
    found: dict[str, list[int]] = {}
    for record in records:
        found.setdefault(record.key, []).append(int(record.headers["ce_sequence"]))
    return found


def positions(records: Sequence[Record]) -> set[str]:
    """The ids of the events in records."""
    return {record.headers["ce_id"] for record in records}


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    """The sequences in the order in which they came."""
    return [int(d.record.headers["ce_sequence"]) for d in deliveries]


def _shares(log: SharedLog, namespace: str, group: str, limit: int = 500) -> AsyncGenerator[Share, None]:
    return cast("AsyncGenerator[Share, None]", log.share([topic(namespace, "test")], group, limit=limit))
