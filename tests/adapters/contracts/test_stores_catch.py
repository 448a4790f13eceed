"""The contract suite of commit stores catches sloppy adapters: each of these is broken in one way that looks harmless, and none of them passes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from libs.adapters.contracts.store import CommitStoreContract
from libs.events.event import Event
from libs.events.ports.store import NOTHING, AppendOutcome, Commit, Mark, StoredAnswer, Tally
from tests.adapters.contracts.catching import broken_of, failing
from tests.adapters.contracts.memory import Disk, MemoryStore
from tests.events.kinds import said
from tests.patience import GIVE_UP


class Suite(CommitStoreContract):
    say = staticmethod(said)


Suite.__test__ = False  # type: ignore[attr-defined]


class KeysUniqueWithinAnAggregate(MemoryStore):
    def key_taken(self, commit: Commit) -> bool:
        return MemoryStore.key_taken(self, commit) and any(c.command == commit.command for c in self.of(commit.aggregate))


class KeysUniqueWithoutTheirRevision(MemoryStore):
    def key_taken(self, commit: Commit) -> bool:
        return commit.command is not None and any(c.command and c.command.key == commit.command.key for c in self.disk.commits)


class KeysForgottenAtARestart(MemoryStore):
    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.keys: set[tuple[str, int]] = set()

    def key_taken(self, commit: Commit) -> bool:
        return commit.command is not None and (commit.command.key, commit.command.revision) in self.keys

    def stored(self, commit: Commit) -> None:
        super().stored(commit)
        if commit.command:
            self.keys.add((commit.command.key, commit.command.revision))


class NamesTheVersionFirst(MemoryStore):
    def judged(self, commit: Commit) -> AppendOutcome:
        return AppendOutcome.VERSION_TAKEN if self.version_taken(commit) else super().judged(commit)


class StoresAGap(MemoryStore):
    def version_taken(self, commit: Commit) -> bool:
        return commit.first <= self.last(commit.aggregate)


class LocksOnlyTheFirstOfACommit(MemoryStore):
    """As a unique index on (aggregate, first) alone does: a commit into the middle of a longer one goes in."""

    def version_taken(self, commit: Commit) -> bool:
        return any(c.first == commit.first for c in self.of(commit.aggregate)) or commit.first > self.last(commit.aggregate) + 1


class ChecksThenWrites(MemoryStore):
    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        outcomes = [self.judged(c) for c in commits]
        await asyncio.sleep(0)
        for commit, outcome in zip(commits, outcomes, strict=True):
            if outcome is AppendOutcome.STORED:
                self.stored(commit)
        return outcomes


class GoesOnBehindAFailedCommit(MemoryStore):
    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        return [outcome for c in commits for outcome in await super(GoesOnBehindAFailedCommit, self).append([c])]


class StopsTheWholeCallAtAFailure(MemoryStore):
    """As an ordered bulk insert does."""

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        outcomes: list[AppendOutcome] = []
        for c in commits:
            going = all(o is AppendOutcome.STORED for o in outcomes)
            outcomes += await super().append([c]) if going else [AppendOutcome.SKIPPED]
        return outcomes


class MarksInASecondStep(MemoryStore):
    """Cancelled in between, a commit is stored and never published."""

    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        before = set(self.disk.unpublished)
        outcomes = await super().append(commits)
        marked = self.disk.unpublished - before
        self.disk.unpublished -= marked
        await asyncio.sleep(0)
        self.disk.unpublished |= marked
        return outcomes


class StoresEventByEvent(MemoryStore):
    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        outcomes = await super().append(commits)
        for c in [c for c, o in zip(commits, outcomes, strict=True) if o is AppendOutcome.STORED]:
            self.disk.commits = [replace(k, events=k.events[:1]) if k == replace(c, private=None) else k for k in self.disk.commits]
            await asyncio.sleep(0)
            self.disk.commits = [replace(c, private=None) if (k.aggregate, k.first) == (c.aggregate, c.first) else k for k in self.disk.commits]
        return outcomes


class MarksOneCommitOfACall(MemoryStore):
    async def append(self, commits: Sequence[Commit]) -> list[AppendOutcome]:
        outcomes = await super().append(commits)
        self.disk.unpublished.difference_update((c.aggregate, c.first) for c in commits[1:])
        return outcomes


class LosesMarksAtARestart(MemoryStore):
    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        disk.unpublished = set()


class MarksWholeAggregates(MemoryStore):
    async def published(self, marks: Sequence[Mark]) -> None:
        named = {a for a, _ in marks}
        self.disk.unpublished = {m for m in self.disk.unpublished if m[0] not in named}


class MarksEverythingUpTo(MemoryStore):
    async def published(self, marks: Sequence[Mark]) -> None:
        upto = dict(sorted(marks))
        self.disk.unpublished = {(a, first) for a, first in self.disk.unpublished if first > upto.get(a, 0)}


class PagesInTheOrderOfInsertion(MemoryStore):
    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        return [c for c in self.disk.commits if (c.aggregate, c.first) in self.disk.unpublished and (after is None or (c.aggregate, c.first) > after)][:limit]


class PagesInTheOrderOfText(MemoryStore):
    """As `_id: "thing:a:10"` without leading zeros does."""

    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        waiting = [c for c in self.disk.commits if (c.aggregate, c.first) in self.disk.unpublished]
        return sorted((c for c in waiting if after is None or text(c) > (after[0], str(after[1]))), key=text)[:limit]


def text(commit: Commit) -> tuple[str, str]:
    return commit.aggregate, str(commit.first)


class LoadsInTheOrderOfText(MemoryStore):
    def of(self, aggregate: str) -> list[Commit]:
        return sorted(super().of(aggregate), key=text)


class PagesFromTheAggregateAfter(MemoryStore):
    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        return [c for c in await super().unpublished(None, 10**6) if after is None or c.aggregate > after[0]][:limit]


class PagesWithoutALimit(MemoryStore):
    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        return await super().unpublished(after, 10**6)


class RelaysWhatIsPrivate(MemoryStore):
    async def unpublished(self, after: Mark | None = None, limit: int = 500) -> list[Commit]:
        return [replace(c, private=self.disk.private.get((c.aggregate, c.first))) for c in await super().unpublished(after, limit)]


class NamesTheLastUnpublished(MemoryStore):
    async def first_unpublished(self, aggregates: Sequence[str]) -> dict[str, int]:
        return {a: max(firsts) for a in aggregates if (firsts := [first for b, first in self.disk.unpublished if b == a])}


class RepublishesNothing(MemoryStore):
    async def republish(self, behind: Mapping[str, int]) -> None: ...


class RepublishesFromTheNextCommitOnly(MemoryStore):
    """The commit that holds the first lost event in its middle stays out."""

    async def republish(self, behind: Mapping[str, int]) -> None:
        self.disk.unpublished.update((c.aggregate, c.first) for a, n in behind.items() for c in self.of(a) if c.first > n)


class AnswersWithTheFirstRevision(MemoryStore):
    async def answered(self, keys: Sequence[str]) -> dict[str, StoredAnswer]:
        found: dict[str, StoredAnswer] = {}
        for c in self.disk.commits:
            if c.command and c.command.key in keys:
                found.setdefault(c.command.key, StoredAnswer(c.command.key, c.command.revision, c.command.hash, c.aggregate, c.reply))
        return found


class HeadsOfKindsThatBeginAlike(MemoryStore):
    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        names = sorted({c.aggregate for c in self.disk.commits if c.aggregate.startswith(kind) and c.aggregate > after})
        return [(a, self.last(a)) for a in names[:limit]]


class HeadsCountCommits(MemoryStore):
    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        return [(a, len(self.of(a))) for a, _ in await super().heads(kind, after, limit)]


class ReferencesOfTheLastEventOnly(MemoryStore):
    async def referring(self, kind: str, field: str, id: str) -> list[str]:
        found = await super().referring(kind, field, id)
        return [a for a in found if getattr(self.of(a)[-1].events[-1].data, field, None) == id]


class TalliesWhatItStoredItself(MemoryStore):
    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.own = Disk()

    def stored(self, commit: Commit) -> None:
        super().stored(commit)
        self.own.commits.append(commit)

    async def tallies(self) -> dict[str, Tally]:
        return await MemoryStore(self.own).tallies()


class ErasesEverybody(MemoryStore):
    async def erase(self, aggregate: str) -> None:
        self.disk.private.clear()


class AnswersBeforeItIsStored(MemoryStore):
    """Buffered: what was acknowledged is gone with the process."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.durable, self.disk = disk, Disk(list(disk.commits), set(disk.unpublished), dict(disk.private))


class LoadsWhatIsThereOnly(MemoryStore):
    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        return {a: events for a, events in (await super().load(aggregates, behind)).items() if events}


class LoadsAllAgain(MemoryStore):
    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        return await super().load(aggregates)


class LoadsBehindTheFirstForAll(MemoryStore):
    async def load(self, aggregates: Sequence[str], behind: Mapping[str, int] = NOTHING) -> dict[str, list[Event]]:
        return await super().load(aggregates, dict.fromkeys(aggregates, max(behind.values(), default=0)))


async def test_a_plain_adapter_passes() -> None:
    assert await failing(MemoryStore, Suite, "stores", ends=GIVE_UP) == []


BROKEN = broken_of(globals(), MemoryStore)


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.__name__ for broken in BROKEN])
async def test_a_broken_adapter_is_caught(broken: type[MemoryStore]) -> None:
    assert await failing(broken, Suite, "stores")
