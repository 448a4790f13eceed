"""What the tests that publish by hand share: an owner who has all, logs of either kind, and a listener."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from libs.adapters.kafka.connection import KafkaConnection
from libs.adapters.kafka.log import KafkaLog
from libs.adapters.sqlite.decisions import SqliteDecisions
from libs.adapters.sqlite.log import SqliteLog
from libs.delivery.consumer import Consumer
from libs.events.envelope import topic
from libs.events.event import hash_of
from libs.events.ports.log import Log, Record
from libs.events.ports.store import Mark, Tally
from libs.events.world import World
from tests.adapters.kafka.kafka_logs import deleted
from tests.delivery.consumers import running
from tests.faults.places import SQLITE

KAFKA: Final = "Kafka"
ON = [pytest.param(SQLITE, id="sqlite"), pytest.param(KAFKA, id="kafka", marks=pytest.mark.servers)]
"""Where a log may be."""


class RecordOwner:
    """An owner as its listeners know it: the records that it has, right and whole. See `libs.events.ports.history_source.Owner`."""

    def __init__(self) -> None:
        self.records: dict[str, list[Record]] = defaultdict(list)
        self.taken = 0

    def take(self, records: Sequence[Record]) -> None:
        """Records in order of their sequence."""
        self.taken += len(records)
        for record in records:
            self.records[record.key].append(record)

    async def events(self, aggregate: str, after: int) -> list[Record]:
        return self.records[aggregate][after:]

    async def tallies(self) -> dict[str, Tally]:
        found: dict[str, Tally] = {}
        for aggregate, records in self.records.items():
            kind = aggregate.partition(":")[0]
            before = found.get(kind, Tally(0, 0))
            found[kind] = Tally(before.events + len(records), (before.digest + sum(hash_of(aggregate, n + 1) for n in range(len(records)))) % 2**64)
        return found

    async def heads(self, kind: str, after: str = "", limit: int = 1000) -> list[Mark]:
        return [(a, len(self.records[a])) for a in sorted(self.records) if a.startswith(f"{kind}:") and a > after][:limit]


@asynccontextmanager
async def log_on(on: str, namespace: str, folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Log]:
    """A log of one topic, `<namespace>.test`."""
    kafka = "" if on == SQLITE else request.getfixturevalue("kafka")
    log: Log = (
        SqliteLog(folder / f"{namespace}.sqlite3")
        if on == SQLITE
        else KafkaLog(KafkaConnection.parse(f"kafka://{kafka}"), namespace, 2, [topic(namespace, "test")])
    )
    await log.open()
    try:
        yield log
    finally:
        await log.close()
        if kafka:
            await deleted(kafka, [topic(namespace, "test")])


@asynccontextmanager
async def listening(log: Log, namespace: str, owner: RecordOwner, folder: Path) -> AsyncIterator[Consumer]:
    """A listener from the beginning of the log on, with the pauses that a process has."""
    decisions = SqliteDecisions(folder / "decisions.sqlite3")
    await decisions.open()
    consumer = Consumer(log, [topic(namespace, "test")], World(), owners={"test": owner}, decisions=decisions)
    try:
        async with running(consumer):
            yield consumer
    finally:
        await decisions.close()
