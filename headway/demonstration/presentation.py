"""Serves the embedded stack, loads the demonstration portfolio through the public API, and prints the executive's table."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import uvloop
from rich.console import Console
from rich.progress import Progress

from headway.causal_order import hears, mentioned, service_of
from headway.demonstration.story import lines, personas
from headway.demonstration.table import executive_table
from headway.import_client import Sender, Stopped
from headway.server import Server, announced, server
from headway.stack import create_stack
from libs.runtime.private_files import create_privately
from libs.service.identity.issuer import Issuer
from libs.service.settings import Settings
from services.gateway.documents import EXECUTIVE

DAY_FILE = "demonstration-day"
"""In the data folder: the day up to which the story is told, so that a second start says the same lines again and finds them all there."""
FAULT = 1


def show(settings: Settings, bound: socket.socket, *, once: bool) -> None:
    """Serves on a bound socket until it is told to stop, or until the table is printed. Raises Stopped, OSError, SettingsError."""
    create_privately()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, bound, once))


async def _serve(settings: Settings, bound: socket.socket, once: bool) -> None:
    stack = create_stack(settings)
    running = server(stack)
    serving = asyncio.create_task(running.serve(sockets=[bound]))
    url = f"http://{settings.host}:{bound.getsockname()[1]}"
    try:
        await _begun(serving, asyncio.create_task(announced(stack, running)))
        await asyncio.to_thread(_load_and_print, settings, url, running, once)
        if once:
            running.should_exit = True
        await serving
    finally:
        running.should_exit = True
        await serving


async def _begun(serving: asyncio.Task[None], announcing: asyncio.Task[None]) -> None:
    """Returns when the server is ready. Raises what it ended with where it never will be."""
    await asyncio.wait((serving, announcing), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        announcing.cancel()
        await serving
    await announcing


def _load_and_print(settings: Settings, url: str, running: Server, once: bool) -> None:
    issuer = Issuer.embedded(settings)
    with _client(url, issuer.token("importer")) as importer:
        _load(importer, _day(settings.data), lambda: running.should_exit)
    with _client(url, issuer.token("executive")) as executive:
        answer = executive.post("/graphql", json={"query": EXECUTIVE, "variables": {"first": 100}}).json()
    if answer.get("errors") or not answer.get("data"):
        raise Stopped(FAULT, f"The executive's question was not answered: {answer.get('errors')}")
    _print(answer["data"]["portfolio"], "" if once else url, settings.data)


def _print(portfolio: dict[str, Any], url: str, data: Path) -> None:
    """The table, and where to look further; nowhere once nothing listens any more."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=180)
    console.print(executive_table(portfolio))
    if not url:
        return
    addresses = (
        ("the pages, for everybody", url + "/"),
        ("", "  ".join(f"{url}{page}" for page in ("/roadmap", "/investment", "/graduation", "/improvement", "/changes", "/pack"))),
        ("GraphiQL, for questions", url + "/graphql"),
        ("REST, each with a page", "  ".join(f"{url}/{s}/docs" for s in ("portfolio", "roadmap", "backlog"))),
        ("the events", url + "/events"),
        ("a token to look with", f"headway token executive --data {data}"),
        ("", f"or as {', '.join(personas()[1:])}"),
    )
    for what, where in addresses:
        console.print(f"{what:26}{where}", highlight=False, soft_wrap=True)


def _client(url: str, token: str) -> httpx.Client:
    # A proxy of the environment is for others: it would be asked for this very process, and be given its token.
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False)


def _day(data: Path) -> date:
    """The day up to which the story is told: that of the first start."""
    file = data / DAY_FILE
    try:
        return date.fromisoformat(file.read_text("ascii").strip())
    except FileNotFoundError:
        today = datetime.now(UTC).date()
        file.write_text(today.isoformat() + "\n", "ascii")
        return today


def _load(client: httpx.Client, today: date, stopping: Callable[[], bool]) -> None:
    story = lines(today)
    sender = Sender(client, mentioned, service_of, hears)
    console = Console(stderr=True)
    counts = {"created": 0, "unchanged": 0}
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("loading the demonstration portfolio", total=len(story))
        for outcome in sender.send(story):
            if outcome.status == "refused":
                raise Stopped(FAULT, f"{outcome.line.key} was refused: {outcome.problem}")
            counts[outcome.status] += 1
            progress.advance(task)
            if stopping():
                raise Stopped(FAULT, "Stopped while loading; the next start goes on from here.")
        sender.settle()
    console.print(f"{counts['created']} commands said, {counts['unchanged']} known already", highlight=False)
