"""Consumes the log from its beginning: applies each event once, parks what it cannot apply, and fills gaps from the owners."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.delivery.deduplication import Published
from libs.delivery.reconciliation import Reconciliation
from libs.delivery.snapshot.keeper import LEAST, SnapshotKeeper
from libs.delivery.snapshot.snapshot_file import SnapshotFile
from libs.events.envelope import from_record
from libs.events.event import KINDS, Event, split
from libs.events.ports.dead_letters import Discard, NotParked, OperatorDecisions, Parked, unread
from libs.events.ports.history_source import Owner
from libs.events.ports.log import Cursor, Delivery, Log, Record
from libs.events.world import World
from libs.runtime.backoff import rest
from libs.runtime.failure_reason import reason

logger = logging.getLogger(__name__)

TOGETHER = 256
"""Events applied before others have their turn on the loop."""
ATTEMPTS = 5
"""Answers of an owner without the missing events, after which what stands behind the gap is parked."""
ASKED_AT_ONCE = 8
"""Aggregates of which missing events are fetched at the same time."""


@dataclass
class _Gap:
    """Events missing before `sequence`. Of what was heard behind a gap only what came first is kept: the owner has them all."""

    sequence: int
    first: int
    record: Record | None
    answers: int = 0


class Consumer:
    """Keeps a world up to date with the log. One task (`run`); everything else may be called from the same loop.

    `owners` are asked by the name of the service (`portfolio`). `kinds`: only these are taken in (None: all). `seconds`: between two comparisons with the
    owners, of which the second fetches what is missing though no gap shows it. `heard` is told of each event applied. `ready` is set once all that the log
    and the owners' stores held at the start is in the world or parked. Where all is taken in, a `snapshot` spares the next start most of the reading.
    """

    def __init__(
        self,
        log: Log,
        topics: Sequence[str],
        world: World,
        *,
        owners: Mapping[str, Owner],
        decisions: OperatorDecisions,
        kinds: Collection[str] | None = None,
        seconds: float = 2,
        heard: Callable[[Sequence[Event]], None] | None = None,
        snapshot: SnapshotFile | None = None,
    ) -> None:
        self.log, self.topics, self.world, self.owners, self.decisions, self.seconds = log, topics, world, owners, decisions, seconds
        self.kinds = None if kinds is None else frozenset(kinds)
        self.ready = asyncio.Event()
        self.cursor = Cursor()
        self.applied = 0
        self.dropped = 0
        self.healed = 0
        self.heard = heard
        # Only for whoever hears all: the others show the log to nobody.
        self.published = Published() if kinds is None else None
        self._keeper = SnapshotKeeper(snapshot, log, topics, world, self.published) if snapshot is not None and self.published is not None else None
        self._parked: dict[str, Parked] = {}
        self._stopped: dict[str, str] = {}
        self._gaps: dict[str, _Gap] = {}
        self._gap_found = asyncio.Event()
        self._advanced = asyncio.Event()
        self._discards: dict[str, Discard] = {}
        self._reconciliation = Reconciliation(world, owners, self.kinds, self._stopped, self._fetch)

    async def run(self) -> None:
        """Consumes until it is cancelled; no error ends it."""
        attempt = 0
        while True:
            try:
                self._discards.update(await self.decisions.discards())
                end = await self.log.end(self.topics)
                if self._keeper is not None:
                    self.cursor = await self._keeper.restored(end)
                break
            except Exception as e:
                attempt += 1
                logger.warning("consumer: cannot begin: %s", reason(e), extra={"attempt": attempt, "error": type(e).__name__})
                await asyncio.sleep(rest(attempt))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._mend())
            tasks.create_task(self._compare(end))

    async def close(self) -> None:
        """Once it runs no more: writes down what was heard since it was done last."""
        if self._keeper is not None:
            await self._keeper.written()
            self._keep(least=LEAST)
            await self._keeper.close()

    # What an operator does

    def parked(self) -> list[Parked]:
        """What waits for an operator, oldest first."""
        return list(self._parked.values())

    async def retry(self, position: str) -> bool:
        """Tries a parked position again, from its owner's copy where the owner has one; whether it is no longer parked. Raises NotParked."""
        record = self._at(position).record
        if position not in self._stopped.values():
            return False  # it says no sequence, and will say none
        try:
            said = await self._owner(record.key).events(record.key, self.world.last(record.key))
        except Exception as e:
            logger.warning("consumer: the owner of %s does not answer: %s", record.key, reason(e), extra={"aggregate": record.key, "error": type(e).__name__})
            said = []
        if position in self._parked:
            held = self._release(position).held
            for r in said or [record]:
                self._hear(r)
            self._expect(record.key, held)
        return position not in self._parked

    async def discard(self, position: str, reason: str, by: str) -> None:
        """Passes over a parked position for ever, here and after every restart. Raises NotParked, DecisionsUnavailable."""
        self._at(position)
        decision = Discard(position, reason, by, datetime.now(UTC))
        await self.decisions.discard(decision)
        self._follow(decision)

    async def reconcile(self) -> None:
        """One comparison with every owner; what was missing in two consecutive ones is fetched. Takes in what other processes' operators discarded."""
        await self._reconciliation.look()
        for position, decision in (await self.decisions.discards()).items():
            if position not in self._discards:
                self._follow(decision)

    # Hearing

    async def _listen(self) -> None:
        attempt = 0
        while True:
            try:
                async for batch in self.log.read(self.topics, self.cursor):
                    attempt = 0
                    await self._take(batch)
                why = "it ended"
            except Exception as e:
                why = f"{type(e).__name__}: {e}"
            attempt += 1
            logger.warning("consumer: the log cannot be read: %s", why, extra={"attempt": attempt})
            await asyncio.sleep(rest(attempt))

    async def _take(self, batch: Sequence[Delivery]) -> None:
        for begin in range(0, len(batch), TOGETHER):
            for delivery in batch[begin : begin + TOGETHER]:
                if self.published is not None:
                    self.published.take(delivery)
                self._hear(delivery.record)
            self.cursor = delivery.cursor
            self._advanced.set()
            if self.published is not None:
                self.published.advanced()
            self._keep()
            await asyncio.sleep(0)

    def _keep(self, **least: int) -> None:
        """Has what was heard written down, unless something of it waits."""
        if self._keeper is None:
            return
        if self._parked or self._gaps:
            self._keeper.postponed()
        else:
            self._keeper.keep(self.cursor, **least)

    def _hear(self, record: Record) -> None:
        """Never raises and never waits: what is not next is dropped, held or fetched later."""
        aggregate = record.key
        if self.kinds is not None and aggregate.partition(":")[0] not in self.kinds:
            return
        sequence = _sequence(record)
        if sequence is None:
            # Nothing can be held behind a record that says no place in the order. If it stood for an event, that is a gap, which its owner heals.
            self._park(unread(record), "it says no sequence", record)
            return
        last = self.world.last(aggregate)
        if sequence <= last:
            self.dropped += 1
        elif aggregate in self._stopped:
            self._hold(aggregate, sequence)
        elif sequence == last + 1:
            self._apply(record, sequence)
        else:
            self._expect(aggregate, sequence, record)

    def _apply(self, record: Record, sequence: int) -> None:
        if self._discards:
            decision = self._discards.get(f"{record.key}@{sequence}")
            if decision is not None:
                self.world.pass_over(record.key, decision.reason, decision.by, decision.at)
                return
        try:
            event = from_record(record)
            self.world.apply(event)
            self.applied += 1
            if self.heard is not None:
                self.heard((event,))
        except Exception as e:
            position = f"{record.key}@{sequence}"
            self._stopped[record.key] = position
            self._park(position, str(e), record)

    # Parking

    def _park(self, position: str, reason: str, record: Record) -> None:
        if position in self._parked or position in self._discards:
            return
        self._parked[position] = Parked(position, reason, record, datetime.now(UTC))
        logger.error("consumer: parked %s: %s", position, reason, extra={"position": position, "reason": reason})

    def _hold(self, aggregate: str, sequence: int) -> None:
        parked = self._parked[self._stopped[aggregate]]
        if parked.position != f"{aggregate}@{sequence}":
            self._parked[parked.position] = dataclasses.replace(parked, held=max(parked.held, sequence))

    def _at(self, position: str) -> Parked:
        if position not in self._parked:
            raise NotParked(position)
        return self._parked[position]

    def _release(self, position: str) -> Parked:
        parked = self._parked.pop(position)
        if self._stopped.get(parked.record.key) == position:
            del self._stopped[parked.record.key]
        return parked

    def _follow(self, decision: Discard) -> None:
        self._discards[decision.position] = decision
        if decision.position not in self._parked:
            return
        parked = self._release(decision.position)
        aggregate = parked.record.key
        if f"{aggregate}@{self.world.last(aggregate) + 1}" == decision.position:
            self.world.pass_over(aggregate, decision.reason, decision.by, decision.at)
        self._expect(aggregate, parked.held)

    # Gaps

    def _expect(self, aggregate: str, sequence: int, record: Record | None = None) -> None:
        """Everything up to `sequence` exists: what is missing will be fetched."""
        if sequence <= self.world.last(aggregate):
            return
        if aggregate in self._stopped:
            self._hold(aggregate, sequence)
            return
        gap = self._gaps.get(aggregate)
        if gap is None:
            self._gaps[aggregate] = _Gap(sequence, sequence, record)
            self._gap_found.set()
        else:
            gap.sequence = max(gap.sequence, sequence)

    async def _mend(self) -> None:
        while True:
            await self._gap_found.wait()
            attempt = 0
            while found := list(self._gaps):
                for begin in range(0, len(found), ASKED_AT_ONCE):
                    await asyncio.gather(*(self._close_gap(aggregate) for aggregate in found[begin : begin + ASKED_AT_ONCE]))
                if self._gaps:
                    attempt += 1
                    await asyncio.sleep(rest(attempt))
            self._gap_found.clear()

    async def _close_gap(self, aggregate: str) -> None:
        gap = self._gaps[aggregate]
        before = self.world.last(aggregate)
        try:
            await self._fetch(aggregate)
        except Exception as e:
            logger.warning("consumer: the gap in %s stays: %s", aggregate, reason(e), extra={"aggregate": aggregate, "error": type(e).__name__})
            return
        last = self.world.last(aggregate)
        if aggregate in self._stopped or last >= gap.sequence:
            del self._gaps[aggregate]
            self.healed += gap.record is not None and last >= gap.sequence  # what was held here was no loss of the log's
            self._expect(aggregate, gap.sequence)
            return
        gap.answers = 1 if last > before else gap.answers + 1
        if gap.answers >= ATTEMPTS:
            del self._gaps[aggregate]
            self._give_up(aggregate, gap)

    def _give_up(self, aggregate: str, gap: _Gap) -> None:
        """What the log has and its owner has not cannot be applied."""
        last = self.world.last(aggregate)
        position = f"{aggregate}@{gap.first}"
        if gap.record is None or gap.first <= last or position in self._discards:
            return
        self._stopped[aggregate] = position
        self._park(position, f"its owner does not know {aggregate}@{last + 1}, which comes before it", gap.record)

    async def _fetch(self, aggregate: str) -> None:
        """Hears from its owner what is missing of an aggregate. Raises whatever the owner raises."""
        records = await self._owner(aggregate).events(aggregate, self.world.last(aggregate))
        for begin in range(0, len(records), TOGETHER):
            for record in records[begin : begin + TOGETHER]:
                self._hear(record)
            await asyncio.sleep(0)

    def _owner(self, aggregate: str) -> Owner:
        kind = KINDS.get(split(aggregate)[0])
        if kind is None or kind.service not in self.owners:
            raise LookupError(f"nobody is known to own {aggregate}")
        return self.owners[kind.service]

    # Comparing

    async def _compare(self, end: Cursor) -> None:
        while not self.cursor.covers(end):
            self._advanced.clear()
            await self._advanced.wait()
        attempt = 0
        while not await self._reconciliation.complete():
            attempt += 1
            await asyncio.sleep(rest(attempt))
        self.ready.set()
        while True:
            await asyncio.sleep(self.seconds)
            try:
                await self.reconcile()
            except Exception as e:
                logger.warning("consumer: cannot compare with the owners: %s", reason(e), extra={"error": type(e).__name__})


def _sequence(record: Record) -> int | None:
    try:
        sequence = int(record.headers["ce_sequence"])
    except (KeyError, ValueError, TypeError):
        return None
    return sequence if sequence > 0 else None
