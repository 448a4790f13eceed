"""The version of Headway, as the command line, metrics, traces, entity tags and the package say it."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
"""A literal, which pyproject.toml reads: so what runs knows its version whether it was installed or only lies on the path, and never says another."""


def version() -> str:
    """The version of Headway that runs, as in `0.1.0`."""
    return VERSION
