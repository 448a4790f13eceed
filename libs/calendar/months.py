"""Months on and back, in a calendar whose months are of unequal length."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def months_on(first: date, months: int, day: int) -> date:
    """That day of a month so many months on; of one that is shorter its last, and at the end of the calendar that."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
