"""A process that relays one place's store until it kills itself at a named point: `python -m tests.faults.relaying POINT TURN NAMESPACE STORE LOG`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from libs.adapters.kafka.connection import KafkaConnection
from libs.adapters.kafka.log import KafkaLog
from libs.adapters.mongo.store import MongoCommitStore
from libs.adapters.sqlite.log import SqliteLog
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.delivery.relay import Relay
from libs.events.envelope import topic
from libs.events.event import Event
from libs.events.ports.log import Log, Record
from libs.events.ports.store import CommitStore, Mark
from tests.events import kinds

KINDS: Final = kinds.THING, kinds.OTHER
POINTS: Final = ("before send", "between events", "while sending", "after send", "after ack", "before the marker is cleared", "after the marker is cleared")


def made(namespace: str, store: str, log: str) -> tuple[CommitStore, Log]:
    """Store and log at a URL each, or in a file each; the topic is that of the tests' own kinds."""
    keeping: CommitStore = MongoCommitStore(store, namespace) if store.startswith("mongodb://") else SqliteCommitStore(Path(store))
    if log.startswith("kafka://"):
        return keeping, KafkaLog(KafkaConnection.parse(log), namespace, 2, [topic(namespace, "test")])
    return keeping, SqliteLog(Path(log))


def killed() -> NoReturn:
    """The end, as the kernel brings it about."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still here after SIGKILL")


class Fatal:
    """A relay that dies at `point` when it comes there for the `turn`th time."""

    def __init__(self, point: str, turn: int, namespace: str, store: CommitStore, log: Log) -> None:
        self._point, self._turn = point, turn
        self._publish, self._published = log.publish, store.published
        log.publish = self.publish  # type: ignore[method-assign]
        store.published = self.published  # type: ignore[method-assign]
        self.relay = Relay(store, log, namespace, sent=self.sent)

    def _comes(self, point: str) -> bool:
        if point != self._point:
            return False
        self._turn -= 1
        return self._turn < 0

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Sends, with the points around it."""
        if self._comes("before send"):
            killed()
        if self._comes("between events"):
            await self._publish(records[: max(1, len(records) // 2)])
            killed()
        if self._comes("while sending"):
            sending = asyncio.ensure_future(self._publish(records))
            await asyncio.wait([sending], timeout=0.0005 * len(records))
            killed()
        answers = await self._publish(records)
        if self._comes("after send"):
            killed()
        return answers

    def sent(self, events: Sequence[Event]) -> None:
        """The relay has the acknowledgement of a commit."""
        if self._comes("after ack"):
            killed()

    async def published(self, marks: Sequence[Mark]) -> None:
        """The relay clears markers."""
        if self._comes("before the marker is cleared"):
            killed()
        await self._published(marks)
        if self._comes("after the marker is cleared"):
            killed()


async def main(point: str, turn: int, namespace: str, store_at: str, log_at: str) -> None:
    """Relays until the point."""
    store, log = made(namespace, store_at, log_at)
    await store.open()
    await log.open()
    await Fatal(point, turn, namespace, store, log).relay.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]))
