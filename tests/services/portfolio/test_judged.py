"""Decisions on money, outcomes of bids and the words on a team's way count for what was decided on alone, and can be given again for what is new."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.commands.catalog.portfolio.bid import RecordBidOutcome, SubmitBid
from libs.commands.catalog.portfolio.graduation import AcceptHandoff, Attest, PrepareHandoff
from libs.commands.catalog.portfolio.investment import DecideInvestment, ProposeInvestment, RebaselineInvestment
from libs.commands.catalog.portfolio.team import FormTeam
from libs.commands.command import Command, Override
from libs.commands.errors import AlreadyDecided, Refused
from libs.commands.retraction import RetractInPortfolio
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.bid import BID
from libs.events.catalog.portfolio.graduation import GRADUATION, HandoffState, HomeFunction
from libs.events.catalog.portfolio.investment import INVESTMENT, Investment, InvestmentDecided, InvestmentProposed, InvestmentRebaselined
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.event import Overridden, Retracted
from libs.rules.explanations import FIGURES
from libs.rules.graduation.criteria import handed_off, meets_expectations
from libs.rules.judgements import judgements
from libs.rules.money.figures import of_investment
from libs.rules.tasks.governance import investments
from services.portfolio.domain import decisions
from tests.services.portfolio.test_investments import cad


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate({"investment": "swap", **fields})


def propose(amount: str, **fields: object) -> Command:
    return command(ProposeInvestment, **{"product": "permits", "amount": cad(amount), "value": "Fewer visits", "at": "2024-01-01"} | fields)


APPROVE = command(DecideInvestment, approved=True, reason="Worth it")
BID_FOR = {"bid": "b", "body": "Treasury Board"}


def later(scenario: Scenario) -> Scenario:
    """The next thing is said an hour later."""
    scenario.now += timedelta(hours=1)
    return scenario


def approved(amount: str = "1000") -> Scenario:
    scenario = Scenario(decisions).when(propose(amount))
    return later(later(scenario).when(APPROVE))


def swapped(amount: str = "9000000") -> Scenario:
    """Approved at 1,000, taken back, and proposed at another amount from the same day on."""
    scenario = approved().when(RetractInPortfolio(event="investment:swap@1", reason="Wrong sum"))
    return later(later(scenario).when(propose(amount)))


def seen(scenario: Scenario, day: str | None = None, **known: object) -> Investment:
    found = scenario.facts(day, **known).get(INVESTMENT, "swap")  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize("amount", ["9000000", "1000", "1"])
def test_an_approval_does_not_pass_to_what_is_proposed_in_its_place(amount: str) -> None:
    before = approved().now - timedelta(minutes=1)
    scenario = swapped(amount)
    found = seen(scenario)
    assert (found.approved, found.decision, found.baselines, found.asked and str(found.asked.total.amount)) == (False, None, (), amount)
    for day in ("2024-01-01", "2025-06-01"):
        assert not seen(scenario, day).approved
    assert seen(scenario, known_at=before).approved and str(seen(scenario, known_at=before).baselines[0].amount) == "1000.00 CAD"
    error = scenario.when(command(SubmitBid, **BID_FOR, amount=cad(amount)), by="portfolio_manager@*").refused(Refused, "S0-14")
    assert "investment:swap@1" in error.detail
    assert [one.subject_id for one in investments(scenario.facts())] == ["swap"], "it waits for the steering group again"
    assert not of_investment(scenario.facts(), "swap").committed


@pytest.mark.requirement("S0-14")
def test_what_was_decided_stays_in_the_history_with_what_it_was_for_and_the_group_decides_again() -> None:
    scenario = swapped()
    (lapsed,) = judgements(scenario.facts(), INVESTMENT, "swap")
    assert (lapsed.event.id, lapsed.judges, lapsed.counts) == ("investment:swap@2", "investment:swap@1", False)
    (warning,) = of_investment(scenario.facts(), "swap").warnings
    assert warning.rule == "S0-14" and "1000.00 CAD" in warning.message and "Wrong sum" in warning.message
    scenario.when(APPROVE, by="steering_group@*").then(InvestmentDecided(approved=True, reason="Worth it"))
    assert isinstance(scenario.said[0].data, InvestmentDecided) and scenario.said[0].data.judges == "investment:swap@4"
    assert str(seen(scenario).baselines[0].amount) == "9000000.00 CAD"
    later(scenario).when(APPROVE, by="steering_group@*").refused(AlreadyDecided, "S0-14")
    bid = command(SubmitBid, **BID_FOR, amount=cad("9000000"))
    assert scenario.when(bid, by="portfolio_manager@*").said[0].data.decision == "investment:swap@5"  # type: ignore[attr-defined]


@pytest.mark.requirement("S0-14")
def test_a_re_baseline_of_what_was_taken_back_is_none_of_what_is_approved_now() -> None:
    scenario = approved().when(command(RebaselineInvestment, amount=cad("5000"), approver="sg", reason="More"))
    later(scenario).when(RetractInPortfolio(event="investment:swap@1", reason="Wrong sum"))
    later(scenario).when(propose("700")).when(APPROVE)
    assert [str(baseline.amount) for baseline in seen(scenario).baselines] == ["700.00 CAD"]


@pytest.mark.requirement("S0-14")
@pytest.mark.requirement("S0-15")
@pytest.mark.parametrize(("to", "bid"), [("5000", "5000"), ("5000", "1000"), ("700", "1000"), ("700", "700")])
def test_a_bid_after_a_re_baseline_waits_for_the_decision_on_that(to: str, bid: str) -> None:
    scenario = approved().when(command(RebaselineInvestment, amount=cad(to), approver="sg", reason="Prices"))
    asked = command(SubmitBid, **BID_FOR, amount=cad(bid))
    error = later(scenario).when(asked, by="portfolio_manager@*").refused(Refused, "S0-14")
    assert "re-baselined" in error.detail and "decide_investment" in (error.remedy or "")
    scenario.when(APPROVE, by="steering_group@*").then(InvestmentDecided(approved=True, reason="Worth it"))
    assert scenario.said[0].data.judges == "investment:swap@3"  # type: ignore[attr-defined]
    later(scenario).when(APPROVE, by="steering_group@*").refused(AlreadyDecided, "S0-14")
    assert [str(baseline.amount) for baseline in seen(scenario).baselines] == ["1000.00 CAD", f"{to}.00 CAD"], "the first baseline is never lost"
    if int(bid) <= int(to):
        assert scenario.when(asked, by="portfolio_manager@*").said[0].data.decision == "investment:swap@4"  # type: ignore[attr-defined]
    else:
        scenario.when(asked, by="portfolio_manager@*").refused(Refused, "S0-14")


@pytest.mark.requirement("S0-14")
def test_a_re_baseline_to_what_was_approved_lets_a_bid_be() -> None:
    scenario = approved().when(command(RebaselineInvestment, amount=cad("5000"), approver="sg", reason="More"))
    later(scenario).when(command(RebaselineInvestment, amount=cad("1000.00"), approver="sg", reason="As it was"))
    assert later(scenario).when(command(SubmitBid, **BID_FOR, amount=cad("1000"))).said


@pytest.mark.requirement("S0-14")
def test_a_bid_for_more_than_was_approved_is_refused_and_may_be_lifted() -> None:
    asked = {**BID_FOR, "amount": cad("1000.01")}
    error = approved().when(command(SubmitBid, **asked), by="portfolio_manager@*").refused(Refused, "S0-14")
    assert "1000.01 CAD" in error.detail and "1000.00 CAD" in error.detail and error.field == "amount"
    lifted = command(SubmitBid, **asked, override=Override(rule="S0-14", reason="Agreed"))
    assert isinstance(approved().when(lifted).said[0].data, Overridden)


@pytest.mark.requirement("S0-15")
def test_a_bid_whose_approval_is_gone_is_warned_of() -> None:
    scenario = approved().when(command(SubmitBid, **BID_FOR, amount=cad("1000")))
    assert of_investment(scenario.facts(), "swap").warnings == ()
    later(scenario).when(RetractInPortfolio(event="investment:swap@1", reason="Wrong sum"))
    later(scenario).when(propose("9000000"))
    assert "S0-15" in {warning.rule for warning in of_investment(scenario.facts(), "swap").warnings}
    later(scenario).when(RecordBidOutcome(bid="b", won=False, reason="No money"))
    assert "S0-15" not in {warning.rule for warning in of_investment(scenario.facts(), "swap").warnings}


@pytest.mark.requirement("S0-15")
def test_an_outcome_is_of_the_bid_that_was_submitted() -> None:
    scenario = approved().when(command(SubmitBid, **BID_FOR, amount=cad("1000"))).when(RecordBidOutcome(bid="b", won=True, reason="Granted"))
    scenario.when(RecordBidOutcome(bid="b", won=True, reason="Again")).refused(AlreadyDecided, "S0-15")
    later(scenario).when(RetractInPortfolio(event="bid:b@1", reason="Wrong sum"))
    later(scenario).when(command(SubmitBid, **BID_FOR, amount=cad("900")))
    bid = scenario.facts().get(BID, "b")
    assert bid and (bid.won, bid.outcome) == (None, None)
    later(scenario).when(RecordBidOutcome(bid="b", won=False, reason="Too late"))
    bid = scenario.facts().get(BID, "b")
    assert bid and bid.won is False and len(judgements(scenario.facts(), BID, "b")) == 2


@pytest.mark.requirement("S0-14")
def test_a_changed_row_on_other_terms_asks_anew_and_one_with_other_words_does_not() -> None:
    words = approved().when(propose("1000", value="Half the waiting"), revising=True)
    assert seen(words).approved and seen(words).value == "Half the waiting"
    money = approved().when(propose("5000"), revising=True)
    assert seen(money).approved and isinstance(money.said[0].data, InvestmentRebaselined), "other amounts of an import are a re-baseline, as ever"
    money.when(command(SubmitBid, **BID_FOR, amount=cad("5000"))).refused(Refused, "S0-14")
    other = approved().when(command(ProposeInvestment, product="fines", amount=cad("5000"), at="2024-01-01"), revising=True)
    assert [type(event.data) for event in other.said] == [InvestmentProposed] and not seen(other).approved
    (warning,) = of_investment(other.facts(), "swap").warnings
    assert warning.rule == "S0-14" and "investment:swap@3" in warning.message
    figure = FIGURES["portfolio"]["investment.warnings"]
    assert {"investment:swap@2", "investment:swap@3"} <= {event.id for event in figure.events(other.facts(), None)}
    later(other).when(APPROVE).then(InvestmentDecided(approved=True, reason="Worth it"))


@pytest.mark.requirement("S0-14")
def test_a_row_of_a_proposal_that_is_edited_back_says_what_it_said_first() -> None:
    scenario = Scenario(decisions).when(propose("1000"))
    later(scenario).when(propose("5000"), revising=True, row=("investment:swap@1",))
    later(scenario).when(propose("1000"), revising=True, row=("investment:swap@2",))
    asked = seen(scenario).asked
    assert asked and str(asked.total) == "1000.00 CAD"
    later(scenario).when(propose("1000"), revising=True, row=("investment:swap@3",)).then()


@pytest.mark.requirement("S0-14")
def test_the_row_of_a_decision_is_said_again_where_it_counts_no_more() -> None:
    scenario = swapped()
    again = command(DecideInvestment, approved=True, reason="Worth it", at=APPROVE.at or approved().now - timedelta(hours=1))
    scenario.when(again, revising=True, row=("investment:swap@2",))
    assert [type(event.data) for event in scenario.said] == [Retracted, InvestmentDecided] and seen(scenario).approved


@pytest.mark.requirement("R-06")
@pytest.mark.requirement("S4-17")
def test_an_acceptance_is_of_the_preparation_that_was_accepted_and_of_the_home() -> None:
    agency = HomeFunction.IT_AGENCY
    scenario = Scenario(decisions).when(FormTeam(team="t", name="Parks", home="env", products=("p",)))
    later(scenario).when(PrepareHandoff(team="t", function=agency, evidence="A plan"))
    accept = AcceptHandoff(team="t", function=agency, accepted_by="env")
    later(scenario).when(accept)
    assert scenario.said[0].data.judges == "graduation:t@1"  # type: ignore[attr-defined]
    scenario.when(accept).refused(AlreadyDecided, "S4-17")
    later(scenario).when(RetractInPortfolio(event="graduation:t@1", reason="It was another's plan"))
    later(scenario).when(PrepareHandoff(team="t", function=agency, evidence="Their own plan"))
    found = scenario.facts().get(GRADUATION, "t")
    assert found and found.handoff(agency).state is HandoffState.PREPARED
    later(scenario).when(accept)
    assert scenario.facts().derive(handed_off, "t").evidence
    later(scenario).given("team:t", Retracted(event="team:t@1", reason="Wrong home"), TeamFormed(name="Parks", home="citz", products=("p",)))
    assert not scenario.facts().derive(handed_off, "t").evidence, "another home's functions have accepted nothing"


@pytest.mark.requirement("R-04")
def test_an_attestation_is_of_the_team_as_it_was_formed() -> None:
    scenario = Scenario(decisions).when(FormTeam(team="t", name="Parks", home="env", products=("p",)))
    later(scenario).when(Attest(team="t", criterion="R-04", statement="It does"), by="executive@*")
    assert scenario.said[0].data.judges == "team:t@1"  # type: ignore[attr-defined]
    attested = [one.event for one in scenario.facts().derive(meets_expectations, "t").evidence]
    assert attested == ["graduation:t@1"]
    later(scenario).when(RetractInPortfolio(event="team:t@1", reason="Wrong product"))
    later(scenario).when(FormTeam(team="t", name="Parks", home="env", products=("q",)))
    assert not scenario.facts().derive(meets_expectations, "t").evidence
    assert scenario.facts().get(GRADUATION, "t") is not None


def test_what_rests_on_a_team_is_forgotten_with_its_forming() -> None:
    scenario = Scenario(decisions).when(FormTeam(team="t", name="Parks", home="env", products=("p",)))
    later(scenario).when(Attest(team="t", criterion="R-04", statement="It does"), by="executive@*")
    assert scenario.facts().derive(meets_expectations, "t").evidence, "kept from now on"
    scenario.given("team:t", Retracted(event="team:t@1", reason="Wrong"), TeamFormed(name="Parks", home="env", products=("q",)))
    assert not scenario.facts().derive(meets_expectations, "t").evidence


def dated(of: type[Command], at: str, **fields: object) -> Command:
    return command(of, at=at, known=at, reason="Because", **fields)


def re_baselined() -> Scenario:
    """Proposed and approved at 1,000, and re-baselined to 5,000 in June."""
    scenario = Scenario(decisions).when(propose("1000")).when(dated(DecideInvestment, "2024-02-01", approved=True))
    return scenario.when(dated(RebaselineInvestment, "2024-06-01", amount=cad("5000"), approver="sg"))


def committed(scenario: Scenario, day: str) -> list[str]:
    return [str(amount.amount) for amount in of_investment(scenario.facts(day), "swap").committed]


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize("approved", [True, False])
def test_what_was_decided_is_decided_although_a_re_baseline_after_it_is_not(approved: bool) -> None:
    scenario = re_baselined().when(dated(DecideInvestment, "2024-03-01", approved=approved))
    scenario.refused(AlreadyDecided, "S0-14")
    assert committed(scenario, "2024-04-01") == ["1000.00"]
    scenario.when(dated(DecideInvestment, "2024-07-01", approved=True)).then(InvestmentDecided(approved=True, reason="Because"))
    scenario.when(dated(DecideInvestment, "2024-07-02", approved=True)).refused(AlreadyDecided, "S0-14")


@pytest.mark.requirement("S0-14")
def test_what_was_approved_before_stands_where_a_re_baseline_is_turned_down() -> None:
    scenario = re_baselined().when(dated(DecideInvestment, "2024-07-01", approved=False))
    days = ("2024-02-15", "2024-06-15", "2024-07-01", "2024-09-01")
    assert [committed(scenario, day) for day in days] == [["1000.00"], ["5000.00"], ["1000.00"], ["1000.00"]]
    found = scenario.facts().get(INVESTMENT, "swap")
    assert found and found.approved and found.rebaselined is None and found.decision and found.decision.id == "investment:swap@2"
    scenario.when(dated(DecideInvestment, "2024-08-01", approved=True)).refused(AlreadyDecided, "S0-14")
    scenario.when(SubmitBid.model_validate(BID_FOR | {"investment": "swap", "amount": cad("5000")})).refused(Refused, "S0-14")
    scenario.when(SubmitBid.model_validate(BID_FOR | {"investment": "swap", "amount": cad("1000")}))
    assert scenario.error is None
    scenario.when(dated(RebaselineInvestment, "2024-08-01", amount=cad("5000"), approver="sg"))
    scenario.when(dated(DecideInvestment, "2024-08-02", approved=True))
    assert committed(scenario, "2024-09-01") == ["5000.00"] and committed(scenario, "2024-07-15") == ["1000.00"]
    scenario.when(RetractInPortfolio(event="investment:swap@3", reason="Wrong"))
    assert [committed(scenario, day) for day in days] == [["1000.00"], ["1000.00"], ["1000.00"], ["5000.00"]]


@pytest.mark.requirement("S0-14")
def test_a_re_baseline_before_one_that_is_turned_down_can_be_decided_on_again() -> None:
    scenario = re_baselined().when(dated(RebaselineInvestment, "2024-07-01", amount=cad("7000"), approver="sg"))
    scenario.when(dated(DecideInvestment, "2024-08-01", approved=False))
    assert committed(scenario, "2024-09-01") == ["5000.00"]
    scenario.when(dated(DecideInvestment, "2024-09-02", approved=False))
    assert scenario.said[0].data.judges == "investment:swap@3"  # type: ignore[attr-defined]
    assert committed(scenario, "2024-10-01") == ["1000.00"]


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize("approved", [True, False])
def test_a_row_of_a_decision_that_is_corrected_stays_one_on_what_it_was_on(approved: bool) -> None:
    scenario = re_baselined()
    scenario.when(command(DecideInvestment, approved=True, reason="Better words"), revising=True, row=("investment:swap@2",))
    assert scenario.said[-1].data.judges == "investment:swap@1"  # type: ignore[attr-defined]
    found = scenario.facts().get(INVESTMENT, "swap")
    assert found and found.first_baseline and str(found.first_baseline.amount.amount) == "1000" and found.rebaselined
    scenario = re_baselined().when(dated(DecideInvestment, "2024-07-01", approved=True))
    scenario.when(command(DecideInvestment, approved=approved, reason="Better words"), revising=True, row=("investment:swap@4",))
    assert scenario.said[-1].data.judges == "investment:swap@3"  # type: ignore[attr-defined]
    found = scenario.facts().get(INVESTMENT, "swap")
    assert found and found.decided_amounts and str(found.decided_amounts.total.amount) == ("5000" if approved else "1000")
