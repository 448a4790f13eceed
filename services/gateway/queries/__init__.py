"""The named documents that pages run, each in the file of its page; a reader opens the same one in GraphiQL."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def document(name: str) -> str:
    """The text of a document by its name, such as `home`. Raises OSError where there is none."""
    return (Path(__file__).parent / f"{name}.graphql").read_text("utf-8")


def names() -> list[str]:
    """The documents there are."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.graphql"))
