"""`headway query` and `headway events`: run a GraphQL query or read the event stream of a running Headway."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.table import Table

from headway.cli.app import OUR_FAULT, USAGE, app, checked, client, exit_code, fail, say, table_console


@app.command()
def query(
    file: Annotated[Path, typer.Argument(help="A GraphQL document; - is standard input.", allow_dash=True)],
    var: Annotated[list[str] | None, typer.Option("--var", help="A variable, k=v: v is JSON as it stands, or text.")] = None,
) -> None:
    """Run a GraphQL document and print the answer as JSON."""
    from headway.cli.variables import variables

    try:
        document = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        fail(f"{file} cannot be read: {(e.strerror if isinstance(e, OSError) else None) or e}", USAGE)
    try:
        asked = f'{{"query": {jsonlib.dumps(document)}, "variables": {variables(document, var or ())}}}'
    except ValueError as e:
        fail(str(e), USAGE)
    with client(120) as http:
        answer = http.post("/graphql", content=asked, headers={"Content-Type": "application/json"})
    body = _graphql(answer)
    print(jsonlib.dumps(body.get("data"), indent=2, ensure_ascii=False))
    if body.get("errors"):
        for error in body["errors"]:
            problem = error.get("extensions") or {}
            cited = f"({problem['rule']}, {problem['source']})" if problem.get("rule") and problem.get("source") else ""
            say(" ".join(word for word in (error.get("message", "error"), cited) if word))
            if problem.get("remedy"):
                say(problem["remedy"])
        raise typer.Exit(_code_of(body["errors"]))


def _code_of(errors: list[dict[str, Any]]) -> int:
    """The exit code for what went wrong: of several, the first that is more than a question put wrongly."""
    given = [error.get("extensions") or {} for error in errors]
    codes = [OUR_FAULT if e.get("code") == "UNFORESEEN" else exit_code(int(e.get("status", 400))) for e in given]
    return next((code for code in codes if code != USAGE), USAGE)


def _graphql(answer: httpx.Response) -> dict[str, Any]:
    if "json" in answer.headers.get("content-type", "") and "problem" not in answer.headers["content-type"]:
        body: dict[str, Any] = answer.json()
        return body
    checked(answer)
    fail("the answer is no JSON: is HEADWAY_URL a Headway?", USAGE)


@app.command()
def events(
    all: Annotated[bool, typer.Option("--all", help="From the beginning.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as they come, until Ctrl-C.")] = False,
    after: Annotated[str | None, typer.Option(help="Only those behind this cursor.")] = None,
    type: Annotated[list[str] | None, typer.Option("--type", help="Only this type of event. May be repeated.")] = None,
    subject: Annotated[list[str] | None, typer.Option(help="Only this aggregate, as team:biohub. May be repeated.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Only what was true on this day or at this instant, or later.")] = None,
    to: Annotated[str | None, typer.Option(help="Only what was true on this day or earlier; before this instant, if it is one.")] = None,
    json: Annotated[bool, typer.Option("--json", help="CloudEvents, one a line.")] = False,
) -> None:
    """Show the log: without a flag the newest 100 events."""
    ask: dict[str, str | list[str]] = {"follow": "true" if follow else "false"}
    if after:
        ask["after"] = after
    elif not all:
        ask["last"] = "100"
    chosen: dict[str, str | list[str] | None] = {"type": type, "subject": subject, "from": from_, "to": to}
    ask |= {name: value for name, value in chosen.items() if value}
    with client(None if follow else 120) as http, http.stream("GET", "/events", params=ask, headers={"Accept": "application/x-ndjson"}) as answer:  # type: ignore[arg-type]
        lines = (line for line in checked(answer).iter_lines() if line.strip())
        try:
            _print(lines, json=json, follow=follow)
        except KeyboardInterrupt:
            say("stopped")


def _print(lines: Iterator[str], *, json: bool, follow: bool) -> None:
    if json:
        for line in lines:
            print(line, flush=follow)
        return
    if follow:
        for line in lines:
            print("  ".join(_row(jsonlib.loads(line))), flush=True)
        return
    table = Table("time", "what", "of", "by", box=None)
    for line in lines:
        table.add_row(*_row(jsonlib.loads(line)))
    table_console().print(table)


def _row(event: dict[str, Any]) -> tuple[str, str, str, str]:
    # A damaged record may lack any of them.
    time = event.get("time", "")
    clock = "" if time.endswith("Z") else f" {time[-6:]}"
    return time[:16].replace("T", " ") + clock, event.get("type", "").removeprefix("headway."), event.get("id", ""), event.get("actorrole", "")
