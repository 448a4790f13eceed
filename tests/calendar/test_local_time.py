"""Days end by the clock of a place, instants are the same everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.calendar.local_time import HOME, end_of, local, precedes, start_of, time_zones, zone

VICTORIA, PARIS, KIRITIMATI = zone("America/Vancouver"), zone("Europe/Paris"), zone("Pacific/Kiritimati")
instants = st.integers(-5_364_662_400, 32_472_144_000).map(lambda second: datetime.fromtimestamp(second, UTC))  # 1800 to 2998
places = st.sampled_from(sorted(time_zones())).map(zone)


def test_half_past_eleven_in_the_evening_in_victoria_is_of_that_day_there() -> None:
    said = local(datetime(2026, 3, 2, 7, 30, tzinfo=UTC), VICTORIA)
    assert said.date() == date(2026, 3, 1)
    assert said.isoformat() == "2026-03-01T23:30:00-08:00"


@pytest.mark.parametrize(
    ("day", "there", "begins"),
    [
        (date(2026, 3, 1), UTC, datetime(2026, 3, 1, tzinfo=UTC)),
        (date(2026, 3, 1), VICTORIA, datetime(2026, 3, 1, 8, tzinfo=UTC)),
        (date(2026, 7, 1), VICTORIA, datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (date(2026, 3, 1), KIRITIMATI, datetime(2026, 2, 28, 10, tzinfo=UTC)),
        (date(2018, 11, 4), zone("America/Sao_Paulo"), datetime(2018, 11, 4, 3, tzinfo=UTC)),  # whose clocks were put on at midnight
    ],
)
def test_a_day_begins_by_the_clock_of_its_place(day: date, there: tzinfo, begins: datetime) -> None:
    assert start_of(day, there) == begins
    assert start_of(day, there).date() == day


def test_the_hour_that_a_clock_shows_twice_has_two_instants_in_their_order() -> None:
    first, again = (local(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), PARIS) for hour in (0, 1))
    assert (first.hour, again.hour) == (2, 2) and first < again and again - first == timedelta(hours=1)


@given(instants, places)
def test_what_is_said_in_the_time_of_a_place_is_the_same_instant_with_an_offset_of_whole_minutes(instant: datetime, there: tzinfo) -> None:
    said = local(instant, there)
    assert said == instant
    assert (said.utcoffset() or timedelta(0)).total_seconds() % 60 == 0
    assert datetime.fromisoformat(said.isoformat()) == instant


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), places)
def test_what_came_before_a_day_began_is_of_no_later_day(day: date, there: tzinfo) -> None:
    starts = [start_of(day + timedelta(days=n), there) for n in range(3)]
    assert starts == sorted(starts)
    assert local(starts[0] - timedelta(minutes=1), there).date() <= day - timedelta(days=1)


@given(instants, places, st.integers(-2, 2))
def test_before_the_end_of_a_day_is_by_the_clock_of_the_place(instant: datetime, there: tzinfo, off: int) -> None:
    said = local(instant, there)
    day = instant.date() + timedelta(days=off)
    assert precedes(said, end_of(day)) is (said.date() <= day)
    assert precedes(said, start_of(day)) is (instant < start_of(day)), "an instant is before or after another one, wherever it is said"


def test_a_day_without_a_place_is_one_of_utc() -> None:
    assert end_of(date(2026, 3, 1)).tzinfo is HOME
    assert end_of(date(2026, 3, 1)) == datetime(2026, 3, 2, tzinfo=UTC)
    assert end_of(date.max).date() == date.max
    assert zone(None) is UTC and zone("Atlantis/Capital") is UTC
