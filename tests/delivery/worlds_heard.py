"""Consumers that keep a snapshot and stop as a process does, and what they came to know."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from libs.adapters.sqlite.decisions import SqliteDecisions
from libs.delivery.consumer import Consumer
from libs.delivery.snapshot.snapshot_file import SnapshotFile
from libs.events.envelope import to_record
from libs.events.ports.log import Log, Record
from libs.events.world import World
from tests.delivery.consumers import running
from tests.events.kinds import OTHER, START, THING, said

TOPICS = ["trial.test"]


def records(begin: int, end: int, namespace: str = "trial") -> list[Record]:
    """Two events each of things, and one of another that names the thing."""
    told = [(said(f"thing:{n}", 1, text=f"T{n}"), said(f"thing:{n}", 2, about="0"), said(f"other:{n}", 1, str(n))) for n in range(begin, end)]
    return [to_record(namespace, event) for some in told for event in some]


class Heard:
    """What a consumer came to, and how many events it read for that."""

    def __init__(self, consumer: Consumer) -> None:
        world, published = consumer.world, consumer.published
        assert published is not None
        facts = world.facts(START.date())
        self.read = consumer.applied
        self.known = (
            {a: list(world.events(a)) for kind in ("thing", "other") for a in world.all(kind)},
            world.tallies(),
            world.digest,
            (world.latest, world.furthest),
            [facts.every(THING), facts.every(OTHER), [facts.related(OTHER, "about", str(n)) for n in range(9)], facts.related(THING, "about", "0")],
        )
        self.cursor = consumer.cursor
        self.first = {offset: published.is_first(((name,), offset)) for name, end in self.cursor.offsets.items() for offset in range(2, end + 1)}
        self.lasts = {f"thing:{n}": published.last(f"thing:{n}") for n in range(9)}
        self.parked = [parked.position for parked in consumer.parked()]

    def same(self, other: Heard) -> bool:
        """Whether both know the same, however they came to it."""
        return (self.known, self.cursor, self.first, self.lasts, self.parked) == (other.known, other.cursor, other.first, other.lasts, other.parked)


@asynccontextmanager
async def hearing(log: Log, tmp_path: Path, of: str = "trial", *, kept: bool = True, topics: Sequence[str] = TOPICS) -> AsyncIterator[Consumer]:
    """A consumer that has read the log, and stops at the end as a process does."""
    decisions = SqliteDecisions(tmp_path / "decisions.sqlite3")
    await decisions.open()
    snapshot = SnapshotFile(tmp_path / "world.snapshot", of) if kept else None
    consumer = Consumer(log, topics, World(), owners={}, decisions=decisions, snapshot=snapshot)
    async with running(consumer):
        await consumer.ready.wait()
        yield consumer
    await consumer.close()
    await decisions.close()


async def heard(log: Log, tmp_path: Path, of: str = "trial", *, kept: bool = True, topics: Sequence[str] = TOPICS) -> Heard:
    async with hearing(log, tmp_path, of, kept=kept, topics=topics) as consumer:
        return Heard(consumer)
