"""Words for durations and slips as executives say them; exact days stand in CSV."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.gateway.pages.kit import words

EXACT: Final = 60
"""Days up to which a duration is said in days alone."""
_MONTH, _YEAR = 30.44, 365.25


def days(count: int) -> str:
    """`17 days`; `132 days (about 4 months)` where days alone say little."""
    said = f"{count:,}{words.NBSP}{'day' if count == 1 else 'days'}"
    return said if count <= EXACT else f"{said} ({about(count)})"


def about(count: int) -> str:
    """A number of days, rounded to what people say: `9 days`, `about 6 weeks`, `about 4 months`, `about 3 years`."""
    if count < 14:
        return words.count(count, "day")
    for length, word, most in ((7.0, "week", 9), (_MONTH, "month", 24), (_YEAR, "year", 10_000)):
        many = round(count / length)
        if many < most:
            return f"about {words.count(many, word)}"
    return days(count)


def slip(count: int | None) -> str:
    """`17 days later than first planned`; an item without an end has none."""
    if count is None:
        return "no end planned"
    if count == 0:
        return "as first planned"
    return f"{days(abs(count))} {'later' if count > 0 else 'earlier'} than first planned"


def short_slip(count: int | None) -> str:
    """`17 days later`, where room is scarce; empty for none."""
    return f"{abs(count):,}{words.NBSP}{'day' if abs(count) == 1 else 'days'} {'later' if count > 0 else 'earlier'}" if count else ""


def between(starts: str | None, ends: str | None) -> str:
    """`1 Apr 2026 to 30 Jun 2026`, as far as the days are known."""
    if starts and ends:
        return f"{words.short_day(starts)} to {words.short_day(ends)}"
    if ends:
        return f"by {words.short_day(ends)}"
    return f"from {words.short_day(starts)}, without an end" if starts else "no dates"


def lasting(starts: str | None, ends: str | None) -> str:
    """`about 3 months` from the first day to the last, both counted; empty where one is not known."""
    return about((date.fromisoformat(ends) - date.fromisoformat(starts)).days + 1) if starts and ends and ends >= starts else ""
