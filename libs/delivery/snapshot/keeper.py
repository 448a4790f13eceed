"""Keeps the snapshot of a world: writes down what was heard, chapter by chapter, and gives it back at the next start where the log still says the same."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from libs.delivery.deduplication import Published, Stretch
from libs.delivery.snapshot.event_pickle import DamagedSnapshot, dumps, loads
from libs.delivery.snapshot.snapshot_file import SnapshotFile
from libs.events.envelope import Undecodable, from_record
from libs.events.event import Event, mentions
from libs.events.ports.log import Cursor, Log, Record
from libs.events.world import History, World

logger = logging.getLogger(__name__)

EVERY: Final = 20_000
"""Events of a chapter: to write them down takes a fifth of a second, beside the loop."""
LEAST: Final = 1_000
"""Events that a stop is worth writing down for: fewer are heard again as soon."""
MOST: Final = 10 * EVERY
"""Events that are remembered while nothing can be written down, since something is parked or missing."""
BEGINNING: Final = Cursor()


@dataclass(frozen=True, slots=True)
class Chapter:
    """What was heard between two cursors: of each aggregate what followed, with what it names; which event was stored last; what all came to by then."""

    cursor: Mapping[str, int]
    histories: Sequence[History]
    tallies: Mapping[str, tuple[int, int]]
    furthest: Event
    stretches: Sequence[Stretch]


class SnapshotKeeper:
    """One consumer's. `restored` is called once, before anything is heard; `keep` whenever something was."""

    def __init__(self, file: SnapshotFile, log: Log, topics: Sequence[str], world: World, published: Published) -> None:
        self._file, self._log, self._topics, self._world, self._published = file, log, topics, world, published
        self._writing: asyncio.Task[None] | None = None

    async def restored(self, end: Cursor) -> Cursor:
        """Puts into the world and what was published what the file holds; how far the log need not be read any more. Raises LogUnavailable.

        `end` is that of the log. The snapshot is trusted where the log still has, at the end of each of its partitions, the very event that it had then.
        """
        if self._world.new is not None or not self._file.open():
            return BEGINNING
        chapters = await asyncio.to_thread(self._read)
        cursor = Cursor(chapters[-1].cursor) if chapters else BEGINNING
        if chapters and not (end.covers(cursor) and await self._says_the_same(cursor, chapters)):
            logger.warning("snapshot: the log is another one than it was: all of it is read")
            self._file.forget()
            chapters, cursor = [], BEGINNING
        for chapter in chapters:
            self._world.adopt(chapter.histories, chapter.tallies, chapter.furthest)
            self._published.adopt(chapter.stretches)
            await asyncio.sleep(0)
        self._published.cursor = cursor
        self._world.new = []
        return cursor

    def keep(self, cursor: Cursor, least: int = EVERY) -> None:
        """Has what was heard up to a cursor written down beside the loop, where that is enough for a chapter. Nothing is parked or missing there."""
        new = self._world.new
        if new is None or len(new) < least or self._writing is not None:
            return
        stretches = self._published.stretches()
        if stretches is None:
            logger.info("snapshot: the log was begun anew while it was read: nothing more is written down before the next start")
            self._file.forget()
            self._world.new = None
            return
        self._world.new = []
        self._writing = asyncio.create_task(self._write(cursor, new, self._world.counts(), stretches))

    def postponed(self) -> None:
        """Something is parked or missing: what was heard is remembered for a while."""
        if self._world.new is not None and len(self._world.new) > MOST:
            self._world.new = None

    async def close(self) -> None:
        """Finishes what is being written, and leaves the file to the next process."""
        await self.written()
        await asyncio.to_thread(self._file.close)

    async def written(self) -> None:
        """Waits until what is being written is there."""
        if self._writing is not None:
            await self._writing

    async def _write(self, cursor: Cursor, new: Sequence[Event], tallies: Mapping[str, tuple[int, int]], stretches: Sequence[Stretch]) -> None:
        try:
            if not await asyncio.to_thread(self._append, cursor, new, tallies, stretches):
                self._world.new = None  # what follows would not follow
        finally:
            self._writing = None

    def _append(self, cursor: Cursor, new: Sequence[Event], tallies: Mapping[str, tuple[int, int]], stretches: Sequence[Stretch]) -> bool:
        histories: dict[str, list[Event]] = {}
        for event in new:
            histories.setdefault(event.aggregate, []).append(event)
        named = [(aggregate, events, tuple(dict.fromkeys(one for event in events for one in mentions(event.data)))) for aggregate, events in histories.items()]
        furthest = max(new, key=lambda event: event.stored)
        try:
            return self._file.append(dumps((dict(cursor.offsets), named, dict(tallies), furthest, stretches)))
        except pickle.PicklingError as e:
            logger.warning("snapshot: nothing more is written down: %s", e)
            return False

    def _read(self) -> list[Chapter]:
        """The chapters that can be read, and follow each other."""
        found: list[Chapter] = []
        last: dict[str, int] = {}
        for raw in self._file.chapters():
            try:
                chapter = Chapter(*loads(raw))
            except (DamagedSnapshot, TypeError) as e:
                logger.warning("snapshot: it cannot be read: %s", e)
                break
            if not all(_follows(history, last) for history in chapter.histories):
                logger.warning("snapshot: what it says does not follow")
                break
            found.append(chapter)
        else:
            return found
        self._file.forget()
        return []

    async def _says_the_same(self, cursor: Cursor, chapters: Sequence[Chapter]) -> bool:
        """Whether the log has the event before the cursor in each partition, as the snapshot has it."""
        found = await self._last_records(cursor)
        if len(found) < len(cursor.offsets):
            return False
        try:
            events = [from_record(record) for record in found]
        except Undecodable:
            return False
        wanted = {event.aggregate for event in events}
        known = {(event.aggregate, event.sequence): event for c in chapters for name, of, _ in c.histories if name in wanted for event in of}
        return all(known.get((event.aggregate, event.sequence)) == event for event in events)

    async def _last_records(self, cursor: Cursor) -> list[Record]:
        waiting, found = dict(cursor.offsets), list[Record]()
        before = Cursor({partition: offset - 1 for partition, offset in waiting.items()})
        async with aclosing(self._log.read(self._topics, before, follow=False, limit=len(waiting))) as batches:  # type: ignore[type-var]
            async for batch in batches:
                for delivery in batch:
                    partition = next((name for name, offset in delivery.cursor.offsets.items() if waiting.get(name) == offset), None)
                    if partition is not None:
                        del waiting[partition]
                        found.append(delivery.record)
                if not waiting:
                    break
        return found


def _follows(history: History, last: dict[str, int]) -> bool:
    """Whether the events of a history come next, by what came last of each aggregate."""
    aggregate, events, _ = history
    before = last.get(aggregate, 0)
    last[aggregate] = before + len(events)
    return events[0].sequence == before + 1 and events[-1].sequence == before + len(events)
