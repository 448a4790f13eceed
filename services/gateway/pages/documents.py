"""The named documents that pages run, each in the folder of its page; a reader opens the same one in GraphiQL."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def document(name: str) -> str:
    """The text of a document by its name, such as `home`, with the shared fragments that it spreads. Raises StopIteration where there is none."""
    text = next(iter(Path(__file__).parent.glob(f"*/{name}.graphql"))).read_text("utf-8")
    return "\n".join((text, *(fragment for spread, fragment in _shared() if re.search(rf"\.\.\.{spread}\b", text))))


@cache
def _shared() -> tuple[tuple[str, str], ...]:
    """Each fragment that several documents have, by its name."""
    found = (Path(__file__).parent / "kit" / "templates" / "story.graphql").read_text("utf-8").split("\nfragment ")[1:]
    return tuple((one.split(" ")[0], f"fragment {one.strip()}\n") for one in found)


def names() -> list[str]:
    """The documents there are."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*/*.graphql"))
