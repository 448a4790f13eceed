"""The rows of a CSV file as they stand: each with its number, none ever shifted under another column's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headway.importers.line import Rejected


@dataclass(frozen=True, slots=True)
class Row:
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
        """The first cell that is not empty under any of these column names (in small letters), else an empty string.

        A column may be repeated: the leftmost one that says something counts.
        """
        for name in names:
            for column, cell in zip(self.header, self.cells, strict=True):
                if column == name and cell.strip():
                    return cell.strip()
        return ""

    def rejected(self, reason: str) -> Rejected:
        """This row, refused."""
        return Rejected(self.where, reason)


def read_table(file: str, text: str, required: Sequence[Sequence[str]] = ()) -> Iterator[Row | Rejected]:
    """The rows of a CSV text with a header, in order; a byte-order mark, cells of several lines and a semicolon or tab for the comma are understood.

    `required` lists columns in small letters, each as its possible names: without one of them the whole file is refused. A row that is wider or narrower than
    the header is refused with its number, because nobody knows which of its cells belongs under which name.
    """
    text = text.removeprefix("\ufeff")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
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
            header = tuple(" ".join(cell.split()).lower() for cell in cells)
            missing = [names[0] for names in required if not any(name in header for name in names)]
            if missing:
                yield Rejected(file, f"the header has no column {', '.join(missing)}")
                return
            continue
        if len(cells) != len(header):
            yield Rejected(f"{file}: row {number}", f"the row has {len(cells)} cells and the header {len(header)}: which cell belongs where cannot be known")
            continue
        yield Row(file, number, header, tuple(cells))
    if not header:
        yield Rejected(file, "the file has no header")
