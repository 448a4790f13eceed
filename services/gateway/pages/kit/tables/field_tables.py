"""Tables that a page declares by a field of its thing: queried, shown and given as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from graphql import get_named_type

from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Path, Table
from services.gateway.pages.kit.tables.columns import Cells, field_at, selection, snake, table

FIRST: Final = 100
"""As many of a list page by page stand in a table; CSV has all."""
_NONE: Final = MappingProxyType({"totalCount": 0, "nodes": ()})


class FieldTable(NamedTuple):
    """A table with a row for each of what a thing has in a field (`loans`, `backlog.items`): a list, or a list page by page.

    `columns`, `cells`, `empty` and `caption_hidden` are as `columns.table` takes them, and `id` follows from the field. `also` is what cells read besides the
    columns, and `arguments` are those of the field, both as a document has them.
    """

    field: str
    caption: str
    columns: str
    cells: Cells = MappingProxyType({})
    empty: str = "None."
    also: str = ""
    arguments: str = ""
    id: str = ""
    caption_hidden: bool = False

    @property
    def path(self) -> Path:
        """Where it stands below its thing."""
        return tuple(self.field.split("."))

    def asked(self, of: str) -> str:
        """What the document asks of a thing of this type for it."""
        rows = f"{{ {selection(self.rows_of(of), self.columns)} {self.also} }}"
        paged = f"(first: {FIRST}{self.arguments and f', {self.arguments}'}) {{ totalCount nodes {rows} }}"
        *within, last = self.field.split(".")
        return f"{' '.join(f'{name} {{' for name in within)} {last}{paged if self.is_paged(of) else f' {rows}'} {'}' * len(within)}".strip()

    def made(self, visit: Visit, of: str, thing: Mapping[str, Any]) -> Table:
        """The table of a thing of this type."""
        found: Any = thing
        for name in self.field.split("."):
            found = found and found[name]
        page: Mapping[str, Any] | None = (found or _NONE) if self.is_paged(of) else None
        id = self.id or snake(self.field.rpartition(".")[2]).replace("_", "-")
        rows: Sequence[Mapping[str, Any]] = page["nodes"] if page is not None else found or ()
        made = table(visit, id, self.caption, self.rows_of(of), self.columns, rows, empty=self.empty, cells=self.cells, caption_hidden=self.caption_hidden)
        return made if page is None else made.of((of.lower(), *self.path), page)

    def is_paged(self, of: str) -> bool:
        """Whether the field is a list page by page."""
        return str(get_named_type(field_at(of, self.field.split("."))[0]).name).endswith("Connection")

    def rows_of(self, of: str) -> str:
        """The type of what has a row."""
        nodes = (*self.field.split("."), *(("nodes",) if self.is_paged(of) else ()))
        return str(get_named_type(field_at(of, nodes)[0]).name)


@dataclass(frozen=True, slots=True, eq=False)
class FieldTables:
    """The tables that the page of things of a type declares. Its document spreads them where it asks for the thing: `team(id: $id) { ...tables }`."""

    of: str
    tables: tuple[FieldTable, ...]

    @property
    def lists(self) -> tuple[Path, ...]:
        """Where those stand in the answer that are pages of a list."""
        return tuple((self.of.lower(), *one.path) for one in self.tables if one.is_paged(self.of))

    @property
    def fragment(self) -> str:
        """What they ask."""
        asked = "\n".join(f"  {one.asked(self.of)}" for one in self.tables)
        return f"\nfragment tables on {self.of} {{\n{asked}\n}}\n"

    def made(self, visit: Visit, thing: Mapping[str, Any]) -> dict[str, Table]:
        """The tables of a thing, by their ids."""
        return {one.id: one for one in (each.made(visit, self.of, thing) for each in self.tables)}
