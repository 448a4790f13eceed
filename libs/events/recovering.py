"""Recovery at a start: a store and its log are held against each other, since either may have been put back from an older copy."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from libs.events.envelope import Undecodable, from_record, topic
from libs.events.event import Event, split
from libs.events.log import Log
from libs.events.store import Commit, CommitStore, Outcome

logger = logging.getLogger(__name__)

TOGETHER = 500
"""Aggregates looked up or put back in one call."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was missing: aggregates of which the log had lost events, and how many events each aggregate's store had lost."""

    log: tuple[str, ...] = ()
    store: Mapping[str, int] = field(default_factory=dict)


async def recover(store: CommitStore, log: Log, namespace: str, service: str, kinds: Collection[str]) -> Recovered:
    """Before a service answers: what its log has lost is marked to be published again, what its store has lost is taken back from the log.

    Taken back are events that the store once acknowledged. Their idempotency keys and private parts never left the store, and are gone. Said loudly.
    Raises whatever store and log raise.
    """
    # The order matters while other processes write: what is stored and not marked as unpublished must be in a log that is looked at afterwards.
    heads = await _heads(store, kinds)
    waiting = await store.first_unpublished(list(heads))
    held = await log.held(topic(namespace, service))
    behind = {a: n for a, last in heads.items() if (n := held[a].unbroken if a in held else 0) < min(last, waiting.get(a, last + 1) - 1)}
    if behind:
        logger.error("recovery: the log had lost events of %d aggregates of %s: they are published again", len(behind), service, extra={"service": service})
        await log.renew()
        await store.republish(behind)
    ahead = [a for a, n in held.items() if n.last > heads.get(a, 0) and split(a)[0] in kinds]
    return Recovered(tuple(sorted(behind)), await _taken_back(store, log, topic(namespace, service), ahead) if ahead else {})


async def _heads(store: CommitStore, kinds: Collection[str]) -> dict[str, int]:
    heads: dict[str, int] = {}
    for kind in sorted(kinds):
        after = ""
        while page := await store.heads(kind, after):
            heads.update(page)
            after = page[-1][0]
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
        stored = [c for c, outcome in zip(some, outcomes, strict=True) if outcome is Outcome.STORED]
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
