"""Format `commands`: a file of command lines (NDJSON), taken as they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from headway.importers.line import ImportLine, Rejected


def lines(file: str, text: str) -> Iterator[ImportLine | Rejected]:
    """The lines of an NDJSON text in order; one that is no object, repeats a name or lacks its command, key or data is refused with its number.

    Only the frame is judged here. Fields of the wrong type, and fields that nobody knows, are sent as they are: the service refuses them by name.
    """
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not raw.strip():
            continue
        where = f"{file}: line {number}"
        try:
            said = json.loads(raw, object_pairs_hook=_once)
        except RecursionError:
            yield Rejected(where, "the line is nested too deeply")
            continue
        except ValueError as error:
            yield Rejected(where, f"the line is not JSON: {error}")
            continue
        if not isinstance(said, dict):
            yield Rejected(where, "the line is not an object")
            continue
        yield _line(where, said)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names are given once: the plain reader would keep the last of two in silence."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)!r} is given twice")
    return found


def _line(where: str, said: dict[str, Any]) -> ImportLine | Rejected:
    command, key, data = said.pop("command", None), said.pop("key", None), said.pop("data", None)
    if not isinstance(command, str) or "." not in command:
        return Rejected(where, "the line has no command such as portfolio.form_team")
    if not isinstance(key, str) or not key:
        return Rejected(where, "the line has no key: without it the line cannot be repeated safely")
    if not isinstance(data, dict):
        return Rejected(where, "the line has no data, or its data is not an object")
    text = {name: said.pop(name) for name in ("at", "known", "by") if isinstance(said.get(name), str)}
    revise = said.pop("revise") if isinstance(said.get("revise"), bool) else False
    after = said.get("after")
    if isinstance(after, list) and all(isinstance(position, str) for position in after):
        del said["after"]
    else:
        after = []
    return ImportLine(command, key, data, **text, after=tuple(after), revise=revise, more=said)
