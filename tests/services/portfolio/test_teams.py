"""Teams, their members, health and loans."""

from __future__ import annotations

import pytest

from libs.commands.catalog.portfolio.loan import LendTeam, ReturnTeam
from libs.commands.catalog.portfolio.team import FormTeam, JoinTeam, LeaveTeam, PivotAway, RecordExposure, RecordHealth, ServeProduct, StopServing
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.loan import LOAN, TeamLent, TeamReturned
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import (
    TEAM,
    CoreRoleUncovered,
    ExposureForm,
    ExposureRecorded,
    HealthReading,
    HealthRecorded,
    HealthSubject,
    MemberJoined,
    MemberLeft,
    ProductsLeft,
    ProductsServed,
    SpecialistFunction,
    Staffing,
    Team,
    TeamFormed,
    TeamPivotedAway,
    TeamRole,
)
from services.portfolio.domain import decisions

FORMED = TeamFormed(name="BioHub", home="env", products=("biohub",))


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate(fields)


def team() -> Scenario:
    return Scenario(decisions).given("team:t", FORMED, at="2024-01-01")


def seen(scenario: Scenario, day: str | None = None) -> Team:
    found = scenario.facts(day).get(TEAM, "t")
    assert found is not None
    return found


def member(person: str, role: TeamRole = TeamRole.DEVELOPER, staffing: Staffing = Staffing.STAFF, core: bool = True) -> MemberJoined:
    return MemberJoined(person=person, role=role, core=core, staffing=staffing)


def test_a_team_is_formed_by_its_portfolio_manager() -> None:
    form = command(FormTeam, team="t", name="BioHub", home="env", products=["biohub", "biohub"])
    scenario = Scenario(decisions).given("product:biohub", ProductRegistered(name="BioHub", home="env"))
    scenario.when(form, by="portfolio_manager@citz").refused(NotAllowed)
    scenario.when(form, by="portfolio_manager@env").then(FORMED)
    scenario.when(form).refused(AlreadyExists)


@pytest.mark.requirement("S4-08")
def test_a_team_serves_more_products_and_fewer() -> None:
    scenario = team()
    scenario.when(command(ServeProduct, team="t", product="invasives", at="2024-03-01")).then(ProductsServed(products=("invasives",)))
    scenario.when(command(ServeProduct, team="t", product="invasives")).then()
    assert [found.id for found in scenario.facts().related(TEAM, "products", "invasives")] == ["t"]
    scenario.when(command(StopServing, team="t", product="biohub", at="2025-01-01")).then(ProductsLeft(products=("biohub",)))
    scenario.when(command(StopServing, team="t", product="biohub")).refused(NotFound)
    assert (seen(scenario, "2024-02-01").products, seen(scenario, "2024-06-01").products, seen(scenario).products) == (
        ("biohub",),
        ("biohub", "invasives"),
        ("invasives",),
    )


def test_a_changed_row_says_the_team_again_and_keeps_what_was_said_since() -> None:
    scenario = team().given("team:t", member("ana"), ProductsServed(products=("invasives",)), at="2024-02-01")
    scenario.when(command(FormTeam, team="t", name="Hub", home="citz", products=["maps"], at="2024-01-01"), revising=True)
    found = seen(scenario)
    assert (found.name, found.home, found.products, len(found.members)) == ("Hub", "citz", ("maps", "invasives"), 1)


@pytest.mark.requirement("S0-09")
def test_membership_is_kept_over_time() -> None:
    scenario = team()
    scenario.when(command(JoinTeam, team="t", person="ana", role="developer", core=True, staffing="contracted", at="2024-01-08"), by="team@t").then(
        member("ana", staffing=Staffing.CONTRACTED)
    )
    scenario.when(command(JoinTeam, team="t", person="ana", role="developer", core=True, staffing="staff", at="2024-09-01")).then(member("ana"))
    scenario.when(command(JoinTeam, team="t", person="ana", role="developer", staffing="staff")).then()
    (ana,) = seen(scenario).core
    assert ana.staffing is Staffing.STAFF and ana.joined.time.date().isoformat() == "2024-01-08"
    (then,) = seen(scenario, "2024-05-01").core
    assert then.staffing is Staffing.CONTRACTED


@pytest.mark.requirement("S0-10")
def test_a_core_role_that_falls_empty_is_announced() -> None:
    scenario = team().given("team:t", member("ana"), member("bo"), member("ana", TeamRole.USER_RESEARCH), at="2024-01-08")
    scenario.when(command(LeaveTeam, team="t", person="bo", at="2024-05-01")).then(MemberLeft(person="bo"))
    scenario.when(command(LeaveTeam, team="t", person="ana", role="user_research", at="2024-06-01")).then(
        MemberLeft(person="ana", role=TeamRole.USER_RESEARCH), CoreRoleUncovered(role=TeamRole.USER_RESEARCH)
    )
    scenario.when(command(LeaveTeam, team="t", person="ana", at="2024-07-01")).then(MemberLeft(person="ana"), CoreRoleUncovered(role=TeamRole.DEVELOPER))
    assert seen(scenario).present == () and len(seen(scenario).members) == 3
    assert len(seen(scenario, "2024-05-01").core) == 2


def test_who_is_not_on_the_team_cannot_leave_it() -> None:
    scenario = team().given("team:t", member("ana"), at="2024-06-01")
    assert scenario.when(command(LeaveTeam, team="t", person="bo")).refused(NotFound).field == "person"
    scenario.when(command(LeaveTeam, team="t", person="ana", at="2024-05-01")).refused(NotFound)
    scenario.when(command(LeaveTeam, team="t", person="ana", role="service_designer")).refused(NotFound)


@pytest.mark.requirement("S0-11")
def test_a_skill_that_is_drawn_on_is_no_core_seat() -> None:
    scenario = team()
    scenario.when(command(JoinTeam, team="t", person="pat", role="project_manager", core=True, staffing="staff")).refused(Invalid)
    scenario.when(command(JoinTeam, team="t", person="pat", role="project_manager", staffing="staff")).then(member("pat", TeamRole.PROJECT_MANAGER, core=False))
    assert seen(scenario).core == ()


@pytest.mark.requirement("S1-24")
@pytest.mark.requirement("S4-01")
def test_health_of_team_and_product_are_two_readings() -> None:
    scenario = team()
    for subject, reading, day in (("team", "good", "2024-08-01"), ("product", "fair", "2024-08-01"), ("team", "poor", "2024-06-01")):
        health = command(RecordHealth, team="t", subject=subject, reading=reading, source="check", at=day)
        scenario.when(health, by="lab_ops").then(HealthRecorded(subject=HealthSubject(subject), reading=HealthReading(reading), source="check"))
    of_team, of_product = seen(scenario).health(HealthSubject.TEAM), seen(scenario).health(HealthSubject.PRODUCT)
    assert of_team and of_product
    assert (of_team.reading, of_product.reading) == (HealthReading.GOOD, HealthReading.FAIR)
    assert seen(scenario, "2024-07-01").health(HealthSubject.PRODUCT) is None


@pytest.mark.requirement("S4-06")
def test_each_time_that_specialists_saw_a_team_is_one_whoever_says_so() -> None:
    scenario = team()
    for by, day in (("lab_ops", "2024-08-01"), ("portfolio_manager@env", "2024-08-02"), ("team@t", "2024-08-03")):
        demo = command(RecordExposure, team="t", function="finance", form="demo", at=day)
        scenario.when(demo, by=by).then(ExposureRecorded(function=SpecialistFunction.FINANCE, form=ExposureForm.DEMO))
    assert [one.time.date().isoformat() for one in seen(scenario).exposures] == ["2024-08-01", "2024-08-02", "2024-08-03"]
    scenario.when(command(RecordExposure, team="t", function="finance", form="demo"), by="executive@env").refused(NotAllowed)


def test_a_team_pivots_away_once() -> None:
    scenario = team().when(command(PivotAway, team="t", reason="Priorities moved"), by="lab_ops").then(TeamPivotedAway(reason="Priorities moved"))
    scenario.when(command(PivotAway, team="t", reason="Again")).refused(AlreadyExists)
    assert seen(scenario).pivoted


LOAN_1 = {"loan": "l1", "team": "t", "lender": "env", "borrower": "health", "staffing": "contracted", "agreement": "A letter"}


@pytest.mark.requirement("S4-15")
@pytest.mark.requirement("S4-16")
def test_a_loan_runs_from_its_day_to_the_day_of_return() -> None:
    scenario = team()
    scenario.when(command(LendTeam, **LOAN_1, at="2025-04-01", until="2025-04-30"), by="portfolio_manager@env")
    scenario.when(command(ReturnTeam, loan="l1", at="2025-03-01")).refused(Invalid)
    scenario.when(command(ReturnTeam, loan="l1", at="2025-05-02")).then(TeamReturned())
    scenario.when(command(ReturnTeam, loan="l1")).refused(AlreadyExists)
    (loan,) = scenario.facts().related(LOAN, "borrower", "health")
    assert loan.agreement == "A letter"
    assert [str(day) for day in (loan.starts, loan.until, loan.last_day)] == ["2025-04-01", "2025-04-30", "2025-05-02"]
    away = scenario.facts("2025-04-15").get(LOAN, "l1")
    assert away and away.last_day is None


@pytest.mark.requirement("S4-15")
def test_a_loan_that_cannot_be_is_invalid() -> None:
    lent = TeamLent(team="t", lender="env", borrower="citz", staffing=Staffing.STAFF, agreement="A letter")
    for wrong in ({"borrower": "env"}, {"until": "2025-03-01"}):
        team().when(command(LendTeam, **{**LOAN_1, "at": "2025-04-01", **wrong})).refused(Invalid)
    scenario = team().given("loan:l0", lent, at="2025-01-01")
    scenario.when(command(LendTeam, **LOAN_1, at="2025-04-01")).refused(Invalid)
    scenario.given("loan:l0", TeamReturned(), at="2025-03-31").when(command(LendTeam, **LOAN_1, at="2025-04-01"))
    assert scenario.error is None
