"""`headway import`: files to commands, sent to a running Headway."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from headway.cli.app import DEFAULT_URL, app
from headway.importers import IMPORTERS


@app.command("import")
def import_(
    format: Annotated[str, typer.Argument(help=f"One of: {', '.join(IMPORTERS)}.")],
    files: Annotated[list[Path], typer.Argument(help="Files, or folders of them.")],
    product: Annotated[str | None, typer.Option(help="The product that the file is about, where the format needs it.")] = None,
    command: Annotated[str | None, typer.Option(help="The command that each row of a plain CSV is.")] = None,
    decimal: Annotated[str | None, typer.Option(metavar=", or .", help="The mark before the decimals, where a number could be read in two ways.")] = None,
    day_first: Annotated[bool, typer.Option("--day-first", help="03/04/2024 is a day in April.")] = False,
    ignore_heading: Annotated[list[str] | None, typer.Option(help="A heading of a roadmap that is no horizon, and may be passed over.")] = None,
    encoding: Annotated[str | None, typer.Option(help="How the file is encoded, where it is not UTF-8 and does not say so: windows-1252, …")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the command lines, say what they would replace, and store nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where refused rows go, with the reason for each (NDJSON).", dir_okay=False)] = None,
    json: Annotated[bool, typer.Option("--json", help='Print {"created", "replaced", "unchanged", "refused"}.')] = False,
) -> None:
    """Import a file: repeatable, resumable, each refused row with its reason."""
    from headway.causal_order import hears, mentioned, service_of
    from headway.import_run import run_import

    url = os.environ.get("HEADWAY_URL", DEFAULT_URL).rstrip("/")
    raise typer.Exit(
        run_import(
            format,
            files,
            url=url,
            token=os.environ.get("HEADWAY_TOKEN", ""),
            references=mentioned,
            service_of=service_of,
            hears=hears,
            product=product,
            command=command,
            decimal=decimal,
            day_first=day_first,
            ignore_headings=ignore_heading or (),
            encoding=encoding,
            dry_run=dry_run,
            rejects=rejects,
            json_output=json,
        )
    )
