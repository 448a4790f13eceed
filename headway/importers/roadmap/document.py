"""Parses one version of a Markdown roadmap into titles under horizons."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, MutableMapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from headway.importers.roadmap.horizons import horizon_of
from libs.events.values import one_line

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("blockquote")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?---[ \t]*(?:\n|$)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TASK = re.compile(r"\[[ xX]\]\s+")
_UNKNOWN_LINK = re.compile(r"\[([^\[\]]*)\]\[[^\[\]]*\]")
_DECORATION = re.compile(r"\{[^{}]*\}\s*$|:[a-z0-9_+-]+:")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_BOLD = re.compile(r"^ {0,3}(\*\*|__)(.+)\1:?[ \t]*$", re.MULTILINE)
_HTML_HEADING = re.compile(r"^ {0,3}<h([1-6])\b[^<>]*>(.*?)</h\1>[ \t]*$", re.MULTILINE | re.IGNORECASE)
_NUMBER = re.compile(r"^( *)\d{1,9}(?=[.)][ \t])", re.MULTILINE)
_CONTENTS = re.compile(r"!?\[[^\[\]]*\]\(#[^()]*\)\s*")
_ROW = re.compile(r"\|.*\|\s*")
_BESIDE: Final = 6
"""The level of a heading that lies beside the horizon before it, whatever the level of that."""
_OF_A_BULLET: Final = 3
"""The level of what stands in a bullet of the outermost list: list, item and paragraph are around it."""
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
    """A heading, and what stands right below it: `entries` were read, `bullets` are under no horizon, `rows` are a table's.

    `within` says that it is a horizon or lies within one, `encloses` that a horizon lies within it, `headings` that it is a horizon with headings and not one
    entry within.
    """

    line: int
    level: int
    words: str
    named: bool
    entries: int = 0
    within: bool = False
    bullets: int = 0
    rows: int = 0
    encloses: bool = False
    headings: bool = False


def entries(text: str, day: date = _NO_DAY, ignored: Collection[str] = ()) -> list[Entry] | None:
    """The top-level bullets under the headings that are horizons, in the text's order; None where no heading is one.

    Bullets may be numbered. A deeper heading leaves the horizon as it is, another one ends it; a line in bold type that names a horizon is a heading, and so
    is one in HTML. Comments, blocks of code and what stands before the text between two rules say nothing. A title is the first line of its bullet. `day` is
    the version's, from which quarters and years are seen. Raises PassedOver where bullets or a table stand under a heading that is no horizon, holds none and
    is not one of `ignored`, and where a horizon holds a table, or headings without bullets: the heading, its line, and the remedy.
    """
    found: list[Entry] = []
    sections: list[_Section] = []
    passed = {_bare(words).casefold() for words in ignored}
    horizon: str | None = None
    depth = 0
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    links: dict[str, Any] = {}
    tokens = _MARKDOWN.parse(_marked(text, day), links)
    for around, outer, token in zip([None, None, *tokens], [None, *tokens], tokens, strict=False):
        if token.type == "tr_open" and sections:
            sections[-1].rows += 1
        if token.type != "inline" or token.map is None or outer is None or outer.type not in ("heading_open", "paragraph_open"):
            continue
        lines = token.content.split("\n")
        bullet = token.level == _OF_A_BULLET and around is not None and around.type == "list_item_open"
        if horizon:
            sections[-1].rows += any(map(_ROW.fullmatch, lines[bullet : -1 if outer.type == "heading_open" else None]))
        if bullet:
            title = plain(lines[0], links)
            if horizon and title:
                found.append(Entry(title, horizon))
                sections[-1].entries += 1
            elif sections and title and not _CONTENTS.fullmatch(lines[0]):
                sections[-1].bullets += 1
        elif outer.type == "heading_open":
            named = horizon_of(_bare(lines[-1]), day)
            level = depth or _BESIDE if named and outer.tag == f"h{_BESIDE}" else int(outer.tag[1:])
            if named or level <= depth:
                horizon, depth = named, level
            sections.append(_Section(token.map[0] + len(lines), level, plain(lines[-1]), named is not None, within=horizon is not None))
    if not any(section.named for section in sections):
        return None
    if lost := [words for section in _enclosing(sections) if (words := _lost(section, passed))]:
        raise PassedOver("; ".join(lost))
    return found


def _marked(text: str, day: date) -> str:
    """The text without what says nothing, every line where it was; a line in bold type that names a horizon is a heading, one in HTML too.

    Any number begins a list.
    """
    text = _COMMENT.sub(_lines_of, _FRONT_MATTER.sub(_lines_of, text, count=1) if text.startswith("---") else text)
    text = _HTML_HEADING.sub(lambda line: f"{'#' * int(line[1])} {line[2]}", text)
    return _NUMBER.sub(r"\g<1>1", _BOLD.sub(lambda line: f"{'#' * _BESIDE} {line[2]}" if horizon_of(_bare(line[2]), day) else line[0], text))


def _lines_of(match: re.Match[str]) -> str:
    """Nothing, in as many lines, so that every other line keeps its number."""
    return "\n" * match[0].count("\n")


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
    if section.rows and section.within:
        return f"line {section.line}: a table stands under {section.words!r}: write its rows as bullets"
    if not (section.bullets or section.rows) or section.within or section.encloses or _bare(section.words).casefold() in passed:
        return ""
    what = "1 bullet" if section.bullets == 1 else f"{section.bullets} bullets" if section.bullets else "a table"
    remedy = f'call it Now, Next, Later, Done, or a quarter with its year, or say --ignore-heading "{section.words}"'
    return f"line {section.line}: the heading {section.words!r} is no horizon, and {what} under it would be lost: {remedy}"


def _bare(heading: str) -> str:
    """The words of a heading without what decorates them."""
    return _EDGE.sub("", plain(_DECORATION.sub("", heading)))


def plain(text: str, links: MutableMapping[str, Any] | None = None) -> str:
    """A line without its Markdown: a link is its text, marks of emphasis and code are gone, white space is folded.

    What marks nothing stays: an asterisk between blanks, an underscore within a word, whatever is code or escaped. `links` are what the reader of the whole
    text found: the labels that it gives an address to.
    """
    (line,) = _MARKDOWN.parseInline(_TASK.sub("", text, count=1) if _TASK.match(text) else text, links)
    return " ".join(one_line("".join(map(_said, line.children or ()))).split())


def _said(token: Token) -> str:
    return token.content if token.type != "text" else _UNKNOWN_LINK.sub(r"\1", token.content).replace("`", "")
