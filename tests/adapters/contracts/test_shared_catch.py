"""The contract suite of shared logs catches sloppy adapters, as `test_logs_catch` says of those of one reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from libs.adapters.contracts.shared_log import SharedLogContract
from libs.events.ports.log import Delivery, Share
from tests.adapters.contracts.catching import broken_of, failing
from tests.adapters.contracts.memory import Disk, MemoryLog
from tests.events.kinds import said
from tests.patience import GIVE_UP


class Suite(SharedLogContract):
    say = staticmethod(said)


Suite.__test__ = False  # type: ignore[attr-defined]


@dataclass
class SharedDisk(Disk):
    """With the place of each group in an epoch, and who its member is."""

    places: dict[tuple[str, int], int] = field(default_factory=dict)
    members: dict[str, object] = field(default_factory=dict)


class Shared(MemoryLog):
    """One member of a group at a time has everything."""

    disk: SharedDisk

    def place(self, group: str) -> tuple[str, int]:
        return group, self.disk.epoch

    def begin(self, group: str) -> int:
        return self.disk.places.get(self.place(group), 0)

    def may(self, group: str, member: object) -> bool:
        return self.disk.members.setdefault(group, member) is member

    def leave(self, group: str, member: object) -> None:
        if self.disk.members.get(group) is member:
            del self.disk.members[group]

    def given(self, group: str, end: int) -> None: ...

    def done(self, group: str, member: object, end: int) -> bool:
        if self.disk.members.get(group) is not member:
            return False
        self.disk.places[self.place(group)] = max(self.begin(group), end)
        return True

    async def share(self, topics: Sequence[str], group: str, *, limit: int = 500) -> AsyncIterator[Share]:
        member = object()
        try:
            while not self.closed and not self.may(group, member):  # noqa: ASYNC110 - in memory nothing is waited for
                await asyncio.sleep(0)
            at = self.begin(group)
            while not self.closed:
                found = [(n, r) for n, r in enumerate(self.disk.records) if n >= at and r.topic in topics][:limit]
                if found:
                    end = at = found[-1][0] + 1
                    self.given(group, end)

                    async def done(end: int = end) -> bool:
                        return self.done(group, member, end)

                    yield Share([Delivery(r, self.cursor(n + 1)) for n, r in found], done)
                await asyncio.sleep(0)
        finally:
            self.leave(group, member)


class CommitsBeforeTheWork(Shared):
    def given(self, group: str, end: int) -> None:
        self.disk.places[self.place(group)] = end


class BeginsAtTheEnd(Shared):
    def begin(self, group: str) -> int:
        return self.disk.places.get(self.place(group), len(self.disk.records))


class AllGroupsShareOnePlace(Shared):
    def place(self, group: str) -> tuple[str, int]:
        return "", self.disk.epoch


class ForgetsAtARestart(Shared):
    def __init__(self, disk: SharedDisk) -> None:
        super().__init__(disk)
        self.own: dict[tuple[str, int], int] = {}

    def begin(self, group: str) -> int:
        return self.own.get(self.place(group), 0)

    def done(self, group: str, member: object, end: int) -> bool:
        self.own[self.place(group)] = end
        return super().done(group, member, end)


class EveryMemberHearsAll(Shared):
    def may(self, group: str, member: object) -> bool:
        self.disk.members[group] = member
        return True


class NeverLeaves(Shared):
    def leave(self, group: str, member: object) -> None: ...


class DoneAfterLeaving(Shared):
    def done(self, group: str, member: object, end: int) -> bool:
        self.disk.places[self.place(group)] = end
        return True


class KeepsItsPlaceInALogPutBack(Shared):
    def place(self, group: str) -> tuple[str, int]:
        return group, 0


class StaysWhenClosed(Shared):
    async def close(self) -> None: ...


async def test_a_plain_adapter_passes() -> None:
    assert await failing(Shared, Suite, "logs", SharedDisk, namespace="trial", ends=GIVE_UP) == []


BROKEN = broken_of(globals(), Shared)


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.__name__ for broken in BROKEN])
async def test_a_broken_adapter_is_caught(broken: type[Shared]) -> None:
    assert await failing(broken, Suite, "logs", SharedDisk, namespace="trial")
