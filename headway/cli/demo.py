"""`headway demo`: the embedded stack with the demonstration portfolio, loaded through the public API, and the executive's table."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import uvloop
from rich.console import Console
from rich.progress import Progress

from headway.cli.app import OUR_FAULT, USAGE, app, fail, say, settings
from headway.cli.table import executive_table
from headway.demonstration import lines, personas
from headway.sending import Sender, Stopped
from headway.serving import Server, announced, listening, server
from headway.stack import create_stack, hears, mentioned, service_of
from libs.service.issuer import Issuer
from libs.service.logs import configure
from libs.service.settings import Settings, SettingsError
from services.gateway.documents import EXECUTIVE

DAY_FILE = "demonstration-day"
"""In the data folder: the day up to which the story is told, so that a second start says the same lines again and finds them all there."""


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the table.")] = False,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    data: Annotated[Path, typer.Option("--data", help="The data folder.", file_okay=False)] = Path(".headway/demo"),
) -> None:
    """Load a demonstration portfolio through the public API, print the executive's table, and serve it."""
    configure("WARNING")
    made = settings(data, port=port)
    if made.issuer:
        fail("the demonstration signs its own tokens: take HEADWAY_ISSUER out of the environment", USAGE)
    try:
        bound = listening(made.host, port)
    except OSError as e:
        fail(f"cannot listen on port {port}: {e.strerror or e}; choose another with --port", USAGE)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(made, bound, once))
    except (SettingsError, OSError) as e:
        fail(str(e), USAGE)
    except Stopped as e:
        fail(str(e), e.exit_code)


async def _serve(made: Settings, bound: socket.socket, once: bool) -> None:
    stack = create_stack(made)
    running = server(stack)
    serving = asyncio.create_task(running.serve(sockets=[bound]))
    url = f"http://{made.host}:{bound.getsockname()[1]}"
    try:
        await announced(stack, running)
        await asyncio.to_thread(_show, made, url, running)
        if once:
            running.should_exit = True
        await serving
    finally:
        running.should_exit = True
        await serving


def _show(made: Settings, url: str, running: Server) -> None:
    issuer = Issuer.embedded(made)
    with _client(url, issuer.token("importer")) as importer:
        _load(importer, _day(made.data), lambda: running.should_exit)
    with _client(url, issuer.token("executive")) as executive:
        answer = executive.post("/graphql", json={"query": EXECUTIVE, "variables": {"first": 100}}).json()
    if "data" not in answer or answer.get("errors"):
        fail(f"the executive's question was not answered: {answer.get('errors')}", OUR_FAULT)
    portfolio: dict[str, Any] = answer["data"]["portfolio"]
    console = Console(width=None if Console().is_terminal else 160)
    console.print(executive_table(portfolio))
    for what, path in (
        ("GraphiQL, for questions", "/graphql"),
        ("REST, with a page each", "/portfolio/docs  /roadmap/docs  /backlog/docs"),
        ("the events", "/events"),
    ):
        console.print(f"{what:26}{'  '.join(url + p for p in path.split())}", highlight=False, soft_wrap=True)
    console.print(f"a token to look with      headway token executive --data {made.data}", highlight=False, soft_wrap=True)
    console.print(f"                          or as {', '.join(personas()[1:])}", highlight=False, soft_wrap=True)


def _client(url: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


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
    counts = {"created": 0, "unchanged": 0}
    with Progress(console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal) as progress:
        task = progress.add_task("loading the demonstration portfolio", total=len(story))
        for outcome in sender.send(story):
            if outcome.status == "refused":
                fail(f"{outcome.line.key} was refused: {outcome.problem}", OUR_FAULT)
            counts[outcome.status] += 1
            progress.advance(task)
            if stopping():
                raise Stopped(OUR_FAULT, "Stopped while loading; the next start goes on from here.")
        sender.settle()
    say(f"{counts['created']} commands said, {counts['unchanged']} known already")
