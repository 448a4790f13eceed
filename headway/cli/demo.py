"""`headway demo`: Headway with something in it, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headway.cli.app import USAGE, app, fail, settings


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the table.")] = False,
    port: Annotated[int | None, typer.Option(help="The port to listen on: 8000, or with --once any that is free.", min=0, max=65535)] = None,
    data: Annotated[Path, typer.Option("--data", help="The data folder.", file_okay=False)] = Path(".headway/demo"),
) -> None:
    """Load a demonstration portfolio through the public API, print the executive's table, and serve it."""
    from headway.demonstration.presentation import show
    from headway.import_client import Stopped
    from headway.server import NotListening, listening
    from libs.service.observability.logs import configure
    from libs.service.settings import SettingsError

    configure("WARNING")
    wanted = port if port is not None else 0 if once else 8000
    made = settings(data, port=wanted)
    if made.issuer:
        fail("the demonstration signs its own tokens: take HEADWAY_ISSUER out of the environment", USAGE)
    try:
        bound = listening(made.host, wanted, at_once=True)
    except NotListening as e:
        fail(f'{e}. Choose another port: make demo ARGS="--port {e.other}", or headway demo --port {e.other}', USAGE)
    try:
        show(made, bound, once=once)
    except (SettingsError, OSError) as e:
        fail(str(e), USAGE)
    except Stopped as e:
        fail(str(e), e.exit_code)
