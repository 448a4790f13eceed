"""How much memory what is kept of a moment takes, by entry: `python -m bench.kept [TEAMS]`. `World.KEPT_ENTRIES` rests on it."""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from strawberry.types.graphql import OperationType

from bench.fairness import WORST
from bench.portfolio import NOW, process_with
from libs.rules.roles import Principal, Role
from libs.runtime.call_stack import with_room
from services.gateway.documents import EXECUTIVE
from services.gateway.gateway import Gateway
from services.gateway.graphql.answers.request import GraphQLRequest
from services.gateway.graphql.context import OperationContext
from services.gateway.graphql.cost.budget import PAGE
from services.gateway.graphql.execution import execute
from services.gateway.graphql.plan.query_execution import Planned

QUESTIONS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "the executive's question of a day in the past": (EXECUTIVE, {"asOf": "2025-03-01", "first": 500}),
    "a comparison": ('{ changes(from: "2024-03-01", first: 1) { totalCount } }', {}),
    "every team of ten days": (WORST["every team of a day, fifteen times"], {}),
}


async def main(teams: int) -> None:
    """Measures and prints."""
    table = Table("after", "entries more", "kB more", "bytes an entry", title=f"{teams} teams")
    with tempfile.TemporaryDirectory() as folder:
        process, _ = process_with(teams, Path(folder))
        gateway = Gateway(process)

        async def ask(query: str, variables: dict[str, Any]) -> None:
            asking = OperationContext(gateway, Principal("bench", frozenset({Role("executive")})), day=NOW.date(), most=PAGE)
            result = await execute(GraphQLRequest(query, None, variables), asking, {OperationType.QUERY})
            assert isinstance(result, Planned), result

        def kept() -> tuple[int, int]:
            gc.collect()
            return process.world.entries, tracemalloc.get_traced_memory()[0]

        await ask(EXECUTIVE, {"first": 500})
        tracemalloc.start()
        for what, (query, variables) in QUESTIONS.items():
            entries, size = kept()
            await ask(query, variables)
            more, larger = kept()
            grown = more - entries, larger - size
            table.add_row(what, f"{grown[0]:,}", f"{grown[1] / 1000:,.0f}", f"{grown[1] / grown[0]:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    with_room(asyncio.run, main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
