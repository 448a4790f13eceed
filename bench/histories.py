"""What one more command costs an aggregate with a long history beside one with a short one: `python -m bench.histories [EVENTS]`; goal: less than twice.

In memory, on SQLite, and on MongoDB where HEADWAY_TEST_MONGO names one.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from libs.adapters.mongo.store import MongoCommitStore
from libs.adapters.sqlite.store import SqliteCommitStore
from libs.commands.catalog.backlog.backlog import OpenBacklog, ReorderBacklog
from libs.commands.catalog.backlog.item import AddItem, EstimateItem, StateItem
from libs.commands.catalog.backlog.need import ChangeNeed, RecordNeed
from libs.commands.catalog.backlog.source import ConnectSource, NoteDelivery
from libs.commands.command import Command
from libs.commands.execution.admission import Ask
from libs.commands.execution.handler import Handling
from libs.events.catalog.backlog.backlog import BacklogReordered
from libs.events.catalog.backlog.item import ItemEstimated, ItemState, ItemStated
from libs.events.catalog.backlog.need import NeedChanged
from libs.events.catalog.backlog.source import SourceReceived, System
from libs.events.event import Actor, Event, Payload
from libs.events.ports.store import Commit, CommitStore
from libs.events.world import World
from libs.rules.roles import Principal, Role
from services.backlog.domain import decisions
from tests.adapters.contracts.memory import Disk, MemoryStore

SALT = "a secret of the bench"
SHORT, COMMANDS, GOAL = 10, 60, 2.0
AUTHOR = Actor("bench", "importer")
IMPORTER = Principal("bench", frozenset({Role.parse("importer")}))
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)

Said = Callable[[int], Payload]
Commanded = Callable[[str, int], Command]


def stated(n: int) -> ItemStated:
    """One statement of a source."""
    instant = BEGAN + timedelta(seconds=n)
    state = ItemState.STARTED if n % 2 else ItemState.OPEN
    return ItemStated(product="p", stated_by="s", system="github", reference="o/r#1", instant=instant, title=f"T{n}", state=state)


# What one more event of each kind is, and the command that says the next.
KINDS: dict[str, tuple[str, Said, Commanded]] = {
    "item, estimated": ("item", lambda n: ItemEstimated(points=Decimal(n % 9)), lambda id, n: EstimateItem(item=id, points=Decimal(10 + n))),
    "item, stated by its source": (
        "item",
        stated,
        lambda id, n: StateItem(
            item=id, product="p", source="s", reference="o/r#1", instant=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n), title="T"
        ),
    ),
    "item, dated in the middle": (
        "item",
        lambda n: ItemEstimated(points=Decimal(n % 9)),
        lambda id, n: EstimateItem(item=id, points=Decimal(10 + n), at=BEGAN + timedelta(seconds=5, milliseconds=n)),
    ),
    "need, changed": ("need", lambda n: NeedChanged(reason="so", text=f"T{n}"), lambda id, n: ChangeNeed(need=id, reason="so", text=f"Now {n}")),
    "source, counted": (
        "source",
        lambda n: SourceReceived(delivery=f"d{n}", reason=f"kind {n % 150}"),
        lambda id, n: NoteDelivery(source=id, delivery=f"e{n}", reason="another"),
    ),
    "backlog, reordered": (
        "backlog",
        lambda n: BacklogReordered(item="b" if n % 2 else "c", position=1, reason="so"),
        lambda id, n: ReorderBacklog(product=id, item="b" if n % 2 else "c", position=2, reason=f"so {n}"),
    ),
}


async def measured(store: CommitStore, name: str, length: int) -> float:
    """Milliseconds of the median command, on an aggregate with so many events."""
    kind, said, commanded = KINDS[name]
    clock = [datetime(2026, 6, 1, tzinfo=UTC)]

    def now() -> datetime:
        clock[0] += timedelta(milliseconds=1)
        return clock[0]

    handling = Handling("backlog", store, World(), decisions, clock=now)
    product = f"p{uuid.uuid4().hex[:8]}" if kind == "backlog" else "p"
    id = product if kind == "backlog" else f"x{uuid.uuid4().hex[:8]}"
    first: list[Command] = [OpenBacklog(product=product, at=BEGAN - timedelta(days=2))]
    if kind == "backlog":
        first += [AddItem(item=f"{product}-{item}", product=product, title=item, at=BEGAN - timedelta(days=1)) for item in "bc"]
    elif kind == "item":
        first += [ConnectSource(source="s", system=System.GITHUB, product="p", secret=SALT)] if "stated" in name else []
        first += [AddItem(item=id, product="p", title="T", at=BEGAN - timedelta(days=1))]
    elif kind == "need":
        first += [RecordNeed(need=id, product="p", user="u", text="t", origin="o", at=BEGAN - timedelta(days=1))]
    else:
        first += [ConnectSource(source=id, system=System.GITHUB, product="p", secret=SALT, at=BEGAN - timedelta(days=1))]
    await handling.answer_all([Ask(command, IMPORTER, key=f"{id}:{n}") for n, command in enumerate(first)])
    aggregate = f"{kind}:{id}"
    events = []
    for n in range(2, length + 1):
        at = BEGAN + timedelta(seconds=n)
        data = said(n)
        data = BacklogReordered(item=f"{product}-{data.item}", position=data.position, reason=data.reason) if isinstance(data, BacklogReordered) else data
        events.append(Event(aggregate, n, at, at, at, AUTHOR, data))
    for first_of in range(0, len(events), 500):
        part = tuple(events[first_of : first_of + 500])
        await store.append([Commit(aggregate, part[0].sequence, part, None, {})])
    took = []
    for n in range(COMMANDS + 5):
        command = commanded(id, n)
        if isinstance(command, ReorderBacklog):
            command = command.model_copy(update={"item": f"{product}-{command.item}"})
        began = time.perf_counter()
        await handling.answer(Ask(command, IMPORTER))
        took.append(time.perf_counter() - began)
    return statistics.median(took[5:]) * 1000


async def main(length: int) -> None:
    """Measures and prints."""
    table = Table("one more command", "store", f"{SHORT} events", f"{length:,} events", "ratio", "goal")
    with tempfile.TemporaryDirectory() as folder:
        database = f"headway_bench_{uuid.uuid4().hex[:8]}"
        url = os.environ.get("HEADWAY_TEST_MONGO", "").strip()
        stores: dict[str, CommitStore] = {"memory": MemoryStore(Disk()), "SQLite": SqliteCommitStore(Path(folder) / "store.sqlite3")}
        if url:
            stores["MongoDB"] = MongoCommitStore(url, database)
        try:
            for called, store in stores.items():
                await store.open()
                for name in KINDS:
                    short, long = await measured(store, name, SHORT), await measured(store, name, length)
                    table.add_row(name, called, f"{short:.2f} ms", f"{long:.2f} ms", f"{long / short:.2f}", f"under {GOAL}")
                await store.close()
        finally:
            if url:
                MongoClient(url).drop_database(database)
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
