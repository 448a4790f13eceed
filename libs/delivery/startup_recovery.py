"""Recovers at start what a store or its log has lost, from the other: either may be restored from an older copy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from libs.events.envelope import Undecodable, from_record, topic
from libs.events.event import Event, split
from libs.events.ports.log import Log
from libs.events.ports.store import AppendOutcome, Commit, CommitStore

logger = logging.getLogger(__name__)

TOGETHER = 500
"""Aggregates looked up or put back in one call."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was missing: aggregates of which the log had lost events, and how many events each aggregate's store had lost."""

    log: tuple[str, ...] = ()
    store: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a log lacks of a store, and where it has more than the store had when it was asked first.

    By aggregate, where the log should have more: `behind` is up to which sequence it has all, `missing` how many events it must be given. `ahead`: how many
    later events the log had of an aggregate than the store; those that were stored meanwhile are among them.
    """

    behind: Mapping[str, int]
    missing: Mapping[str, int]
    ahead: Mapping[str, int]

    @property
    def events(self) -> int:
        """How many the log lacks in all."""
        return sum(self.missing.values())


async def compared(store: CommitStore, log: Log, namespace: str, service: str, kinds: Collection[str]) -> Compared:
    """Reads the heads of a store and the keys of its topic; changes nothing. Raises whatever store and log raise."""
    # The order matters while other processes write: what is stored and not marked as unpublished must be in a log that is looked at afterwards.
    heads = await _heads(store, kinds)
    waiting = await first_unpublished(store, list(heads))
    held = await log.held(topic(namespace, service))
    behind: dict[str, int] = {}
    missing: dict[str, int] = {}
    for aggregate, last in heads.items():
        there = held[aggregate].unbroken if aggregate in held else 0
        due = min(last, waiting.get(aggregate, last + 1) - 1)
        if there < due:
            behind[aggregate] = there
            missing[aggregate] = due - there
    ahead = {a: n.last - heads.get(a, 0) for a, n in held.items() if n.last > heads.get(a, 0) and a.partition(":")[0] in kinds}
    return Compared(behind, missing, ahead)


async def publish_again(store: CommitStore, log: Log, topic: str, found: Compared) -> None:
    """Marks what a log lacks as unpublished; its cursors lead to the beginning first, so that nobody passes over it. Raises whatever store and log raise."""
    logger.error(
        "recovery: topic %s had lost %d events of %d aggregates: they are published again", topic, found.events, len(found.behind), extra={"topic": topic}
    )
    await log.renew([topic])
    behind = list(found.behind.items())
    for begin in range(0, len(behind), TOGETHER):
        await store.republish(dict(behind[begin : begin + TOGETHER]))


async def first_unpublished(store: CommitStore, aggregates: Sequence[str]) -> dict[str, int]:
    """For each aggregate that has unpublished commits, the `first` of the lowest. Others have their turn in between."""
    found: dict[str, int] = {}
    for begin in range(0, len(aggregates), TOGETHER):
        found |= await store.first_unpublished(aggregates[begin : begin + TOGETHER])
        await asyncio.sleep(0)
    return found


async def recover(store: CommitStore, log: Log, namespace: str, service: str, kinds: Collection[str]) -> Recovered:
    """Before a service answers: what its log has lost is marked to be published again, what its store has lost is taken back from the log.

    Taken back are events that the store once acknowledged. Their idempotency keys and private parts never left the store, and are gone. Said loudly.
    Raises whatever store and log raise.
    """
    name = topic(namespace, service)
    found = await compared(store, log, namespace, service, kinds)
    if found.behind:
        await publish_again(store, log, name, found)
    return Recovered(tuple(sorted(found.behind)), await _taken_back(store, log, name, found.ahead) if found.ahead else {})


async def _heads(store: CommitStore, kinds: Collection[str]) -> dict[str, int]:
    heads: dict[str, int] = {}
    for kind in sorted(kinds):
        after = ""
        while page := await store.heads(kind, after):
            heads.update(page)
            after = page[-1][0]
            await asyncio.sleep(0)
    return heads


async def _taken_back(store: CommitStore, log: Log, topic: str, ahead: Collection[str]) -> dict[str, int]:
    """How many events of each aggregate the store has again."""
    last = {a: len(events) for a, events in (await store.load(list(ahead))).items()}
    found: dict[str, dict[int, Event]] = {a: {} for a in ahead}
    async for batch in log.read([topic], follow=False):
        for record in (d.record for d in batch):
            if record.key not in found:
                continue
            try:
                event = from_record(record)
            except Undecodable as e:  # parked where it is heard; what comes after it cannot be taken back either
                logger.warning("recovery: %s", e, extra={"aggregate": record.key})
                continue
            if event.sequence > last[record.key]:
                found[record.key].setdefault(event.sequence, event)
    commits = []
    for a, events in found.items():
        lacking = tuple(event for n, event in enumerate(sorted(events.values(), key=lambda e: e.sequence), last[a] + 1) if event.sequence == n)
        if lacking:
            commits.append(Commit(a, lacking[0].sequence, lacking, None, _reply(lacking[-1])))
    back: dict[str, int] = {}
    for begin in range(0, len(commits), TOGETHER):
        some = commits[begin : begin + TOGETHER]
        outcomes = await store.append(some)
        stored = [c for c, outcome in zip(some, outcomes, strict=True) if outcome is AppendOutcome.STORED]
        await store.published([(c.aggregate, c.first) for c in stored])
        back.update({c.aggregate: len(c.events) for c in stored})
    if back:
        logger.error(
            "recovery: the store is older than the log: %d events of %d aggregates taken back, without their idempotency keys and private parts",
            sum(back.values()),
            len(back),
            extra={"topic": topic},
        )
    return back


def _reply(last: Event) -> dict[str, object]:
    return {"id": split(last.aggregate)[1], "version": last.sequence, "events": [last.id], "position": last.id}
