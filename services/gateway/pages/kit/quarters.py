"""The fiscal or calendar quarters that a drawing shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from libs.rules.money.fiscal_years import CALENDAR
from libs.rules.money.quarters import Quarter, quarter_of
from services.gateway.pages.kit.as_of import EARLIEST, LATEST

BEFORE: Final = 2
"""Quarters before today's that are shown where nothing else is asked for."""

Span = tuple[date | None, date | None]
"""From a day to another; None: nothing is known of that."""


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
