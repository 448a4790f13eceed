"""The time of a place: an instant is the same everywhere, and lies on the day that it is there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

HOME: Final = timezone(timedelta(0), "home")
"""The clock of whatever place something is about, as long as nobody has asked which: a day alone begins, and ends, by it. Compared with instants it is UTC."""


@cache
def time_zones() -> frozenset[str]:
    """The names of time zones of the IANA database, such as America/Vancouver."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


@cache
def zone(name: str | None) -> tzinfo:
    """The time zone of a name; UTC without one, and for a name that is in no database here."""
    return ZoneInfo(name) if name is not None and name in time_zones() else UTC


def midnight(day: date) -> datetime:
    """The beginning of a day by the clock of `HOME`."""
    return datetime.combine(day, time.min, HOME)


def start_of(day: date, there: tzinfo = UTC) -> datetime:
    """The first instant of a day, in the time of a place."""
    return local(midnight(day), there)


def end_of(day: date) -> datetime:
    """The first instant that no longer belongs to the day, by the clock of each place (`precedes`): what happened on it came before."""
    return midnight(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=HOME)


def local(instant: datetime, there: tzinfo) -> datetime:
    """The same instant in the time of a place, so that its day is the day there; what is said by the clock of `HOME` is said by the clock of the place.

    The offset is one of whole minutes, of the mean times of long ago the next one, so that no day begins in the one before. It stands by itself: two such times
    are compared as instants, also in the hour that a clock shows twice.
    """
    if instant.tzinfo is HOME:
        instant = instant.replace(tzinfo=there)
    if there is UTC:
        return instant.astimezone(UTC)
    try:
        offset = instant.astimezone(UTC).astimezone(there).utcoffset() or timedelta(0)
        minutes = timedelta(minutes=ceil(offset.total_seconds() / 60))
        return instant.astimezone(timezone(minutes) if minutes else UTC)
    except OverflowError:  # at the ends of the calendar
        return instant.astimezone(UTC)


def clock_at(instant: datetime, there: tzinfo) -> tzinfo:
    """The clock by which to go on from an instant: that of the place where the instant is said by it; else its own, since it was elsewhere by then."""
    return there if local(instant, there).utcoffset() == instant.utcoffset() else instant.tzinfo or UTC


def wall(instant: datetime) -> datetime:
    """What the clock of the place shows at an instant that is said in its time; told as if it were UTC, so that clocks of several places can be compared."""
    return instant if instant.tzinfo is UTC else instant.replace(tzinfo=UTC)


def precedes(instant: datetime, limit: datetime) -> bool:
    """Whether an instant lies before a limit: before the end of a day by the clock of its own place, else before the same instant everywhere."""
    return wall(instant) < wall(limit) if limit.tzinfo is HOME else instant < limit
