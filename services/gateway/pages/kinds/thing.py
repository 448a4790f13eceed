"""`/{plural}/{id}`: the page of one thing of a kind, made from its declaration: its fields, what refers to it, its history."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, partial
from typing import Any, Final

from graphql import GraphQLError, get_named_type

from libs.events.references import list_of
from services.gateway.graphql.cost.limits import look_over
from services.gateway.graphql.schema import schema
from services.gateway.pages.kinds.parts import Place, connected_type, line_of, parts_of, type_name
from services.gateway.pages.kit import sections
from services.gateway.pages.kit.page import Data, Page, PageView, Visit
from services.gateway.pages.kit.table import Cell, Table
from services.gateway.pages.kit.tables.columns import called, cells_of, field_at, heading, selection, table
from services.gateway.pages.kit.tables.event_rows import AFTER, Telling, kind_words, telling

FIRST: Final = 25
FEW: Final = 20
"""As many of what refers to a thing stand on its page; CSV has all."""


@dataclass(frozen=True, slots=True)
class ThingView:
    """What the page shows: the kind with its list, the thing by its name, its fields, its lists of values, what refers to it, and its history."""

    title: str
    id: str
    kind: str
    list_href: str
    known: bool
    facts: tuple[tuple[str, Cell], ...]
    parts: tuple[Table, ...]
    telling: Telling
    not_yet: bool = False


More = Callable[[Visit, Mapping[str, Any], ThingView], PageView]


def page_of_one(kind: str, more: More | None = None, shown_by: str = "thing") -> Page:
    """The page of one thing of a kind; `more` adds what only this kind shows, in a template of its own that extends that of all."""
    named = partial(_variables, kind), partial(_present, kind, more)
    return Page(f"{kind}-page", f"{list_of(kind)}/{{id}}", "", *named, asks=partial(_document, kind), shown_by=shown_by)


def _variables(kind: str, visit: Visit) -> dict[str, Any]:
    return {**visit.moment.variables, "id": f"{kind}:{sections.plain_id(visit, kind)}", "first": FIRST, "after": visit.query.get(AFTER)}


def _document(kind: str) -> str:
    """The document of a page: all that its type has, with the first of what refers to it."""
    return _written(kind, _columns(kind))


class Columns(IntEnum):
    """How many columns the tables of what refers to a thing have for CSV beside those that the page shows."""

    ALL = 0
    OWN = 1
    NONE = 2


@cache
def _columns(kind: str) -> Columns:
    """As many as a document may ask: that of a kind which much refers to would be longer. `OWN` leaves out what stands deeper than at the things themselves."""
    for columns in Columns:
        with contextlib.suppress(GraphQLError):
            look_over(_written(kind, columns))
            return columns
    return Columns.NONE


def _related_line(of: str, columns: Columns) -> str:
    """The columns of what refers to a thing."""
    every = line_of(of).split(", ")
    return ", ".join(one for one in every if columns is Columns.ALL or not one.startswith("-") or (columns is Columns.OWN and "." not in one))


def _written(kind: str, columns: Columns) -> str:
    of = type_name(kind)
    by = called(schema()._schema.type_map[of])
    values = "\n".join(_nested(path, selection(_type_at(of, path), line_of(_type_at(of, path)))) for path in parts_of(of).values)
    related = "\n".join(
        f"{path[0]}(first: {FEW}) {{ totalCount nodes {{ {selection(connected_type(of, path), _related_line(connected_type(of, path), columns))} }} }}"
        for path in parts_of(of).related
    )
    return f"""# One {kind_words(kind).lower()}: what is known of it, what refers to it, and all that was said of it.
query {of}Page($id: ID!, $asOf: Date, $knownAt: DateTime, $first: Int = {FIRST}, $after: String) {{
  nodes(ids: [$id], asOf: $asOf, knownAt: $knownAt) {{
    ... on {of} {{
      {selection(of, _line(of))}
      {values}
      {related}
      history(first: $first, after: $after) {{
        totalCount
        pageInfo {{ hasNextPage hasPreviousPage endCursor }}
        nodes {{ id type at recorded assertedBy by {{ name }} retracted counts judges data subject {{ id name }} }}
      }}
    }}
  }}
  ever: nodes(ids: [$id]) {{ ... on {of} {{ name: {by} firstEvent {{ at recorded }} }} }}
}}
"""


def _line(of: str) -> str:
    return ", ".join(("*", *(".".join(path) for path in parts_of(of).cells)))


def _nested(path: Place, inner: str) -> str:
    return f"{path[0]} {{ {_nested(path[1:], inner)} }}" if len(path) > 1 else f"{path[0]} {{ {inner} }}"


def _type_at(of: str, path: Place) -> str:
    return str(get_named_type(field_at(of, path)[0]).name)


def _present(kind: str, more: More | None, visit: Visit, data: Data) -> PageView:
    node, ever = data["nodes"][0], data["ever"][0]
    if not node or not node["history"]["totalCount"]:  # a person is there by being named
        return sections.not_yet(visit, kind, ever or None)
    of = type_name(kind)
    (_, itself), *facts = cells_of(visit, of, _line(of), node)
    made = ThingView(
        title=itself.text,
        id=node["id"],
        kind=kind_words(kind),
        list_href=visit.href(list_of(kind)),
        known=node["known"],
        facts=tuple(facts),
        parts=tuple(_parts(visit, kind, node)),
        telling=telling(visit, node["history"], (), ("nodes", 0, "history")),
    )
    return more(visit, node, made) if more else made


def _parts(visit: Visit, kind: str, node: Mapping[str, Any]) -> Iterator[Table]:
    """Lists of values, then what refers to it; those without anything are left out."""
    of = type_name(kind)
    for path in parts_of(of).values:
        rows: Any = node
        for name in path:
            rows = rows and rows[name]
        if rows:
            yield table(visit, _id(path), _words(path), _type_at(of, path), line_of(_type_at(of, path)), rows, empty="None.")
    for path in parts_of(of).related:
        page, inner = node[path[0]], connected_type(of, path)
        if page["nodes"]:
            yield table(visit, _id(path), _words(path), inner, _related_line(inner, _columns(kind)), page["nodes"], empty="None.").of(("nodes", 0, *path), page)


def _id(path: Place) -> str:
    return "-".join(path)


def _words(path: Place) -> str:
    return heading(" ".join(path))
