"""What one version of a roadmap in Markdown says: the titles under its horizons."""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from headway.importers.roadmap_horizons import horizon_of
from libs.events.values import one_line

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


_BOLD = re.compile(r" {0,3}(\*\*|__)(?P<words>.+)\1:?\s*")
_CONTENTS = re.compile(r"!?\[[^\[\]]*\]\(#[^()]*\)\s*")
_ROW = re.compile(r" {0,3}\|.*\|.*")
_NO_DAY = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One title as a version lists it, in horizon `now`, `next`, `later` or `done`."""

    title: str
    horizon: str


class PassedOver(ValueError):
    """Something of a version would be passed over; as text, each with its line."""


@dataclass(slots=True)
class _Section:
    """A heading, and what stands right below it: `entries` were read, `bullets` are under no horizon, `rows` are a table's under one.

    `encloses` says that a horizon lies within it; `headings` that it is a horizon with headings and not one entry within.
    """

    line: int
    level: int
    words: str
    named: bool
    entries: int = 0
    bullets: int = 0
    rows: int = 0
    encloses: bool = False
    headings: bool = False


def entries(text: str, day: date = _NO_DAY, ignored: Collection[str] = ()) -> list[Entry] | None:
    """The top-level bullets under the headings that are horizons, in the text's order; None where no heading is one.

    Bullets may be numbered. A deeper heading leaves the horizon as it is, another one ends it; a line in bold type that names a horizon is a heading. Comments,
    blocks of code and what stands before the text between two rules say nothing. A title is the first line of its bullet. `day` is the version's, from which
    quarters and years are seen. Raises PassedOver where bullets stand under a heading that is no horizon, holds none and is not one of `ignored`, and where
    a horizon holds a table, or headings without bullets: the heading, its line, and the remedy.
    """
    found: list[Entry] = []
    sections: list[_Section] = []
    passed = {_bare(words).casefold() for words in ignored}
    horizon: str | None = None
    depth, fence = 0, ""
    inside: int | None = None  # the column from which on a bullet is a part of the one before
    before = ""  # the line before, where it is of a paragraph: it may turn out a heading
    blank = False
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    all_lines = _COMMENT.sub(_lines_of, _FRONT_MATTER.sub(_lines_of, text, count=1) if text.startswith("---") else text).split("\n")
    defined = frozenset(" ".join(match[1].split()).casefold() for line in all_lines if (match := _DEFINITION.fullmatch(line)))
    for number, line in enumerate(all_lines, 1):
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
        bold = _BOLD.fullmatch(line)
        bullet = _BULLET.fullmatch(line)
        if bold and not horizon_of(_bare(bold["words"]), day):
            bold = None
        if heading or underline or bold:
            level, words = _heading(line, heading, bold, before, depth)
            named = horizon_of(_bare(words), day)
            if named or level <= depth:
                horizon, depth = named, level
            sections.append(_Section(number - bool(underline), level, " ".join(plain(words).split()), named is not None))
            inside = None
        elif bullet and not _RULE.fullmatch(line):
            indent = len(bullet[1])
            if indent < inside if inside is not None else indent <= 3:
                inside = indent + len(bullet[2]) + len(bullet[3])
                title = plain(bullet[4], defined)
                if horizon and title:
                    found.append(Entry(title, horizon))
                    sections[-1].entries += 1
                elif sections and title and not _CONTENTS.fullmatch(bullet[4]):
                    sections[-1].bullets += 1
        elif horizon and sections and _ROW.fullmatch(line):
            sections[-1].rows += 1
        elif blank and line.strip() and not line.startswith(" "):
            inside = None
        blank = not line.strip()
        headed = heading or underline or bold or bullet
        before = "" if headed or inside is not None or line.strip() in _EMPTY_BULLETS or line.startswith("    ") else line.strip()
    if not any(section.named for section in sections):
        return None
    if lost := [words for section in _enclosing(sections) if (words := _lost(section, passed))]:
        raise PassedOver("; ".join(lost))
    return found


def _lines_of(match: re.Match[str]) -> str:
    """Nothing, in as many lines, so that every other line keeps its number."""
    return "\n" * match[0].count("\n")


def _heading(line: str, heading: re.Match[str] | None, bold: re.Match[str] | None, before: str, depth: int) -> tuple[int, str]:
    """Level and words of a heading; one in bold type lies beside the horizon before it."""
    if heading:
        return len(heading[1]), heading[2].rstrip().rstrip("#")
    if bold:
        return depth or 6, bold["words"]
    return 1 if "=" in line else 2, before


def _enclosing(sections: list[_Section]) -> list[_Section]:
    """The sections with what lies within them. What stands under the title of the whole leads to the horizons in it, and is none of their entries."""
    for place, section in enumerate(sections):
        within = list(itertools.takewhile(functools.partial(_deeper, section), sections[place + 1 :]))
        section.encloses = any(below.named for below in within)
        section.headings = section.named and bool(within) and not section.encloses and not any(one.entries for one in (section, *within))
    return sections


def _deeper(section: _Section, other: _Section) -> bool:
    return other.level > section.level


def _lost(section: _Section, passed: Collection[str]) -> str:
    """What would be passed over of a section, in words; an empty text where nothing would."""
    if section.headings:
        return f"line {section.line}: {section.words!r} holds headings and no bullets: write what is meant under it as bullets"
    if section.rows:
        return f"line {section.line}: a table stands under {section.words!r}: write its rows as bullets"
    if not section.bullets or section.named or section.encloses or _bare(section.words).casefold() in passed:
        return ""
    what = "1 bullet" if section.bullets == 1 else f"{section.bullets} bullets"
    remedy = f'call it Now, Next, Later, Done, or a quarter with its year, or say --ignore-heading "{section.words}"'
    return f"line {section.line}: the heading {section.words!r} is no horizon, and {what} under it would be lost: {remedy}"


def _bare(heading: str) -> str:
    """The words of a heading without what decorates them."""
    return _EDGE.sub("", plain(_DECORATION.sub("", heading)))


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
    return " ".join(one_line(text).split())
