"""Quarters of fiscal and calendar years, which of them are shown, and durations in words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.rules.money.quarters import quarter_of, year_name
from services.gateway.pages.kit import durations
from services.gateway.pages.kit.quarters import fitting, last_quarter_end, moved, quarters
from services.gateway.pages.kit.words import NBSP
from tests.services.gateway.pages.answers import page
from tests.services.gateway.small_world import Gateway

TODAY = date(2026, 11, 24)
BEGINS = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day:%m-%d}")
"""Every day on which a fiscal year may begin, 29 February and the 31sts among them."""


@pytest.mark.parametrize(
    ("day", "begins", "label", "starts", "ends"),
    [
        ("2026-11-24", "01-01", "Q4 2026", "2026-10-01", "2026-12-31"),
        ("2026-11-24", "04-01", "Q3 2026/27", "2026-10-01", "2026-12-31"),
        ("2026-03-31", "04-01", "Q4 2025/26", "2026-01-01", "2026-03-31"),
        ("2026-04-05", "04-06", "Q4 2025/26", "2026-01-06", "2026-04-05"),
        ("2026-11-30", "08-31", "Q2 2026/27", "2026-11-30", "2027-02-27"),
    ],
)
def test_a_quarter_is_named_after_its_year(day: str, begins: str, label: str, starts: str, ends: str) -> None:
    found = quarter_of(date.fromisoformat(day), begins)
    assert (found.label, str(found.starts), str(found.ends)) == (label, starts, ends)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), BEGINS, st.integers(1, 20))
def test_quarters_follow_each_other_without_a_gap(day: date, begins: str, count: int) -> None:
    found = quarters(day, count, begins)
    assert len(found) == count and found[0].starts <= day <= found[0].ends
    assert all(after.starts == before.ends + timedelta(days=1) for before, after in pairwise(found))
    assert moved(found[-1].starts, 1 - count, begins) == found[0].starts
    assert quarter_of(found[-1].ends, begins) == found[-1]


def test_the_grid_begins_before_today_where_that_shows_something_else_where_most_lies() -> None:
    usual = date(2026, 4, 1)
    assert fitting([], TODAY, 8) == fitting([(None, None)], TODAY, 8) == usual
    assert fitting([(date(2012, 1, 1), date(2012, 5, 1)), (date(2026, 12, 1), None)], TODAY, 8) == usual
    old = [(date(2011, 1, 1), date(2011, 6, 30)), (date(2012, 2, 1), date(2012, 12, 31)), (date(1999, 1, 1), date(1999, 2, 1))]
    assert fitting(old, TODAY, 8) == date(2011, 1, 1)
    assert fitting([(None, date(2012, 2, 1))], TODAY, 4) == date(2011, 4, 1)


def test_a_year_that_is_none_of_the_calendar_has_two_numbers() -> None:
    assert year_name(date(2026, 1, 1), date(2026, 12, 31)) == "2026"
    assert year_name(date(1999, 4, 1), date(2000, 3, 31)) == "1999/00"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (17, "17 days later than first planned"),
        (1, "1 day later than first planned"),
        (-5, "5 days earlier than first planned"),
        (0, "as first planned"),
        (132, "132 days (about four months) later than first planned"),
        (9496, "9,496 days (about 26 years) later than first planned"),
    ],
)
def test_a_slip_is_said_in_words(days: int, words: str) -> None:
    assert durations.slip(days).replace(NBSP, " ") == words


def test_what_is_not_known_is_said() -> None:
    assert durations.slip(None) == "no end planned" and durations.short_slip(None) == "" == durations.short_slip(0)
    assert durations.between(None, None) == "no dates"
    assert durations.between(None, "2026-03-31").replace(NBSP, " ") == "by 31 Mar 2026"
    assert durations.between("2026-03-01", None).replace(NBSP, " ") == "from 1 Mar 2026, without an end"
    assert durations.lasting("2026-01-01", None) == "" and durations.lasting("2026-01-01", "2026-03-31") == "about three months"


@pytest.mark.parametrize(("days", "words"), [(1, "one day"), (13, "13 days"), (20, "about three weeks"), (61, "about two months"), (365, "about 12 months")])
def test_a_duration_is_rounded_to_what_people_say(days: int, words: str) -> None:
    assert durations.about(days) == words


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), BEGINS)
def test_a_quarter_begins_on_the_day_of_the_year_s_beginning_or_the_last_of_a_shorter_month_and_the_one_before_ends_the_day_before(
    day: date, begins: str
) -> None:
    quarter = quarter_of(day, begins)
    last = (quarter.starts.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert quarter.starts.day == min(int(begins[3:]), last.day)
    assert (quarter.starts.month - int(begins[:2])) % 3 == 0
    assert last_quarter_end(day, begins) == quarter.starts - timedelta(days=1)
    assert quarter_of(last_quarter_end(day, begins), begins).ends == last_quarter_end(day, begins)


@pytest.mark.parametrize(
    ("begins", "end"), [("01-15", "2026-01-14"), ("04-06", "2026-01-05"), ("02-29", "2026-02-27"), ("05-31", "2026-02-27"), ("01-01", "2025-12-31")]
)
async def test_a_quarter_is_one_thing_on_all_pages(site: Gateway, begins: str, end: str) -> None:
    for id, name in (("water", "Ministry of Water"), ("roads", "Ministry of Roads")):
        site.tell(ORGANISATION, id, OrganisationRegistered(name=name, fiscal_year_start=begins), "2025-01-01")
    day = f"{date.fromisoformat(end).day} {date.fromisoformat(end):%B %Y}"
    assert f"Change since {day}, the end of the last quarter" in await page(site, "/")
    assert f"What moved since {day}" in await page(site, "/changes")
    starts = date.fromisoformat(end) + timedelta(days=1)
    assert f"Quarter grid from {starts.day} {starts:%B %Y}" in await page(site, f"/roadmap?from={starts}")
