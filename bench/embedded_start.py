"""How long one process on SQLite takes until it is ready, and the executive's question over all teams: `python -m bench.embedded_start [TEAMS]`.

With a tenth of the teams and with all of them, so that the last column says how it grows (goal: at most 12 times). A start is measured with no snapshot, and
with the one that the start before it left; beside it is what `sqlite3` and orjson alone take for the log's rows. The question goes from page to page of 500.
Goals with 7,700 teams: ready within 10 s, and within 3 s with a snapshot; at most 600 MB then, and 900 MB after the question.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import orjson
from rich.console import Console
from rich.table import Table

from bench.fairness import resident
from bench.ingestion import Told, published
from bench.load import computing
from bench.portfolio import fill
from bench.starting import Running, appended, commit_of
from headway.stack import SERVICES
from libs.events.event import KINDS
from libs.service.adapters import adapters_of
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.gateway.documents import EXECUTIVE
from tools.servers.processes import free_port

A_PAGE: Final = 500


class Measured(NamedTuple):
    """Seconds by the clock and of computing, megabytes, and how many events and answered teams there were."""

    events: int
    alone: float
    ready: float
    ready_cpu: float
    known: float
    known_cpu: float
    memory: float
    asked: float
    memory_after: float
    again: float
    teams: int


LABELS: Final = {
    "alone": "sqlite3 and orjson alone, s",
    "ready": "until ready, s",
    "ready_cpu": "its computing, s",
    "known": "until ready with a snapshot, s",
    "known_cpu": "its computing, s",
    "memory": "memory then, MB",
    "asked": "the executive's question over all teams, s",
    "memory_after": "memory then, MB",
    "again": "the question again, s",
}


async def written(settings: Settings, teams: int) -> int:
    """Puts a portfolio into the stores and the log; how many events that is."""
    told = Told()
    fill(told, teams)
    events, adapters = told.in_order(), adapters_of(settings)
    await published(adapters.log, settings.namespace, events)
    for service in SERVICES:
        commits = [commit_of(event) for event in events if KINDS[event.kind].service == service]
        await appended(adapters.store(service), commits, published=True)
    return len(events)


def _alone(path: Path) -> float:
    began = time.process_time()
    with sqlite3.connect(path) as db:
        for headers, value in db.execute("SELECT headers, value FROM log ORDER BY n"):
            orjson.loads(headers), orjson.loads(value)
    return time.process_time() - began


def _asked(client: httpx.Client) -> tuple[float, int]:
    """Seconds from the first page to the last, without waiting for the allowance of a minute, and how many teams they had."""
    took, teams, after = 0.0, 0, None
    while True:
        variables: dict[str, Any] = {"first": A_PAGE, "after": after}
        began = time.perf_counter()
        answer = client.post("/graphql", json={"query": EXECUTIVE, "variables": variables})
        if answer.status_code == 429:
            time.sleep(float(answer.headers["retry-after"]))
            continue
        took += time.perf_counter() - began
        said = answer.json()
        if said.get("errors"):
            raise SystemExit(said["errors"][0]["message"])
        found = said["data"]["portfolio"]["teams"]
        teams += len(found["nodes"])
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return took, teams


def measured(teams: int) -> Measured:
    """One portfolio, started twice."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        events = asyncio.run(written(settings, teams))
        alone = _alone(settings.log_folder / f"{settings.namespace}.log.sqlite3")
        token = Issuer.embedded(settings).token("executive")

        def started() -> Running:
            return Running([], free_port(), None, folder)

        first = started()
        ready, _ = first.ready()
        ready_cpu = computing([first.process.pid])
        first.stop()
        second = started()
        known, _ = second.ready()
        known_cpu, memory = computing([second.process.pid]), resident(second.process.pid)
        with httpx.Client(base_url=second.url, headers={"Authorization": f"Bearer {token}"}, timeout=600) as client:
            asked, answered = _asked(client)
            after = resident(second.process.pid)
            again, _ = _asked(client)
        second.stop()
    return Measured(events, alone, ready, ready_cpu, known, known_cpu, memory, asked, after, again, answered)


def main(teams: int) -> None:
    """Measures and prints."""
    few, many = measured(teams // 10), measured(teams)
    table = Table("", f"{few.teams:,} teams, {few.events:,} events", f"{many.teams:,} teams, {many.events:,} events", "times")
    for name, label in LABELS.items():
        less, more = getattr(few, name), getattr(many, name)
        table.add_row(label, f"{less:,.1f}", f"{more:,.1f}", f"{more / less:.1f}" if less else "")
    Console(width=120).print(table)
    without, snapshot = (f"{one / many.alone:.0f} times" for one in (many.ready_cpu, many.known_cpu))
    print(f"of what sqlite3 and orjson alone compute, a start with all of them computes {without}, with a snapshot {snapshot}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 770)
