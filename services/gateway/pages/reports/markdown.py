"""A report as Markdown (CommonMark, with tables as GitHub and GitLab read them), to send on or to keep beside the minutes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.table import Cell, Table

_SIGNS: Final = re.compile(r"([\\`*_\[\]<>|#~&])")
_BEGINS: Final = re.compile(r"^(\d+)([.)])|^([-+=])")
"""What makes a list or a rule of a line that begins with it."""

MarkdownPart = tuple[str, Sequence[str], Sequence[str], Sequence[Table]]
"""A heading, the sentences below it, the questions that somebody is to answer, and the tables below these."""


def markdown(visit: Visit, title: str, lead: Sequence[str], parts: Iterable[MarkdownPart]) -> str:
    """A title, of which moment and from which world it is, what there is to say first, and each part under its heading.

    Whatever people wrote stands there as they wrote it.
    """
    moment = visit.moment
    known = f"as known on {words.day(moment.known_at)}" if moment.known_at else "with all that is known"
    blocks = [f"# {_plain(title)}", f"As of {words.day(moment.day)}, {known}. Made from world `{visit.world}`.", *map(_plain, lead)]
    for heading, said, asked, tables in parts:
        questions = ["\n".join(f"- {_plain(one)}" for one in asked)] if asked else []
        blocks += [f"## {_plain(heading)}", *map(_plain, said), *questions, *("\n\n".join(_table(one)) for one in tables)]
    return "\n\n".join(blocks) + "\n"


def _table(of: Table) -> Iterator[str]:
    """Its caption, and the columns that pages show; of one without rows what is said instead."""
    yield f"**{_plain(of.caption)}**"
    if not of.rows:
        yield _plain(of.empty)
        return
    columns = [of.columns[n] for n in of.shown]
    lines = [_row(_plain(one.title) for one in columns), _row("---:" if one.numeric else "---" for one in columns)]
    lines += [_row(_cell(row[n]) for n in of.shown if n < len(row)) for row in (*of.rows, *([of.foot] if of.foot else []))]
    yield "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(one: Cell) -> str:
    return _plain(f"{one.text} ({one.note})" if one.note else one.text)


def _plain(text: str) -> str:
    """A text in one line, in which no sign means anything to a reader of Markdown."""
    escaped = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _BEGINS.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)
