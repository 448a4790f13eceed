"""`/{plural}/{id}`: the page of one thing of a kind, made from its declaration: its fields, what refers to it, its history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from graphql import get_named_type

from libs.commands.errors import NotFound
from services.gateway.pages import sections
from services.gateway.pages.addresses import list_of
from services.gateway.pages.columns import called, cells_of, field_at, heading, selection, table
from services.gateway.pages.kind_parts import Place, connected_type, line_of, parts_of, type_name
from services.gateway.pages.page import Data, Page, View, Visit
from services.gateway.pages.tables import Cell, Table
from services.gateway.pages.told import AFTER, Telling, kind_words, telling
from services.gateway.schema import schema

FIRST: Final = 25
FEW: Final = 20
"""As many of what refers to a thing stand on its page; CSV has all."""
_ID: Final = re.compile(r"(?:([a-z_]+):)?([a-z0-9][a-z0-9._-]{0,63})\Z")


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

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them."""
        return *self.parts, self.telling.table


def page_of_one(kind: str) -> Page:
    """The page of one thing of a kind."""
    named = partial(_variables, kind), partial(_present, kind)
    return Page(f"{kind}-page", f"{list_of(kind)}/{{id}}", "", *named, asks=partial(_document, kind), shown_by="thing")


def _variables(kind: str, visit: Visit) -> dict[str, Any]:
    found = _ID.match(visit.path["id"])
    if found is None or found[1] not in (None, kind):
        called_ = kind_words(kind).lower()
        raise NotFound(f"{visit.path['id'][:64]!r} is not the id of a {called_}", field="id", remedy=f"Look for it in the list of {called_}s.")
    return {**visit.moment.variables, "id": f"{kind}:{found[2]}", "first": FIRST, "after": visit.query.get(AFTER)}


def _document(kind: str) -> str:
    """The document of a page: all that its type has, with the first of what refers to it."""
    of = type_name(kind)
    by = called(schema()._schema.type_map[of])
    values = "\n".join(_nested(path, selection(_type_at(of, path), line_of(_type_at(of, path)))) for path in parts_of(of).values)
    related = "\n".join(
        f"{path[0]}(first: {FEW}) {{ totalCount nodes {{ {selection(connected_type(of, path), line_of(connected_type(of, path)))} }} }}"
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


def _present(kind: str, visit: Visit, data: Data) -> View:
    node, ever = data["nodes"][0], data["ever"][0]
    if not node:
        return sections.not_yet(visit, kind_words(kind).lower(), ever or None)
    of = type_name(kind)
    (_, itself), *facts = cells_of(visit, of, _line(of), node)
    return ThingView(
        title=itself.text,
        id=node["id"],
        kind=kind_words(kind),
        list_href=visit.href(list_of(kind)),
        known=node["known"],
        facts=tuple(facts),
        parts=tuple(_parts(visit, of, node)),
        telling=telling(visit, node["history"], (), ("nodes", 0, "history")),
    )


def _parts(visit: Visit, of: str, node: Mapping[str, Any]) -> Iterator[Table]:
    """Lists of values, then what refers to it; those without anything are left out."""
    for path in parts_of(of).values:
        rows: Any = node
        for name in path:
            rows = rows and rows[name]
        if rows:
            yield table(visit, _id(path), _words(path), _type_at(of, path), line_of(_type_at(of, path)), rows, empty="None.")
    for path in parts_of(of).related:
        page, inner = node[path[0]], connected_type(of, path)
        if page["nodes"]:
            yield table(visit, _id(path), _words(path), inner, line_of(inner), page["nodes"], empty="None.").of(("nodes", 0, *path), page)


def _id(path: Place) -> str:
    return "-".join(path)


def _words(path: Place) -> str:
    return heading(" ".join(path))
