"""Which parts of a type a page shows: fields as cells, lists of values, and lists of things that refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type, is_required_argument

from services.gateway.graphql.schema import schema
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.kit.tables.columns import called, field_at

DEEPEST: Final = 3
"""As far into values within values a page goes."""
SHOWN: Final = 4
"""As many columns of a list stand on a page beside the thing itself; CSV has all."""
_CELLS: Final = frozenset({"Money", "Person", "Voice", "Subject"})
"""Types of objects that are one cell (of who decided: two)."""
_UNSHOWN: Final = frozenset({"SaidEvent", "JSON"})
"""Types that other parts of a page show: the history has events and judgements."""
_FOR_PROGRAMS: Final = frozenset({"version", "link"})
"""Fields that say nothing to the readers of a list."""
Place = tuple[str, ...]


class TypeParts(NamedTuple):
    """The parts of a type: the paths of its cells, of its lists of values, and of the connections of kinds that it has."""

    cells: tuple[Place, ...]
    values: tuple[Place, ...]
    related: tuple[Place, ...]


def type_name(kind: str) -> str:
    """The name in the schema of the type of a kind."""
    return str(BY_KIND[kind].__strawberry_definition__.name)  # type: ignore[attr-defined]


@cache
def parts_of(of: str) -> TypeParts:
    """The parts of a type, in the order of the schema."""
    cells, values, related = [], [], []
    for path in _paths(of, ()):
        kind = field_at(of, path)[0]
        named = get_named_type(kind)
        if _is_cell(named):
            cells.append(path)
        elif connected := _connected(named):
            related += [path] if len(path) == 1 and connected in _kinds() else []
        elif _is_list(kind):
            values.append(path)
    return TypeParts(tuple(cells), tuple(values), tuple(related))


def line_of(of: str, *, but: str = "") -> str:
    """The columns of a list of this type: the thing itself, a few of its fields, and all else for CSV; `but` is a field that says the same of each.

    Of what is no thing of a kind, what it is called by stands first, such as the text of a plan: no page of its own tells it. What has no such field is told
    apart by its first: a year by its beginning.
    """
    own = called(schema()._schema.type_map[of])
    paths = [path for path in parts_of(of).cells if path[0] not in (own, but)]
    ranked = sorted(paths, key=lambda path: (len(path), _rank(field_at(of, path)[0])))
    first = [path for path in ranked if path[-1] not in _FOR_PROGRAMS][:SHOWN]
    if of not in _kinds() and (own,) not in parts_of(of).cells:
        first += paths[:1]
    cells = (f"{'' if path in first else '-'}{'.'.join(path)}" for path in paths)
    itself = ("*",) if of in _kinds() else (own,) if (own,) in parts_of(of).cells else ()
    return ", ".join((*itself, *cells))


def connected_type(of: str, path: Place) -> str:
    """The type of the things of a connection."""
    return str(_connected(get_named_type(field_at(of, path)[0])))


def _paths(of: str, within: Place) -> Iterator[Place]:
    named = get_named_type(field_at(of, within)[0])
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        if name in ("id", "known") or inner.name in _UNSHOWN or any(map(is_required_argument, field.args.values())):
            continue
        path = (*within, name)
        if _is_cell(inner) or _connected(inner) or _is_list(field.type):
            yield path
        elif isinstance(inner, GraphQLObjectType) and len(path) < DEEPEST and not any(_connected(get_named_type(one.type)) for one in inner.fields.values()):
            yield from _paths(of, path)


def _is_cell(named: Any) -> bool:
    return not isinstance(named, GraphQLObjectType) or named.name in _CELLS or named.name in _kinds()


def _is_list(kind: Any) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _connected(named: Any) -> str | None:
    """The type of the nodes, where a type is a connection."""
    is_connection = isinstance(named, GraphQLObjectType) and named.name.endswith("Connection")
    return str(get_named_type(named.fields["nodes"].type).name) if is_connection else None


@cache
def _kinds() -> frozenset[str]:
    return frozenset(map(type_name, BY_KIND))


def _rank(kind: Any) -> int:
    """What says most in a list comes first: how it stands, what it belongs to, when; texts last."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return 0
    if named.name in _kinds() or named.name == "Subject":
        return 1
    return {"Money": 2, "Date": 3, "Boolean": 4, "Int": 4, "Decimal": 4, "String": 5}.get(named.name, 6)
