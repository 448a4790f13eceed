"""Format `csv`: rows for one command, under a header that names the command's fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headway.importers.line import Line, Rejected
from headway.importers.table import Row, read_table

_OF_THE_LINE = ("at", "known", "by")


def lines(file: str, text: str, command: str) -> Iterator[Line | Rejected]:
    """One line of `command` a row: a column is a field, `amount.currency` a field in a field, an empty cell says nothing.

    Columns `at`, `known`, `by` and `key` are the line's own. Without a column `key` the first column names the row, and a row that repeats it is refused:
    it would else be taken as a change of the first. Every value goes as text; the command's fields say what it means.
    """
    seen: set[str] = set()
    for row in read_table(file, text):
        if isinstance(row, Rejected):
            yield row
            continue
        name = row.get("key") if "key" in row.header else row.cells[0].strip()
        if not name:
            yield row.rejected("the row has no key")
        elif name in seen:
            yield row.rejected(f"an earlier row is called {name!r} too: give each row a key of its own, in a column `key`")
        else:
            seen.add(name)
            yield _line(row, command, name)


def _line(row: Row, command: str, name: str) -> Line | Rejected:
    data: dict[str, Any] = {}
    own: dict[str, str] = {}
    for column, cell in zip(row.header, row.cells, strict=True):
        value = cell.strip()
        if not value or column == "key":
            continue
        if column in _OF_THE_LINE:
            own[column] = value
            continue
        *path, last = column.split(".")
        place = data
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                return row.rejected(f"column {column!r} lies in a field that another column fills")
        if last in place:
            return row.rejected(f"column {column!r} is given twice")
        place[last] = value
    return Line(command, f"csv:{command}:{name}", data, at=own.get("at"), known=own.get("known"), by=own.get("by"), revise=True)
