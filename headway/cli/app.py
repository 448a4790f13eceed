"""The typer app, its exit codes, and how every command of it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer
from rich.console import Console

from libs.runtime.call_stack import with_room
from libs.runtime.failure_reason import reason
from libs.runtime.garbage_collection import collect_in_pieces
from libs.service.settings import Settings, SettingsError, is_loopback
from libs.service.version import version

app = typer.Typer(
    name="headway",
    help="Portfolio and roadmap management for the digital service teams of government.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

GOOD, OUR_FAULT, USAGE, REFUSED, CONFLICT, UNREACHABLE, NOT_ALLOWED = 0, 1, 2, 3, 4, 5, 6
DEFAULT_URL = "http://127.0.0.1:8000"

DataDir = Annotated[Path, typer.Option("--data", help="The data folder: the embedded issuer's key, and what no engine keeps.", file_okay=False)]
HERE = Path(".headway")


def _version(asked: bool) -> None:
    if asked:
        print(f"headway {version()}")
        raise typer.Exit


@app.callback()
def options(_: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print which Headway this is.")] = False) -> None:
    """What stands before a command."""


def say(words: str) -> None:
    """Words for a person, on stderr: stdout is for data."""
    print(words, file=sys.stderr)


def table_console() -> Console:
    """Where tables go: as wide as the terminal, and wide enough in a pipe."""
    console = Console()
    return console if console.is_terminal else Console(width=180)


def fail(words: str, code: int) -> NoReturn:
    """Ends with one line that says what is wrong."""
    say(words)
    raise typer.Exit(code)


def settings(data: Path, *, host: str = "127.0.0.1", port: int = 8000, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of HEADWAY_* and the arguments; unknown or contradictory ones end the command."""
    try:
        return Settings.from_environment(environ, data=data, host=host, port=port)
    except SettingsError as e:
        fail(str(e), USAGE)


def server() -> tuple[str, str]:
    """Where commands and questions go, and as whom: HEADWAY_URL and HEADWAY_TOKEN."""
    url = os.environ.get("HEADWAY_URL", DEFAULT_URL).rstrip("/")
    if not url.startswith(("http://", "https://")):
        fail(f"HEADWAY_URL {url!r} is not an address such as {DEFAULT_URL}", USAGE)
    token = os.environ.get("HEADWAY_TOKEN", "").strip()
    if not token:
        fail("HEADWAY_TOKEN is not set: 'headway token importer' makes one for trying out, of the demonstration with '--data .headway/demo'", USAGE)
    return url, token


def client(timeout: float = 30) -> httpx.Client:
    """An HTTP client of HEADWAY_URL, signed in."""
    url, token = server()
    try:
        here = is_loopback(httpx.URL(url).host)  # no proxy of the environment stands between this machine and itself
        return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout, trust_env=not here)
    except (httpx.InvalidURL, UnicodeError) as e:
        fail(f"HEADWAY_URL or HEADWAY_TOKEN cannot be used: {e}", USAGE)


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, unless it is a problem: then the command ends with its words and the exit code for it."""
    if answer.status_code < 400:
        return answer
    answer.read()
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    said = ": ".join(str(problem[k]) for k in ("title", "detail") if problem.get(k)) or f"{answer.status_code} {answer.reason_phrase}"
    fail(f"{said} {problem.get('remedy') or ''}".rstrip(), exit_code(answer.status_code))


def exit_code(status: int) -> int:
    """The exit code for an HTTP status of 400 or more."""
    codes = {401: NOT_ALLOWED, 403: NOT_ALLOWED, 409: CONFLICT, 412: CONFLICT, 502: UNREACHABLE, 503: UNREACHABLE, 504: UNREACHABLE}
    return codes.get(status, OUR_FAULT if status >= 500 else USAGE)


def main() -> None:
    """Runs the command line; what cannot be reached is exit 5, a pipe that closes early is no fault."""
    try:
        collect_in_pieces()
        with_room(app)
    except httpx.HTTPError as e:
        say(f"{os.environ.get('HEADWAY_URL', DEFAULT_URL)} does not answer ({reason(e)}): is 'headway serve' running there?")
        sys.exit(UNREACHABLE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(GOOD)
