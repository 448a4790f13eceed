"""Adapters in memory, plain and right: what the broken ones of `test_stores_catch` and `test_logs_catch` are made from."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from libs.events.event import Event, hash_of, mentions, split
from libs.events.ports.dead_letters import Discard
from libs.events.ports.log import Cursor, Delivery, Extent, KeyExtent, LogUnavailable, NotSent, Record
from libs.events.ports.store import NOTHING, AppendOutcome, Commit, Mark, StoredAnswer, Tally


@dataclass
class Disk:
    """What several instances share, and what a restart finds."""

    commits: list[Commit] = field(default_factory=list)
    unpublished: set[Mark] = field(default_factory=set)
    private: dict[Mark, Mapping[str, Any]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    discards: dict[str, Discard] = field(default_factory=dict)
    epoch: int = 0


class MemoryStore:
    """See `libs.events.ports.store.CommitStore`."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def of(self, aggregate: str) -> list[Commit]:
        return sorted((c for c in self.disk.commits if c.aggregate == aggregate), key=lambda c: c.first)

    def last(self, aggregate: str) -> int:
        return max((c.last for c in self.of(aggregate)), default=0)

    def key_taken(self, commit: Commit) -> bool:
        return commit.command is not None and any(
            c.command and (c.command.key, c.command.revision) == (commit.command.key, commit.command.revision) for c in self.disk.commits
        )

    def version_taken(self, commit: Commit) -> bool:
        return commit.first != self.last(commit.aggregate) + 1

    def judged(self, commit: Commit) -> AppendOutcome:
        if self.key_taken(commit):
            return AppendOutcome.KEY_TAKEN
        return AppendOutcome.VERSION_TAKEN if self.version_taken(commit) else AppendOutcome.STORED

    def stored(self, commit: Commit) -> None:
        self.disk.commits.append(replace(commit, private=None))
        self.disk.unpublished.add((commit.aggregate, commit.first))
        if commit.private is not None:
            self.disk.private[commit.aggregate, commit.first] = commit.private

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        await asyncio.sleep(0)
        stopped: set[str] = set()
        outcomes = []
        for commit in commits:
            outcome = AppendOutcome.SKIPPED if commit.aggregate in stopped else self.judged(commit)
            if outcome is AppendOutcome.STORED:
                self.stored(commit)
            else:
                stopped.add(commit.aggregate)
            outcomes.append(outcome)
        return outcomes

    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        await asyncio.sleep(0)
        return {a: [e for c in self.of(a) for e in c.events if e.sequence > behind.get(a, 0)] for a in aggregates}

    async def answered(self, keys: Sequence[str]) -> dict[str, StoredAnswer]:
        found: dict[str, StoredAnswer] = {}
        for c in self.disk.commits:
            if c.command and c.command.key in keys and (c.command.key not in found or found[c.command.key].revision < c.command.revision):
                found[c.command.key] = StoredAnswer(c.command.key, c.command.revision, c.command.hash, c.aggregate, c.reply)
        return found

    async def referring(self, kind: str, field: str, id: str) -> list[str]:
        return sorted({c.aggregate for c in self.disk.commits if split(c.aggregate)[0] == kind and any((field, id) in mentions(e.data) for e in c.events)})

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        names = sorted({c.aggregate for c in self.disk.commits if split(c.aggregate)[0] == kind and c.aggregate > after})
        return [(a, self.last(a)) for a in names[:limit]]

    async def tallies(self) -> dict[str, Tally]:
        tallies: defaultdict[str, Tally] = defaultdict(lambda: Tally(0, 0))
        for c in self.disk.commits:
            t = tallies[split(c.aggregate)[0]]
            tallies[split(c.aggregate)[0]] = Tally(t.events + len(c.events), (t.digest + sum(hash_of(c.aggregate, e.sequence) for e in c.events)) % (1 << 64))
        return dict(tallies)

    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        waiting = [c for c in self.disk.commits if (c.aggregate, c.first) in self.disk.unpublished and (after is None or (c.aggregate, c.first) > after)]
        return sorted(waiting, key=lambda c: (c.aggregate, c.first))[:limit]

    async def first_unpublished(self, aggregates: Sequence[str]) -> dict[str, int]:
        return {a: min(firsts) for a in aggregates if (firsts := [first for b, first in self.disk.unpublished if b == a])}

    async def published(self, marks: Sequence[Mark]) -> None:
        self.disk.unpublished.difference_update(marks)

    async def republish(self, behind: Mapping[str, int]) -> None:
        self.disk.unpublished.update((c.aggregate, c.first) for a, n in behind.items() for c in self.of(a) if c.last > n)

    async def private(self, aggregate: str) -> list[Mapping[str, Any]]:
        return [document for (a, _), document in sorted(self.disk.private.items(), key=lambda kept: kept[0]) if a == aggregate]

    async def erase(self, aggregate: str) -> None:
        for mark in [m for m in self.disk.private if m[0] == aggregate]:
            del self.disk.private[mark]
        self.disk.commits = [replace(c, command=c.command and replace(c.command, hash="")) if c.aggregate == aggregate else c for c in self.disk.commits]


class MemoryLog:
    """See `libs.events.ports.log.Log`."""

    def __init__(self, disk: Disk) -> None:
        self.disk, self.closed = disk, False

    async def open(self) -> None: ...

    async def close(self) -> None:
        self.closed = True

    def fault(self, record: Record) -> Exception | None:
        if self.closed:
            return LogUnavailable("closed")
        return ValueError("it is not UTF-8") if "\ud800" in "".join(record.headers.values()) else None

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        await asyncio.sleep(0)
        failed: set[str] = set()
        answers: list[Exception | None] = []
        for record in records:
            error = NotSent() if record.key in failed else self.fault(record)
            if error is None:
                self.disk.records.append(record)
            else:
                failed.add(record.key)
            answers.append(error)
        return answers

    def at(self, cursor: Cursor) -> int:
        return cursor.offsets.get(str(self.disk.epoch), 0)

    def cursor(self, n: int) -> Cursor:
        return Cursor({str(self.disk.epoch): n})

    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        at = self.at(after)
        while not self.closed:
            while found := [(n, r) for n, r in enumerate(self.disk.records) if n >= at and r.topic in topics][:limit]:
                at = found[-1][0] + 1
                yield [Delivery(r, self.cursor(n + 1)) for n, r in found]
            if not follow:
                return
            await asyncio.sleep(0)

    async def end(self, topics: Sequence[str]) -> Cursor:
        return self.cursor(max((n + 1 for n, r in enumerate(self.disk.records) if r.topic in topics), default=0))

    async def held(self, topic: str) -> dict[str, KeyExtent]:
        there: defaultdict[str, set[int]] = defaultdict(set)
        for r in self.disk.records:
            if r.topic == topic:
                there[r.key].add(int(r.headers["ce_sequence"]))
        return {key: KeyExtent(next(n for n in range(len(found) + 1) if n + 1 not in found), max(found)) for key, found in there.items()}

    async def extent(self, topic: str) -> Extent:
        there = [n for n, r in enumerate(self.disk.records) if r.topic == topic]
        return Extent("", {"": (there[0], there[-1] + 1) if there else (0, 0)}, len(there))

    async def renew(self, topics: Sequence[str]) -> None:
        self.disk.epoch += 1


class MemoryDecisions:
    """See `libs.events.ports.dead_letters.OperatorDecisions`."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def discards(self) -> dict[str, Discard]:
        return dict(self.disk.discards)

    async def discard(self, decision: Discard) -> None:
        self.disk.discards.setdefault(decision.position, decision)
