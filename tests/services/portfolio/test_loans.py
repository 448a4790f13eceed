"""Loans of teams and of seats: offered, answered by the borrower, and what came of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from libs.commands.catalog.portfolio.loan import AcceptLoan, DeclineLoan, LendSeats, LendTeam, RecordDelivery, ReturnTeam
from libs.commands.errors import AlreadyDecided, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.loan import LOAN, DeliveryRecorded, LoanAccepted, LoanDeclined, LoanState, SeatsLent, TeamLent
from libs.events.catalog.portfolio.team import MemberJoined, MemberLeft, Staffing, TeamFormed, TeamRole
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseStage
from libs.rules.teams import FirstDelivery, first_delivery
from services.portfolio.domain import decisions

LENT = TeamLent(team="t", lender="env", borrower="health", staffing=Staffing.STAFF, agreement="Letter", product="beds", offered=True)
SEATS: dict[str, Any] = {"loan": "s", "team": "t", "people": ["ada"], "borrower": "health", "staffing": "staff", "agreement": "Letter"}
ACCEPT, DECLINE = AcceptLoan(loan="l"), DeclineLoan(loan="l", reason="No money")


def team() -> Scenario:
    told = Scenario(decisions).given("team:t", TeamFormed(name="Parks", home="env"), at="2025-01-01")
    for person in ("ada", "ed"):
        told.given("team:t", MemberJoined(person=person, role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF), at="2025-01-01")
    return told


def offered() -> Scenario:
    return team().given("loan:l", LENT, at="2025-03-01")


def state(told: Scenario, id: str = "l") -> LoanState:
    found = told.facts().get(LOAN, id)
    assert found is not None
    return found.state


@pytest.mark.requirement("S4-15")
def test_what_an_importer_has_on_record_as_lent_was_agreed_and_costs_the_borrower_from_the_first_day() -> None:
    fields = {"loan": "l", "team": "t", "lender": "env", "borrower": "health", "staffing": "staff", "agreement": "Letter"}
    told = team().when(LendTeam.model_validate(fields | {"at": datetime(2025, 3, 1, tzinfo=UTC)}), by="importer")
    assert state(told) is LoanState.ACCEPTED
    found = told.facts().get(LOAN, "l")
    assert found is not None and found.borne_from == date(2025, 3, 1)
    told.when(DECLINE, by="portfolio_manager@health").refused(AlreadyDecided, "S4-15")
    told.when(ACCEPT, by="portfolio_manager@health").then(LoanAccepted())
    told.when(ACCEPT, by="portfolio_manager@health").refused(AlreadyDecided, "S4-15")
    found = told.facts().get(LOAN, "l")
    assert found is not None and found.borne_from == date(2025, 3, 1)


@pytest.mark.requirement("S4-15")
def test_a_loan_is_offered_and_the_borrower_alone_answers_it_once() -> None:
    fields = {"loan": "l", "team": "t", "lender": "env", "borrower": "health", "staffing": "staff", "agreement": "Letter", "product": "beds"}
    told = team().when(LendTeam.model_validate(fields), by="portfolio_manager@env").then(LENT)
    assert state(told) is LoanState.OFFERED
    for other in ("portfolio_manager@env", "executive@health", "team@t"):
        assert "portfolio_manager@health" in told.when(ACCEPT, by=other).refused(NotAllowed).detail
    told.when(ACCEPT, by="portfolio_manager@health").then(LoanAccepted())
    assert state(told) is LoanState.ACCEPTED
    for again in (ACCEPT, DECLINE):
        assert told.when(again, by="portfolio_manager@health").refused(AlreadyDecided, "S4-15").remedy
    told = offered().when(DECLINE, by="portfolio_manager@health").then(LoanDeclined(reason="No money"))
    assert state(told) is LoanState.DECLINED
    told.when(ReturnTeam(loan="l")).refused(Refused, "S4-15")
    Scenario(decisions).when(ACCEPT, by="portfolio_manager@health").refused(NotFound)
    early = AcceptLoan(loan="l", at=datetime(2025, 2, 1, tzinfo=UTC))
    offered().when(early, by="portfolio_manager@health").refused(NotAllowed)
    assert offered().when(early, by="importer").refused(Refused, "S4-15").field == "at"


def test_a_loan_that_was_said_before_an_answer_could_be_asked_for_counts_as_accepted() -> None:
    before = TeamLent(team="t", lender="env", borrower="health", staffing=Staffing.STAFF, agreement="Letter")
    told = team().given("loan:l", before, at="2025-03-01")
    assert state(told) is LoanState.ACCEPTED
    told.when(DECLINE, by="portfolio_manager@health").refused(AlreadyDecided, "S4-15")
    row = {"loan": "l", "team": "t", "lender": "env", "borrower": "health", "staffing": "staff", "agreement": "Another letter"}
    told.when(LendTeam.model_validate(row), revising=True, row=("loan:l@1",))
    assert state(told) is LoanState.ACCEPTED, "a changed row of an old import asks for no answer either"


@pytest.mark.requirement("S4-15")
def test_seats_are_those_of_people_on_the_team_each_in_one_place_at_a_time() -> None:
    told = team()
    told.when(LendSeats(**SEATS), by="portfolio_manager@health").refused(NotAllowed)
    told.when(LendSeats(**SEATS), by="portfolio_manager@env")
    told.then(SeatsLent(team="t", people=("ada",), borrower="health", staffing=Staffing.STAFF, agreement="Letter", lender="env"))
    for wrong, field in (
        ({"people": ["ada"]}, "people"),
        ({"people": ["nobody"]}, "people"),
        ({"people": ["ed", "ed"]}, "people"),
        ({"borrower": "env"}, "borrower"),
        ({"until": "2020-01-01"}, "until"),
    ):
        assert told.when(LendSeats(**{**SEATS, "loan": "other", "people": ["ed"], **wrong})).refused(Invalid).field == field
    told.when(LendSeats(**{**SEATS, "loan": "other", "people": ["ed"]}))
    assert told.error is None
    gone = team().given("team:t", MemberLeft(person="ada"), at="2025-02-01")
    gone.when(LendSeats(**SEATS)).refused(Invalid)
    offered().when(LendSeats(**SEATS)).refused(Invalid)


@pytest.mark.requirement("S4-15")
def test_what_came_of_a_loan_is_a_release_that_went_out_meanwhile() -> None:
    told, say = offered(), RecordDelivery(loan="l", release="r")
    told.when(say, by="portfolio_manager@env").refused(Refused, "S4-15")
    told.given("loan:l", LoanAccepted(), at="2025-03-02")
    assert told.when(say, by="portfolio_manager@env").refused(Invalid).field == "release"
    told.given("release:r", ReleaseProposed(product="beds", stage=ReleaseStage.BETA, title="Beds"), at="2025-03-05")
    told.given("release:old", ReleaseProposed(product="beds", stage=ReleaseStage.BETA, title="Old"), ReleasePublished(), at="2025-01-05")
    told.given("release:taxes", ReleaseProposed(product="taxes", stage=ReleaseStage.BETA, title="Taxes"), ReleasePublished(), at="2025-03-06")
    assert "published" in told.when(say, by="portfolio_manager@env").refused(Refused, "S4-15").detail
    told.given("release:r", ReleasePublished(), at="2025-03-22")
    told.when(RecordDelivery(loan="l", release="old")).refused(Refused, "S4-15")
    told.when(RecordDelivery(loan="l", release="taxes")).refused(Invalid)
    assert first_delivery(told.facts(), "l") is None
    told.when(say, by="portfolio_manager@env").then(DeliveryRecorded(release="r"))
    told.when(say, by="portfolio_manager@env").refused(AlreadyDecided, "S4-15")
    assert first_delivery(told.facts(), "l") == FirstDelivery("release:r", date(2025, 3, 22), 21)
