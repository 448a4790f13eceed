"""What others notice while four callers ask the worst there is, all the time: `python -m bench.fairness [TEAMS] [SECONDS]`.

Latency of `/health/live` and of a question about one team, and the server's resident memory: before, during and a minute after.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
import uvicorn
from rich.console import Console
from rich.table import Table

from bench.portfolio import caught_up, process_with
from libs.runtime.call_stack import with_room
from libs.runtime.garbage_collection import collect_in_pieces
from libs.service.identity.issuer import Issuer
from services.gateway.main import add_to
from tools.servers.processes import free_port

CALLERS: Final = ("subscriber", "lab_ops", "product_owner@p1", "team@t1")
ALIASES: Final = 15
WORST: Final = {
    "fifteen comparisons": "{" + " ".join(f'a{n}: changes(from: "2024-{1 + n % 12:02}-{1 + n:02}", first: 1) {{ totalCount }}' for n in range(ALIASES)) + "}",
    "products of programs of products": '{ program(id: "g0") { products { program { products { program { products { id } } } } } } }',
    "every team of a day, fifteen times": "{"
    + " ".join(f'a{n}: portfolio(asOf: "2025-{1 + n % 12:02}-{1 + n:02}") {{ teams(first: 100) {{ nodes {{ graduation {{ status }} }} }} }}' for n in range(10))
    + "}",
}
ONE_TEAM: Final = '{ team(id: "t1") { name graduation { status } } }'
AFTER: Final = 60
"""Seconds until memory is looked at again."""


async def serve(port: int, teams: int) -> None:
    """The gateway with so many teams, until it is told to stop."""
    with tempfile.TemporaryDirectory() as folder:
        process, _ = process_with(teams, Path(folder))
        gateway = add_to(process)
        caught_up(process)
        await gateway.prefetch.present()
        issuer = Issuer.embedded(process.settings)
        print(*(issuer.token(who) for who in (*CALLERS, "executive")), flush=True)
        await uvicorn.Server(uvicorn.Config(process.app, port=port, log_level="error")).serve()


@contextlib.asynccontextmanager
async def served(teams: int) -> AsyncIterator[tuple[str, list[str], int]]:
    """A server of its own process: its address, tokens of the callers and of the one who is disturbed, and its process."""
    port = free_port()
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.fairness", "serve", str(port), str(teams), stdout=asyncio.subprocess.PIPE, limit=1 << 20
    )
    assert running.stdout is not None
    try:
        tokens = (await running.stdout.readline()).decode().split()
        await asyncio.sleep(1)
        yield f"http://127.0.0.1:{port}", tokens, running.pid
    finally:
        running.kill()
        await running.wait()


def resident(pid: int) -> float:
    """Megabytes."""
    found = next(line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if line.startswith("VmRSS"))
    return int(found.split()[1]) / 1000


async def asks(client: httpx.AsyncClient, token: str, query: str, until: float, answers: Counter[str]) -> None:
    """One caller that asks the same again and again."""
    while time.perf_counter() < until:
        answer = await client.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})
        body: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        answers["answered" if not body.get("errors") and body else body["errors"][0]["extensions"]["code"] if body else str(answer.status_code)] += 1
        await asyncio.sleep(0 if body else 1)


async def disturbed(client: httpx.AsyncClient, token: str, until: float) -> tuple[list[float], list[float]]:
    """How long the probe and a question about one team take, in seconds, one after the other."""
    probes, questions = list[float](), list[float]()
    while time.perf_counter() < until:
        begun = time.perf_counter()
        (await client.get("/health/live")).raise_for_status()
        probes.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        answer = await client.post("/graphql", json={"query": ONE_TEAM}, headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["data"]["team"]["name"] == "Team 1", answer.text
        questions.append(time.perf_counter() - begun)
        await asyncio.sleep(0.02)
    return probes, questions


async def measured(teams: int, seconds: float) -> None:
    """Prints the table."""
    table = Table(
        "asked by four callers",
        "live p50",
        "live p99",
        "live most",
        "team p50",
        "team p99",
        "MB before",
        "most",
        "after",
        "answers",
        title=f"{teams} teams; ms",
    )
    for name, query in {"nothing": "", **WORST}.items():
        async with served(teams) as (url, tokens, pid), httpx.AsyncClient(base_url=url, timeout=300) as client:
            await disturbed(client, tokens[-1], time.perf_counter() + 1)
            before, most = resident(pid), 0.0
            answers: Counter[str] = Counter()
            until = time.perf_counter() + seconds
            asking = [asyncio.create_task(asks(client, token, query, until, answers)) for token in tokens[:-1] if query]
            listening = asyncio.create_task(disturbed(client, tokens[-1], until))
            while not all(task.done() for task in (*asking, listening)):
                most = max(most, resident(pid))
                await asyncio.sleep(0.1)
            await asyncio.gather(*asking)
            probes, questions = listening.result()
            await asyncio.sleep(AFTER if query else 0)
            live, team = quantiles(probes, n=100), quantiles(questions, n=100)
            times = (live[49], live[98], max(probes), team[49], team[98])
            said = ", ".join(f"{count} {what}" for what, count in sorted(answers.items()))
            table.add_row(name, *(f"{1000 * x:,.0f}" for x in times), *(f"{x:,.0f}" for x in (before, most, resident(pid))), said)
    Console(width=180).print(table)


def main(given: list[str]) -> None:
    """Serves, or measures."""
    if given[:1] == ["serve"]:
        collect_in_pieces()
        with_room(asyncio.run, serve(int(given[1]), int(given[2])))
    else:
        asyncio.run(measured(int(given[0]) if given else 200, float(given[1]) if len(given) > 1 else 20))


if __name__ == "__main__":
    main(sys.argv[1:])
