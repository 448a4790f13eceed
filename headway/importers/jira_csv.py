"""Format `jira-csv`: the issues of Jira's CSV export as items of one product's backlog."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any

from headway.importers.cells.notation import PLAIN, Notation
from headway.importers.cells.table import CsvRow, read_table
from headway.importers.line import ImportLine, Rejected
from libs.events.catalog.backlog.item import ItemState
from libs.events.catalog.backlog.item_ids import issue_id, numbered_id
from libs.events.catalog.backlog.item_source import ItemSource
from libs.rules.trackers.jira_states import state_of

NOTES = (
    "The export's times have no zone: they are taken as UTC.",
    "Parents and epics are left out: a backlog is one flat order.",
)

_VERBS = {ItemState.OPEN: "reopen", ItemState.STARTED: "start", ItemState.DELIVERED: "deliver", ItemState.DROPPED: "drop"}
_REQUIRED = (("issue key",), ("summary",), ("status category", "status"), ("created",))
_CENTURY = 2000
_TIME = re.compile(r"(.*?)(?:,? (\d{1,2}):(\d{2})(?::\d{2})?(?: ?([AaPp])\.? ?[Mm]\.?)?)?", re.ASCII)


Items = Mapping[str, tuple[str, str | None]]
"""What a product's backlog holds already: by each name that its source gave it (`jira:PER-12`, `jira#10004`) the item's id, and its number there."""


def lines(
    product: str,
    files: Sequence[tuple[str, str]],
    known: bool = False,
    now: datetime | None = None,
    notation: Notation = PLAIN,
    items: Items = MappingProxyType({}),
) -> Iterator[ImportLine | Rejected]:
    """The backlog opened where it is not there yet (`known` False), each issue added at its creation, in the files' order; then the state of each, likewise:
    of an issue that several exports have, the last one's word holds.

    The state is the status category where the export has one, else it is read from the status's name; what is done with a resolution such as Won't Do or
    Duplicate was dropped, as it is for Jira's webhooks. An issue was delivered, or dropped, when it was resolved. The export does not say when work began or
    was taken back, so that it is under way, or open (again), is said of the time when the status category changed, else of the last update. Times have no
    zone and are taken as UTC; one after `now` is left out of `at`.

    An issue is the item that the backlog knows by its id, else by its key (`items`); a new one is called as the deliveries of a Jira source call it. So it is
    one item whichever came first, and stays it when its key changes, where the export has the column Issue id.

    A column may be repeated, a cell may have several lines, and a parent may come after its children, as nothing rests on it. A row whose width is not the
    header's, an unknown status, a time that cannot be read (or that two countries read differently, where `notation` does not say how) or a key that an earlier
    row has is refused with its number. Each line names its issue by its key (`revise`), so a later export becomes changes of the same items.
    """
    written = replace(notation, century=_CENTURY)
    met = dict(items)
    exports = [list(_issues(product, name, text, now, written, met)) for name, text in files]
    read = [found for export in exports for found in export]
    added = [issue[0] for issue in read if not isinstance(issue, Rejected)]
    if added and not known:
        yield ImportLine("backlog.open_backlog", f"jira:{product}:backlog", {"product": product}, at=min((line.at for line in added if line.at), default=None))
    yield from (issue if isinstance(issue, Rejected) else issue[0] for issue in read)
    for export, verb in itertools.product(exports, _VERBS.values()):
        yield from (issue[1] for issue in export if not isinstance(issue, Rejected) and issue[1].command == f"backlog.{verb}_item")


def _issues(
    product: str, file: str, text: str, now: datetime | None, written: Notation, met: dict[str, tuple[str, str | None]]
) -> Iterator[tuple[ImportLine, ImportLine] | Rejected]:
    """Each row as the line that adds the issue and the one that says its state; `met` are the items so far by their names, and takes in the row's."""
    seen: set[str] = set()
    for row in read_table(file, text, _REQUIRED):
        read = row if isinstance(row, Rejected) else _issue(product, row, now, written, met)
        if not isinstance(read, Rejected) and read[0].key in seen:
            read = Rejected(row.where, "an earlier row has the same issue key")
        if not isinstance(read, Rejected):
            seen.add(read[0].key)
            source = ItemSource.model_construct(**read[0].data["source"])
            met |= dict.fromkeys(source.names, (read[0].data["item"], source.number))
        yield read


def _issue(product: str, row: CsvRow, now: datetime | None, written: Notation, items: Items) -> tuple[ImportLine, ImportLine] | Rejected:
    """The line that adds an issue, and the one that says its state."""
    key, title = row.get("issue key"), " ".join(row.get("summary").split())
    if not key or not title:
        return row.rejected("the issue key is empty" if not key else "the summary is empty")
    status, resolution = row.get("status category", "status"), row.get("resolution")
    state = state_of(row.get("status category"), row.get("status"), resolution)
    if state is None:
        return row.rejected(f"status {status!r} is neither open, under way nor done for certain: export the column Status Category too")
    try:
        created = _time(row, written, "created")
        if state in (ItemState.DELIVERED, ItemState.DROPPED):
            since = _time(row, written, "resolved", "status category changed", "updated", "created")
        else:
            since = _time(row, written, "status category changed", "updated", "created")
    except ValueError as error:
        return row.rejected(str(error))
    if since < created:
        return row.rejected(f"it is {state} before it was created")

    number = row.get("issue id")
    item, name = _named(product, key, number, items)

    def line(verb: str, row: str, at: datetime, data: dict[str, Any]) -> ImportLine:
        said = at.isoformat() if now is None or at <= now else None
        return ImportLine(f"backlog.{verb}_item", f"jira:{product}:{name}:{row}", data, at=said, revise=True)

    source = {"system": "jira", "reference": key}
    if number:
        source["number"] = number
    address = row.get("issue url", "url", "link")
    if address:
        source["url"] = address
    added = line("add", "add", created, {"item": item, "product": product, "title": title, "source": source})
    # One row for the state: an issue that goes back to where it was is a change of what was said last, not the first saying again.
    said = {"item": item, "reason": resolution or row.get("status", "status category")} if state is ItemState.DROPPED else {"item": item}
    return added, line(_VERBS[state], "state", since, said)


def _named(product: str, key: str, number: str, items: Items) -> tuple[str, str]:
    """The item that an issue is, and what its rows are called: by what its item was called after when it was new, so that they stay the same rows."""
    item, _ = items.get(f"jira#{number}", ("", None)) if number else ("", None)
    if not item:
        item, known = items.get(f"jira:{key}", ("", None))
        if known and number and known != number:  # the key is another issue's by now
            item = ""
    if not item:
        return (numbered_id(product, "jira", number), number) if number else (issue_id(product, key), key)
    rest = item.removeprefix(f"{product}.")
    names = {issue_id(product, name): name for name in (rest.upper(), key)}
    names |= {numbered_id(product, "jira", name): name for name in (rest.removeprefix("jira."), number) if name}
    return item, names.get(item, item)


def _time(row: CsvRow, written: Notation, *columns: str) -> datetime:
    """The first of these columns that says something, as an instant in UTC: `07/Mar/23 2:15 PM`, `7 mars 2023 14:15`, or ISO.

    Raises ValueError, with the column's name, also for a day that two countries read differently.
    """
    column = next((name for name in columns if row.get(name)), columns[0])
    text = " ".join(row.get(column).split())
    try:
        try:
            found = datetime.fromisoformat("" if text.isdigit() else text)
        except ValueError:
            return _spoken(text, written)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"column {column!r}: {error}; a time is written as 07/Mar/23 2:15 PM or 2023-03-07 14:15") from None


def _spoken(text: str, written: Notation) -> datetime:
    """A time as people write it. Raises ValueError."""
    said = _TIME.fullmatch(text)
    if said is None:
        raise ValueError(f"{text!r} is no time")
    day, hour, minute, half = said.groups()
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(f"{text!r} has no such hour")
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return datetime.combine(written.day(day), time(hours, int(minute or 0)), UTC)
