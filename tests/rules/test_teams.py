"""Core roles, continuity, health and loans of a team."""

from datetime import date
from decimal import Decimal

import pytest

from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.team import (
    CORE_ROLES,
    ExposureForm,
    ExposureRecorded,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    MemberLeft,
    SpecialistFunction,
    Staffing,
    TeamFormed,
    TeamRole,
)
from libs.rules.teams import Continuity, Health, Specialists, continuity, core, health, loans, specialists
from tests.rules.way import TEAM, Statement, day, joined, seen, world_of

FORMED = Statement(TEAM, TeamFormed(name="Parks", home="env", products=("booking",)), 0)
OWNER, SUPPORT, RESEARCH, DEVELOPER, DESIGNER = CORE_ROLES


def left(person: str, n: int, role: TeamRole | None = None) -> Statement:
    return Statement(TEAM, MemberLeft(person=person, role=role), n)


@pytest.mark.requirement("S0-10")
def test_each_core_role_is_shown_covered_or_not() -> None:
    world = world_of([FORMED, joined("a", OWNER, 1), joined("b", DEVELOPER, 1), left("b", 9)])
    assert [c.role for c in core(seen(world, 5), "parks") if c.covered] == [OWNER, DEVELOPER]
    assert [c.role for c in core(seen(world, 9), "parks") if not c.covered] == [SUPPORT, RESEARCH, DEVELOPER, DESIGNER]
    assert not any(c.covered for c in core(seen(world, 5), "nobody"))


@pytest.mark.requirement("S0-11")
def test_who_is_drawn_on_covers_no_core_role() -> None:
    drawn_on = Statement(TEAM, MemberJoined(person="a", role=DEVELOPER, core=False, staffing=Staffing.STAFF), 1)
    assert not any(c.covered for c in core(seen(world_of([FORMED, drawn_on]), 5), "parks"))


@pytest.mark.requirement("S0-09")
def test_continuity_is_the_share_that_has_served_a_year_and_when_the_longest_serving_joined() -> None:
    world = world_of([FORMED, joined("a", OWNER, 10), joined("b", DEVELOPER, 20), joined("c", RESEARCH, 30)])
    assert continuity(seen(world, 374), "parks") == Continuity(Decimal("0.0000"), day(10))
    assert continuity(seen(world, 375), "parks") == Continuity(Decimal("0.3333"), day(10))
    assert continuity(seen(world, 400), "parks") == Continuity(Decimal("1.0000"), day(10))


@pytest.mark.requirement("S0-09")
def test_who_left_does_not_count_and_who_comes_back_begins_anew() -> None:
    world = world_of([FORMED, joined("a", OWNER, 10), joined("b", DEVELOPER, 20), left("a", 300), joined("a", OWNER, 310)])
    assert continuity(seen(world, 305), "parks") == Continuity(Decimal("0.0000"), day(20))
    assert continuity(seen(world, 400), "parks") == Continuity(Decimal("0.5000"), day(20))


@pytest.mark.requirement("S0-09")
def test_who_takes_another_seat_or_another_contract_has_stayed() -> None:
    moved = [joined("a", DEVELOPER, 10), left("a", 100), joined("a", OWNER, 100), joined("b", RESEARCH, 10), joined("b", RESEARCH, 50, Staffing.CONTRACTED)]
    assert continuity(seen(world_of([FORMED, *moved]), 380), "parks") == Continuity(Decimal("1.0000"), day(10))


def test_a_team_without_core_members_has_no_continuity() -> None:
    assert continuity(seen(world_of([FORMED]), 400), "parks") is None


@pytest.mark.requirement("S4-01")
def test_team_and_product_are_two_readings_of_health() -> None:
    good = Statement(TEAM, HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="Check"), 10)
    poor = Statement(TEAM, HealthRecorded(subject=HealthSubject.PRODUCT, reading=HealthReading.POOR, source="Check"), 20)
    world = world_of([FORMED, good, poor])
    assert health(seen(world, 5), "parks") is None
    assert health(seen(world, 10), "parks") == Health(HealthReading.GOOD, None, day(10))
    assert health(seen(world, 20), "parks") == Health(HealthReading.GOOD, HealthReading.POOR, day(20))


@pytest.mark.requirement("S4-15")
def test_a_loan_shows_the_planned_end_until_the_team_is_back() -> None:
    lent = TeamLent(team="parks", lender="env", borrower="health", staffing=Staffing.CONTRACTED, agreement="Letter", until=date(2024, 4, 30))
    world = world_of([FORMED, Statement("loan:one", lent, 91), Statement("loan:one", TeamReturned(), 125)])
    (away,), (back,) = loans(seen(world, 100), "parks"), loans(seen(world, 125), "parks")
    assert (away.lender, away.borrower, away.starts, away.until, away.returned) == ("env", "health", date(2024, 4, 1), date(2024, 4, 30), False)
    assert (back.until, back.returned, back.staffing) == (date(2024, 5, 5), True, Staffing.CONTRACTED)
    assert loans(seen(world, 90), "parks") == ()


def test_loans_come_as_they_began_whatever_they_are_called_and_one_that_nobody_lent_is_none() -> None:
    lent = TeamLent(team="parks", lender="env", borrower="health", staffing=Staffing.STAFF, agreement="Letter")
    world = world_of([FORMED, *(Statement(f"loan:{id}", lent, n) for n, id in ((20, "a"), (10, "z"), (15, "m"))), Statement("loan:b", TeamReturned(), 30)])
    assert [one.loan for one in loans(seen(world, 40), "parks")] == ["z", "m", "a"]


def test_whoever_changed_seats_several_times_has_stayed_since_the_first() -> None:
    seats = [joined("a", OWNER, 10), joined("a", DEVELOPER, 50), left("a", 60, OWNER), joined("a", RESEARCH, 90), left("a", 100, DEVELOPER)]
    world = world_of([FORMED, *seats])
    assert continuity(seen(world, 120), "parks") == Continuity(Decimal("0.0000"), day(10))
    both = world_of([FORMED, joined("a", OWNER, 10), joined("a", DEVELOPER, 50), left("a", 300), joined("a", OWNER, 310), joined("a", DEVELOPER, 340)])
    assert continuity(seen(both, 400), "parks") == Continuity(Decimal("0.0000"), day(310))


@pytest.mark.requirement("S4-01")
def test_the_health_of_the_product_alone_is_told_too() -> None:
    read = Statement(TEAM, HealthRecorded(subject=HealthSubject.PRODUCT, reading=HealthReading.POOR, source="Health check"), 20)
    assert health(seen(world_of([FORMED, read]), 30), "parks") == Health(None, HealthReading.POOR, day(20))


@pytest.mark.requirement("S4-06")
def test_functions_whose_specialists_never_saw_a_team_are_shown_beside_those_that_did() -> None:
    of, form = SpecialistFunction, ExposureForm
    saw = [(of.PRIVACY, form.REVIEW, 50), (of.PRIVACY, form.DEMO, 20), (of.HR, form.DEMO, 60)]
    world = world_of([FORMED, *(Statement(TEAM, ExposureRecorded(function=function, form=how), n) for function, how, n in saw)])
    found = {one.function: one for one in specialists(seen(world, 55), "parks")}
    assert [*found] == [*of], "all six, in their order"
    privacy = found.pop(of.PRIVACY)
    assert privacy.last and (privacy.times, privacy.last.data.form, privacy.last.time.date()) == (2, form.REVIEW, day(50))
    assert [*found.values()] == [Specialists(one) for one in found], "HR management had not seen it by then"
    assert [*specialists(seen(world, 60), "nobody")] == [Specialists(one) for one in of]
