"""Corrections: what was wrong is taken back, and what is right said at the same time, in one commit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.catalog.portfolio.reorganisation import Rename
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.retraction import CorrectInPortfolio, RetractInPortfolio
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, FixedScopeFlagged, Funding, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.reorganisation import Renamed
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.catalog.portfolio.webhook import WebhookSubscribed
from libs.events.event import Retracted
from services.portfolio.domain import decisions

ASKED = InvestmentProposed(team="t", amount=money("100.00"), funding=Funding.ONGOING_PRODUCT)


def told() -> Scenario:
    """A team with an approved investment of 100 CAD, of which ten were spent."""
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Env"), at="2023-01-01")
    s.given("team:t", TeamFormed(name="Rivers", home="env"), at="2024-01-01").given("investment:i", ASKED, at="2024-02-01")
    s.given("investment:i", InvestmentDecided(approved=True, reason="Worth it", judges="investment:i@1"), at="2024-03-01", by="steering_group@env")
    when = date(2024, 4, 1)
    return s.given("investment:i", ActualRecorded(amount=money("10.00"), covers_from=when, covers_until=when), at="2024-04-02", by="portfolio_manager@env")


def correct(event: str, data: dict[str, Any], **more: Any) -> CorrectInPortfolio:
    return CorrectInPortfolio.model_validate({"event": event, "data": data, "reason": "A slip", **more})


def test_an_amount_is_corrected_on_its_own_day_and_the_rest_of_what_was_said_stays() -> None:
    s = told().when(correct("investment:i@3", {"amount": {"amount": "12.00", "currency": "CAD"}}), by="portfolio_manager@env")
    when = date(2024, 4, 1)
    s.then(Retracted(event="investment:i@3", reason="A slip"), ActualRecorded(amount=money("12.00"), covers_from=when, covers_until=when))
    assert [event.time.date().isoformat() for event in s.said][1:] == ["2024-04-02"]
    spent = [[str(one.amount) for one in state.actuals] for day in ("2024-04-01", "2024-04-02") if (state := s.facts(day).get(INVESTMENT, "i"))]
    assert spent == [[], ["12.00 CAD"]]
    before = s.facts("2024-04-02", s.now - timedelta(days=1)).get(INVESTMENT, "i")
    assert before is not None and str(before.actuals[0].amount) == "10.00 CAD", "as it was known before"


def test_what_is_there_already_is_corrected_by_what_brought_it_into_being() -> None:
    s = told().when(Rename.model_validate({"subject": "team:t", "name": "Lakes", "at": "2025-01-01"})).when(correct("team:t@1", {"name": "Rivers and lakes"}))
    s.then(Retracted(event="team:t@1", reason="A slip"), TeamFormed(name="Rivers and lakes", home="env"))
    names = [state.name for day in ("2024-12-31", "2025-01-01") if (state := s.facts(day).get(TEAM, "t"))]
    assert names == ["Rivers and lakes", "Lakes"], "what was said since stays"
    s.when(correct("team:t@2", {"name": "Streams"})).then(Retracted(event="team:t@2", reason="A slip"), Renamed(name="Streams"))


@pytest.mark.requirement("S0-14")
def test_what_was_judged_counts_no_more_once_what_it_judged_is_another() -> None:
    s = told().when(correct("investment:i@1", {"amount": {"amount": "90.00", "currency": "CAD"}}))
    found = s.facts().get(INVESTMENT, "i")
    assert found is not None and not found.approved and str(found.amount) == "90.00 CAD"
    s = told().when(correct("investment:i@2", {"reason": "It pays"}), by="steering_group@env")
    s.then(Retracted(event="investment:i@2", reason="A slip"), InvestmentDecided(approved=True, reason="It pays", judges="investment:i@1"))


def test_what_was_announced_with_it_goes_and_comes_with_it() -> None:
    flagged = InvestmentProposed(team="t", amount=money("1.00"), funding=Funding.ONE_OFF_PROJECT, ends=date(2025, 6, 30))
    s = told().given("investment:j", flagged, FixedScopeFlagged(ends=date(2025, 6, 30)), at="2024-02-01")
    s.when(correct("investment:j@1", {"ends": "2025-07-31"}))
    assert [type(event.data) for event in s.said] == [Retracted, Retracted, InvestmentProposed, FixedScopeFlagged]


def test_who_may_say_it_may_correct_it_and_nobody_else() -> None:
    asked = correct("investment:i@3", {"covers_until": "2024-04-02"})
    for role in ("portfolio_manager@parks", "steering_group@env", "executive@env", "lab_ops", "team@t"):
        told().when(asked, by=role).refused(NotAllowed)
    told().when(correct("team:t@1", {"home": "parks"}), by="portfolio_manager@env").refused(NotAllowed)


@pytest.mark.parametrize(
    ("event", "data", "error", "field"),
    [
        ("investment:i@9", {"amount": {"amount": "1", "currency": "CAD"}}, NotFound, "event"),
        ("investment:i@3", {}, Invalid, "data"),
        ("investment:i@3", {"at": "2024-05-01"}, Invalid, "data"),
        ("investment:i@3", {"investment": "other"}, Invalid, "data"),
        ("investment:i@3", {"amuont": 1}, Invalid, "data.amuont"),
        ("investment:i@3", {"amount": {"amount": "1.001", "currency": "CAD"}}, Invalid, "data.amount.amount"),
        ("investment:i@3", {"covers_until": "2024-03-01"}, Invalid, "covers_until"),
        ("webhook:w@1", {"types": []}, Invalid, "event"),
    ],
)
def test_a_correction_says_which_fields_were_wrong_and_what_is_right(event: str, data: dict[str, Any], error: type[Invalid], field: str) -> None:
    s = told().given("webhook:w", WebhookSubscribed(origin="https://hooks.example.org", secret=True))
    assert s.when(correct(event, data)).refused(error).field == field
    assert s.said == ()


def test_what_is_out_is_corrected_no_more_and_what_was_right_stays() -> None:
    s = told().when(RetractInPortfolio(event="investment:i@3", reason="Twice"))
    s.when(correct("investment:i@3", {"covers_until": "2024-04-02"})).refused(AlreadyExists)
    s.when(correct("investment:i@4", {"reason": "Thrice"})).refused(Invalid)
    told().when(correct("investment:i@3", {"covers_until": "2024-04-01"})).then()
    assert told().when(correct("investment:i@3", {"covers_until": "2024-04-01"}, at="2024-05-01")).refused(Invalid).field == "at"
