"""The executive's query for 200 teams over a world in memory, beside the same data through plain strawberry types: `python -m bench.executive [TEAMS]`."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import strawberry
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    get_named_type,
    is_composite_type,
    parse,
    print_ast,
    visit,
)
from graphql.language import Visitor
from rich.console import Console
from rich.table import Table
from strawberry.schema.config import StrawberryConfig

from bench.portfolio import fill
from libs.rules.roles import Principal, Role
from libs.service.adapters import adapters_of
from libs.service.process import Process
from libs.service.settings import Settings
from services.gateway.asking import Asking
from services.gateway.forwarding import Forwarding
from services.gateway.limits import cost, prepared
from services.gateway.schema import schema

DOCUMENT = (Path(__file__).parents[1] / "services" / "gateway" / "documents" / "executive.graphql").read_text("utf-8")
TURNS = 5
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main(teams: int) -> None:
    """Measures and prints."""
    asyncio.run(_measure(teams))


async def _measure(teams: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        process = Process(settings, dataclasses.replace(adapters_of(settings), clock=lambda: NOW), hears_all=True)
        events = fill(process.world, teams)
        asking = Asking(process, Forwarding(process), Principal("bench", frozenset({Role("executive")})))

        async def ask() -> dict[str, Any]:
            result = await schema().execute(DOCUMENT, variable_values={"first": 500}, context_value=asking)
            assert not result.errors, result.errors
            return dict(result.data or {})

        cold, data = await _timed(ask, 1)
        warm, _ = await _timed(ask, TURNS)
        reference, plain = _plain(data)
        beside, same = await _timed(reference, TURNS)
        assert plain(same) == data, "both must give the same answer"
    table = Table("what", "ms", "times plain", title=f"{teams} teams, {events:,} events, {_leaves(data):,} leaves, {len(orjson.dumps(data)) / 1000:,.0f} kB")
    for what, seconds in (
        ("plain strawberry types", beside),
        ("the gateway, everything derived before", warm),
        ("the gateway, its first answer after a start", cold),
    ):
        table.add_row(what, f"{seconds * 1000:,.0f}", f"{seconds / beside:.2f}")
    console = Console()
    console.print(table)
    document = prepared(schema()._schema, DOCUMENT)
    operation = document.operation(None)
    assert operation is not None
    for first in (100, 500):
        console.print(f"cost with first: {first}: {cost(schema()._schema, document, operation, {'first': first}):,} objects")


async def _timed(ask: Callable[[], Awaitable[dict[str, Any]]], turns: int) -> tuple[float, dict[str, Any]]:
    """The seconds of the quickest turn, and its answer."""
    best, answer = float("inf"), dict[str, Any]()
    for _ in range(turns):
        begun = time.perf_counter()
        answer = await ask()
        best = min(best, time.perf_counter() - begun)
    return best, answer


def _leaves(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(_leaves(v) for v in (value.values() if isinstance(value, dict) else value))
    return 1


class _WithoutArguments(Visitor):
    """A document without variables, arguments and aliases."""

    def enter_argument(self, *_: Any) -> Any:
        return self.REMOVE

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Node:
        return OperationDefinitionNode(operation=node.operation, name=node.name, selection_set=node.selection_set, variable_definitions=(), directives=())


def _plain(data: dict[str, Any]) -> tuple[Callable[[], Awaitable[dict[str, Any]]], Callable[[dict[str, Any]], dict[str, Any]]]:
    """How the same data is asked for through types that only hold it."""
    made: dict[str, type] = {}
    ours: GraphQLSchema = schema()._schema
    assert ours.query_type is not None
    wanted = {"portfolio": ours.query_type.fields["portfolio"]}
    root = _type("Query", wanted, made, {"portfolio"}, data)
    held = _held(data)
    plain = strawberry.Schema(root, config=StrawberryConfig(auto_camel_case=False))
    document = print_ast(visit(parse(DOCUMENT), _WithoutArguments()))

    async def ask() -> dict[str, Any]:
        result = await plain.execute(document, root_value=held)
        assert not result.errors, result.errors
        return dict(result.data or {})

    return ask, lambda answer: answer


def _type(name: str, fields: dict[str, Any], made: dict[str, type], only: set[str], sample: Any) -> type:
    if name in made:
        return made[name]
    chosen = []
    for field, about in fields.items():
        if only and field not in only:
            continue
        hint = _hint(about.type, made)
        if hint is not None:
            chosen.append((f"{field}_" if field == "from" else field, hint, strawberry.field(name=field)))
    made[name] = strawberry.type(dataclasses.make_dataclass(name, chosen, kw_only=True))
    return made[name]


def _hint(kind: GraphQLOutputType, made: dict[str, type]) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _inner(kind.of_type, made)
    inner = _inner(kind, made)
    return None if inner is None else inner | None


def _inner(kind: Any, made: dict[str, type]) -> Any:
    if isinstance(kind, GraphQLList):
        inner = _hint(kind.of_type, made)
        return None if inner is None else list[inner]  # type: ignore[valid-type]
    named = get_named_type(kind)
    if not is_composite_type(named):
        return {"Int": int, "Float": float, "Boolean": bool}.get(named.name, str)
    assert isinstance(named, GraphQLObjectType)
    if named.name in _SKIPPED:
        return None
    return _type(named.name, named.fields, made, _ASKED.get(named.name, set()), None)


_SKIPPED = frozenset({"TeamEdge", "ProductConnection", "RoadmapItemConnection", "Backlog", "Release", "Member"})
_ASKED: dict[str, set[str]] = {
    "Organisation": {"id", "name", "investment"},
    "Product": {"id", "name", "phase"},
    "Program": {"id", "name", "products", "investment"},
    "Roadmap": {"now", "next", "later"},
}


def _held(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{("from_" if k == "from" else k): _held(v) for k, v in value.items()})
    return [_held(v) for v in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
