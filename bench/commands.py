"""Commands over HTTP to the whole stack on SQLite: single ones 16 at once beside `sqlite3` alone, and a bulk import until the gateway shows it.

`python -m bench.commands [SINGLE] [BULK]`; goals: a quarter of what `sqlite3` alone commits, and 1,000 a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import httpx
from rich.console import Console
from rich.table import Table

from bench.store import AT_ONCE, added, alone
from headway.causal_order import hears, mentioned, service_of
from headway.import_client import Sender
from headway.importers.line import ImportLine
from headway.server import listening
from libs.events.envelope import to_stored
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings

GOAL_SINGLE, GOAL_BULK = 0.25, 1000


def main(single: int, bulk: int) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        before = _alone(data / "before.sqlite3", single)
        process, port = started(data)
        try:
            token = Issuer.embedded(Settings(data=data)).token("importer")
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
                ready(client)
                opened = client.post("/backlog/v1/commands/open_backlog", json={"product": "bench"})
                opened.raise_for_status()
                rate = asyncio.run(singles(port, token, single))
                imported = _bulk(client, bulk)
        finally:
            process.terminate()
            process.wait(30)
        after = _alone(data / "after.sqlite3", single)
    reference = (before + after) / 2
    table = Table("what", "per second", "reference", "ratio", "goal")
    table.add_row(
        f"{single:,} single commands, {AT_ONCE} at once, each durable",
        f"{rate:,.0f}",
        f"{reference:,.0f} sqlite3 alone",
        f"{rate / reference:.2f}",
        f"{GOAL_SINGLE}",
    )
    table.add_row(f"{bulk:,} commands in bulk, until the gateway shows them", f"{imported:,.0f}", "", "", f"{GOAL_BULK:,} a second")
    Console().print(table)


def _alone(path: Path, count: int) -> float:
    rows = []
    for n in range(count):
        c = added("r", n)
        key = c.command
        assert key
        rows.append((c.aggregate, c.first, c.last, key.key, key.revision, key.hash, json.dumps(c.reply), json.dumps([to_stored(e) for e in c.events])))
    return alone(path, rows)


def started(data: Path, settings: Mapping[str, str] = MappingProxyType({})) -> tuple[subprocess.Popen[bytes], int]:
    """`headway serve` over a folder, with these settings and no others, and its port; it may not be ready yet."""
    with listening("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from headway.cli import main; main()", "serve", "--port", str(port), "--data", str(data)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEADWAY_")} | dict(settings)
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL), port


def ready(client: httpx.Client) -> None:
    """Returns once the server is ready; ends the run after a minute."""
    for _ in range(600):
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise SystemExit("the server did not become ready")


async def singles(port: int, token: str, count: int) -> float:
    """Commands per second over plain keep-alive sockets: a client library of comfort would be what is measured."""
    waiting = iter(range(count))
    run = uuid.uuid4().hex[:8]

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for n in waiting:
            body = json.dumps({"item": f"{run}-{n}", "product": "bench", "title": "A permit can be renewed without a visit to the office"}).encode()
            head = (
                f"POST /backlog/v1/commands/add_item HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: {run}-{n}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                raise SystemExit(answer.decode())
            length = next(int(h.split(b":")[1]) for h in answer.split(b"\r\n") if h.lower().startswith(b"content-length"))
            await reader.readexactly(length)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


def _bulk(client: httpx.Client, count: int) -> float:
    run = uuid.uuid4().hex[:8]
    lines = [ImportLine("backlog.add_item", f"{run}:{n}", {"item": f"{run}-{n}", "product": "bench", "title": f"Story {n}"}) for n in range(count // 2)]
    lines += [ImportLine("backlog.deliver_item", f"{run}:d{n}", {"item": f"{run}-{n}"}) for n in range(count // 2)]
    sender = Sender(client, mentioned, service_of, hears)
    began = time.perf_counter()
    for outcome in sender.send(lines):
        if outcome.status != "created":
            raise SystemExit(str(outcome.problem))
    sender.settle()
    return len(lines) / (time.perf_counter() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000, int(sys.argv[2]) if len(sys.argv) > 2 else 20_000)
