"""Format `csv`: rows for one command, under a header that names the command's fields."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

import libs.commands.catalog  # noqa: F401 - declares every command
from headway.importers.cells.columns import ColumnField, fields_of
from headway.importers.cells.notation import PLAIN, Notation
from headway.importers.cells.table import CsvRow, read_table
from headway.importers.line import ImportLine, Rejected
from libs.commands.command import COMMANDS, Command
from libs.commands.validation import most_like, validated
from libs.events.values import Money

_OF_THE_LINE: Final = ("at", "known", "by")
_KEY: Final = "key"
_UNSAID: Final = re.compile(r"[\s_-]+")


def lines(file: str, text: str, command: str, notation: Notation = PLAIN) -> Iterator[ImportLine | Rejected]:
    """One line of `command` a row: a column is a field, `amount.currency` a field in a field, an empty cell says nothing.

    Columns `at`, `known`, `by` and `key` are the line's own. A row is named by its `key`; without one, where the command defines a thing, by that thing's id,
    so that the row said otherwise is a correction; else, where it adds a statement, by all it says, so that no file takes back what another has said. A row
    that has the name of an earlier one is refused. What a cell says is read by the field's type as `notation` has it, and never guessed: a column that is no
    field, or is there twice, refuses the file, a cell that cannot be read its row, by the column's name.
    """
    asked = COMMANDS.get(command)
    if asked is None:
        yield Rejected(file, f"there is no command {command!r}")
        return
    columns: Sequence[ColumnField | str] | None = None
    seen: dict[str, int] = {}
    for row in read_table(file, text):
        if isinstance(row, Rejected):
            yield row
            continue
        if columns is None:
            found = _columns(row.header, asked)
            if isinstance(found, str):
                yield Rejected(file, found)
                return
            columns = found
        line = _line(row, columns, asked, notation)
        if isinstance(line, ImportLine) and line.key in seen:
            named = f"is called {row.get(_KEY)!r} too" if row.get(_KEY) else "says it of the same thing" if asked.SPEC.defines else "says the very same"
            line = row.rejected(f"row {seen[line.key]} {named}: leave one out, or give each a name of its own in a column `key`")
        if isinstance(line, ImportLine):
            seen[line.key] = row.number
        yield line


def _columns(header: Sequence[str], command: type[Command]) -> list[ColumnField | str] | str:
    """What each column is: a field, or `key`, or an empty text where it has no name; or why this cannot be the header."""
    fields = fields_of(command)
    known = {_UNSAID.sub("", name): field for name, field in fields.items()}
    found: list[ColumnField | str] = []
    for column in header:
        name = _UNSAID.sub("", column)
        field: ColumnField | str | None = "" if not name else _KEY if name == _KEY else known.get(name)
        if field is None:
            return f"column {column!r} is no field of {command.SPEC.name}{_meant(column, fields)}"
        if field and field in found:
            return f"column {column!r} is there twice"
        found.append(field)
    given = {field.path[0] for field in found if isinstance(field, ColumnField)}
    lacking = [name for name, declared in command.model_fields.items() if declared.is_required() and name not in given]
    return f"the header has no column {', '.join(lacking)}" if lacking else found


def _meant(column: str, fields: Mapping[str, ColumnField]) -> str:
    ends = [name for name in fields if name.rpartition(".")[2] == column]
    meant = ends[0] if ends else most_like(column, list(fields))
    return f": did you mean {meant!r}?" if meant else f": it has {', '.join((*fields, _KEY))}"


def _line(row: CsvRow, columns: Sequence[ColumnField | str], command: type[Command], notation: Notation) -> ImportLine | Rejected:
    cells = [(field, cell.strip()) for field, cell in zip(columns, row.cells, strict=True)]
    if any(field == "" and cell for field, cell in cells):
        return row.rejected("a cell stands under no name: give its column one")
    name = next((cell for field, cell in cells if field == _KEY), None)
    if name == "":
        return row.rejected("the row has no key")
    said = {field.name: (field, cell) for field, cell in cells if isinstance(field, ColumnField) and cell}
    data: dict[str, Any] = {}
    for field, cell in sorted(said.values(), key=lambda one: len(one[0].path)):
        currency = said.get(f"{field.name}.currency")
        try:
            value = field.value(cell, notation, currency[1].upper() if currency and field.type is Money else None)
            _put(data, field, value)
        except ValueError as error:
            return row.rejected(f"column {field.name!r}: {error}")
    try:
        checked = validated(command, data)
    except ValidationError as error:
        return row.rejected(_wrong(error))
    own = {name: data.pop(name) for name in _OF_THE_LINE if name in data}
    return ImportLine(command.SPEC.name, f"csv:{command.SPEC.name}:{name or _name(checked)}", data, **own, revise=True, where=row.where)


def _put(data: dict[str, Any], field: ColumnField, value: Any) -> None:
    """Puts a value where its path says. Raises ValueError where another column says something else there."""
    *above, last = field.path
    for part in above:
        data = data.setdefault(part, {})
    if data.get(last, value) != value:
        raise ValueError("another column says something else of it")
    data[last] = value


def _name(command: Command) -> str:
    """What names a row without a key: the id of what it defines; else all that it says, however that is written."""
    id = getattr(command, command.SPEC.id_field)
    if command.SPEC.defines and id is not None:
        return str(id)
    said = json.dumps(_same(command.model_dump(exclude_none=True)), sort_keys=True, default=str)
    return hashlib.blake2s(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _same(value: Any) -> Any:
    """A value in the one way in which all that are equal are written: 1000.00 and 1000 are one amount."""
    match value:
        case Decimal():
            return format(value.normalize(), "f")
        case dict():
            return {name: _same(part) for name, part in value.items()}
        case list() | tuple():
            return [_same(part) for part in value]
    return value


def _wrong(error: ValidationError) -> str:
    """What the command's declaration finds wrong, by the columns' names."""
    found = error.errors(include_url=False, include_input=False)
    return "; ".join(f"column {'.'.join(map(str, one['loc'])) or 'at'!r}: {one['msg']}" for one in found)
