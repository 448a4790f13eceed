"""Holds the committed `schema.graphql` against the code: it must be what the code has, and nothing that a client may rely on may go.

`python -m tools.graphql_schema` checks; with `--write` it writes the file anew, unless that would break a client. A change that may surprise one
(a new member of a closed choice, say) is listed and goes through.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_required_argument,
    is_required_input_field,
)

from services.gateway.graphql.schema import schema

COMMITTED: Final = Path(__file__).parent.parent / "schema.graphql"


def held(committed: str, now: str) -> tuple[list[str], list[str]]:
    """What between two schemas (SDL) breaks clients, and what may surprise them; each in words."""
    before, after = build_schema(committed), build_schema(now)
    breaking = [change.description for change in find_breaking_changes(before, after)]
    had, has = _given(before), _given(after)
    breaking += [f"{name} may no longer be left out." for name, required in has.items() if required and had.get(name) is False]
    return sorted(breaking), sorted(change.description for change in find_dangerous_changes(before, after))


def _given(schema: GraphQLSchema) -> dict[str, bool]:
    """Every argument and input field, by a name for people, and whether it must be given."""
    found: dict[str, bool] = {}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            found |= {f"{kind.name}.{name}": is_required_input_field(field) for name, field in kind.fields.items()}
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, output in kind.fields.items():
                found |= {f"{kind.name}.{name}({argument}:)": is_required_argument(one) for argument, one in output.args.items()}
    return found


def main(arguments: list[str]) -> int:
    """Exit 0 where the file holds, or was written; 1 where it is stale, or a change would break clients."""
    now = schema().as_str().rstrip() + "\n"
    committed = COMMITTED.read_text("utf-8") if COMMITTED.exists() else ""
    breaking, dangerous = held(committed, now) if committed else ([], [])
    for words in dangerous:
        print(f"schema.graphql: clients may be surprised: {words}")
    for words in breaking:
        print(f"schema.graphql: breaks clients: {words}", file=sys.stderr)
    if breaking:
        print("schema.graphql: keep what there is, mark it deprecated with a reason, and put the new beside it.", file=sys.stderr)
        return 1
    if committed == now:
        return 0
    if "--write" in arguments:
        COMMITTED.write_text(now, "utf-8")
        return 0
    print("schema.graphql is not what the code has: run `python -m tools.graphql_schema --write`, and commit it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
