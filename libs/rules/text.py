"""Puts values into words, and normalises words for comparison."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def with_article(noun: str) -> str:
    """`an item`, `a need`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def clock_of(instant: datetime) -> str:
    """By which clock an instant is said: `UTC`, or `UTC-08:00`."""
    offset = f"{instant:%z}"
    return "UTC" if not instant.utcoffset() else f"UTC{offset[:3]}:{offset[3:]}"


def by_time(instant: datetime, beside: datetime) -> str:
    """The day of an instant, and its time as well where another, beside which it is named, lies on the same day."""
    return f"{instant:%Y-%m-%d %H:%M:%S} {clock_of(instant)}" if instant.date() == beside.date() else f"{instant:%Y-%m-%d}"


def fold(text: str) -> str:
    """Small letters without accents, single blanks between words: `Été  à Québec` as `ete a quebec`."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.casefold().split())
