"""What ends: a team that is dissolved, an investment that is withdrawn or closed, from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    ForecastRecorded,
    InvestmentClosed,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentState,
    InvestmentWithdrawn,
)
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.team import TEAM, MemberJoined, Staffing, TeamDissolved, TeamFormed, TeamRole
from libs.rules.duties import DutyKind, duties_of
from libs.rules.money.figures import sums
from libs.rules.roles import Role
from libs.rules.tasks import awaiting
from services.portfolio.domain import decisions
from tests.commands.asking import command


def asked(name: str, **fields: Any) -> Command:
    return COMMANDS[f"portfolio.{name}"].model_validate({"reason": "It is over", **fields})


def told() -> Scenario:
    """A team of one, formed on New Year's Day of 2024, and an investment in it that was proposed in February."""
    s = Scenario(decisions).given("team:t", TeamFormed(name="Rivers", home="env", products=("permits",)), at="2024-01-01")
    s.given("team:t", MemberJoined(person="ana", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF), at="2024-01-02")
    return s.given("investment:i", InvestmentProposed(team="t", amount=money("100.00")), at="2024-02-01")


def approved() -> Scenario:
    s = told().given("investment:i", InvestmentDecided(approved=True, reason="Worth it"), at="2024-03-01", by="steering_group@env")
    spent = ActualRecorded(amount=money("40.00"), covers_from=date(2024, 4, 1), covers_until=date(2024, 4, 30))
    return s.given("investment:i", spent, ForecastRecorded(amount=money("120.00")), at="2024-05-01")


@pytest.mark.requirement("S0-09")
def test_from_the_day_on_which_a_team_is_dissolved_nobody_is_on_it_and_nothing_more_is_said_of_it() -> None:
    s = told().when(asked("dissolve_team", team="t", at="2024-06-01"), by="portfolio_manager@env").then(TeamDissolved(reason="It is over"))
    then, now = (s.facts(day).get(TEAM, "t") for day in ("2024-05-31", "2024-06-01"))
    assert then is not None and now is not None and (len(then.present), len(now.present), now.products) == (1, 0, ("permits",))
    assert then.dissolved is None and now.dissolved is not None
    for name in ("join_team", "serve_product", "record_health", "record_exposure", "prepare_handoff", "lend_team"):
        example = command(f"portfolio.{name}")
        assert s.when(example).refused(Invalid).field == "team", name
    more = {
        "rename": {"subject": "team:t"},
        "move": {"subject": "team:t"},
        "rate_confidence": {"subject": "team:t"},
        "record_opportunity": {"organisation": "env"},
    }
    s.given("organisation:env", OrganisationRegistered(name="Environment"), at="2023-01-01")
    for name, fields in more.items():
        example = command(f"portfolio.{name}", **fields)
        refused = s.when(example).refused(Invalid)
        assert refused.detail == "t was dissolved on 2024-06-01" and refused.remedy, name
    s.when(asked("dissolve_team", team="t")).refused(AlreadyExists)
    assert [s.facts(day).derive(duties_of, DutyKind.HEALTH_CHECK, "t") != () for day in ("2024-08-01", "2024-05-31")] == [False, True]


def test_a_team_is_dissolved_by_its_own_portfolio_manager_and_not_before_it_was_formed() -> None:
    for role in ("portfolio_manager@parks", "lab_ops", "team@t", "executive@env"):
        told().when(asked("dissolve_team", team="t"), by=role).refused(NotAllowed)
    assert told().when(asked("dissolve_team", team="t", at="2023-12-31")).refused(Invalid).field == "at"
    told().when(asked("dissolve_team", team="nobody")).refused(NotFound)


@pytest.mark.requirement("S0-14")
def test_what_is_withdrawn_waits_for_no_decision_and_gets_none() -> None:
    s = told().when(asked("withdraw_investment", investment="i", at="2024-03-01"), by="portfolio_manager@env").then(InvestmentWithdrawn(reason="It is over"))
    states = [one.state for day in ("2024-02-29", "2024-03-01") if (one := s.facts(day).get(INVESTMENT, "i"))]
    assert states == [InvestmentState.PROPOSED, InvestmentState.WITHDRAWN]
    group = frozenset({Role.parse("steering_group@env")})
    assert [len(awaiting(s.facts(day), group)) for day in ("2024-02-29", "2024-03-01")] == [1, 0]
    s.when(asked("decide_investment", investment="i", approved=True)).refused(Invalid)
    s.when(COMMANDS["portfolio.record_forecast"].model_validate({"investment": "i", "amount": {"amount": "1", "currency": "CAD"}})).refused(Invalid)
    s.when(asked("withdraw_investment", investment="i")).refused(AlreadyExists)
    assert told().when(asked("withdraw_investment", investment="i", at="2024-01-01")).refused(Invalid).field == "at"
    approved().when(asked("withdraw_investment", investment="i")).refused(AlreadyDecided, "S0-14")


@pytest.mark.requirement("S4-09")
def test_what_is_closed_costs_what_was_spent_from_that_day_on() -> None:
    s = approved().when(asked("close_investment", investment="i", at="2024-06-01"), by="portfolio_manager@env").then(InvestmentClosed(reason="It is over"))
    states = [one.state for day in ("2024-05-31", "2024-06-01") if (one := s.facts(day).get(INVESTMENT, "i"))]
    assert states == [InvestmentState.APPROVED, InvestmentState.CLOSED]
    assert [str(s.facts(day).derive(sums, "i").forecast) for day in ("2024-05-31", "2024-06-01")] == ["Sum(120.00 CAD)", "Sum(40.00 CAD)"]
    spent = {"amount": {"amount": "5.00", "currency": "CAD"}, "covers_from": "2024-05-01"}
    actual = COMMANDS["portfolio.record_actual"]
    assert s.when(actual.model_validate({"investment": "i", **spent, "covers_until": "2024-06-02"})).refused(Invalid).field == "covers_until"
    for again in (
        asked("decide_investment", investment="i", approved=False),
        asked("rebaseline_investment", investment="i", amount=spent["amount"], approver="x"),
    ):
        assert s.when(again).refused(Invalid).field == "investment"
    s.when(actual.model_validate({"investment": "i", **spent, "covers_until": "2024-05-31"}))
    assert str(s.facts().derive(sums, "i").forecast) == "Sum(45.00 CAD)", "a late invoice"
    s.when(asked("close_investment", investment="i")).refused(AlreadyExists)


def test_only_what_was_approved_is_closed_and_not_before_its_last_spending() -> None:
    assert told().when(asked("close_investment", investment="i")).refused(Invalid).field == "investment"
    assert approved().when(asked("close_investment", investment="i", at="2024-04-15")).refused(Invalid).field == "at"
    for role in ("portfolio_manager@parks", "steering_group@env"):
        approved().when(asked("close_investment", investment="i"), by=role).refused(NotAllowed)
