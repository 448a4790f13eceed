"""Money per fiscal year: what is approved stands in the year of its approval, what is spent over the days it covers, and the years sum to the whole."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.decision import Decisions
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import ActualRecorded, ForecastRecorded, InvestmentDecided, InvestmentProposed, InvestmentRebaselined
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.event import Payload
from libs.rules.explanations import FIGURES
from libs.rules.money.amounts import Amount, Sum
from libs.rules.money.figures import of_organisation, of_portfolio, of_program, of_team
from libs.rules.money.fiscal_years import FiscalYear, YearsOf, year_of, year_start_of
from libs.rules.money.spending import moved_by_loans

DAY = "2026-06-01"


def story(*said: tuple[str, Payload, str]) -> Scenario:
    """Two organisations whose years begin in April and in January, a team of the first, and what else was said on which day."""
    s = Scenario(Decisions())
    s.given("organisation:env", OrganisationRegistered(name="env", fiscal_year_start="04-01"), at="2023-01-01")
    s.given("organisation:health", OrganisationRegistered(name="health"), at="2023-01-01")
    s.given("program:nature", ProgramOpened(name="Nature", home="env"), at="2023-01-01")
    s.given("product:booking", ProductRegistered(name="Booking", home="env", program="nature"), at="2023-01-01")
    s.given("team:parks", TeamFormed(name="Parks", home="env", products=("booking",)), at="2023-01-01")
    proposed = InvestmentProposed(team="parks", product="booking", enhance=money("900.00"), support=money("300.00"))
    s.given("investment:inv", proposed, at="2024-02-01")
    s.given("investment:inv", InvestmentDecided(approved=True, reason="Of value"), at="2024-03-01")
    for aggregate, data, at in said:
        s.given(aggregate, data, at=at)
    return s


def spent(amount: str, covers_from: str, covers_until: str) -> tuple[str, Payload, str]:
    data = ActualRecorded(amount=money(amount), covers_from=date.fromisoformat(covers_from), covers_until=date.fromisoformat(covers_until))
    return "investment:inv", data, covers_until


def told(years: tuple[FiscalYear, ...], figure: str) -> dict[str, str]:
    """The first day of each year -> the amount in Canadian dollars."""
    return {str(year.starts): str(one.amount) for year in years for one in getattr(year, figure)}


LENT = TeamLent(team="parks", lender="env", borrower="health", staffing=Staffing.STAFF, agreement="letter")


@pytest.mark.requirement("S4-09")
def test_an_approval_stands_in_its_own_fiscal_year_and_what_is_spent_lies_over_its_days() -> None:
    s = story(spent("365.00", "2024-01-01", "2024-12-30"), ("investment:inv", ForecastRecorded(amount=money("1300.00")), "2025-01-05"))
    years = YearsOf("team")(s.facts(DAY), "parks")
    assert [(str(year.starts), str(year.ends)) for year in years] == [("2023-04-01", "2024-03-31"), ("2024-04-01", "2025-03-31")]
    assert told(years, "committed") == {"2023-04-01": "1200.00"}
    assert told(years, "forecast") == {"2023-04-01": "1300.00"}
    assert told(years, "actual") == {"2023-04-01": "91.00", "2024-04-01": "274.00"}, "91 days of 365 lie before April"


@pytest.mark.requirement("S0-14")
def test_a_rebaseline_moves_what_is_committed_and_leaves_the_first_baseline() -> None:
    again = InvestmentRebaselined(approver="x", reason="Less", enhance=money("500.00"), support=money("300.00"))
    s = story(("investment:inv", again, "2025-06-01"))
    years = YearsOf("portfolio")(s.facts(DAY), None)
    assert told(years, "first_baseline") == {"2023-04-01": "1200.00"} and told(years, "committed") == {"2023-04-01": "800.00"}
    assert FIGURES["organisation"]["investment.firstBaseline"].value(s.facts(DAY), "env") == (Amount(Decimal("1200.00"), "CAD"),)


@pytest.mark.requirement("S4-15")
def test_days_on_loan_count_in_the_borrowers_years() -> None:
    s = story(
        ("loan:l", LENT, "2024-12-22"),
        ("loan:l", TeamReturned(), "2025-01-10"),
        spent("400.00", "2024-12-12", "2025-01-20"),
    )
    facts = s.facts(DAY)
    assert told(YearsOf("organisation")(facts, "health"), "actual") == {"2024-01-01": "100.00", "2025-01-01": "100.00"}
    assert told(YearsOf("organisation")(facts, "env"), "actual") == {"2024-04-01": "200.00"}
    assert moved_by_loans(facts) == {
        "env": (Sum([("CAD", Decimal("200.00"))]), Sum()),
        "health": (Sum(), Sum([("CAD", Decimal("200.00"))])),
    }
    assert FIGURES["organisation"]["investment.lentOut"].value(facts, "env") == (Amount(Decimal("200.00"), "CAD"),)
    assert FIGURES["portfolio"]["investment.borrowed"].value(facts, "env") == () == FIGURES["portfolio"]["investment.lentOut"].value(facts, None)


@pytest.mark.parametrize(
    ("day", "begins", "first", "last"),
    [
        ("2026-03-31", "04-01", "2025-04-01", "2026-03-31"),
        ("2026-04-01", "04-01", "2026-04-01", "2027-03-31"),
        ("2026-07-04", "01-01", "2026-01-01", "2026-12-31"),
        ("2026-02-28", "02-29", "2026-02-28", "2027-02-27"),
        ("2024-02-28", "02-29", "2023-02-28", "2024-02-28"),
    ],
)
def test_a_fiscal_year_begins_on_the_organisations_day(day: str, begins: str, first: str, last: str) -> None:
    assert year_of(date.fromisoformat(day), begins) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("begins", ["01-01", "04-01", "02-29", "12-31"])
def test_a_day_at_either_end_of_the_calendar_lies_in_a_fiscal_year_as_well(begins: str) -> None:
    for day in (date.min, date(1, 12, 31), date(9999, 1, 1), date.max):
        first, last = year_of(day, begins)
        assert first <= day <= last


def test_the_years_of_everything_are_those_that_all_share_or_of_the_calendar() -> None:
    facts = story().facts(DAY)
    assert year_start_of(facts, "portfolio", None) == "01-01"
    assert [year_start_of(facts, *of) for of in (("organisation", "env"), ("team", "parks"), ("program", "nature"), ("team", "gone"))] == [
        "04-01", "04-01", "04-01", "01-01"
    ]  # fmt: skip


def test_what_all_organisations_share_is_the_year_of_everything() -> None:
    s = Scenario(Decisions())
    for name in ("a", "b"):
        s.given(f"organisation:{name}", OrganisationRegistered(name=name, fiscal_year_start="07-01"), at="2023-01-01")
    assert year_start_of(s.facts(DAY), "portfolio", None) == "07-01"
    plain = Scenario(Decisions()).given("organisation:c", OrganisationRegistered(name="c"), at="2023-01-01")
    assert year_start_of(plain.facts(DAY), "portfolio", None) == "01-01"
    assert year_start_of(s.facts(DAY), "portfolio", "a") == "07-01" and year_start_of(s.facts(DAY), "portfolio", "gone") == "01-01"


@pytest.mark.parametrize(("paid", "in_years"), [(("2024-03-31", "2024-04-01"), ["5.00", "5.00"]), (("2024-04-01", "2024-04-02"), ["10.00"])])
def test_what_is_paid_over_the_turn_of_a_year_lies_in_both_and_else_in_one(paid: tuple[str, str], in_years: list[str]) -> None:
    years = YearsOf("team")(story(spent("10.00", *paid)).facts(DAY), "parks")
    assert [str(one.amount) for year in years for one in year.actual] == in_years


def test_an_investment_that_is_not_approved_stands_in_no_year() -> None:
    s = story(("investment:other", InvestmentProposed(team="parks", amount=money("50.00")), "2025-05-01"))
    assert [str(year.starts) for year in YearsOf("team")(s.facts(DAY), "parks")] == ["2023-04-01"]


def test_a_part_of_nothing_makes_no_year() -> None:
    years = YearsOf("team")(story(spent("0.01", "2025-03-31", "2025-04-01")).facts(DAY), "parks")
    assert told(years, "actual") == {"2024-04-01": "0.01"} and [str(year.starts) for year in years] == ["2023-04-01", "2024-04-01"]


def test_an_approval_stays_in_its_year_when_more_is_decided_later() -> None:
    again = InvestmentRebaselined(approver="x", reason="More", enhance=money("1000.00"), support=money("300.00"))
    s = story(("investment:inv", again, "2025-06-01"), ("investment:inv", InvestmentDecided(approved=True, reason="Agreed"), "2025-06-02"))
    years = YearsOf("team")(s.facts(DAY), "parks")
    assert [str(year.starts) for year in years] == ["2023-04-01"] and told(years, "first_baseline") == {"2023-04-01": "1200.00"}


def test_an_approval_of_what_is_proposed_as_of_a_later_day_stands_in_its_own_year_with_nothing() -> None:
    s = story(
        ("investment:early", InvestmentDecided(approved=True, reason="Ahead"), "2025-03-31"),
        ("investment:early", InvestmentProposed(team="parks", amount=money("50.00")), "2026-08-01"),
    )
    found = {str(year.starts): year.committed for year in YearsOf("team")(s.facts(DAY), "parks")}
    assert list(found) == ["2023-04-01", "2024-04-01"] and found["2024-04-01"] == ()


def test_years_are_in_order_whatever_was_said_first_and_of_its_own_investments_alone() -> None:
    s = story(spent("10.00", "2023-02-01", "2023-02-01"))
    s.given("team:other", TeamFormed(name="Other", home="env"), at="2023-01-01")
    s.given("investment:theirs", InvestmentProposed(team="other", amount=money("50.00")), at="2024-02-01")
    s.given("investment:theirs", ActualRecorded(amount=money("7.00"), covers_from=date(2025, 5, 1), covers_until=date(2025, 5, 1)), at="2025-05-01")
    facts = s.facts(DAY)
    assert [str(year.starts) for year in YearsOf("team")(facts, "parks")] == ["2022-04-01", "2023-04-01"]
    assert told(YearsOf("portfolio")(facts, None), "actual") == {"2022-04-01": "10.00", "2025-04-01": "7.00"}, "of everything the years of each home"
    assert YearsOf("portfolio")(facts, "health") == YearsOf("organisation")(facts, "health") == ()


def test_the_portfolio_of_one_organisation_has_what_that_bears() -> None:
    s = story(("loan:l", LENT, "2024-12-22"), ("loan:l", TeamReturned(), "2025-01-10"), spent("400.00", "2024-12-12", "2025-01-20"))
    facts = s.facts(DAY)
    assert YearsOf("portfolio")(facts, "env") == YearsOf("organisation")(facts, "env")
    assert told(YearsOf("portfolio")(facts, "env"), "actual") == {"2024-04-01": "200.00"}


dates = st.dates(date(2023, 1, 1), date(2026, 5, 1))
loans = st.lists(st.tuples(dates, st.integers(0, 500)), max_size=3)
payments = st.lists(st.tuples(st.integers(1, 10**9), dates, st.integers(0, 800)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(payments, loans)
def test_the_years_sum_to_the_whole_to_the_cent_with_loans_and_without(paid: list[tuple[int, date, int]], lent: list[tuple[date, int]]) -> None:
    said: list[tuple[str, Payload, str]] = []
    for n, (first, days) in enumerate(lent):
        said += [(f"loan:l{n}", LENT, str(first)), (f"loan:l{n}", TeamReturned(), str(first + timedelta(days=days)))]
    for cents, first, days in paid:
        said.append(spent(str(Decimal(cents) / 100), str(first), str(first + timedelta(days=days))))
    facts = story(*sorted(said, key=lambda one: one[2])).facts("2029-01-01")
    for subject, id, whole in (
        ("team", "parks", of_team(facts, "parks")),
        ("program", "nature", of_program(facts, "nature")),
        ("portfolio", None, of_portfolio(facts, None)),
    ):
        assert summed(YearsOf(subject)(facts, id)) == whole.actual
    for organisation in ("env", "health"):
        assert summed(YearsOf("organisation")(facts, organisation)) == tuple(one for one in of_organisation(facts, organisation).actual if one.amount)


def summed(years: tuple[FiscalYear, ...]) -> tuple[Amount, ...]:
    return Sum((one.currency, one.amount) for year in years for one in year.actual).to_tuple()
