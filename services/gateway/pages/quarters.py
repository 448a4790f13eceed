"""Quarters of fiscal or calendar years, and which of them a drawing shows."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from libs.rules.fiscal_years import CALENDAR, year_of
from services.gateway.pages.moment import EARLIEST, LATEST

BEFORE: Final = 2
"""Quarters before today's that are shown where nothing else is asked for."""

Span = tuple[date | None, date | None]
"""From a day to another; None: nothing is known of that."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a year that begins on some day: its first and last day, its number (1 to 4), and its year in words."""

    starts: date
    ends: date
    number: int
    year: str

    @property
    def label(self) -> str:
        """`Q1 2026/27`."""
        return f"Q{self.number} {self.year}"


def year_name(starts: date, ends: date) -> str:
    """`2026` for a calendar year, `2026/27` for any other."""
    return str(starts.year) if starts.year == ends.year else f"{starts.year}/{ends.year % 100:02}"


def quarter_of(day: date, begins: str = CALENDAR) -> Quarter:
    """The quarter that a day lies in, of years that begin on MM-DD."""
    first, last = year_of(day, begins)
    edges = [first, *(_months_on(first, months, int(begins[3:])) for months in (3, 6, 9)), last + timedelta(days=1)]
    n = max(n for n in range(4) if edges[n] <= day)
    return Quarter(edges[n], edges[n + 1] - timedelta(days=1), n + 1, year_name(first, last))


def last_quarter_end(day: date, begins: str = CALENDAR) -> date:
    """The last day of the quarter before the one that a day lies in."""
    return quarter_of(day, begins).starts - timedelta(days=1)


def quarters(first: date, count: int, begins: str = CALENDAR) -> tuple[Quarter, ...]:
    """As many quarters, from the one that a day lies in."""
    found = [quarter_of(first, begins)]
    while len(found) < count:
        found.append(quarter_of(found[-1].ends + timedelta(days=1), begins))
    return tuple(found)


def moved(first: date, by: int, begins: str = CALENDAR) -> date:
    """The first day of the quarter that comes so many after (before, if negative) the one of a day."""
    quarter = quarter_of(first, begins)
    for _ in range(abs(by)):
        quarter = quarter_of(quarter.ends + timedelta(days=1) if by > 0 else quarter.starts - timedelta(days=1), begins)
    return quarter.starts


def fitting(spans: Sequence[Span], today: date, count: int, begins: str = CALENDAR) -> date:
    """The first day of the quarters that show most of what lies in them: those around today where they show anything, else the latest of the fullest."""
    usual = moved(today, -BEFORE, begins)
    known = [(starts or ends, ends or starts) for starts, ends in spans]
    shown = [(first, last) for first, last in known if first is not None and last is not None and EARLIEST <= first <= LATEST and EARLIEST <= last <= LATEST]
    if not shown or _seen(shown, usual, count, begins):
        return usual
    starts = {moved(last, 1 - count, begins) for _, last in shown}
    return max(starts, key=lambda first: (_seen(shown, first, count, begins), first))


def _seen(spans: Sequence[tuple[date, date]], first: date, count: int, begins: str) -> int:
    last = moved(first, count, begins)
    return sum(starts < last and ends >= first for starts, ends in spans)


def _months_on(first: date, months: int, day: int) -> date:
    """That day of a month so many months on; of one that is shorter its last."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
