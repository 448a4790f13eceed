"""The executive's query for 200 teams over a world in memory, beside the same data through plain strawberry types: `python -m bench.executive [TEAMS]`."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from keyword import iskeyword
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import strawberry
from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    parse,
    print_ast,
    visit,
)
from graphql.language import Visitor
from rich.console import Console
from rich.table import Table
from strawberry.schema.config import StrawberryConfig

from bench.portfolio import caught_up, process_with
from libs.rules.roles import Principal, Role
from libs.runtime.call_stack import with_room
from libs.runtime.garbage_collection import collect_in_pieces
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.limits import cost, prepared
from services.gateway.graphql.schema import schema
from services.gateway.main import add_to

DOCUMENT = (Path(__file__).parents[1] / "services" / "gateway" / "documents" / "executive.graphql").read_text("utf-8")
TURNS = 5


def main(teams: int) -> None:
    """Measures and prints."""
    collect_in_pieces()
    with_room(asyncio.run, _measure(teams))


async def _measure(teams: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, events = process_with(teams, Path(folder))
        gateway = add_to(process)
        caught_up(process)
        asking = OperationContext(gateway, Principal("bench", frozenset({Role("executive")})))

        async def ask() -> dict[str, Any]:
            result = await schema().execute(DOCUMENT, variable_values={"first": 500}, context_value=asking)
            assert not result.errors, result.errors
            return dict(result.data or {})

        cold, data = await _timed(ask, 1)
        warm, _ = await _timed(ask, TURNS)
        changed, unchanged = await _over_http(process, {}, data)
        zipped = (await _over_http(process, {"Accept-Encoding": "gzip"}, data))[1]
        beside, same = await _timed(_plain(data), TURNS)
        assert same == data, "both must give the same answer"
    table = Table("what", "ms", "times plain", title=f"{teams} teams, {events:,} events, {_leaves(data):,} leaves, {len(orjson.dumps(data)) / 1000:,.0f} kB")
    for what, seconds in (
        ("plain strawberry types", beside),
        ("the gateway, everything derived before", warm),
        ("the gateway, its first answer after a start", cold),
        ("over HTTP, one team changed before each", changed),
        ("over HTTP, nothing changed", unchanged),
        ("over HTTP, nothing changed, compressed", zipped),
    ):
        table.add_row(what, f"{seconds * 1000:,.1f}", f"{seconds / beside:.3f}")
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


async def _over_http(process: Process, headers: dict[str, str], data: dict[str, Any]) -> tuple[float, float]:
    """The seconds of the quickest answer at `/graphql` after an event of a team, and after nothing, from the request to the last byte."""
    said = {"Authorization": f"Bearer {Issuer.embedded(process.settings).token('executive')}", "Accept-Encoding": "identity", **headers}
    team = process.world.events("team:t0")[-1]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://127.0.0.1", headers=said) as client:

        async def ask() -> dict[str, Any]:
            request = client.build_request("POST", "/graphql", json={"query": DOCUMENT, "variables": {"first": 500}})
            begun = time.perf_counter()
            answer = await client.send(request, stream=True)
            async for _ in answer.aiter_raw():
                pass
            took.append(time.perf_counter() - begun)
            return {}

        took, times = list[float](), []
        for changes in (True, False):
            took.clear()
            for _ in range(TURNS):
                if changes:
                    process.world.apply(dataclasses.replace(team, sequence=process.world.last("team:t0") + 1))
                await ask()
            times.append(min(took))
        shown = (await client.post("/graphql", json={"query": DOCUMENT, "variables": {"first": 500}})).json()["data"]
        assert _without_world(shown) == _without_world(data), "both must give the same answer"
    return times[0], times[1]


def _without_world(data: dict[str, Any]) -> dict[str, Any]:
    return {**data["portfolio"], "world": ""}


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


def _plain(data: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """How the same data is asked for through types that only hold it."""
    query = schema()._schema.query_type
    assert query is not None
    plain = strawberry.Schema(_Holding().of(query), config=StrawberryConfig(auto_camel_case=False))
    document = print_ast(visit(parse(DOCUMENT), _WithoutArguments()))
    held = _held(data)

    async def ask() -> dict[str, Any]:
        result = await plain.execute(document, root_value=held)
        assert not result.errors, result.errors
        return dict(result.data or {})

    return ask


class _Asking(Visitor):
    """Which fields of each type a document asks for."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types, self.asked = types, dict[str, set[str]]()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.types.get_parent_type()
        if parent is not None:
            self.asked.setdefault(parent.name, set()).add(node.name.value)


class _Holding:
    """Makes strawberry types with the fields that the document asks for, each read from an attribute."""

    def __init__(self) -> None:
        types = TypeInfo(schema()._schema)
        asking = _Asking(types)
        visit(parse(DOCUMENT), TypeInfoVisitor(types, asking))
        self._asked = asking.asked
        self._made: dict[str, type] = {}

    def of(self, kind: GraphQLObjectType) -> type:
        """The type that holds what ours of this name tells."""
        if kind.name not in self._made:
            hints = {name: self._hint(kind.fields[name].type) for name in sorted(self._asked[kind.name])}
            named = {f"{name}_": strawberry.field(name=name) for name in hints if iskeyword(name)}
            annotations = {f"{name}_" if iskeyword(name) else name: hint for name, hint in hints.items()}
            self._made[kind.name] = strawberry.type(type(kind.name, (), {"__annotations__": annotations, **named}))
        return self._made[kind.name]

    def _hint(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._inner(kind.of_type)
        return self._inner(kind) | None

    def _inner(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLList):
            return list[self._hint(kind.of_type)]  # type: ignore[misc]
        if isinstance(kind, GraphQLObjectType):
            return self.of(kind)
        return {"Int": int, "Float": float, "Boolean": bool}.get(kind.name, str)


def _held(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{f"{k}_" if iskeyword(k) else k: _held(v) for k, v in value.items()})
    return [_held(v) for v in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
