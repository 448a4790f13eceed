"""Reads the rows of a CSV file: each keeps its number, and no cell ever shifts under another column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from headway.importers.line import Rejected
from libs.events.values import one_line

DELIMITERS: Final = ",;\t|"
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?[;,\t]*(?:\r\n?|\n)', re.IGNORECASE)
_KEPT_AS_TEXT: Final = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)
_FORMULA: Final = "=+-@\t\r"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row under a header; `number` is the one that a spreadsheet shows, so the header is row 1."""

    file: str
    number: int
    header: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        """The file and the number, for whoever has to mend the row."""
        return f"{self.file}: row {self.number}"

    def get(self, *names: str) -> str:
        """The first cell that is not empty under any of these column names (in small letters), without what nobody can see, else an empty string.

        A column may be repeated: the leftmost one that says something counts.
        """
        for name in names:
            for column, cell in zip(self.header, self.cells, strict=True):
                if column == name and (said := one_line(cell).strip()):
                    return said
        return ""

    def rejected(self, reason: str) -> Rejected:
        """This row, refused."""
        return Rejected(self.where, reason)


def read_table(file: str, text: str, required: Sequence[Sequence[str]] = ()) -> Iterator[CsvRow | Rejected]:
    """The rows of a CSV text with a header, in order; a byte-order mark, cells of several lines, and what spreadsheets add are understood.

    That is: a first line `sep=;`, or a semicolon, tab or bar for the comma; `="00123"`, a text that was to be kept as one; an apostrophe before what looks
    like a formula; empty columns at the end. `required` lists columns in small letters, each as its possible names: without one of them the whole file is
    refused. A row that is wider or narrower than the header is refused with its number, because nobody knows which of its cells belongs under which name.
    """
    text = text.removeprefix("\ufeff")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    named = _SEPARATOR.match(text)
    text = text[named.end() :] if named else text
    delimiter = named[1] if named else _delimiter(text)
    if delimiter is None:
        yield Rejected(file, "commas and semicolons part the header alike: write `sep=;` (or the other) in a line above it")
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, header = 0, ()  # type: int, tuple[str, ...]
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Rejected(f"{file}: row {number}", f"this is not CSV: {error}; a quotation mark may be missing")
            if not header:
                return
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = tuple(" ".join(cell.split()).lower() for cell in _without_end(cells, 0))
            missing = [names[0] for names in required if not any(name in header for name in names)]
            if missing:
                yield Rejected(file, f"the header has no column {', '.join(missing)}")
                return
            continue
        cells = _without_end(cells, len(header))
        if len(cells) != len(header):
            yield Rejected(f"{file}: row {number}", f"the row has {len(cells)} cells and the header {len(header)}: which cell belongs where cannot be known")
            continue
        yield CsvRow(file, number, header, tuple(map(_plain, cells)))
    if not header:
        yield Rejected(file, "the file has no header")


def _without_end(cells: list[str], least: int) -> list[str]:
    """The cells without the empty ones that a spreadsheet adds at the end, but never fewer than `least`."""
    wide = len(cells)
    while wide > least and not cells[wide - 1].strip():
        wide -= 1
    return cells[:wide]


def _plain(cell: str) -> str:
    """A cell without what a spreadsheet puts around it so that it stays text."""
    kept = _KEPT_AS_TEXT.fullmatch(cell.strip())
    if kept:
        return kept[1].replace('""', '"')
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _FORMULA else cell


def _delimiter(text: str) -> str | None:
    """What parts the cells of the header, outside of quotation marks; None where two do alike, the comma where nothing does."""
    counts, quoted = dict.fromkeys(DELIMITERS, 0), False
    begun = False
    for c in text:
        if c == '"':
            quoted = not quoted
        elif c in "\r\n" and not quoted:
            if begun:
                break
        elif not quoted and c in counts:
            counts[c] += 1
        begun = begun or not c.isspace()
    most = max(counts.values())
    found = [delimiter for delimiter, count in counts.items() if count == most]
    return found[0] if len(found) == 1 else "," if most == 0 else None
