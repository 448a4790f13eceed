"""The moment that a page shows, as of a day and as known at an instant, kept in the address of every link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from libs.calendar.local_time import start_of
from libs.commands.errors import Invalid
from libs.events.values import DAY

AS_OF, KNOWN_AT = "asOf", "knownAt"
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""The days that pages look at: far beyond what anybody plans, and far from the ends of the calendar."""


@dataclass(frozen=True, slots=True)
class Moment:
    """As of the end of a day (None: today) and as known at an instant (None: all that was heard)."""

    today: date
    as_of: date | None = None
    known_at: datetime | None = None

    @property
    def day(self) -> date:
        """The day that is looked at."""
        return self.as_of or self.today

    @property
    def known_on(self) -> date | None:
        """The day on whose knowledge it rests; None: today's."""
        return self.known_at.date() if self.known_at else None

    @property
    def is_now(self) -> bool:
        """Whether it goes on as time does."""
        return self.as_of is None and self.known_at is None

    @property
    def query(self) -> dict[str, str]:
        """As it stands in addresses: empty for now."""
        found = {AS_OF: self.as_of.isoformat()} if self.as_of else {}
        return found | ({KNOWN_AT: _short(self.known_at)} if self.known_at else {})

    @property
    def variables(self) -> dict[str, str | None]:
        """As variables of a document."""
        return {AS_OF: self.as_of.isoformat() if self.as_of else None, KNOWN_AT: self.known_at.isoformat() if self.known_at else None}

    def before(self, day: date) -> Moment:
        """An earlier day, with what was known at its end, or at this moment's instant where that is earlier still."""
        known = last_of(day)
        return Moment(self.today, day, min(known, self.known_at) if self.known_at else known)


def moment_of(query: Mapping[str, str], today: date) -> Moment:
    """The moment in an address; a day of knowing is its end, and today is now. Raises Invalid for what is no day or instant."""
    as_of, known_at = read_day(query.get(AS_OF), AS_OF), read_instant(query.get(KNOWN_AT), KNOWN_AT)
    return Moment(today, None if as_of == today else as_of, None if known_at is not None and known_at >= last_of(today) else known_at)


def read_day(text: str | None, field: str) -> date | None:
    """The day in a field of a form; None where it is left empty. Raises Invalid for anything else, and for a day beyond `EARLIEST` and `LATEST`."""
    if not text or not text.strip():
        return None
    try:
        day = _day(text.strip())
    except ValueError:
        raise Invalid(f"{text[:40]!r} is no day", field=field, remedy="Write a day as 2026-03-31, or leave the field empty.") from None
    return _near(day, field)


def read_instant(text: str | None, field: str) -> datetime | None:
    """The instant in a field of a form, of a day its last; None where it is left empty. Raises Invalid as `read_day` does."""
    if not text or not text.strip():
        return None
    try:
        day, _, time = text.strip().partition("T")
        if not time:
            return last_of(_near(_day(day), field))
        _day(day)
        instant = datetime.fromisoformat(text.strip().replace(" ", "+"))  # a plus that was not escaped reads as a blank
    except ValueError:
        raise Invalid(f"{text[:40]!r} is no day or instant", field=field, remedy="Write a day as 2026-03-31, or leave the field empty.") from None
    _near(instant.date(), field)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _day(text: str) -> date:
    """Raises ValueError for what is no day as it is written here, such as a bare number."""
    if not DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def last_of(day: date) -> datetime:
    """The last instant of a day (UTC)."""
    return start_of(day) + timedelta(days=1, microseconds=-1)


def _near(day: date, field: str) -> date:
    if not EARLIEST <= day <= LATEST:
        raise Invalid(f"{day} is too far away to be looked at", field=field, remedy=f"Choose a day from {EARLIEST} to {LATEST}, or leave the field empty.")
    return day


def _short(instant: datetime) -> str:
    return instant.date().isoformat() if instant == last_of(instant.date()) else instant.isoformat()
