"""Days as commands take them."""

from __future__ import annotations

from datetime import date, datetime

from libs.calendar.local_time import start_of


def day(text: str) -> datetime:
    """The start of a day, UTC."""
    return start_of(date.fromisoformat(text))
