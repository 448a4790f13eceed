"""Plans by year, refunds, and what is to be looked at: a year's budget beside what is expected and was spent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import Invalid, NotAllowed
from libs.commands.retraction import CorrectInPortfolio
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.investment import (
    ActualRecorded,
    ActualRefunded,
    ForecastRecorded,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    PlannedYear,
    ReturnRecorded,
    YearsPlanned,
)
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import TeamFormed
from libs.rules.money.budgets import budget_years, unplanned
from libs.rules.money.figures import sums
from libs.rules.money.warnings import of_investment
from services.portfolio.domain import decisions
from tests.given import given, say
from tests.services.portfolio.test_investments import cad


def asked(name: str, **fields: Any) -> Command:
    return COMMANDS[f"portfolio.{name}"].model_validate({"investment": "i", **fields})


def year(starts: int, enhance: str, support: str) -> PlannedYear:
    return PlannedYear(starts=date(starts, 4, 1), enhance=money(enhance), support=money(support))


def actual(amount: str, first: date, last: date) -> ActualRecorded:
    return ActualRecorded(amount=money(amount), covers_from=first, covers_until=last)


def told() -> Scenario:
    """An approved investment of 100 CAD, of which ten were spent in May."""
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Env", fiscal_year_start="04-01"), at="2023-01-01")
    s.given("team:t", TeamFormed(name="Rivers", home="env"), at="2024-01-01").given(
        "investment:i", InvestmentProposed(team="t", amount=money("100.00"), value="Half the waiting"), at="2024-02-01"
    )
    s.given("investment:i", InvestmentDecided(approved=True, reason="Worth it"), at="2024-03-01", by="steering_group@env")
    return s.given("investment:i", actual("10.00", date(2024, 5, 1), date(2024, 5, 31)), at="2024-06-01")


@pytest.mark.requirement("S4-09")
def test_what_came_back_makes_less_what_was_spent_and_says_why() -> None:
    s, days = told(), {"covers_from": "2024-05-01", "covers_until": "2024-05-31"}
    s.when(asked("record_actual", amount=cad("-4.00"), **days)).refused(Invalid)
    s.when(asked("record_actual", amount=cad("-10.01"), reason="Paid twice", **days)).refused(Invalid)
    s.when(asked("record_actual", amount=cad("-4.00"), reason="Paid twice", at="2024-07-01", **days), by="portfolio_manager@env")
    s.then(ActualRefunded(amount=money("4.00"), covers_from=date(2024, 5, 1), covers_until=date(2024, 5, 31), reason="Paid twice"))
    assert [str(s.facts(day).derive(sums, "i").actual) for day in ("2024-06-30", "2024-07-01")] == ["Sum(10.00 CAD)", "Sum(6.00 CAD)"]
    fix = {"event": "investment:i@3", "data": {"amount": cad("12.00")}, "reason": "A slip"}
    s.when(CorrectInPortfolio.model_validate(fix))
    assert str(s.facts().derive(sums, "i").actual) == "Sum(8.00 CAD)"


@pytest.mark.requirement("S4-09")
@pytest.mark.requirement("S0-08")
def test_a_plan_is_the_budget_of_each_fiscal_year_beside_what_is_expected_and_was_spent() -> None:
    """As of July 2025: the first year is over and cost ten, and the rest of the forecast lies on the two others as their budgets do."""
    s = told().given("investment:i", ForecastRecorded(amount=money("130.00")), at="2024-06-01")
    plan = [
        {"starts": f"{n}-04-01", "enhance": cad(e), "support": cad(u)}
        for n, e, u in ((2025, "40.00", "5.00"), (2024, "10.00", "10.00"), (2026, "15.00", "0.00"))
    ]
    s.when(asked("plan_years", years=plan, at="2024-06-02"), by="portfolio_manager@env")
    s.then(YearsPlanned(years=(year(2025, "40.00", "5.00"), year(2024, "10.00", "10.00"), year(2026, "15.00", "0.00"))))
    found = s.facts("2025-07-01").derive(budget_years, "i")
    assert [(one.starts.isoformat(), str(one.budget.amount), str(one.forecast and one.forecast.amount), str(one.actual.amount)) for one in found] == [
        ("2024-04-01", "20.00", "10.00", "10.00"),
        ("2025-04-01", "45.00", "90.00", "0.00"),
        ("2026-04-01", "15.00", "30.00", "0.00"),
    ]
    assert [str(one.variance and one.variance.amount) for one in found] == ["-10.00", "45.00", "15.00"]
    left = s.facts().derive(unplanned, "i")
    assert left is not None and str(left.amount) == "20.00", "what the plan lacks to the baseline"
    assert s.facts("2024-06-01").derive(budget_years, "i") == ()


@pytest.mark.parametrize(
    ("years", "fields"),
    [
        ([], None),
        ([("2025-04-01", "1.00", "CAD"), ("2025-04-01", "2.00", "CAD")], {}),
        ([("2025-04-01", "1.00", "EUR")], {}),
        ([("2025-04-01", "1.001", "CAD")], {}),
        ([("2025-04-01", "1.00", "CAD")], {"at": "2024-01-15"}),
    ],
)
def test_a_plan_is_refused_that_cannot_be_one(years: list[tuple[str, str, str]], fields: dict[str, str] | None) -> None:
    plan = [{"starts": starts, "enhance": {"amount": amount, "currency": of}, "support": cad("0")} for starts, amount, of in years]
    if fields is None:
        with pytest.raises(ValueError, match="years"):
            asked("plan_years", years=plan)
        return
    assert told().when(asked("plan_years", years=plan, **fields)).refused(Invalid).field == ("at" if fields else "years")
    told().when(asked("plan_years", years=plan), by="steering_group@env").refused(NotAllowed)


@pytest.mark.requirement("S0-14")
@pytest.mark.requirement("S4-09")
def test_what_is_to_be_looked_at_stands_among_the_warnings() -> None:
    s = told().given("investment:i", actual("5.00", date(2024, 5, 20), date(2024, 6, 5)), ForecastRecorded(amount=money("111.00")), at="2024-06-10")
    s.given("investment:i", YearsPlanned(years=(year(2024, "50.00", "40.00"),)), at="2024-06-10")
    s.given("bid:b", BidSubmitted(investment="i", amount=money("101.00"), body="Treasury", decision="investment:i@2"), at="2024-06-10")
    s.given(
        "investment:j",
        InvestmentProposed(team="t", amount=money("1.00"), value="Half the waiting"),
        actual("1.00", date(2024, 5, 1), date(2024, 5, 1)),
        at="2024-06-10",
    )
    found = [(one.rule, one.message, one.about) for id in "ij" for one in s.facts().derive(of_investment, id)]
    assert found == [
        ("S0-14", "i: the bid b is for 101.00 CAD, and 100.00 CAD was approved", "bid:b"),
        (
            "S4-09",
            "i: 10.00 CAD of 2024-05-01 to 2024-05-31 and 5.00 CAD of 2024-05-20 to 2024-06-05 cover the same days: if it is the same spending, retract one",
            "investment:i",
        ),
        ("S4-09", "i: its plan by year is 10.00 CAD below the baseline of 100.00 CAD", "investment:i"),
        ("S4-09", "i: the forecast of 111.00 CAD is above the baseline of 100.00 CAD by more than a tenth", "investment:i"),
        ("S0-14", "j: money was spent on it from 2024-05-01 on, and nobody has approved it", "investment:j"),
    ]
    assert told().facts().derive(of_investment, "i") == ()


def test_an_investment_tells_all_its_money_to_whoever_may_read_it_and_to_nobody_else() -> None:
    read = given(
        say("organisation:env", OrganisationRegistered(name="Env")),
        say("team:t", TeamFormed(name="Rivers", home="env")),
        say("investment:i", InvestmentProposed(team="t", enhance=money("80.00"), support=money("20.00")), at="2024-02-01"),
        say("investment:i", InvestmentDecided(approved=True, reason="Worth it"), at="2024-03-01"),
        say("investment:i", ForecastRecorded(amount=money("90.00")), ForecastRecorded(amount=money("95.00")), at="2024-04-01"),
        say("investment:i", actual("10.00", date(2024, 5, 1), date(2024, 5, 31)), at="2024-06-01"),
        say(
            "investment:i", ActualRefunded(amount=money("4.00"), covers_from=date(2024, 5, 1), covers_until=date(2024, 5, 31), reason="Twice"), at="2024-06-02"
        ),
        say("investment:i", ReturnRecorded(amount=money("3.00"), description="Less paper"), at="2024-06-03"),
        say("investment:i", InvestmentRebaselined(enhance=money("85.00"), support=money("20.00"), approver="the group", reason="More"), at="2024-07-01"),
        say("investment:i", YearsPlanned(years=(year(2024, "85.00", "15.00"),)), at="2024-07-02"),
    )
    told = {
        "actuals { amount { amount } reason coversUntil }": [
            {"amount": {"amount": "10.00"}, "reason": None, "coversUntil": "2024-05-31"},
            {"amount": {"amount": "-4.00"}, "reason": "Twice", "coversUntil": "2024-05-31"},
        ],
        "returns { amount { amount } description on }": [{"amount": {"amount": "3.00"}, "description": "Less paper", "on": "2024-06-03"}],
        "forecasts { amount { amount } on }": [{"amount": {"amount": one}, "on": "2024-04-01"} for one in ("90.00", "95.00")],
        "baselines { amounts { total { amount } } since reason }": [
            {"amounts": {"total": {"amount": "100.00"}}, "since": "2024-03-01", "reason": "Worth it"},
            {"amounts": {"total": {"amount": "105.00"}}, "since": "2024-07-01", "reason": "More"},
        ],
        "budgetYears { starts budget { amount } actual { amount } }": [{"starts": "2024-01-01", "budget": {"amount": "100.00"}, "actual": {"amount": "6.00"}}],
        "unplanned { amount }": {"amount": "5.00"},
    }
    for fields, expected in told.items():
        name = fields.split()[0]
        assert read.shown("investment:i", f"{{ {fields} }}") == {name: expected}
        assert read.to("product_owner@permits").shown("investment:i", f"{{ {fields} }}") == {name: None}, name


@pytest.mark.requirement("S4-09")
def test_investments_are_found_and_ordered_by_their_money_by_whoever_reads_it_and_by_nobody_else() -> None:
    def approved(id: str, amount: str, forecast: str, home: str = "env") -> list[Any]:
        return [
            *say(f"team:{id}", TeamFormed(name=id, home=home, products=("permits",) if id == "a" else ())),
            *say(f"investment:{id}", InvestmentProposed(team=id, amount=money(amount)), InvestmentDecided(approved=True, reason="Yes"), at="2024-02-01"),
            *say(f"investment:{id}", ForecastRecorded(amount=money(forecast)), at="2024-03-01"),
        ]

    products = [*say("program:water", ProgramOpened(name="Water", home="env")), *say("product:permits", ProductRegistered(name="Permits", program="water"))]
    read = given(products, approved("a", "10.00", "15.00"), approved("b", "30.00", "31.00"), approved("c", "20.00", "18.00", "parks"))

    def found(wanted: str, reader: str = "executive") -> list[str]:
        query = f"query($d: Date, $k: DateTime) {{ investments(asOf: $d, knownAt: $k, {wanted}) {{ nodes {{ id }} }} }}"
        return [one["id"].partition(":")[2] for one in read.to(reader).answers(query)["investments"]["nodes"]]

    assert found("filter: {amountAtLeast: 20}") == ["b", "c"] and found("filter: {amountAtMost: 20, overspent: false}") == ["c"]
    assert found('filter: {overspent: true, program: ["water"]}') == ["a"]
    assert (found("orderBy: {by: AMOUNT, direction: DESC}"), found("orderBy: {by: OVERSPEND, direction: DESC}")) == (["b", "c", "a"], ["a", "b", "c"])
    own = "portfolio_manager@env"
    assert found("filter: {amountAtLeast: 20}", own) == ["b"] and found("orderBy: {by: AMOUNT, direction: DESC}", own) == ["b", "a", "c"]
    assert found("filter: {amountAtLeast: 0}", "lab_ops") == [] and found("orderBy: {by: AMOUNT, direction: DESC}", "lab_ops") == ["a", "b", "c"]
