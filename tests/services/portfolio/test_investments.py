"""Investments from the proposal to what came back, their baselines, and bids."""

from __future__ import annotations

import pytest

from libs.commands.catalog.portfolio.bid import RecordBidOutcome, SubmitBid
from libs.commands.catalog.portfolio.investment import (
    DecideInvestment,
    ProposeInvestment,
    RebaselineInvestment,
    RecordActual,
    RecordForecast,
    RecordReturn,
)
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.bid import BID, BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    FixedScopeFlagged,
    ForecastRecorded,
    Funding,
    Investment,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    Spending,
    SupportUnfunded,
)
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.event import Overridden, Retracted
from services.portfolio.domain import decisions

PROPOSED = InvestmentProposed(product="biohub", enhance=money("900"), support=money("300"))
APPROVED = InvestmentDecided(approved=True, reason="Worth it")


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate({"investment": "i", **fields})


def cad(amount: str, currency: str = "CAD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def proposed() -> Scenario:
    scenario = Scenario(decisions).given("product:biohub", ProductRegistered(name="BioHub", home="env"), at="2023-01-01")
    return scenario.given("investment:i", PROPOSED, at="2024-01-01")


def approved() -> Scenario:
    return proposed().given("investment:i", APPROVED, at="2024-02-01", by="steering_group@env")


def seen(scenario: Scenario, day: str | None = None) -> Investment:
    found = scenario.facts(day).get(INVESTMENT, "i")
    assert found is not None
    return found


def totals(scenario: Scenario, day: str | None = None) -> list[str]:
    return [str(baseline.amount.amount) for baseline in seen(scenario, day).baselines]


@pytest.mark.requirement("S0-08")
def test_an_investment_is_split_into_enhance_and_support_or_one_amount() -> None:
    split = command(ProposeInvestment, product="biohub", enhance=cad("900"), support=cad("300"))
    scenario = Scenario(decisions).given("product:biohub", ProductRegistered(name="BioHub", home="env"))
    scenario.when(split, by="portfolio_manager@env").then(PROPOSED).when(split).refused(AlreadyExists)
    Scenario(decisions).when(command(ProposeInvestment, team="t", amount=cad("5"))).then(InvestmentProposed(team="t", amount=money("5")))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"product": None, "amount": cad("1")}, "product"),
        ({}, "amount"),
        ({"enhance": cad("1")}, "support"),
        ({"support": cad("1")}, "enhance"),
        ({"amount": cad("1"), "support": cad("1")}, "amount"),
        ({"enhance": cad("1"), "support": cad("1", "EUR")}, "support"),
        ({"amount": cad("1"), "ends": "2020-01-01"}, "ends"),
    ],
)
def test_an_investment_that_cannot_be_is_invalid(wrong: dict[str, object], field: str) -> None:
    error = Scenario(decisions).when(command(ProposeInvestment, **{"product": "biohub", **wrong})).refused(Invalid)
    assert error.field == field


@pytest.mark.requirement("S3-09")
@pytest.mark.requirement("S4-04")
def test_an_investment_says_what_it_is_to_bring_and_how_it_is_funded() -> None:
    asked = command(ProposeInvestment, team="t", amount=cad("5"), value="Half the waiting", funding="ongoing_product", kind="operating")
    found = seen(Scenario(decisions).when(asked))
    assert (found.value, found.funding, found.kind) == ("Half the waiting", Funding.ONGOING_PRODUCT, Spending.OPERATING)


@pytest.mark.requirement("S4-03")
def test_a_one_off_project_with_an_end_is_flagged() -> None:
    project = command(ProposeInvestment, product="biohub", amount=cad("1"), funding="one_off_project", ends="2027-03-31")
    scenario = Scenario(decisions).when(project)
    assert scenario.said[-1].data == FixedScopeFlagged(ends=seen(scenario).ends or scenario.now.date())
    assert seen(scenario).funding is Funding.ONE_OFF_PROJECT


@pytest.mark.requirement("S0-14")
def test_the_steering_group_decides_once_and_dates_nothing() -> None:
    decide = command(DecideInvestment, approved=True, reason="Worth it")
    scenario = proposed()
    scenario.when(decide, by="portfolio_manager@env").refused(NotAllowed, "S0-14")
    scenario.when(decide, by="steering_group@citz").refused(NotAllowed, "S0-14")
    dated = command(DecideInvestment, approved=True, reason="Worth it", at="2024-02-01")
    scenario.when(dated, by="steering_group@env").refused(NotAllowed)
    scenario.when(decide, by="steering_group@env").then(APPROVED)
    scenario.when(decide, by="steering_group@env").refused(AlreadyExists)
    assert totals(scenario) == ["1200"] and seen(scenario).approved


def test_a_rejected_investment_has_no_baseline() -> None:
    scenario = proposed().when(command(DecideInvestment, approved=False, reason="Not now"))
    assert totals(scenario) == [] and not seen(scenario).approved and seen(scenario).decision


@pytest.mark.requirement("S0-08")
def test_an_approval_without_support_is_announced() -> None:
    scenario = Scenario(decisions).given("investment:i", InvestmentProposed(product="p", enhance=money("5"), support=money("0")))
    scenario.when(command(DecideInvestment, approved=True, reason="Worth it")).then(APPROVED, SupportUnfunded())


@pytest.mark.requirement("S4-09")
def test_a_re_baseline_keeps_the_first_beside_it() -> None:
    scenario = approved()
    rebase = command(RebaselineInvestment, enhance=cad("500"), support=cad("200"), approver="steering group", reason="Less", at="2025-01-01")
    scenario.when(rebase, by="portfolio_manager@env").refused(NotAllowed)
    scenario.when(rebase, by="steering_group@env").refused(NotAllowed)  # only an importer dates it
    spoken_for = rebase.model_copy(update={"by": "steering_group@env"})
    scenario.when(spoken_for).then(InvestmentRebaselined(enhance=money("500"), support=money("200"), approver="steering group", reason="Less"))
    assert (totals(scenario, "2024-12-31"), totals(scenario)) == (["1200"], ["1200", "700"])
    scenario.when(command(RebaselineInvestment, enhance=cad("500"), support=cad("200"), approver="x", reason="Same")).then()


def test_a_late_re_baseline_lands_where_it_belongs() -> None:
    scenario = approved()
    for enhance, day in (("500", "2025-01-01"), ("600", "2024-06-01")):
        scenario.when(command(RebaselineInvestment, enhance=cad(enhance), support=cad("200"), approver="sg", reason="Known late", at=day))
    assert totals(scenario) == ["1200", "800", "700"]


@pytest.mark.requirement("S0-08")
def test_one_amount_in_the_place_of_a_split_is_refused_and_says_what_to_give() -> None:
    whole = {"amount": cad("700"), "approver": "sg", "reason": "Less"}
    error = approved().when(command(RebaselineInvestment, **whole)).refused(Refused, "S0-08")
    assert (error.field, error.remedy) == ("amount", "Give `enhance` and `support` instead of `amount`.")
    assert "900.00 CAD to enhance and 300.00 CAD to support" in error.detail
    same = {**whole, "amount": cad("1200")}
    approved().when(command(RebaselineInvestment, **same)).refused(Refused, "S0-08")
    approved().when(command(ProposeInvestment, product="biohub", amount=cad("700")), revising=True).refused(Refused, "S0-08")


@pytest.mark.requirement("S0-08")
def test_who_lifts_the_rule_has_a_baseline_that_is_not_split() -> None:
    lifted = {"override": {"rule": "S0-08", "reason": "The split is due in May"}}
    scenario = approved().when(command(RebaselineInvestment, amount=cad("700"), approver="sg", reason="Less", **lifted), by="steering_group@env")
    assert [type(event.data) for event in scenario.said] == [Overridden, InvestmentRebaselined]
    baseline = seen(scenario).current_baseline
    assert baseline is not None and baseline.amounts.unsplit == money("700") and baseline.amounts.enhance is None
    scenario.when(command(RebaselineInvestment, amount=cad("800"), approver="sg", reason="More")).then(
        InvestmentRebaselined(amount=money("800"), approver="sg", reason="More")
    )


def test_only_an_approved_investment_is_re_baselined() -> None:
    rebase = command(RebaselineInvestment, amount=cad("1"), approver="sg", reason="Less")
    proposed().when(rebase).refused(Invalid)
    approved().when(command(RebaselineInvestment, amount=cad("1"), approver="sg", reason="Less", at="2024-01-15")).refused(Invalid)
    assert approved().when(command(RebaselineInvestment, amount=cad("1", "EUR"), approver="sg", reason="Less")).refused(Invalid).field == "amount"
    approved().when(command(RebaselineInvestment, enhance=cad("1"), support=cad("0"), approver="sg", reason="Less"))
    assert not proposed().when(command(RebaselineInvestment, approver="sg", reason="None")).said


def test_a_changed_row_that_is_not_decided_is_proposed_again() -> None:
    scenario = proposed()
    scenario.when(command(ProposeInvestment, product="biohub", amount=cad("5"), at="2024-01-01"), revising=True).then(
        InvestmentProposed(product="biohub", amount=money("5"))
    )
    scenario.when(command(DecideInvestment, approved=True, reason="Worth it"))
    assert totals(scenario) == ["5"]


@pytest.mark.parametrize("day", ["2023-06-01", "2024-01-01", "2024-02-01", "2025-06-01"])
def test_a_changed_row_that_is_approved_is_a_re_baseline_that_holds(day: str) -> None:
    scenario = approved().given("investment:i", InvestmentRebaselined(amount=money("700"), approver="sg", reason="Less"), at="2025-01-01")
    row = command(ProposeInvestment, product="biohub", amount=cad("800"), value="Open data", at=day)
    scenario.when(row, revising=True)
    rebased = next(event.data for event in scenario.said if isinstance(event.data, InvestmentRebaselined))
    assert (rebased.approver, rebased.follows) == ("importer", "investment:i@3")
    assert totals(scenario) == ["1200", "700", "800"]
    assert seen(scenario).value == "Open data" and seen(scenario).asked == PROPOSED_AMOUNTS
    scenario.when(row, revising=True).then()
    scenario.when(command(ProposeInvestment, product="biohub", amount=cad("900"), value="Open data", at=day), revising=True)
    assert totals(scenario) == ["1200", "700", "800", "900"]


PROPOSED_AMOUNTS = seen(proposed()).asked


def test_rows_that_move_to_an_earlier_day_keep_the_first_baseline_and_hold_from_then() -> None:
    scenario = Scenario(decisions).given("investment:i", PROPOSED, APPROVED, at="2024-01-01")
    scenario.when(command(ProposeInvestment, product="biohub", enhance=cad("600"), support=cad("200"), at="2023-10-01"), revising=True)
    scenario.when(command(DecideInvestment, approved=True, reason="Worth it", at="2023-10-01"), revising=True)
    assert totals(scenario) == ["1200", "800"]
    before = seen(scenario, "2023-11-01")
    assert before.approved and before.product == "biohub" and totals(scenario, "2023-11-01")[-1] == "800"


def test_a_changed_row_with_the_same_money_is_no_re_baseline() -> None:
    scenario = approved().when(command(ProposeInvestment, product="biohub", enhance=cad("900"), support=cad("300"), value="Open data"), revising=True)
    scenario.then(InvestmentProposed(product="biohub", enhance=money("900"), support=money("300"), value="Open data"))
    scenario.when(command(DecideInvestment, approved=True, reason="Worth more"), revising=True)
    assert totals(scenario) == ["1200"]


def test_a_changed_row_does_not_change_the_currency_of_money_that_was_recorded() -> None:
    approved().when(command(ProposeInvestment, product="biohub", amount=cad("5", "EUR")), revising=True).refused(Invalid)


def test_without_its_approval_there_is_no_first_baseline() -> None:
    scenario = approved().given("investment:i", Retracted(event="investment:i@2", reason="Wrong meeting"))
    assert totals(scenario) == [] and not seen(scenario).approved


@pytest.mark.requirement("S4-09")
def test_money_is_recorded_in_the_currency_of_the_investment() -> None:
    scenario = approved()
    days = {"covers_from": "2024-01-01", "covers_until": "2024-03-31"}
    scenario.when(command(RecordForecast, amount=cad("1210"))).then(ForecastRecorded(amount=money("1210")))
    scenario.when(command(RecordActual, amount=cad("290"), **days))
    scenario.when(command(RecordReturn, amount=cad("1500"), description="Surveys not repeated"))
    found = seen(scenario)
    assert found.forecast and found.forecast.amount == money("1210")
    assert [str(actual.amount) for actual in found.actuals] == ["290.00 CAD"] and [str(back.amount) for back in found.returns] == ["1500.00 CAD"]
    for of, fields in ((RecordForecast, {}), (RecordActual, days), (RecordReturn, {"description": "x"})):
        assert scenario.when(command(of, amount=cad("1", "USD"), **fields)).refused(Invalid).field == "amount"


def test_an_actual_covers_days_in_order_that_are_over() -> None:
    for covers in (("2024-03-31", "2024-01-01"), ("2026-05-01", "2026-06-02")):
        wrong = command(RecordActual, amount=cad("1"), covers_from=covers[0], covers_until=covers[1])
        assert approved().when(wrong).refused(Invalid).field == "covers_until"
    day = command(RecordActual, amount=cad("1"), covers_from="2026-06-01", covers_until="2026-06-01")
    assert approved().when(day).said


def test_a_changed_row_of_spending_is_counted_once() -> None:
    scenario = approved()
    first = {"covers_from": "2024-01-01", "covers_until": "2024-03-31"}
    scenario.when(command(RecordActual, amount=cad("290"), **first, at="2024-04-01"))
    scenario.when(command(RecordActual, amount=cad("295"), **first, at="2024-03-31"), revising=True)
    assert isinstance(scenario.said[0].data, ActualRecorded) and scenario.said[0].data.replaces == "investment:i@3"
    assert [str(actual.amount) for actual in seen(scenario).actuals] == ["295.00 CAD"]
    scenario.when(command(RecordActual, amount=cad("1"), covers_from="2024-01-02", covers_until="2024-03-31"), revising=True).refused(Invalid)
    scenario.when(command(RecordReturn, amount=cad("1"), description="x")).when(command(RecordReturn, amount=cad("2"), description="x"), revising=True)
    assert [str(back.amount) for back in seen(scenario).returns] == ["2.00 CAD"]


BID_1 = {"bid": "b", "amount": cad("1200"), "body": "Treasury Board"}


@pytest.mark.requirement("S0-14")
def test_a_bid_before_a_steering_decision_is_refused() -> None:
    bid = command(SubmitBid, **BID_1)
    assert proposed().when(bid, by="portfolio_manager@env").refused(Refused, "S0-14").field == "investment"
    approved().when(command(SubmitBid, **BID_1, at="2024-01-31")).refused(Refused, "S0-14")
    Scenario(decisions).when(bid).refused(Refused, "S0-14")
    rejected = proposed().given("investment:i", InvestmentDecided(approved=False, reason="Not now"))
    rejected.when(bid).refused(Refused, "S0-14")


@pytest.mark.requirement("S0-15")
def test_a_bid_rests_on_its_decision_and_is_decided_once() -> None:
    scenario = approved().when(command(SubmitBid, **BID_1, at="2024-02-01"), by="portfolio_manager@env")
    scenario.then(BidSubmitted(investment="i", amount=money("1200"), body="Treasury Board", decision="investment:i@2"))
    outcome = RecordBidOutcome.model_validate({"bid": "b", "won": False, "reason": "No money"})
    early = RecordBidOutcome.model_validate({"bid": "b", "won": False, "reason": "No money", "at": "2024-01-31"})
    scenario.when(early).refused(Invalid)
    scenario.when(outcome, by="portfolio_manager@env").then(BidOutcomeRecorded(won=False, reason="No money"))
    scenario.when(outcome).refused(AlreadyExists)
    (bid,) = scenario.facts().related(BID, "investment", "i")
    assert bid.won is False


@pytest.mark.requirement("S0-15")
def test_a_bid_is_in_the_currency_of_its_investment() -> None:
    assert approved().when(command(SubmitBid, **{**BID_1, "amount": cad("1", "EUR")})).refused(Invalid).field == "amount"
    Scenario(decisions).when(RecordBidOutcome.model_validate({"bid": "b", "won": True, "reason": "x"})).refused(NotFound)
