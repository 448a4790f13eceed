"""Tables as data: shown on a page, and given as CSV with the exact figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.gateway.pages import words

_FORMULA: Final = ("=", "@", "+", "-", "\t", "\r", "\n", "\uff1d", "\uff20", "\uff0b", "\uff0d")
"""How a cell begins that some spreadsheet runs; those of full width too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: `text`, where it leads (`href`), a `tone` for a tag, a `note` below, and the `value` that CSV gives (None: the text)."""

    text: str
    href: str | None = None
    tone: str | None = None
    note: str = ""
    value: str | int | None = None
    datetime: str | None = None

    @property
    def exact(self) -> str | int:
        """As CSV gives it."""
        return self.text if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and whether numbers stand below it; `key` names it in CSV. With `csv_only` pages leave it out, where room is scarce."""

    title: str
    key: str
    numeric: bool = False
    csv_only: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `id` for its address, `caption` for who reads it alone, columns, rows of as many cells (the first is the row's heading), a row of sums."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    empty: str = "Nothing."
    caption_hidden: bool = field(default=False, kw_only=True)

    @property
    def shown(self) -> tuple[int, ...]:
        """The indices of the columns that pages show."""
        return tuple(n for n, column in enumerate(self.columns) if not column.csv_only)

    def as_csv(self) -> str:
        """RFC 4180, with a line of keys first; what a spreadsheet would run as a formula is kept from it."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.key for column in self.columns])
        for row in self.rows:
            writer.writerow([_harmless(cell.exact) for cell in row])
        return out.getvalue()


def text(shown: Any, /, **more: Any) -> Cell:
    """A cell with words; a dash for none, and nothing in CSV."""
    return Cell(words.NONE, **{"value": "", **more}) if shown in (None, "") else Cell(str(shown), **more)


def day(value: str | None) -> Cell:
    """A cell with a day; ISO in CSV."""
    return Cell(words.short_day(value), value=(value or "")[:10], datetime=value[:10] if value else None)


def money(values: Sequence[dict[str, Any]] | None, *, signed: bool = False) -> Cell:
    """A cell with amounts; in CSV `CAD 1250000.00`, several divided by semicolons."""
    exact = "withheld" if values is None else "; ".join(f"{one['currency']} {one['amount']}" for one in values)
    return Cell(words.money(values, signed=signed), value=exact)


def voiced(voice: Mapping[str, Any] | None) -> tuple[Cell, Cell]:
    """The person and the role of a decision, for CSV."""
    return text(voice["by"]["name"] if voice and voice["by"] else ""), text(voice["assertedBy"] if voice else "")


def status(name: str) -> Cell:
    """A cell with the status of a team as a tag; its name in CSV."""
    known = words.STATUSES.get(name)
    return Cell(known.words if known else name, tone=known.tone if known else "going", value=name)


def _harmless(value: str | int) -> str | int:
    if isinstance(value, str):
        value = value.replace(words.NBSP, " ")
    if not isinstance(value, str) or value[:1] not in _FORMULA or (value[:1] in "+-" and _is_number(value)):
        return value
    return "'" + value


def _is_number(text: str) -> bool:
    return text[1:].replace(",", "").replace(".", "").isdigit()
