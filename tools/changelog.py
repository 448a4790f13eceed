"""Says what clients and subscribers can rely on since the last release that they could not before, and what went out of use: the list in CHANGELOG.md.

What a release promised lies in `docs/releases/VERSION.txt`, one line a type of the schema or an event, with its fields. `python -m tools.changelog VERSION`
writes that file when a version is released; the list is printed by `make docs` and held by `make check`, as all tables of the documentation are.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
)

RELEASED: Final = Path(__file__).parent.parent / "docs" / "releases"
GRAPHQL: Final = "type"
EVENT: Final = "event"
MUTATIONS: Final = "Mutation"
FOLLOWING: Final = ("Input", "Connection", "Edge", "Filter", "Order", "OrderField", ".overridden.v1", ".retracted.v1")
"""Types whose names end so come with a mutation or a list, and such events with every kind: they go without saying."""

WIDTH: Final = 160

Surface = Mapping[str, frozenset[str]]
"""`type NAME` or `event NAME` -> its fields, arguments (`field(argument)`), members and what is deprecated among them (`field!`)."""


def surface(sdl: str, events: Mapping[str, Mapping[str, Any]]) -> Surface:
    """What is promised by a schema (SDL) and by the JSON Schemas of events, each by its name."""
    types = build_schema(sdl).type_map.items()
    found = {f"{GRAPHQL} {name}": frozenset(_names(of)) for name, of in types if not name.startswith("__")}
    return found | {f"{EVENT} {name}": frozenset(schema.get("properties", ())) for name, schema in events.items()}


def _names(of: GraphQLNamedType) -> Iterator[str]:
    if isinstance(of, GraphQLUnionType):
        yield from (member.name for member in of.types)
    elif isinstance(of, GraphQLEnumType):
        yield from (f"{name}!" if member.deprecation_reason else name for name, member in of.values.items())
    elif isinstance(of, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in of.fields.items():
            yield f"{name}!" if field.deprecation_reason else name
            yield from (f"{name}({argument})" for argument in getattr(field, "args", ()))


def text(of: Surface) -> str:
    """A surface as the file that is kept: one line a name, its fields after it."""
    return "".join(f"{name}: {' '.join(sorted(fields))}\n" for name, fields in sorted(of.items()))


def read(written: str) -> Surface:
    """The surface that a file keeps."""
    lines = (line.partition(":") for line in written.splitlines())
    return {name: frozenset(fields.split()) for name, _, fields in lines}


def since(released: Surface, now: Surface) -> str:
    """What is new, what was added to what there was, what went out of use, and what is gone, in Markdown."""
    parts = (
        ("New mutations", _added(released, now, MUTATIONS)),
        ("New types of the schema", _new(released, now, GRAPHQL)),
        ("New fields, arguments and members of types that there were", _grown(released, now, GRAPHQL)),
        ("New events", _new(released, now, EVENT)),
        ("New fields of events that there were", _grown(released, now, EVENT)),
        ("Deprecated: the reason in the schema says what to use", _deprecated(released, now)),
        ("Gone", _new(now, released, GRAPHQL) + _new(now, released, EVENT)),
    )
    said = (f"**{title}.** {', '.join(lines) if lines else 'None'}." for title, lines in parts)
    return "\n\n".join(textwrap.fill(one, WIDTH, break_long_words=False, break_on_hyphens=False) for one in said)


def _new(old: Surface, now: Surface, what: str) -> list[str]:
    new = [name.partition(" ")[2] for name in sorted(now.keys() - old.keys()) if name.startswith(f"{what} ")]
    return [f"`{name}`" for name in new if not name.endswith(FOLLOWING)]


def _added(old: Surface, now: Surface, type_name: str) -> list[str]:
    name = f"{GRAPHQL} {type_name}"
    return [f"`{field}`" for field in sorted(_plain(now.get(name, ())) - _plain(old.get(name, ()))) if "(" not in field]


def _grown(old: Surface, now: Surface, what: str) -> list[str]:
    found = []
    for name in sorted(old.keys() & now.keys()):
        short = name.partition(" ")[2]
        added = sorted(_plain(now[name]) - _plain(old[name]))
        # An argument of a field that is new itself goes without saying.
        added = [one for one in added if one.partition("(")[0] == one or one.partition("(")[0] in _plain(old[name])]
        if name.startswith(f"{what} ") and added and short != MUTATIONS:
            found.append(f"`{short}`: {' '.join(f'`{one}`' for one in added)}")
    return found


def _deprecated(old: Surface, now: Surface) -> list[str]:
    return [
        f"`{name.partition(' ')[2]}.{field[:-1]}`"
        for name in sorted(now)
        for field in sorted(now[name])
        if field.endswith("!") and field not in old.get(name, frozenset())
    ]


def _plain(fields: Iterable[str]) -> set[str]:
    return {field.rstrip("!") for field in fields}


def today() -> Surface:
    """What the code promises today."""
    from headway.contracts.schemas import events
    from services.gateway.graphql.schema import schema

    return surface(schema().as_str(), events())


def latest() -> Path:
    """Where that is kept which the last release promised."""
    return max(RELEASED.glob("*.txt"), key=lambda path: [int(part) for part in path.stem.split(".")])


def changes() -> str:
    """What there is today that the last release did not promise."""
    return since(read(latest().read_text("utf-8")), today())


def main(arguments: list[str]) -> int:
    """Writes what a version promises as it is released; exit code 2 without its number."""
    if len(arguments) != 1 or not all(part.isdigit() for part in arguments[0].split(".")):
        print("usage: python -m tools.changelog VERSION, as in 0.2.0", file=sys.stderr)
        return 2
    (RELEASED / f"{arguments[0]}.txt").write_text(text(today()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
