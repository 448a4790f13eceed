"""What was retracted is said again, by whoever may say it, and a first baseline that was taken back stays in sight."""

from __future__ import annotations

from datetime import date

import pytest

from libs.calendar.local_time import start_of
from libs.commands.catalog.backlog.backlog import OpenBacklog
from libs.commands.catalog.backlog.item import AddItem
from libs.commands.catalog.portfolio.graduation import EnterSustain
from libs.commands.catalog.portfolio.investment import DecideInvestment, ProposeInvestment
from libs.commands.catalog.portfolio.team import FormTeam, LeaveTeam
from libs.commands.command import Override
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed
from libs.commands.testing import Scenario, money
from libs.events.catalog.backlog.backlog import BacklogOpened, BacklogReordered
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered
from libs.events.catalog.portfolio.graduation import SustainEntered
from libs.events.catalog.portfolio.investment import InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.team import CoreRoleUncovered, MemberJoined, MemberLeft, Staffing, TeamFormed, TeamRole
from libs.events.event import Overridden, Retracted
from libs.rules.explanations import FIGURES
from libs.rules.money.figures import of_investment
from services.backlog.domain import decisions as of_backlog
from services.portfolio.domain import decisions

FORMED = TeamFormed(name="Parks", home="env")
JOINED = MemberJoined(person="ana", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF)
APPROVED = InvestmentDecided(approved=True, reason="Worth it")


def proposed(amount: str) -> InvestmentProposed:
    return InvestmentProposed(product="biohub", enhance=money(amount), support=money("300"), value="Half the waiting")


def test_a_team_whose_forming_was_retracted_is_formed_again_by_its_portfolio_manager() -> None:
    scenario = Scenario(decisions).given("team:parks", FORMED, JOINED)
    again = FormTeam(team="parks", name="Parks", home="env")
    scenario.when(again, by="portfolio_manager@env").refused(AlreadyExists)
    scenario.given("team:parks", Retracted(event="team:parks@1", reason="Wrong name"))
    scenario.when(again, by="portfolio_manager@citz").refused(NotAllowed)
    scenario.when(again, by="portfolio_manager@env").then(FORMED)


@pytest.mark.requirement("S0-18")
def test_an_item_and_a_backlog_that_were_retracted_are_said_again() -> None:
    scenario = Scenario(of_backlog).given("backlog:p", BacklogOpened(), BacklogReordered(item="b", position=1, reason="Asked for"))
    scenario.given("item:b", ItemAdded(product="p", title="Pay"), ItemDelivered())
    scenario.given("backlog:p", Retracted(event="backlog:p@1", reason="Wrong")).when(OpenBacklog(product="p")).then(BacklogOpened())
    scenario.given("item:b", Retracted(event="item:b@1", reason="Wrong")).when(AddItem(item="b", product="p", title="Print"))
    scenario.then(ItemAdded(product="p", title="Print"))


@pytest.mark.requirement("S0-14")
def test_nothing_is_decided_before_it_was_proposed() -> None:
    scenario = Scenario(decisions).given("investment:i", proposed("900"), at="2024-02-01")
    early = DecideInvestment(investment="i", approved=True, reason="Worth it", at=start_of(scenario.facts("2024-01-31").day))
    assert scenario.when(early).refused(Invalid).field == "at"


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize("taken_back", [1, 2])
def test_a_first_baseline_that_is_taken_back_is_struck_through_and_not_removed(taken_back: int) -> None:
    scenario = Scenario(decisions).given("investment:i", proposed("900"), at="2024-01-01").given("investment:i", APPROVED, at="2024-02-01")
    assert of_investment(scenario.facts(), "i").warnings == ()
    known_before = scenario.now
    scenario.now = scenario.now.replace(hour=10)
    scenario.given("investment:i", Retracted(event=f"investment:i@{taken_back}", reason="Wrong sum"))
    if taken_back == 1:
        scenario.when(ProposeInvestment(investment="i", product="biohub", enhance=money("500"), support=money("300")))
    else:
        scenario.when(DecideInvestment(investment="i", approved=False, reason="Not now"))
    assert scenario.error is None
    (struck,) = of_investment(scenario.facts(), "i").warnings
    assert struck.rule == "S0-14" and "1200.00 CAD" in struck.message and "Wrong sum" in struck.message
    assert of_investment(scenario.facts(known_at=known_before), "i").warnings == ()
    rests = FIGURES["portfolio"]["investment.warnings"].events(scenario.facts(), None)
    assert {f"investment:i@{taken_back}", "investment:i@3"} <= {event.id for event in rests}


@pytest.mark.requirement("S0-14")
def test_an_approval_that_is_said_again_for_the_same_amounts_strikes_nothing() -> None:
    scenario = Scenario(decisions).given("investment:i", proposed("900"), APPROVED)
    scenario.given("investment:i", Retracted(event="investment:i@2", reason="Wrong day"))
    scenario.when(DecideInvestment(investment="i", approved=True, reason="Worth it")).then(APPROVED)
    assert of_investment(scenario.facts(), "i").warnings == ()


@pytest.mark.requirement("S4-02")
def test_a_changed_row_takes_back_what_it_said_and_not_the_rule_that_was_lifted_for_it() -> None:
    lifted = Override(rule="S4-02", reason="Agreed")
    scenario = Scenario(decisions).given("team:parks", FORMED, at="2024-01-01").when(EnterSustain(team="parks", override=lifted))
    said = tuple(event.id for event in scenario.said)
    earlier = EnterSustain(team="parks", at=start_of(date(2024, 9, 1)), override=lifted)
    scenario.when(earlier, revising=True, row=said)
    assert [type(event.data) for event in scenario.said] == [Overridden, Retracted, SustainEntered]
    assert isinstance(scenario.said[1].data, Retracted) and scenario.said[1].data.event == said[1]


@pytest.mark.requirement("S0-10")
def test_a_leaving_that_moves_to_another_day_takes_its_announcement_with_it() -> None:
    scenario = Scenario(decisions).given("team:parks", FORMED, JOINED, at="2024-01-01")
    scenario.when(LeaveTeam(team="parks", person="ana", at=start_of(date(2024, 8, 1))))
    scenario.when(LeaveTeam(team="parks", person="ana", at=start_of(date(2024, 9, 1))), revising=True, row=("team:parks@3", "team:parks@4"))
    assert [type(event.data) for event in scenario.said] == [Retracted, Retracted, MemberLeft, CoreRoleUncovered]
