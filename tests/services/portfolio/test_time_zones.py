"""The time zone of an organisation decides what a day is: of what is said, of what is seen, and of when something falls due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import zone
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.portfolio.evaluations.confidence import RateConfidence
from libs.commands.catalog.portfolio.graduation import Attest
from libs.commands.catalog.portfolio.investment import DecideInvestment, ProposeInvestment
from libs.commands.catalog.portfolio.organisation import RegisterOrganisation
from libs.commands.catalog.portfolio.reorganisation import MergeOrganisations, Move
from libs.commands.catalog.portfolio.team import FormTeam, RecordHealth
from libs.commands.command import Command
from libs.commands.errors import Invalid
from libs.commands.testing import Scenario
from libs.events.catalog.duties import DutyFellDue, DutyKind
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import KINDS, split
from libs.rules.authority import belonging
from libs.rules.duties.moments import moments
from libs.rules.money.fiscal_years import year_of
from libs.rules.roles import Role
from libs.rules.time_zones import today, zone_of
from services.backlog.domain import decisions as of_backlog
from services.portfolio.domain import decisions
from tests.commands.examples import world

LATE = "2026-03-02T07:30:00Z"
"""Half past eleven in the evening of the first of March in Victoria."""


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate(fields)


def governments() -> Scenario:
    """British Columbia, where Vancouver's clocks go, and France; a team in the one."""
    scenario = Scenario(decisions)
    scenario.when(command(RegisterOrganisation, organisation="bc", name="BC", time_zone="America/Vancouver", fiscal_year_start="04-01", at="2026-01-01"))
    scenario.when(command(RegisterOrganisation, organisation="fr", name="France", time_zone="Europe/Paris", at="2026-01-01"))
    return scenario.when(command(FormTeam, team="t", name="Parks", home="bc", at="2026-01-05"))


def checked(at: str) -> Command:
    return command(RecordHealth, team="t", subject="team", reading="good", source="Check", at=at)


def test_what_is_said_late_in_the_evening_is_of_that_day_there() -> None:
    scenario = governments().when(checked(LATE))
    (event,) = scenario.said
    assert event.time == datetime(2026, 3, 2, 7, 30, tzinfo=UTC) and event.time.date() == date(2026, 3, 1)
    assert [scenario.facts(day).get(TEAM, "t").team_health is not None for day in ("2026-02-28", "2026-03-01")] == [False, True]  # type: ignore[union-attr]


def test_a_day_alone_begins_there_and_is_that_day() -> None:
    (event,) = governments().when(checked("2026-03-01")).said
    assert event.time.isoformat() == "2026-03-01T00:00:00-08:00"
    (registered,) = Scenario(decisions).when(command(RegisterOrganisation, organisation="x", name="X", time_zone="Europe/Paris", at="2026-03-01")).said
    assert registered.time.isoformat() == "2026-03-01T00:00:00+01:00"


def test_a_day_that_has_not_begun_there_lies_in_the_future() -> None:
    scenario = governments()
    scenario.now = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert scenario.when(checked("2026-03-02")).refused(Invalid).field == "at"
    assert scenario.when(checked("2026-03-01")).said


def test_a_time_zone_is_one_of_the_database() -> None:
    with pytest.raises(ValidationError, match="did you mean America/Vancouver"):
        command(RegisterOrganisation, organisation="x", name="X", time_zone="America/Vancover")


def test_what_moves_is_said_in_the_time_of_its_new_home_and_its_past_days_stay() -> None:
    scenario = governments().when(checked(LATE))
    scenario.when(command(Move, subject="team:t", to="fr", reason="A new ministry", at="2026-04-01"))
    (event,) = scenario.when(checked("2026-04-10T22:30:00Z")).said
    assert event.time.date() == date(2026, 4, 11)
    readings = scenario.facts().get(TEAM, "t").health_readings  # type: ignore[union-attr]
    assert [one.time.date() for one in readings] == [date(2026, 3, 1), date(2026, 4, 11)]


def test_what_was_merged_is_said_in_the_time_of_its_heir() -> None:
    scenario = governments().when(MergeOrganisations.model_validate({"into": "fr", "from": ["bc"], "reason": "One of both", "at": "2026-04-01"}))
    (event,) = scenario.when(checked("2026-04-10T22:30:00Z")).said
    assert event.time.date() == date(2026, 4, 11)


def test_an_approval_on_the_last_evening_of_a_fiscal_year_is_of_that_year() -> None:
    scenario = governments()
    scenario.when(command(ProposeInvestment, investment="i", team="t", amount={"amount": "10.00", "currency": "CAD"}, at="2026-03-01"))
    scenario.when(command(DecideInvestment, investment="i", approved=True, reason="Worth it", at="2026-04-01T05:00:00Z"))
    (approval,) = scenario.said
    assert year_of(approval.time.date(), "04-01")[0] == date(2025, 4, 1)


def test_a_duty_falls_due_as_its_day_begins_there_also_when_the_clocks_were_changed_meanwhile() -> None:
    scenario = governments().when(checked(LATE))
    due = [one.at for one in moments(scenario.facts(), "team", "t") if isinstance(one.data, DutyFellDue) and one.data.kind == DutyKind.HEALTH_CHECK.value]
    assert [at.isoformat() for at in due][-1] == "2026-08-28T00:00:00-07:00", "180 days after the first of March, in summer time"


@pytest.mark.parametrize(
    ("roles", "day"),
    [((), 2), (("executive",), 2), (("team@t",), 1), (("executive@bc",), 1), (("executive@fr",), 2), (("team@t", "cab@fr"), 2), (("team@t", "auditor"), 2)],
)
def test_today_is_the_day_where_somebody_has_a_role_and_for_all_the_latest_anywhere(roles: tuple[str, ...], day: int) -> None:
    assert today(governments().facts(), datetime(2026, 3, 2, 7, 30, tzinfo=UTC), [Role.parse(one) for one in roles]) == date(2026, 3, day)


def test_a_place_without_a_time_zone_is_in_that_of_utc() -> None:
    scenario = Scenario(decisions).when(command(RegisterOrganisation, organisation="x", name="X"))
    assert zone_of(scenario.facts(), "organisation", "x") is UTC
    assert today(Scenario(decisions).facts(), datetime(2026, 3, 2, 23, 59, tzinfo=UTC)) == date(2026, 3, 2)


def test_whatever_lies_in_one_organisation_is_in_its_time() -> None:
    made = world()
    scenario = Scenario(decisions, made)
    scenario.when(command(RegisterOrganisation, organisation="env", name="Environment", time_zone="America/Vancouver"), revising=True)
    facts, found = scenario.facts(), dict[str, int]()
    for kind in KINDS:
        for aggregate in made.all(kind):
            homes = {id for of, id in belonging(facts, kind, split(aggregate)[1]) if of == "organisation"}
            if homes == {"env"}:
                found[kind] = found.get(kind, 0) + 1
                assert zone_of(facts, kind, split(aggregate)[1]) == zone("America/Vancouver"), aggregate
    assert len(found) > 30


def test_a_rating_is_said_in_the_time_of_what_it_is_about_before_it_is_there() -> None:
    scenario = governments().when(command(RateConfidence, confidence="c", subject="team:t", level="high", words="On its way", at=LATE))
    assert scenario.error is None and scenario.said[0].time.date() == date(2026, 3, 1)


def test_what_was_so_before_a_move_is_said_in_the_time_of_the_former_home() -> None:
    scenario = governments().when(command(Move, subject="team:t", to="fr", reason="A new ministry", at="2026-04-01"))
    (late,) = scenario.when(checked("2026-03-20T06:30:00Z")).said
    (day,) = scenario.when(checked("2026-03-10")).said
    assert [late.time.isoformat(), day.time.isoformat()] == ["2026-03-19T23:30:00-07:00", "2026-03-10T00:00:00-07:00"]


def test_a_move_moves_no_duty_that_fell_due_before_it() -> None:
    def fell_due(scenario: Scenario) -> set[tuple[str, str]]:
        of_now = moments(scenario.facts(), "team", "t")
        return {(one.at.isoformat(), one.data.due_on.isoformat()) for one in of_now if isinstance(one.data, DutyFellDue) and one.at <= scenario.now}

    scenario = governments().when(command(FormTeam, team="t", name="Parks", home="bc", at="2025-06-05"), by="importer")
    before = fell_due(scenario)
    scenario.when(command(Move, subject="team:t", to="fr", reason="A new ministry", at="2026-05-20"))
    assert fell_due(scenario) == before


@pytest.mark.parametrize("of", ["graduation", "backlog"])
def test_the_first_word_on_what_is_a_part_of_a_thing_is_said_in_its_time_too(of: str) -> None:
    scenario = governments()
    if of == "graduation":
        (event, *_) = scenario.when(command(Attest, team="t", criterion="R-04", statement="It is theirs", at=LATE)).said
    else:
        scenario.given("product:p", ProductRegistered(name="P", home="bc"), at="2026-01-05")
        scenario.decisions = of_backlog
        (event,) = scenario.when(command(OpenBacklog, product="p", at=LATE)).said
    assert event.time.date() == date(2026, 3, 1)


@pytest.mark.parametrize("place", ["America/Guyana", "America/Toronto", "Pacific/Apia", "Pacific/Auckland", "Africa/Monrovia"])
@pytest.mark.parametrize("day", ["1800-01-02", "1850-06-30", "1905-01-01", "1920-02-01"])
def test_a_day_of_long_ago_is_that_day_too(place: str, day: str) -> None:
    (event,) = Scenario(decisions).when(command(RegisterOrganisation, organisation="x", name="X", time_zone=place, at=day)).said
    assert event.time.date().isoformat() == day
