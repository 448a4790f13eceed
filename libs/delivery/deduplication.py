"""Tells first deliveries from repeats, and what was published before a cursor, as far as this process has read the log."""

from __future__ import annotations

import asyncio
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from libs.events.digest import LARGEST_SEQUENCE, Digest, digest_of, identity
from libs.events.event import split
from libs.events.ports.log import Cursor, Delivery

KEPT_DIGESTS: Final = 256
"""Digests of kinds that are remembered, since most kinds stand still between two questions."""

Stretch = tuple[str, int, int, bytes, bytes, list[str]]
"""Of a partition, what followed: its name, the offsets behind the first and the last record, and of the first deliveries offsets, sequences and subjects."""
Place = tuple[tuple[str, ...], int]
"""Where a record lies: the names of its partition in a cursor, and the offset behind it."""


class Sequences:
    """Which sequences of each subject were seen: a span, and what lies apart from it, which is nothing as long as they come in order."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._apart: dict[str, set[int]] = {}

    def last(self, subject: str) -> int:
        """Up to which sequence all of a subject were seen; 0 where they came in so odd an order that its span does not begin with the first."""
        return 0 if subject in self._first else self._last.get(subject, 0)

    def following(self, subject: str | None, sequence: str | None, id: str | None) -> tuple[str, int] | None:
        """Adds what comes next of a subject, as nearly every event does, and gives back its `identity`; None where it is to be looked at more closely."""
        last = self._last.get(subject) if subject is not None and subject not in self._apart else None
        if last is None or subject is None or last >= LARGEST_SEQUENCE or sequence != str(last + 1) or id != f"{subject}@{sequence}":
            return None
        self._last[subject] = last + 1
        return subject, last + 1

    def add(self, subject: str, sequence: int) -> bool:
        """Whether it was not seen before."""
        last = self._last.get(subject)
        if last is None:
            self._last[subject] = sequence
            if sequence != 1:
                self._first[subject] = sequence
            return True
        if sequence == last + 1 and subject not in self._apart:
            self._last[subject] = sequence
            return True
        first = self._first.get(subject, 1)
        apart = self._apart.get(subject)
        if first <= sequence <= last or (apart is not None and sequence in apart):
            return False
        if sequence not in (first - 1, last + 1):
            self._apart.setdefault(subject, set()).add(sequence)
            return True
        first, last = min(first, sequence), max(last, sequence)
        if apart is not None:
            while last + 1 in apart:
                last += 1
                apart.remove(last)
            while first - 1 in apart:
                first -= 1
                apart.remove(first)
            if not apart:
                del self._apart[subject]
        self._last[subject] = last
        if subject in self._first:
            self._first[subject] = first
            if first == 1:
                del self._first[subject]
        return True

    def forget(self, subjects: Iterable[str]) -> None:
        """As if nothing of these was seen."""
        for subject in subjects:
            for of in (self._first, self._last, self._apart):
                of.pop(subject, None)


@dataclass(slots=True, eq=False)
class _Partition:
    """The first deliveries of events in the order of their offsets: 20 bytes an event, and a hundred a subject. Repeats take no room."""

    number: int
    begin: int
    """The offset behind the first record heard: of what lies before it, nothing is known."""
    end: int
    """The offset behind the last record heard."""
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    sequences: array[int] = field(default_factory=lambda: array("I"))
    subjects: list[str] = field(default_factory=list)


class Published:
    """Told of every delivery by the one who reads the log from its beginning, and again where the log is begun anew under other names."""

    def __init__(self) -> None:
        self.cursor = Cursor()
        self._partitions: dict[str, _Partition] = {}
        self._likely: tuple[str, ...] = ()
        self._made = 0
        self._seen = Sequences()
        self._moved = asyncio.Event()
        self._told: dict[str, tuple[int, int, int]] = {}
        self._kept: OrderedDict[tuple[str, frozenset[tuple[int, int]]], Digest] = OrderedDict()
        self._one = asyncio.Lock()

    def take(self, delivery: Delivery) -> None:
        """The next delivery; never raises."""
        place = place_between(self.cursor, delivery.cursor, self._likely)
        self.cursor = delivery.cursor
        if place is None:
            return
        self._likely, offset = place
        partition = self._partitions.get(self._likely[0])
        if partition is None or offset <= partition.begin or (len(self._likely) > 1 and any(name not in self._partitions for name in self._likely)):
            partition = self._partition(self._likely, offset)
        if offset > partition.end:
            partition.end = offset
        headers = delivery.record.headers
        event = self._seen.following(headers.get("ce_subject"), headers.get("ce_sequence"), headers.get("ce_id"))
        if event is None:
            event = identity(headers)
            if event is None or not self._seen.add(*event):
                return
        subject = sys.intern(event[0])  # one object for all events of an aggregate
        if offset == partition.end:
            partition.offsets.append(offset)
            partition.sequences.append(event[1])
            partition.subjects.append(subject)
        else:  # the reader was put back, and then met what it had not met before
            at = bisect_left(partition.offsets, offset)
            partition.offsets.insert(at, offset)
            partition.sequences.insert(at, event[1])
            partition.subjects.insert(at, subject)

    def stretches(self) -> list[Stretch] | None:
        """What was taken since this was asked last; None where it does not follow, since the log was begun anew or its reader put back."""
        found: list[Stretch] = []
        before, self._told = self._told, {}
        for name, partition in self._partitions.items():
            number, many, last = before.pop(name, (partition.number, 0, 0))
            follows = not many or (len(partition.offsets) >= many and partition.offsets[many - 1] == last)
            if name not in self.cursor.offsets or number != partition.number or not follows:
                return None
            offsets = partition.offsets
            self._told[name] = partition.number, len(offsets), offsets[-1] if offsets else 0
            found.append((name, partition.begin, partition.end, offsets[many:].tobytes(), partition.sequences[many:].tobytes(), partition.subjects[many:]))
        return None if before or len({number for number, *_ in self._told.values()}) < len(self._told) else found

    def adopt(self, stretches: Iterable[Stretch]) -> None:
        """Takes what another was told that had been told the same so far."""
        for name, begin, end, offsets, sequences, subjects in stretches:
            partition = self._partitions.get(name)
            if partition is None:
                self._made += 1
                partition = self._partitions[name] = _Partition(self._made, begin, end)
            partition.end = end
            partition.offsets.frombytes(offsets)
            partition.sequences.frombytes(sequences)
            partition.subjects += map(sys.intern, subjects)
            for subject, sequence in zip(subjects, partition.sequences[-len(subjects) :] if subjects else (), strict=True):
                self._seen.add(subject, sequence)
            self._told[name] = partition.number, len(partition.offsets), partition.offsets[-1] if partition.offsets else 0

    def advanced(self) -> None:
        """Wakes those who wait for what was taken since."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def reach(self, places: Mapping[str, int]) -> None:
        """Waits until every delivery before these offsets was taken. Partitions may be named as in `completed`."""
        while not all(self._full(name)[1] >= offset for name, offset in places.items()):
            await self._moved.wait()

    def is_first(self, place: Place | None) -> bool | None:
        """Whether an event was delivered at this place for the first time; None where that is not known."""
        if place is None:
            return None
        names, offset = place
        partition = next((self._partitions[name] for name in names if name in self._partitions), None)
        if partition is None or not partition.begin <= offset <= partition.end:
            return None
        at = bisect_left(partition.offsets, offset)
        return at < len(partition.offsets) and partition.offsets[at] == offset

    def last(self, subject: str) -> int:
        """Up to which sequence every event of an aggregate was published."""
        return self._seen.last(subject)

    def completed(self, cursor: Cursor) -> Cursor:
        """A cursor that names partitions without the mark of the log (`backlog.3` for `backlog.3~…`), as a reader of Kafka makes it, with the mark."""
        return Cursor({self._full(name)[0]: offset for name, offset in cursor.offsets.items()})

    def _full(self, name: str) -> tuple[str, int]:
        """A partition's name as this process's own cursor has it, and how far it was read."""
        known = self.cursor.offsets
        full = name if name in known else next((marked for marked in known if _base(marked) == name), name)
        return full, known.get(full, 0)

    async def digests(self, cursor: Cursor, more: Mapping[str, int]) -> list[Digest]:
        """Per kind the digest of the distinct events published before a cursor (see `completed`), and of those up to a sequence of the aggregates in `more`.

        Computed beside the loop, one question at a time; a kind that did not change is not computed again.
        """
        offsets: dict[_Partition, int] = {}
        cursor = self.completed(cursor)
        for name, partition in self._partitions.items():
            offsets[partition] = max(offsets.get(partition, 0), cursor.offsets.get(name, 0))
        until = [(partition, bisect_right(partition.offsets, offset)) for partition, offset in offsets.items()]
        async with self._one:
            return await asyncio.to_thread(self._digests, until, more)

    def _digests(self, until: Sequence[tuple[_Partition, int]], more: Mapping[str, int]) -> list[Digest]:
        kinds: dict[str, dict[str, list[int]]] = {}
        counts: dict[str, dict[int, int]] = {}
        for partition, many in until:
            own: dict[str, list[int]] = {}
            for subject, sequence in zip(islice(partition.subjects, many), islice(partition.sequences, many), strict=True):
                own.setdefault(subject, []).append(sequence)
            for subject, sequences in own.items():
                kind = split(subject)[0]
                counts.setdefault(kind, {}).setdefault(partition.number, 0)
                counts[kind][partition.number] += len(sequences)
                kinds.setdefault(kind, {}).setdefault(subject, []).extend(sequences)
        for subject, last in more.items():
            of = kinds.setdefault(split(subject)[0], {})
            of[subject] = list({*of.get(subject, ()), *range(1, last + 1)})
        added = {split(subject)[0] for subject in more}
        return [digest_of(kind, of) if kind in added else self._remembered(kind, frozenset(counts[kind].items()), of) for kind, of in sorted(kinds.items())]

    def _remembered(self, kind: str, counts: frozenset[tuple[int, int]], sequences: Mapping[str, list[int]]) -> Digest:
        """The first so many events of a kind in a partition are the same for ever."""
        found = self._kept.pop((kind, counts), None) or digest_of(kind, sequences)
        self._kept[kind, counts] = found
        if len(self._kept) > KEPT_DIGESTS:
            self._kept.popitem(last=False)
        return found

    def _partition(self, names: Sequence[str], offset: int) -> _Partition:
        """The partition of these names, of which some may be new: it goes on under another name, or was put back to its beginning, and others with it."""
        bases = {_base(name) for name in names}
        left = [name for name in self._partitions if name not in self.cursor.offsets or _base(name) in bases]
        former = dict.fromkeys(self._partitions.pop(name) for name in left)
        found = next(iter(former)) if len(former) == 1 else None
        if found is None or offset <= found.end:
            for partition in former:
                self._seen.forget(partition.subjects)
            self._made += 1
            found = _Partition(self._made, offset, offset)
        self._partitions.update(dict.fromkeys(names, found))
        return found


def _base(name: str) -> str:
    """A partition's name without the mark of the log."""
    return name.partition("~")[0]


def place_between(before: Cursor, after: Cursor, likely: tuple[str, ...] = ()) -> Place | None:
    """Where the one record lies that was read between two cursors; None where they do not say. `likely`: the name of the partition read before it.

    A log that was begun anew knows a partition by several names, which say the same offset.
    """
    old, new = before.offsets, after.offsets
    if likely and old.keys() == new.keys() and likely[0] in new and old[likely[0]] != new[likely[0]]:
        return likely, new[likely[0]]
    changed = [(name, offset) for name, offset in new.items() if old.get(name, 0) != offset]
    if not changed:
        return None
    base, offset = _base(changed[0][0]), changed[0][1]
    if any(other != offset or _base(name) != base for name, other in changed):
        return None
    return tuple([name for name, other in new.items() if other == offset and _base(name) == base]), offset
