"""The word for what is read holds what it says against rules, schema and pages, and fails where they show another thing."""

from __future__ import annotations

from datetime import date

import pytest

from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamFormed
from libs.rules.teams import Health, health
from tests.given import Read, given, say

PARKS = "team:parks"


@pytest.fixture
def told() -> Read:
    """A team whose health was read in June, as was learned in July."""
    formed = say(PARKS, TeamFormed(name="Parks", home="env", products=("booking",)), at="2024-01-01")
    checked = say(PARKS, HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.FAIR, source="check"), at="2024-06-01", known="2024-07-01")
    product = say("product:booking", ProductRegistered(name="Booking", home="env"))
    asked = say("investment:i", InvestmentProposed(team="parks", amount=money("5.00")))
    return given(formed, checked, product, asked)


def test_a_field_is_shown_as_of_a_day_and_by_what_was_known(told: Read) -> None:
    told.shows(PARKS, "health.team", "FAIR").on("2024-05-31").shows(PARKS, "health", None)
    told.on("2024-06-01").shows(PARKS, "health.recordedOn", "2024-06-01").knowing("2024-06-30T23:59:59Z").shows(PARKS, "health", None)
    told.on("2023-12-31").shows(PARKS, "name", None)


def test_of_lists_it_is_a_list_and_several_fields_stand_in_braces(told: Read) -> None:
    told.shows(PARKS, "products.name", ["Booking"]).shows(PARKS, "home { id known }", {"id": "organisation:env", "known": False})
    told.shows(PARKS, "{ name known }", {"name": "Parks", "known": True})
    told.shows("portfolio:env", "teams(first: 1).nodes.name", ["Parks"]).shows("portfolio", "teams.totalCount", 1)


def test_a_rule_is_asked_of_the_same_moment(told: Read) -> None:
    assert told.derives(health, "parks") == Health(HealthReading.FAIR, None, date(2024, 6, 1))
    assert told.on("2024-05-31").derives(health, "parks") is None


def test_a_reader_sees_what_their_roles_may_see(told: Read) -> None:
    told.shows("investment:i", "amounts.asked.total.amount", "5.00").to("lab_ops").shows("investment:i", "amounts", None)


def test_a_page_says_it_of_the_same_moment(told: Read) -> None:
    told.says("/teams/parks", "Parks", "Team fair").on("2024-05-31").says("/teams/parks", "As of 31 May 2024")
    with pytest.raises(AssertionError, match="does not say"):
        told.says("/teams/parks", "Parks", "a moon")


@pytest.mark.parametrize(("path", "wrong"), [("health.team", "GOOD"), ("health.team", None), ("products.name", ["Moon"]), ("name", "Moon")])
def test_it_fails_for_whatever_is_not_so(told: Read, path: str, wrong: object) -> None:
    with pytest.raises(AssertionError, match="shows"):
        told.shows(PARKS, path, wrong)


def test_it_fails_where_the_rule_and_the_schema_are_not_one(told: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Read, "shown", lambda *_: "POOR")
    with pytest.raises(AssertionError, match="the rule of"):
        told.shows(PARKS, "health.team", "POOR")
