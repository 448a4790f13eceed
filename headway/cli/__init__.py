"""The command line: what a person on a laptop, an operator and a script can do with Headway."""

from headway.cli import contracts, demo, import_files, parked, query, report, serve, topics  # noqa: F401 - each adds its commands
from headway.cli.app import app, main

__all__ = ["app", "main"]
