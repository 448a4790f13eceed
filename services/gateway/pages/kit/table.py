"""Tables as data, shown on pages and given in full as CSV with exact figures."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.choice import Choice
from services.gateway.pages.kit import words

Path = tuple[str | int, ...]
"""Where a connection stands in an answer: by the names in the answer, and places in lists without pages."""

_UNSEEN: Final = r"""[\s"'\ufeff\u200b-\u200f\u2060-\u2069\u202a-\u202e]*"""
_SIGN: Final = r"[=@+\-\uff1d\uff20\uff0b\uff0d]"
_FORMULA: Final = re.compile(rf"^(?={_UNSEEN}(?:{_SIGN}|[\t\r\n]))|(?<=[;\t\r\n])(?={_UNSEEN}{_SIGN})")
"""Before what some spreadsheet runs: at the beginning of a cell, and where one that divides by semicolons, tabs or lines begins another.

Blanks, quotation marks and what nobody sees may stand before the sign, which may be of full width."""
_NUMBER: Final = re.compile(r"[+-]\d[\d.,]*\Z")


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
    """A table: `id` for its address, `caption` for who reads it alone, columns, rows of as many cells (the first is the row's heading), a row of sums.

    Where its rows are made of a page of a list, `path` says where that stands in the answer, and `part` how many of it are here and how many there are: CSV
    has all. With `shared` several of the list may have a row in common, which is said once.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    empty: str = "Nothing."
    caption_hidden: bool = field(default=False, kw_only=True)
    path: Path | None = field(default=None, kw_only=True)
    part: tuple[int, int] = field(default=(0, 0), kw_only=True)
    shared: bool = field(default=False, kw_only=True)

    @property
    def shown(self) -> tuple[int, ...]:
        """The indices of the columns that pages show."""
        return tuple(n for n, column in enumerate(self.columns) if not column.csv_only)

    @property
    def is_part(self) -> bool:
        """Whether there is more of it than stands here."""
        return self.part[0] < self.part[1]

    def of(self, path: Path, page: Mapping[str, Any], *, shared: bool = False) -> Table:
        """The same table, made of a page of the list that stands there in the answer."""
        return replace(self, path=path, part=(len(page["nodes"]), page["totalCount"]), shared=shared)

    @property
    def exact(self) -> list[tuple[str | int, ...]]:
        """The rows as CSV gives them."""
        return [tuple(cell.exact for cell in row) for row in self.rows]

    def as_csv(self) -> str:
        """The rows that are here as CSV, with a line of keys first."""
        return as_csv([tuple(column.key for column in self.columns), *self.exact])


def tables_in(shown: Any) -> Iterator[Table]:
    """Every table of what a page shows: each that a field of it holds, by itself, in a list, by a name, or within a part of the page."""
    if isinstance(shown, Table):
        yield shown
    elif is_dataclass(shown):
        yield from tables_in([getattr(shown, one.name) for one in fields(shown)])
    elif isinstance(shown, Mapping | list | tuple):
        for one in shown.values() if isinstance(shown, Mapping) else shown:
            yield from tables_in(one)


def as_csv(rows: Iterable[Sequence[str | int]]) -> str:
    """RFC 4180; what a spreadsheet would run as a formula is kept from it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_harmless(value) for value in row] for row in rows)
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


def choice(one: Choice, *, href: str | None = None, note: str = "") -> Cell:
    """A cell with the words of a choice, as a tag where it has a tone; its name in CSV."""
    return Cell(one.words, href, tone=one.tone, note=note, value=one.name)


def status(name: str) -> Cell:
    """A cell with the status of a team."""
    return choice(GraduationStatus[name])


def _harmless(value: str | int) -> str | int:
    """With an apostrophe before each formula: without it (one of each run of them before a sign) the value is as it was."""
    if not isinstance(value, str):
        return value
    value = value.replace(words.NBSP, " ")
    return value if _NUMBER.match(value) else _FORMULA.sub("'", value)
