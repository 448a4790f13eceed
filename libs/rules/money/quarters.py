"""Quarters of fiscal or calendar years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from libs.calendar.months import months_on
from libs.rules.money.fiscal_years import CALENDAR, year_of


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


def quarter_of(day: date, begins: str = CALENDAR) -> Quarter:
    """The quarter that a day lies in, of years that begin on MM-DD."""
    first, last = year_of(day, begins)
    edges = [first, *(months_on(first, months, int(begins[3:])) for months in (3, 6, 9))]
    n = max(n for n in range(4) if edges[n] <= day)
    return Quarter(edges[n], min(edges[n + 1] - timedelta(days=1), last) if n < 3 else last, n + 1, year_name(first, last))


def year_name(starts: date, ends: date) -> str:
    """`2026` for a calendar year, `2026/27` for any other."""
    return str(starts.year) if starts.year == ends.year else f"{starts.year}/{ends.year % 100:02}"
