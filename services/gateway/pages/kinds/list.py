"""`/{plural}`: the list of a kind, made from its declaration, with filter, order, pages and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLList, get_named_type, get_nullable_type

from libs.commands.errors import Invalid
from libs.events.choice import CHOICES
from libs.events.references import list_of
from services.gateway.graphql.schema import schema
from services.gateway.pages.kinds.parts import line_of, type_name
from services.gateway.pages.kit import words
from services.gateway.pages.kit.addresses import address_of
from services.gateway.pages.kit.as_of import read_day
from services.gateway.pages.kit.page import Data, Option, Page, Visit, chosen, options
from services.gateway.pages.kit.table import Table
from services.gateway.pages.kit.tables.columns import Cells, called, heading, selection, snake, table, thing
from services.gateway.pages.kit.tables.event_rows import AFTER, kind_words, plural_words

SORT, DIRECTION, FIRST = "sort", "direction", 50
AT_ONCE: Final = 3
"""So many fields to narrow by are shown at once; the others open."""
_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A field that the list is narrowed by: its name in the address, its label, what was typed, as what it is typed, and what can be chosen, if anything."""

    name: str
    label: str
    value: str
    input: str = "text"
    choices: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class KindListView:
    """What the page shows."""

    title: str
    said: str
    kind: str
    table: Table
    fields: tuple[Narrowing, ...]
    sorts: tuple[Option, ...]
    directions: tuple[Option, ...]
    total: int
    first: str | None
    more: str | None
    everything: str | None

    @property
    def at_once(self) -> tuple[Narrowing, ...]:
        """The fields that are shown at once."""
        return self.fields[:AT_ONCE]

    @property
    def further(self) -> tuple[Narrowing, ...]:
        """The others."""
        return self.fields[AT_ONCE:]


def page_of_all(kind: str) -> Page:
    """The page with the list of a kind."""
    made = partial(_variables, kind), partial(_present, kind)
    return Page(f"{kind}-list", list_of(kind), "", *made, asks=partial(_document, kind), shown_by="things")


@cache
def _root(kind: str) -> tuple[str, Mapping[str, Any]]:
    """The field of queries that has all of a kind, and its arguments."""
    query: Any = schema()._schema.query_type
    connection = f"{type_name(kind)}Connection"
    return next((name, field.args) for name, field in query.fields.items() if get_named_type(field.type).name == connection and "asOf" in field.args)


def _filters(kind: str) -> Mapping[str, Any]:
    """The fields of the filter, those first in which a name is typed or one of a few is chosen."""
    found: Any = get_named_type(_root(kind)[1]["filter"].type)
    return dict(sorted(((name, one.type) for name, one in found.fields.items()), key=lambda one: not isinstance(get_named_type(one[1]), GraphQLEnumType)))


def _orders(kind: str) -> Any:
    """The choice by what a list can be ordered, and that of directions."""
    found = get_named_type(_root(kind)[1]["orderBy"].type).fields
    return CHOICES[get_named_type(found["by"].type).name], CHOICES[get_named_type(found["direction"].type).name]


def _document(kind: str) -> str:
    of, (root, arguments) = type_name(kind), _root(kind)
    return f"""# All {plural_words(kind).lower()}, narrowed and ordered as the page is; page by page.
query {of}List(
  $asOf: Date
  $knownAt: DateTime
  $filter: {arguments["filter"].type}
  $orderBy: {arguments["orderBy"].type}
  $first: Int = {FIRST}
  $after: String
) {{
  {root}(asOf: $asOf, knownAt: $knownAt, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {{
    totalCount
    pageInfo {{ hasNextPage hasPreviousPage endCursor }}
    nodes {{ {selection(of, line_of(of))} }}
  }}
}}
"""


def _variables(kind: str, visit: Visit) -> dict[str, Any]:
    given = {name: _read(visit, name, of) for name, of in _filters(kind).items() if visit.query.get(name, "").strip()}
    by, direction = _orders(kind)
    order, backwards = chosen(visit, SORT, by), chosen(visit, DIRECTION, direction)
    ordered = {"by": order.name, **({"direction": backwards.name} if backwards else {})} if order else None
    return {**visit.moment.variables, "filter": given or None, "orderBy": ordered, "first": FIRST, "after": visit.query.get(AFTER)}


def _read(visit: Visit, name: str, of: Any) -> Any:
    """What the address says for a field of the filter. Raises Invalid for what it cannot be."""
    said, named = visit.query[name].strip(), get_named_type(of)
    many = isinstance(get_nullable_type(of), GraphQLList)
    if isinstance(named, GraphQLEnumType):
        one = chosen(visit, name, CHOICES[named.name])
        return [one.name] if one and many else one and one.name
    read = _READ.get(named.name)
    found = read(said, name) if read else said
    return [found] if many else found


def _number(text: str, field: str) -> str:
    try:
        return str(Decimal(text))
    except InvalidOperation:
        raise Invalid(f"{text[:40]!r} is no number", field=field, remedy="Write a number such as 12 or 0.5, or leave the field empty.") from None


def _whole(text: str, field: str) -> int:
    if text.lstrip("-").isdecimal() and len(text) < 10:
        return int(text)
    raise Invalid(f"{text[:40]!r} is no whole number", field=field, remedy="Write a number such as 12, or leave the field empty.")


def _truth(text: str, field: str) -> bool:
    if text in _YES_NO:
        return _YES_NO[text]
    raise Invalid(f"{text[:40]!r} is neither yes nor no", field=field, remedy="Choose one of them, or leave it out.")


def _day(text: str, field: str) -> str:
    found = read_day(text, field)
    return found.isoformat() if found else ""


_READ: Final[Mapping[str, Callable[[str, str], Any]]] = {"Date": _day, "Boolean": _truth, "Int": _whole, "Decimal": _number}


def _present(kind: str, visit: Visit, data: Data) -> KindListView:
    root, of = _root(kind)[0], type_name(kind)
    page, one, many = data[root], kind_words(kind), plural_words(kind)
    info, filters = page["pageInfo"], _filters(kind)
    orders, direction = _orders(kind)
    narrowed = any(visit.query.get(name) for name in filters)
    line, empty = line_of(of), f"No {one.lower()} {'fits' if narrowed else 'is known at this moment'}."
    by = called(schema()._schema.type_map[of])
    itself: Cells = {snake(of): lambda row: replace(thing(visit, row, by), href=visit.href(address_of(row["id"]) or ""))}
    return KindListView(
        title=many,
        said=f"{words.count(page['totalCount'], one.lower(), many.lower()).capitalize()}{' as narrowed down' if narrowed else ''}.",
        kind=kind,
        table=table(visit, "things", many, of, line, page["nodes"], empty=empty, cells=itself, caption_hidden=True).of((root,), page),
        fields=tuple(_narrowing(visit, name, type_) for name, type_ in filters.items()),
        sorts=options(orders, chosen(visit, SORT, orders)),
        directions=options(direction, chosen(visit, DIRECTION, direction)),
        total=page["totalCount"],
        first=visit.here(after=None) if info["hasPreviousPage"] else None,
        more=visit.here(after=info["endCursor"]) if info["hasNextPage"] else None,
        everything=visit.here(**dict.fromkeys((*filters, AFTER))) if narrowed else None,
    )


def _narrowing(visit: Visit, name: str, of: Any) -> Narrowing:
    said, named = visit.query.get(name, "").strip(), get_named_type(of)
    if isinstance(named, GraphQLEnumType):
        choice = CHOICES[named.name]
        return Narrowing(name, heading(name), said, choices=options(choice, chosen(visit, name, choice)))
    if named.name == "Boolean":
        return Narrowing(name, heading(name), said, choices=tuple(Option(one, one, one == said) for one in _YES_NO))
    return Narrowing(name, heading(name) + (" (id)" if named.name == "ID" else ""), said, "date" if named.name == "Date" else "text")
