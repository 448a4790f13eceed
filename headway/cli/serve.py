"""`headway serve`, `token`, `keys`, `doctor`: run and inspect Headway on this machine. Imports happen when a command runs, so that `token` stays fast."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from headway.cli.app import DEFAULT_URL, GOOD, HERE, USAGE, DataDir, app, fail, say, settings
from libs.service.settings import SettingsError


@app.command()
def serve(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[backlog roadmap portfolio gateway]", help="The services to run; none: all on one port.")
    ] = None,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on; the embedded issuer takes loopback only.")] = "127.0.0.1",
    data: DataDir = HERE,
    verbose: Annotated[bool, typer.Option("--verbose", help="A line of log for each request.")] = False,
) -> None:
    """Run Headway: every service in one process, or the ones named."""
    from headway.server import NotListening, serve_until_stopped
    from headway.stack import NAMES, create_stack
    from libs.service.observability.logs import configure

    chosen = _services(names, NAMES)
    configure("INFO" if verbose else "WARNING")
    made = settings(data, host=host, port=port)
    where = " and ".join(made.places)
    try:
        stack = create_stack(made, chosen)
        code = serve_until_stopped(stack, host, port, lambda url: say(f"Headway is ready at {url} ({', '.join(chosen or NAMES)}; data in {where})"))
    except SettingsError as e:
        fail(str(e), USAGE)
    except NotListening as e:
        fail(f"{e}. Choose another port, as in --port {e.other}", USAGE)
    except OSError as e:
        fail(f"cannot serve on {host}:{port} with data in {where}: {e}", USAGE)
    raise typer.Exit(code)


@app.command()
def token(
    persona: Annotated[str, typer.Argument(help="A role as in `executive`, `importer@*`, `product_owner@permits`.")],
    data: DataDir = HERE,
) -> None:
    """Print a token of the embedded issuer, or of the key file that HEADWAY_ISSUER names, for trying out."""
    from libs.service.identity.issuer import Issuer

    made = settings(data)
    try:
        issuer = Issuer.from_key_file(made.issuer_file, audience=made.audience) if made.issuer.startswith("file:") else Issuer.embedded(made)
        print(issuer.token(persona))
    except ValueError as e:
        fail(str(e), USAGE)


@app.command()
def keys(path: Annotated[Path, typer.Argument(help="The key file to write; its public part lands beside it.", dir_okay=False)]) -> None:
    """Make a key file for HEADWAY_ISSUER=file:PATH."""
    from libs.service.identity.issuer import write_key_pair

    try:
        private, public = write_key_pair(path)
    except FileExistsError:
        fail(f"{path} is there already, and a key is never overwritten: name another file, or move this one away", USAGE)
    except (SettingsError, OSError) as e:
        fail(str(e), USAGE)
    say(f"wrote {private} (keep it secret) and {public}")


@app.command()
def doctor(
    names: Annotated[list[str] | None, typer.Argument(metavar="[backlog roadmap portfolio gateway]", help="The services that run here; none: all.")] = None,
    data: DataDir = HERE,
) -> None:
    """Check settings, stores, log, clock, peers and what is running, and say what to mend. It looks, and changes nothing."""
    from headway.doctor import examined
    from headway.stack import NAMES

    chosen = _services(names, NAMES)
    logging.basicConfig(handlers=[logging.NullHandler()])  # what adapters log is said here in words
    url = os.environ.get("HEADWAY_URL", "").strip()
    found = examined(settings(data), chosen, url or DEFAULT_URL, told=bool(url))
    for finding in found:
        print(f"{'good' if finding.good else 'MEND'}  {finding.what}")
    raise typer.Exit(next((finding.code for finding in found if not finding.good), GOOD))


def _services(names: list[str] | None, known: Collection[str]) -> list[str]:
    if odd := [n for n in names or () if n not in known]:
        fail(f"{odd[0]!r} is no service: they are {', '.join(known)}", USAGE)
    return names or []
