"""What one version of a roadmap in Markdown says: the titles under its horizons."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

HORIZONS = {
    "working on now": "now",
    "the next 6 months": "now",
    "coming up next": "next",
    "6-12 months": "next",
    "future plans": "later",
    "later": "later",
    "recently shipped": "done",
}

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+|$)(.*)")
_BULLET = re.compile(r"( *)[-*+](\s+)(.*)")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_TASK = re.compile(r"\[[ xX]\]\s+")
_MARKS = re.compile(r"[*_`]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One title as a version lists it, in horizon `now`, `next`, `later` or `done`."""

    title: str
    horizon: str


def entries(text: str) -> list[Entry] | None:
    """The top-level bullets under the headings that are horizons, in the text's order; None where no heading is one.

    A deeper heading leaves the horizon as it is, another one ends it. Comments and blocks of code say nothing. A title is the first line of its bullet.
    """
    found: list[Entry] = []
    horizon: str | None = None
    depth, seen, fence = 0, False, ""
    inside: int | None = None  # the column from which on a bullet is a part of the one before
    blank = False
    for line in _COMMENT.sub("", text.removeprefix("\ufeff")).splitlines():
        fenced = _FENCE.match(line)
        if fence or fenced:
            if fenced and not fence:
                fence = fenced[1]
            elif fenced and fenced[1] == fence:
                fence = ""
            continue
        heading = _HEADING.fullmatch(line)
        bullet = _BULLET.fullmatch(line)
        if heading:
            named = HORIZONS.get(plain(heading[2].rstrip().rstrip("#")).rstrip(":").casefold())
            if named or len(heading[1]) <= depth:
                horizon, depth = named, len(heading[1])
            seen, inside = seen or named is not None, None
        elif bullet and not _RULE.fullmatch(line):
            indent = len(bullet[1])
            if indent < inside if inside is not None else indent <= 3:
                inside = indent + 1 + len(bullet[2])
                title = plain(bullet[3])
                if horizon and title:
                    found.append(Entry(title, horizon))
        elif blank and line.strip() and not line.startswith(" "):
            inside = None
        blank = not line.strip()
    return found if seen else None


def plain(text: str) -> str:
    """A line without its Markdown: a link is its text, marks of emphasis and code are gone, white space is folded."""
    text = _TASK.sub("", text, count=1) if _TASK.match(text) else text
    for _ in range(2):  # an image may be the text of a link
        text = _LINK.sub(r"\1", text)
    return " ".join(_MARKS.sub("", html.unescape(_ADDRESS.sub(r"\1", text))).split())
