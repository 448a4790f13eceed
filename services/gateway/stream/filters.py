"""Parses the filters of the event stream: types, subjects, a span of time, and the cursor to begin behind."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from libs.calendar.local_time import end_of, precedes
from libs.commands.errors import Invalid
from libs.commands.validation import did_you_mean
from libs.events.envelope import place_time
from libs.events.event import KINDS, PAYLOADS, split
from libs.events.ports.log import Cursor, Record
from libs.events.values import DAY, PLAIN_ID, Instant

MOST_NAMED: Final = 200
"""How many types, and how many subjects, one reader may name."""
MOST_CURSOR: Final = 60_000
"""Characters: room for a thousand partitions and more."""
TYPE: Final = re.compile(r"[a-z0-9_.]{1,120}")
SUBJECT: Final = re.compile(rf"[a-z_]{{1,40}}:{PLAIN_ID}")
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a reader wants of the event stream; empty is all. `begin` and `end` are about `time`, when it was true: from `begin` on, and before `end`; where
    they are days, by the clock of the place that an event is about.
    """

    types: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    begin: datetime | None = None
    end: datetime | None = None

    def takes(self, record: Record) -> bool:
        """Whether a record is asked for. One that says no time lies in no span."""
        if self.types and record.headers.get("ce_type") not in self.types:
            return False
        if self.subjects and record.headers.get("ce_subject") not in self.subjects:
            return False
        if self.begin is None and self.end is None:
            return True
        try:
            time = place_time(record.headers["ce_time"])
        except (KeyError, ValueError, OverflowError):
            return False
        return (self.begin is None or not precedes(time, self.begin)) and (self.end is None or precedes(time, self.end))


def wanted(
    types: Iterable[str], subjects: Iterable[str], begin: datetime | None, end: datetime | None, *, fields: tuple[str, str] = ("type", "subject")
) -> EventFilter:
    """What a reader chooses, by names and by a span of `time`; `fields` is what the reader's door calls types and subjects.

    Raises Invalid for what can be none, and for a span that ends before it begins.
    """
    found = EventFilter(frozenset(types), frozenset(subjects), begin, end)
    by_type, by_subject = fields
    for field, named in ((by_type, found.types), (by_subject, found.subjects)):
        if len(named) > MOST_NAMED:
            raise Invalid(f"name at most {MOST_NAMED} at once", field=field)
    if odd := sorted(found.types - PAYLOADS.keys()):
        raise Invalid(f"there are no events of type {odd[0][:120]!r}{did_you_mean(odd[0], list(PAYLOADS))}", field=by_type, remedy="See docs/events.md.")
    if not all(map(SUBJECT.fullmatch, found.subjects)):
        raise Invalid("a subject is an aggregate such as team:biohub", field=by_subject)
    if odd := sorted(kind for subject in found.subjects if (kind := split(subject)[0]) not in KINDS):
        raise Invalid(f"there are no aggregates of kind {odd[0]!r}{did_you_mean(odd[0], list(KINDS))}", field=by_subject)
    if begin and end and end <= begin:
        raise Invalid("this span of time ends before it begins", field="to")
    return found


def span(text: str | None, field: str, *, ends: bool = False) -> datetime | None:
    """An end of a span of time: a day (its start, or, where the span ends, its end) or an instant with its offset. Raises Invalid."""
    if not text:
        return None
    whole_day = DAY.fullmatch(text) is not None
    try:
        found = _INSTANT.validate_python(text)
        if not whole_day and datetime.fromisoformat(text).tzinfo is None:
            raise ValueError(text)
    except ValueError as e:
        raise Invalid("give a day such as 2024-05-01, or an instant with its offset such as 2024-05-01T09:00:00Z", field=field) from e
    return end_of(found.date()) if ends and whole_day else found


def cursor_of(text: str | None, field: str = "after") -> Cursor | None:
    """The cursor that a reader gives back; None for none. Raises Invalid."""
    if not text:
        return None
    try:
        if len(text) > MOST_CURSOR:
            raise ValueError("too long")
        return Cursor.parse(text)
    except ValueError as e:
        raise Invalid("this is no cursor of this log", field=field, remedy="Give an SSE id, or the `cursor` of a line, as it came.") from e


def read_up_to(text: str | None) -> Cursor | None:
    """How far a reader has read, as a cursor or, for a reader of Kafka, as JSON: `{"backlog.3": 17}` is the next offset in a partition of a service's topic.

    Raises Invalid.
    """
    if text is None or not text.lstrip().startswith("{"):
        return cursor_of(text, "upTo")
    return cursor_of(base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode(), "upTo")
