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
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?---[ \t]*(?:\n|$)")
_DEFINITION = re.compile(r" {0,3}\[([^\[\]]+)\]:\s*\S.*")
_BULLET = re.compile(r"( *)([-*+]|\d{1,9}[.)])(\s+)(.*)")
_EMPTY_BULLETS = ("-", "*", "+")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])")
_SHORT_LINK = re.compile(r"!?\[([^\[\]]+)\]")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_TASK = re.compile(r"\[[ xX]\]\s+")
_EMPHASIS = re.compile(r"(\*{1,3}|(?<![^\W_])_{1,3}|~~)(?=\S)(.+?)(?<=\S)\1(?!(?<=_)[^\W_])")
_DECORATION = re.compile(r"\{[^{}]*\}\s*$|:[a-z0-9_+-]+:")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_KEPT = 0xE000  # what is literal waits in Unicode's private area while the marks around it go


@dataclass(frozen=True, slots=True)
class Entry:
    """One title as a version lists it, in horizon `now`, `next`, `later` or `done`."""

    title: str
    horizon: str


def entries(text: str) -> list[Entry] | None:
    """The top-level bullets under the headings that are horizons, in the text's order; None where no heading is one.

    Bullets may be numbered. A deeper heading leaves the horizon as it is, another one ends it. Comments, blocks of code and what stands before the text
    between two rules say nothing. A title is the first line of its bullet.
    """
    found: list[Entry] = []
    horizon: str | None = None
    depth, seen, fence = 0, False, ""
    inside: int | None = None  # the column from which on a bullet is a part of the one before
    before = ""  # the line before, where it is of a paragraph: it may turn out a heading
    blank = False
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    all_lines = _COMMENT.sub("", _FRONT_MATTER.sub("", text, count=1) if text.startswith("---") else text).split("\n")
    defined = frozenset(" ".join(match[1].split()).casefold() for line in all_lines if (match := _DEFINITION.fullmatch(line)))
    for line in all_lines:
        fenced = _FENCE.match(line)
        if fence or fenced:
            if fenced and not fence:
                fence = fenced[1]
            elif fenced and fenced[1] == fence:
                fence = ""
            before = ""
            continue
        heading = _HEADING.fullmatch(line)
        underline = _UNDERLINE.fullmatch(line) if before else None
        bullet = _BULLET.fullmatch(line)
        if heading or underline:
            level, words = (len(heading[1]), heading[2].rstrip().rstrip("#")) if heading else (1 if "=" in line else 2, before)
            named = _horizon(words)
            if named or level <= depth:
                horizon, depth = named, level
            seen, inside = seen or named is not None, None
        elif bullet and not _RULE.fullmatch(line):
            indent = len(bullet[1])
            if indent < inside if inside is not None else indent <= 3:
                inside = indent + len(bullet[2]) + len(bullet[3])
                title = plain(bullet[4], defined)
                if horizon and title:
                    found.append(Entry(title, horizon))
        elif blank and line.strip() and not line.startswith(" "):
            inside = None
        blank = not line.strip()
        before = "" if heading or underline or bullet or inside is not None or line.strip() in _EMPTY_BULLETS or line.startswith("    ") else line.strip()
    return found if seen else None


def _horizon(heading: str) -> str | None:
    """The horizon that a heading names, whatever decorates it."""
    return HORIZONS.get(_EDGE.sub("", plain(_DECORATION.sub("", heading))).casefold())


def plain(text: str, defined: frozenset[str] = frozenset()) -> str:
    """A line without its Markdown: a link is its text, marks of emphasis and code are gone, white space is folded.

    What marks nothing stays: an asterisk between blanks, an underscore within a word, whatever is code or escaped. `defined` are the labels, in small
    letters, that the text gives an address to: `[such]` is then a link.
    """
    kept: list[str] = []

    def keep(literal: str) -> str:
        kept.append(literal)
        return chr(_KEPT + len(kept) - 1) if len(kept) <= 0x1000 else literal

    text = "".join(c for c in text if not _KEPT <= ord(c) < _KEPT + 0x1000)
    text = _TASK.sub("", text, count=1) if _TASK.match(text) else text
    text = _CODE.sub(lambda code: keep(code[2]), text)
    text = _ESCAPED.sub(lambda escaped: keep(escaped[1]), text).replace("`", "")
    for _ in range(2):  # an image may be the text of a link
        text = _LINK.sub(r"\1", text)
    text = _SHORT_LINK.sub(lambda link: link[1] if " ".join(link[1].split()).casefold() in defined else link[0], text)
    text = html.unescape(_ADDRESS.sub(lambda address: keep(address[1]), text))
    before = ""
    while before != text:
        before, text = text, _EMPHASIS.sub(r"\2", text)
    for place, literal in enumerate(kept):
        text = text.replace(chr(_KEPT + place), literal)
    return " ".join(text.split())
