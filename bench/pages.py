"""The server's time for each page with 200 teams, and what it weighs over the wire: `python -m bench.pages [TEAMS]`.

Beside each is how many times that is of the executive's answer made by its plan with nothing of it kept, in the same process (goals: 5 when a page is first
opened, 1 after an event).
"""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bench.portfolio import caught_up, process_with
from libs.runtime.call_stack import with_room
from libs.runtime.garbage_collection import collect_in_pieces
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from services.gateway.documents import EXECUTIVE
from services.gateway.main import add_to
from services.gateway.pages.kit.assets import assets
from services.gateway.pages.registry import PAGES

TURNS = 7
COLUMNS = ("page", "first ms", "of the answer", "after an event ms", "of the answer", "asked before ms", "unchanged ms", "HTML kB", "kB over the wire")
LOADED = ("govuk.css", "headway.css", "htmx.min.js", "hx-sse.min.js")


def main(teams: int) -> None:
    """Measures and prints."""
    collect_in_pieces()
    with_room(asyncio.run, _measure(teams))


async def _measure(teams: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, events = process_with(teams, Path(folder))
        gateway = add_to(process)
        caught_up(process)
        headers = {"Accept": "text/html", "Accept-Encoding": "identity", "Authorization": f"Bearer {Issuer.embedded(process.settings).token('executive')}"}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://127.0.0.1", headers=headers)
        begun = time.perf_counter()
        await gateway.prefetch.present()
        warmed = time.perf_counter() - begun
        title = f"{teams} teams, {events:,} events; {warmed * 1000:,.0f} ms of deriving what is asked first, after a start"
        reference = statistics.median([await _by_plan(client, process) for _ in range(TURNS)])
        table = Table(*COLUMNS, title=title)
        for page in PAGES:
            table.add_row(page.name, *await _times(client, process, page.path, reference))
        await client.aclose()
    Console(width=140).print(table)
    print(f"the executive's answer by its plan: {reference * 1000:,.0f} ms")


async def _by_plan(client: httpx.AsyncClient, process: Process) -> float:
    """The executive's answer, of which nothing is kept while all that it shows is derived."""
    process.people.revision += 1
    begun = time.perf_counter()
    answer = await client.post("/graphql", json={"query": EXECUTIVE, "variables": {"first": 500}}, headers={"Accept": "application/json"})
    took = time.perf_counter() - begun
    assert answer.status_code == 200 and "errors" not in answer.json(), answer.text[:300]
    return took


async def _times(client: httpx.AsyncClient, process: Process, path: str, reference: float) -> list[str]:
    """The first answer, one after each further event, one that somebody asked for before, and a 304."""
    address = path.replace("{id}", "t0" if "teams" in path else "p0")
    first, answer = await _timed(client, address)
    if answer.status_code != 200:
        return [str(answer.status_code)]
    again = [await _afresh(client, process, address) for _ in range(TURNS)]
    answer = (await _timed(client, address))[1]
    kept = [(await _timed(client, address))[0] for _ in range(TURNS)]
    unchanged = [(await _timed(client, address, {"If-None-Match": answer.headers["etag"]}))[0] for _ in range(TURNS)]
    weight = len(gzip.compress(answer.content, 5)) + sum(len(assets()[name].compressed) for name in LOADED)
    once, then = ((f"{seconds * 1000:,.1f}", f"{seconds / reference:.2f}") for seconds in (first, statistics.median(again)))
    more = (f"{statistics.median(times) * 1000:,.1f}" for times in (kept, unchanged))
    return [*once, *then, *more, f"{len(answer.content) / 1000:,.0f}", f"{weight / 1000:,.0f}"]


async def _timed(client: httpx.AsyncClient, address: str, headers: dict[str, str] | None = None) -> tuple[float, httpx.Response]:
    begun = time.perf_counter()
    answer = await client.get(address, headers=headers)
    return time.perf_counter() - begun, answer


async def _afresh(client: httpx.AsyncClient, process: Process, address: str) -> float:
    """After one event more."""
    last = process.world.events("organisation:o0")[-1]
    process.world.apply(dataclasses.replace(last, sequence=process.world.last("organisation:o0") + 1))
    return (await _timed(client, address))[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
