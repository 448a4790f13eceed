"""The contract suites of logs and of operators' decisions catch sloppy adapters: each of these is broken in one way that looks harmless."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from libs.adapters.contracts.suites import LogContract, OperatorDecisionsContract
from libs.events.ports.dead_letters import Discard
from libs.events.ports.log import Cursor, Delivery, Extent, KeyExtent, NotSent, Record
from tests.adapters.contracts.catching import broken_of, failing
from tests.adapters.contracts.memory import Disk, MemoryDecisions, MemoryLog
from tests.events.kinds import said
from tests.patience import GIVE_UP


class Suite(LogContract):
    say = staticmethod(said)


Suite.__test__ = False  # type: ignore[attr-defined]


class ReordersKeys(MemoryLog):
    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        answers = await super().publish(records)
        size = len(records)
        if size > 1:
            self.disk.records[-size:] = reversed(self.disk.records[-size:])
        return answers


class AcknowledgesWhatFailed(MemoryLog):
    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        await super().publish(records)
        return [None] * len(records)


class SendsBehindAFailure(MemoryLog):
    """As aiokafka's producer does."""

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        return [answer for r in records for answer in await super(SendsBehindAFailure, self).publish([r])]


class FailsTheWholeCall(MemoryLog):
    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        error = next((e for r in records if (e := self.fault(r))), None)
        return [error] * len(records) if error else await super().publish(records)


class RaisesInsteadOfAnswering(MemoryLog):
    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        for r in records:
            if error := self.fault(r):
                raise error
        return await super().publish(records)


class SaysNotSentOfEverything(MemoryLog):
    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        return [a and NotSent() for a in await super().publish(records)]


class TakesAPositionOnce(MemoryLog):
    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        there = {(r.key, r.headers.get("ce_sequence")) for r in self.disk.records}
        await super().publish([r for r in records if (r.key, r.headers.get("ce_sequence")) not in there])
        return [None] * len(records)


class CursorsAtInsteadOfBehind(MemoryLog):
    def cursor(self, n: int) -> Cursor:
        return super().cursor(max(0, n - 1))


class CursorsOneTooFar(MemoryLog):
    def cursor(self, n: int) -> Cursor:
        return super().cursor(n + 1)


class CursorsOfWholeBatches(MemoryLog):
    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        async for batch in super().read(topics, after, follow=follow, limit=limit):
            yield [replace(d, cursor=batch[-1].cursor) for d in batch]


class ReadsEveryTopic(MemoryLog):
    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        async for batch in super().read(["trial.test", "trial.elsewhere"], after, follow=follow, limit=limit):
            yield batch


class ReadsOneBatch(MemoryLog):
    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        async for batch in super().read(topics, after, follow=follow, limit=limit):
            yield batch
            return


class ReadsWithoutALimit(MemoryLog):
    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        async for batch in super().read(topics, after, follow=follow, limit=10**6):
            yield batch


class FollowsFromTheEnd(MemoryLog):
    """As `auto_offset_reset="latest"` does."""

    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        begin = await self.end(topics) if follow and not after.offsets else after
        async for batch in super().read(topics, begin, follow=follow, limit=limit):
            yield batch


class KeepsReadersWhenClosed(MemoryLog):
    async def read(self, topics: Sequence[str], after: Cursor = Cursor(), *, follow: bool = True, limit: int = 1000) -> AsyncIterator[Sequence[Delivery]]:  # noqa: B008
        async for batch in MemoryLog(self.disk).read(topics, after, follow=follow, limit=limit):
            yield batch


class EndsBeforeTheLast(MemoryLog):
    async def end(self, topics: Sequence[str]) -> Cursor:
        return self.cursor(max((n for n, r in enumerate(self.disk.records) if r.topic in topics), default=0))


class LosesAtARestart(MemoryLog):
    def __init__(self, disk: Disk) -> None:
        super().__init__(Disk())


class HoldsByTheHighest(MemoryLog):
    async def held(self, topic: str) -> dict[str, KeyExtent]:
        return {key: KeyExtent(h.last, h.last) for key, h in (await super().held(topic)).items()}


class HoldsByCounting(MemoryLog):
    async def held(self, topic: str) -> dict[str, KeyExtent]:
        return {r.key: KeyExtent(n := sum(k.key == r.key for k in self.disk.records), n) for r in self.disk.records if r.topic == topic}


class HoldsWithoutWhatIsBehindAGap(MemoryLog):
    async def held(self, topic: str) -> dict[str, KeyExtent]:
        return {key: KeyExtent(h.unbroken, h.unbroken) for key, h in (await super().held(topic)).items()}


class ExtentOfEveryTopic(MemoryLog):
    async def extent(self, topic: str) -> Extent:
        return Extent("", {"": (0, len(self.disk.records))}, len(self.disk.records))


class ExtentWithoutAnEnd(MemoryLog):
    async def extent(self, topic: str) -> Extent:
        return replace(await super().extent(topic), spans={})


async def test_a_plain_adapter_passes() -> None:
    assert await failing(MemoryLog, Suite, "logs", namespace="trial", ends=GIVE_UP) == []


BROKEN = broken_of(globals(), MemoryLog)


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.__name__ for broken in BROKEN])
async def test_a_broken_adapter_is_caught(broken: type[MemoryLog]) -> None:
    assert await failing(broken, Suite, "logs", namespace="trial")


# Operators' decisions


class TheLastDecisionStands(MemoryDecisions):
    async def discard(self, decision: Discard) -> None:
        self.disk.discards[decision.position] = decision


class ForgetsDecisions(MemoryDecisions):
    def __init__(self, disk: Disk) -> None:
        super().__init__(Disk())


async def test_plain_decisions_pass() -> None:
    assert await failing(MemoryDecisions, OperatorDecisionsContract, "decisions", ends=GIVE_UP) == []


BROKEN_DECISIONS = broken_of(globals(), MemoryDecisions)


@pytest.mark.parametrize("broken", BROKEN_DECISIONS, ids=[broken.__name__ for broken in BROKEN_DECISIONS])
async def test_broken_decisions_are_caught(broken: type[MemoryDecisions]) -> None:
    assert await failing(broken, OperatorDecisionsContract, "decisions")
