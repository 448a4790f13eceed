"""Wraps names in right-to-left scripts in `<bdi>`, so that the text around them keeps its direction."""

from __future__ import annotations

import re
from typing import Final

from libs.events.cost import spend

_BACK: Final = "\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Letters that are written from right to left, and what changes the direction without being seen."""
_TURNS: Final = re.compile(f"[{_BACK}]")
_BETWEEN: Final = rf"(?:&#3[49];|[\s\d'’()/.\-\u2010-\u2015]|[{_BACK}])*"
_RUN: Final = re.compile(f"[{_BACK}](?:{_BETWEEN}[{_BACK}])?")
_ALONE: Final = re.compile(rf"{_BETWEEN}\Z")
_PARTS: Final = re.compile(r"<(title|option|textarea|script|style|svg)\b.*?</\1\s*>|<[^>]*>|[^<]+", re.DOTALL | re.IGNORECASE)
"""What holds no other elements, a tag with its attributes, or text."""
_NAMING: Final = re.compile(r"<(?:a|th|h1|h2|h3|bdi)\b", re.IGNORECASE)
"""What a name alone stands in: then all of it is the name, whatever letters it is of."""


def isolated(html: str) -> str:
    """A page in which each name written from right to left stands in `<bdi>`; attributes, titles, choices and drawings are left as they are."""
    if not _TURNS.search(html):
        return html
    found, tag = [], ""
    for part in _PARTS.finditer(html):
        spend()
        text = part[0]
        if text.startswith("<"):
            tag = text
        elif _TURNS.search(text):
            text = _isolated(text, named=bool(_NAMING.match(tag)))
        found.append(text)
    return "".join(found)


def _isolated(text: str, *, named: bool) -> str:
    """A text between two tags: the name that it is, or the names within it."""
    inner = text.strip()
    begin = text.index(inner)
    if _ALONE.match(inner) or (named and _begins(inner)):
        return f"{text[:begin]}<bdi>{inner}</bdi>{text[begin + len(inner) :]}"
    return _RUN.sub(lambda run: f"<bdi>{run[0]}</bdi>", text)


def _begins(text: str) -> bool:
    """Whether its first letter is written from right to left, and it is no sentence."""
    first = next((one for one in text if one.isalpha()), "")
    return bool(_TURNS.match(first)) and not text.endswith(".")
