"""Agreements between organisations, and precedents that others can go by."""

from __future__ import annotations

from datetime import date

import pytest

from libs.commands.catalog.portfolio.agreements.agreement import RecordAgreement
from libs.commands.catalog.portfolio.agreements.precedent import PublishPrecedent
from libs.commands.errors import Invalid, NotAllowed, NotFound
from libs.commands.retraction import CorrectInPortfolio
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.agreements.agreement import AgreementRecorded
from libs.events.catalog.portfolio.agreements.precedent import PrecedentPublished
from libs.events.catalog.portfolio.loan import LOAN, DeliveryRecorded, LoanState, TeamLent
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseStage
from services.portfolio.domain import decisions
from tests.given import Read, given, say

RIGHT = {"event": "loan:l@1", "data": {"agreement": "Another letter"}, "reason": "Wrong letter"}
LENT = TeamLent(team="t", lender="env", borrower="health", staffing=Staffing.STAFF, agreement="A team of contractors for the health ministry, three months")


def told() -> Read:
    case = PrecedentPublished(title="Contractors for the health ministry", text="A team was lent within a week", loan="l")
    return given(
        say("team:t", TeamFormed(name="Parks", home="env", products=())),
        say("loan:l", LENT, DeliveryRecorded(release="r"), at="2024-02-01"),
        say("release:r", ReleaseProposed(product="beds", stage=ReleaseStage.BETA, title="Beds"), ReleasePublished(), at="2024-02-22"),
        say("precedent:p", case, at="2024-03-01"),
        say("precedent:far", PrecedentPublished(title="Furniture bought together", text="One tender for four offices"), at="2024-03-01"),
    )


@pytest.mark.requirement("S4-16")
def test_a_party_or_the_lab_puts_an_agreement_on_record() -> None:
    fields = {"agreement": "a", "parties": ["env", "health"], "text": "Three months"}
    world = Scenario(decisions)
    world.when(RecordAgreement.model_validate(fields), by="portfolio_manager@roads").refused(NotAllowed)
    world.when(RecordAgreement.model_validate(fields), by="portfolio_manager@health").then(AgreementRecorded(parties=("env", "health"), text="Three months"))
    alone = RecordAgreement.model_validate({**fields, "agreement": "b", "parties": ["env", "env"]})
    assert world.when(alone, by="lab_ops").refused(Invalid).field == "parties"
    early = RecordAgreement.model_validate({**fields, "agreement": "b", "signed_on": date(2030, 1, 1)})
    assert world.when(early, by="lab_ops").refused(Invalid).field == "signed_on"


@pytest.mark.requirement("S4-16")
def test_a_precedent_is_found_by_what_it_is_like_with_the_days_to_its_first_release() -> None:
    read = told().on("2024-06-01")
    read.shows("loan:l", "precedentsAlike.id", ["precedent:p"])
    read.shows("precedent:p", "daysToFirstRelease", 21)
    read.shows("loan:l", "firstDelivery.days", 21)
    read.says("/precedents/p", "Contractors for the health ministry", "21")


def test_the_lab_publishes_precedents_of_what_is_there() -> None:
    fields = {"precedent": "p", "title": "Lent in a week", "text": "One letter"}
    world = Scenario(decisions)
    world.when(PublishPrecedent.model_validate(fields), by="portfolio_manager@env").refused(NotAllowed)
    assert world.when(PublishPrecedent.model_validate({**fields, "loan": "none"}), by="lab_ops").refused(NotFound).field == "loan"
    world.when(PublishPrecedent.model_validate(fields), by="lab_ops").then(PrecedentPublished(title="Lent in a week", text="One letter"))


def test_a_loan_that_asked_for_no_answer_asks_for_none_when_it_is_corrected() -> None:
    world = Scenario(decisions).given("team:t", TeamFormed(name="Parks", home="env"), at="2025-01-01").given("loan:l", LENT, at="2025-03-01")
    world.when(CorrectInPortfolio.model_validate(RIGHT), by="portfolio_manager@env")
    assert world.error is None
    loan = world.facts().get(LOAN, "l")
    assert loan is not None and (loan.agreement, loan.state) == ("Another letter", LoanState.ACCEPTED)
