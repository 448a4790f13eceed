"""Finds the cursor from which a reader resumes who has heard up to some event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from libs.commands.errors import Invalid
from libs.events.event import position
from libs.events.ports.log import Cursor, Log, Record

SPAN: Final = 500
"""How far back an event is looked for at first; then ever further."""


async def beginning(log: Log, topics: Sequence[str], after: str | None) -> Cursor:
    """The cursor to read from: the end without `after`, else the cursor that it is, or the one behind the event whose position it is.

    Where the log has several partitions, what lies behind an event in the others is what was stored since. Raises Invalid for what is neither,
    and for an event that the log does not hold.
    """
    if after is None:
        return await log.end(topics)
    if ":" in after:
        return await _behind(log, topics, after)
    try:
        return Cursor.parse(after)
    except ValueError as e:
        raise Invalid(str(e), field="after", remedy="Give a cursor as it came, or the position of an event.") from e


async def _behind(log: Log, topics: Sequence[str], text: str) -> Cursor:
    """Looks backwards in ever longer pieces: who resumes was mostly there a moment ago."""
    try:
        position(text)
    except ValueError as e:
        raise Invalid(str(e), field="after") from e
    end = await log.end(topics)
    span = SPAN
    while True:
        begin = Cursor({partition: max(0, offset - span) for partition, offset in end.offsets.items()})
        found = await _behind_within(log, topics, begin, text)
        if found is not None:
            return found
        if not any(begin.offsets.values()):
            raise Invalid(f"the log holds no event {text[:160]}", field="after", remedy="Leave `after` out, and ask for everything anew.")
        span *= 8


async def _behind_within(log: Log, topics: Sequence[str], begin: Cursor, text: str) -> Cursor | None:
    """The cursor behind an event, if it lies between here and the end."""
    before, sought = begin.offsets, None
    since: dict[str, list[tuple[str, int]]] = {}
    behind: dict[str, int] = {}
    async for batch in log.read(topics, begin, follow=False):
        for delivery in batch:
            offsets = delivery.cursor.offsets
            for partition in (p for p, offset in offsets.items() if before.get(p, 0) != offset):
                since.setdefault(partition, []).append((_stored(delivery.record), offsets[partition]))
                if sought is None and delivery.record.headers.get("ce_id") == text:
                    sought, behind[partition] = _stored(delivery.record), offsets[partition]
            before = offsets
    if sought is None:
        return None
    first = {p: next((offset - 1 for stored, offset in read if stored > sought), read[-1][1]) for p, read in since.items()}
    return Cursor({**begin.offsets, **first, **behind})


def _stored(record: Record) -> str:
    return record.headers.get("ce_stored", "")
