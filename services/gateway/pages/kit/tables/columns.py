"""Tables from a type of the schema and a line of its fields; cells and CSV values follow from the fields' types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type

from libs.events.choice import CHOICES
from libs.events.cost import spend
from services.gateway.graphql.schema import schema
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Column, Table, choice, day, money, text
from services.gateway.pages.kit.tables.event_rows import page_of, when

Row = Mapping[str, Any]
Made = Callable[[Any], Cell | str]
"""What gives a cell of a row: the whole cell, or the note below the one that its type gives."""
Cells = Mapping[str, Made]

WITHHELD: Final = object()
"""Stands for money that the reader may not see, where an answer has nothing: a thing that has no amounts is withheld, an amount that is lacking is none."""
CALLED: Final = ("name", "title", "text", "hypothesis", "body", "value")
"""The fields by which a type may be called, the first that it has."""
_SPEC: Final = re.compile(r"(?P<hidden>-?)(?P<numeric>#?)(?:(?P<title>[^:]+): )?(?P<path>[\w.*]+)(?: as (?P<key>\w+))?\Z")


class _Typed(NamedTuple):
    """A column, where its value stands in a row, what makes a cell of it, and whether its type alone says that it is numeric."""

    column: Column
    path: tuple[str, ...]
    cell: Callable[[Visit, Any], Cell]
    by_type: bool = False
    is_money: bool = False

    def beside(self, given: Cells) -> _Typed:
        """The same column, whose numbers are words where a cell of it is given."""
        column = self.column
        return self._replace(column=replace(column, numeric=column.numeric and not self.by_type)) if column.key in given else self


def table(
    visit: Visit,
    id: str,
    caption: str,
    of: str,
    columns: str,
    rows: Sequence[Row],
    *,
    empty: str,
    cells: Cells | None = None,
    caption_hidden: bool = False,
) -> Table:
    """A table with a row for each of these things of a type of the schema.

    A column is `[-][#][Heading: ]path[ as key]`, the next behind a comma: `-` leaves it to CSV, `#` says that it is numeric where its type does not; `path`
    leads to a field from the row's type (`*` is the thing itself); key and heading follow from it where they are not said. `Decided: decision`, of who decided
    in which role, is a column for either. What `cells` has by the key of a column makes its cell of a row; text is the note of the typed cell.
    """
    given = cells or {}
    typed = [one.beside(given) for one in _columns(of, columns)]
    made = tuple(tuple(_cell(visit, one, row, given.get(one.column.key)) for one in typed) for row in rows)
    return Table(id, caption, tuple(one.column for one in typed), made, empty=empty, caption_hidden=caption_hidden)


def thing(visit: Visit, of: Row | None, by: str = "name") -> Cell:
    """What is referred to, by its name, with its page; its global id in CSV."""
    if of is None:
        return text(None)
    known = of.get("known", True)
    name = words.named(of, by) if (of[by] and by != "id") or not known else words.plain(of["id"])
    return Cell(name, page_of(visit, of["id"]) if known else None, value=of["id"])


def _cell(visit: Visit, one: _Typed, row: Row, given: Made | None) -> Cell:
    spend()
    said = given(row) if given else ""
    if isinstance(said, Cell):
        return said
    value: Any = row
    for name in one.path:
        value = None if value is None else value[name]
    if value is None and one.is_money and row[one.path[0]] is None and (len(one.path) > 1 or visit.withheld):
        value = WITHHELD
    found = one.cell(visit, value)
    return Cell(found.text, found.href, found.tone, said, found.value, found.datetime) if said else found


@cache
def _columns(of: str, line: str) -> tuple[_Typed, ...]:
    """The columns of a line. Raises LookupError for what is no column, or no field of its type."""
    return tuple(column for one in line.split(", ") for column in _column(of, one.strip()))


def _column(of: str, spec: str) -> Iterator[_Typed]:
    found = _SPEC.match(spec)
    if found is None:
        raise LookupError(f"{spec!r} is no column: write [-][#][Heading: ]path[ as key]")
    hidden, path = bool(found["hidden"]), tuple(found["path"].split(".")) if found["path"] != "*" else ()
    key = found["key"] or snake(found["title"] if found["title"] and not path else "_".join(path) or of)
    title = found["title"] or key.replace("_", " ").capitalize()
    kind, inner = field_at(of, path)
    if get_named_type(kind).name == "Voice":
        for part, said, made in ((("by", "name"), "by", _text), (("assertedBy",), "as", _role)):
            yield _Typed(Column(f"{title} {said}", f"{snake(title)}_{said}", csv_only=hidden), (*path, *part), made)
        return
    if path[-1:] == ("name",) and inner is not None and "known" in inner.fields:
        yield _Typed(Column(title, key, csv_only=hidden), path[:-1], lambda _, value: text(words.named(value)))
        return
    if path[-1:] == ("assertedBy",):
        yield _Typed(Column(title, key, csv_only=hidden), path, _role)
        return
    numeric, cell = bool(found["numeric"]), _share if path[-1:] == ("share",) else cell_of(kind)
    yield _Typed(Column(title, key, numeric or is_numeric(kind), csv_only=hidden), path, cell, not numeric, get_named_type(kind).name == "Money")


def field_at(of: str, path: Sequence[str]) -> tuple[Any, GraphQLObjectType | None]:
    """The type of the field at a path from a type, and the type that has it. Raises LookupError where there is none."""
    kind: Any = schema()._schema.type_map[of]
    inner: Any = None
    for name in path:
        inner = get_named_type(kind)
        if not isinstance(inner, GraphQLObjectType) or name not in inner.fields:
            raise LookupError(f"{of} has no field {'.'.join(path)}")
        kind = inner.fields[name].type
    return kind, inner


def is_numeric(kind: Any) -> bool:
    """Whether numbers of a type stand in columns of their own."""
    return get_named_type(kind).name in ("Int", "Float", "Money")


@cache
def cell_of(kind: Any) -> Callable[[Visit, Any], Cell]:
    """What makes a cell of a value of this type."""
    if isinstance(kind, GraphQLNonNull):
        return cell_of(kind.of_type)
    named = get_named_type(kind)
    if named.name == "Money":
        return _amounts
    one = _single(named)
    if not isinstance(kind, GraphQLList):
        return one

    def several(visit: Visit, value: Any) -> Cell:
        cells = [one(visit, each) for each in value or ()]
        if len(cells) == 1:
            return cells[0]
        return text(words.listed(cell.text for cell in cells), value="; ".join(str(cell.exact) for cell in cells))

    return several


def _single(named: Any) -> Callable[[Visit, Any], Cell]:
    """What makes a cell of one value of a type."""
    if isinstance(named, GraphQLEnumType):
        of = CHOICES[named.name]
        return lambda _, value: choice(of[value]) if value else text(None)
    if isinstance(named, GraphQLObjectType) and named.name != "Person":
        by = called(named)
        return lambda visit, value: thing(visit, value, by)
    return _SCALARS.get(named.name, _text)


def _amounts(_: Visit, value: Any) -> Cell:
    """Amounts, or one, or none; what is withheld is said to be so."""
    return money(None if value is WITHHELD else value if isinstance(value, list) else [value] if value else [])


def _text(_: Visit, value: Any) -> Cell:
    return text(value)


def _role(_: Visit, value: str | None) -> Cell:
    """A role as people say it, exactly in CSV."""
    return text(value and words.role(value), value=value or "")


def _share(_: Visit, value: float | None) -> Cell:
    """A share of a whole in per cent, exactly in CSV."""
    return text(None) if value is None else text(words.share(Decimal(value), Decimal(1)), value=value)


def _global_id(visit: Visit, value: str | None) -> Cell:
    return Cell(words.plain(value), page_of(visit, value), value=value) if value else text(None)


def _instant(_: Visit, value: str | None) -> Cell:
    return Cell(when(value), value=value, datetime=value) if value else text(None)


_SCALARS: Final[Mapping[str, Callable[[Visit, Any], Cell]]] = {
    "Date": lambda _, value: day(value),
    "DateTime": _instant,
    "ID": _global_id,
    "Int": lambda _, value: text(value, value="" if value is None else value),
    "Float": lambda _, value: text(value),
    "Person": lambda _, value: text(value and value["name"]),
    "Boolean": lambda _, value: text(None if value is None else "yes" if value else "no"),
}


def heading(name: str) -> str:
    """`endsFrom` as `Ends from`."""
    return snake(name).replace("_", " ").capitalize()


def called(of: Any) -> str:
    """The field by which things of a type are called; `id` where it has none for that."""
    return next((name for name in CALLED if name in of.fields), "id")


def selection(of: str, line: str) -> str:
    """What a document must ask of a type for the columns of a line."""
    asked: dict[str, Any] = {}
    for one in _columns(of, line):
        below = asked
        for name in one.path:
            below = below.setdefault(name, {})
        below.update(_below(get_named_type(field_at(of, one.path)[0])))
    return _printed(asked)


def _below(named: Any) -> dict[str, Any]:
    """What of a type its cell needs."""
    if not isinstance(named, GraphQLObjectType):
        return {}
    names = ("amount", "currency") if named.name == "Money" else (("id", called(named), "known") if "known" in named.fields else ("id", "name"))
    return {name: {} for name in names}


def _printed(asked: Mapping[str, Any]) -> str:
    return " ".join(f"{name} {{ {_printed(below)} }}" if below else name for name, below in asked.items())


def snake(name: str) -> str:
    """`releasedOn` and `Released on` as `released_on`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace(" ", "_").lower()


def cells_of(visit: Visit, of: str, line: str, row: Row, cells: Cells | None = None) -> list[tuple[str, Cell]]:
    """The heading and the cell of each column that a page shows, for one thing alone."""
    return [(one.column.title, _cell(visit, one, row, (cells or {}).get(one.column.key))) for one in _columns(of, line) if not one.column.csv_only]
