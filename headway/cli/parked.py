"""`headway parked`: what could not be applied, and what to do about it."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

import typer
from rich.table import Table

from headway.cli.app import app, checked, client, say, table_console

parked = typer.Typer(no_args_is_help=True, help="What could not be applied: list, retry, discard.")
app.add_typer(parked, name="parked")


@parked.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List what is parked, with the reason for each and what waits behind it."""
    with client() as http:
        found = checked(http.get("/parked")).json()["parked"]
    if json:
        print(jsonlib.dumps(found, indent=2))
    elif not found:
        say("nothing is parked")
    else:
        table = Table("position", "type", "reason", "since", "held up to", box=None)
        for p in found:
            table.add_row(p["position"], p["type"] or "", p["reason"], p["since"], str(p["held"] or ""))
        table_console().print(table)


@parked.command()
def retry(position: Annotated[str, typer.Argument(help="As `list` shows it.")]) -> None:
    """Try one again, for example after an upgrade that knows its type."""
    with client() as http:
        applied = checked(http.post("/parked/retry", json={"position": position})).json()["applied"]
    say(f"{position} {'was applied' if applied else 'is parked still'}")


@parked.command()
def discard(
    position: Annotated[str, typer.Argument(help="As `list` shows it.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever looks later.")],
) -> None:
    """Pass one over for ever, with a reason."""
    with client() as http:
        checked(http.post("/parked/discard", json={"position": position, "reason": reason}))
    say(f"{position} is passed over")
