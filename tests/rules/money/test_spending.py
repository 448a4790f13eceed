"""Where what was spent counts: with the home, with each borrower for the days on loan, and how days are divided."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from libs.commands.decision import Decisions
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, InvestmentProposed
from libs.events.catalog.portfolio.loan import LoanAccepted, LoanDeclined, SeatsLent, TeamLent, TeamReturned
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import MemberJoined, Staffing, TeamFormed, TeamRole
from libs.events.facts import Facts
from libs.rules.money.spending import Stretch, borne, borne_by, home_of, investments_by_home, moved_by_loans, stretches


def june(day: int) -> date:
    return date(2024, 6, day)


def spent(amount: str = "30.00", first: int = 1, last: int = 30) -> ActualRecorded:
    """Over days of June."""
    return ActualRecorded(amount=money(amount), covers_from=june(first), covers_until=june(last))


def lent(team: str = "parks", borrower: str = "health", until: date | None = None) -> TeamLent:
    return TeamLent(team=team, lender="env", borrower=borrower, staffing=Staffing.STAFF, agreement="Letter", until=until)


def told() -> Scenario:
    """A team of env with an investment i that spends a dollar on each day of June, and one of a team that nobody has told of, u."""
    s = Scenario(Decisions()).given("team:parks", TeamFormed(name="Parks", home="env"), at="2024-01-01")
    s.given("investment:i", InvestmentProposed(team="parks", amount=money("100.00")), spent(), at="2024-06-30")
    return s.given("investment:u", InvestmentProposed(team="future", amount=money("100.00")), spent("60.00"), at="2024-06-30")


def parts(found: tuple[tuple[str | None, object], ...]) -> dict[str | None, str]:
    return {bearer: " ".join(f"{amount} {currency}" for currency, amount in part) for bearer, part in found}  # type: ignore[attr-defined]


def on_loan() -> Facts:
    s = told().given("loan:one", lent(), at="2024-06-11").given("loan:one", TeamReturned(), at="2024-06-20")
    s.given("loan:two", lent(borrower="roads"), at="2024-06-20").given("loan:two", TeamReturned(), at="2024-06-21")
    s.given("loan:u", lent("future"), at="2024-06-01").given("loan:u", TeamReturned(), at="2024-06-10")
    return s.facts()


@pytest.mark.requirement("S4-15")
def test_what_loans_move_is_lent_by_the_home_and_borrowed_by_each_borrower() -> None:
    facts = on_loan()
    assert parts(borne(facts, "i")) == {"env": "19.00 CAD", "health": "9.00 CAD", "roads": "2.00 CAD"}
    assert next(bearer for bearer, _ in borne(facts, "i")) == "env", "the home first"
    assert parts(borne(facts, "u")) == {None: "40.00 CAD", "health": "20.00 CAD"} and borne(facts, "unheard-of") == ()
    moved = {id: ([*lent_out], [*borrowed]) for id, (lent_out, borrowed) in moved_by_loans(facts).items()}
    assert moved == {
        "env": ([("CAD", Decimal("11.00"))], []),
        "health": ([], [("CAD", Decimal("29.00"))]),
        "roads": ([], [("CAD", Decimal("2.00"))]),
    }
    assert parts(tuple(borne_by(facts).items())) == {"env": "19.00 CAD", "health": "29.00 CAD", "roads": "2.00 CAD", None: "40.00 CAD"}
    assert moved_by_loans(told().facts()) == {}


@pytest.mark.requirement("S4-15")
def test_an_investment_is_at_its_teams_home_else_at_its_products_or_programs() -> None:
    s = told().given("program:water", ProgramOpened(name="Water", home="sea"), at="2024-01-01")
    s.given("product:wells", ProductRegistered(name="Wells", program="water"), at="2024-01-01")
    s.given("product:taxes", ProductRegistered(name="Taxes", home="citz"), at="2024-01-01")
    for id, team, product in (("w", None, "wells"), ("t", None, "taxes"), ("both", "parks", "taxes"), ("free", None, None)):
        s.given(f"investment:{id}", InvestmentProposed(team=team, product=product, amount=money("1.00")), at="2024-02-01")
    homes = {id: home_of(s.facts(), id) for id in ("i", "u", "w", "t", "both", "free", "unheard-of")}
    assert homes == {"i": "env", "u": None, "w": "sea", "t": "citz", "both": "env", "free": None, "unheard-of": None}
    by_home = {home: set(ids) for home, ids in investments_by_home(s.facts()).items()}
    assert by_home == {"env": {"i", "both"}, None: {"u", "free"}, "sea": {"w"}, "citz": {"t"}}


def divided(facts: Facts, *edges: date) -> list[tuple[date, date, str | None, str]]:
    investment = facts.get(INVESTMENT, "i")
    assert investment is not None
    return [(one.first, one.last, one.bearer, str(one.amount)) for one in stretches(facts, investment, investment.actuals[0], edges)]


@pytest.mark.requirement("S4-15")
def test_days_are_divided_where_somebody_else_bears_them_and_before_each_edge_within() -> None:
    facts = on_loan()
    assert divided(facts) == [
        (june(1), june(10), "env", "10.00"),
        (june(11), june(19), "health", "9.00"),
        (june(20), june(20), "roads", "1.00"),
        (june(21), june(21), "roads", "1.00"),
        (june(22), june(30), "env", "9.00"),
    ]
    alone = told().facts()
    assert divided(alone) == divided(alone, june(1), date(2024, 5, 31), date(2024, 7, 1)) == [(june(1), june(30), "env", "30.00")]
    assert divided(alone, june(30), june(2)) == [(june(1), june(1), "env", "1.00"), (june(2), june(29), "env", "28.00"), (june(30), june(30), "env", "1.00")]


def test_an_amount_that_covers_no_days_lies_on_its_first_with_the_home() -> None:
    s = Scenario(Decisions()).given("team:parks", TeamFormed(name="Parks", home="env"), at="2024-01-01")
    s.given("investment:i", InvestmentProposed(team="parks", amount=money("1.00")), spent(first=20, last=10), at="2024-06-30")
    s.given("loan:one", lent(), at="2024-06-01")
    assert divided(s.facts()) == [(june(20), june(20), "env", "30.00")]


@pytest.mark.requirement("S4-15")
def test_what_is_offered_costs_the_borrower_from_its_acceptance_on_and_what_it_declined_never() -> None:
    offered = dataclasses.replace(lent(), offered=True)
    s = told().given("loan:one", offered, at="2024-06-11")
    assert divided(s.facts()) == [(june(1), june(30), "env", "30.00")]
    s.given("loan:one", LoanAccepted(), at="2024-06-16").given("loan:one", TeamReturned(), at="2024-06-20")
    assert divided(s.facts())[1] == (june(16), june(20), "health", "5.00")
    s = told().given("loan:one", offered, at="2024-06-11").given("loan:one", LoanDeclined(reason="No money"), at="2024-06-12")
    assert divided(s.facts()) == [(june(1), june(30), "env", "30.00")]


@pytest.mark.requirement("S4-15")
def test_of_lent_seats_the_borrower_bears_as_large_a_part_as_they_are_of_the_team_however_the_days_are_divided() -> None:
    s = told()
    for n in range(3):
        s.given("team:parks", MemberJoined(person=f"p{n}", role=TeamRole.DEVELOPER, core=True, staffing=Staffing.STAFF), at="2024-01-01")
    seats = SeatsLent(team="parks", people=("p1",), borrower="health", staffing=Staffing.STAFF, agreement="Letter", lender="env")
    s.given("loan:one", seats, at="2024-06-11").given("loan:one", LoanAccepted(), at="2024-06-11").given("loan:one", TeamReturned(), at="2024-06-20")
    facts = s.facts()
    assert divided(facts) == [
        (june(1), june(10), "env", "10.00"),
        (june(11), june(20), "health", "3.33"),
        (june(11), june(20), "env", "6.67"),
        (june(21), june(30), "env", "10.00"),
    ]
    investment = facts.get(INVESTMENT, "i")
    assert investment is not None
    finely = stretches(facts, investment, investment.actuals[0], [june(day) for day in range(1, 31)])
    assert sum(one.amount for one in finely if one.bearer == "health") == Decimal("3.33") and sum(one.amount for one in finely) == 30
    assert parts(borne(facts, "i")) == {"env": "26.67 CAD", "health": "3.33 CAD"}


@pytest.mark.requirement("S4-15")
def test_a_team_that_was_not_returned_is_away_as_long_as_is_planned_and_longer() -> None:
    s = told().given("loan:one", lent(until=june(15)), at="2024-06-11")
    investment = s.facts().get(INVESTMENT, "i")
    assert investment is not None

    def away(day: str) -> list[Stretch]:
        return [one for one in stretches(s.facts(day), investment, investment.actuals[0]) if one.bearer == "health"]

    assert [(one.first, one.last) for one in away("2024-06-12")] == [(june(11), june(15))], "planned"
    assert [(one.first, one.last) for one in away("2024-06-18")] == [(june(11), june(18))], "overdue"
    open_ended = told().given("loan:one", lent(), at="2024-06-30")
    assert divided(open_ended.facts())[-1] == (june(30), june(30), "health", "1.00")
    later = told().given("loan:one", lent(), at="2024-07-01")
    assert divided(later.facts()) == [(june(1), june(30), "env", "30.00")]


@pytest.mark.requirement("S4-15")
def test_where_loans_overlap_the_one_that_began_last_bears_whatever_it_is_called_and_however_long_before() -> None:
    s = told().given("loan:z", lent(borrower="first"), at="2024-02-01").given("loan:z", TeamReturned(), at="2024-06-20")
    s.given("loan:a", lent(borrower="second"), at="2024-03-01").given("loan:a", TeamReturned(), at="2024-06-10")
    assert parts(borne(s.facts(), "i")) == {"env": "10.00 CAD", "second": "10.00 CAD", "first": "10.00 CAD"}
    s = told().given("loan:a", lent(borrower="first"), at="2024-02-01").given("loan:a", TeamReturned(), at="2024-06-10")
    s.given("loan:z", lent(borrower="second"), at="2024-03-01").given("loan:z", TeamReturned(), at="2024-06-20")
    assert parts(borne(s.facts(), "i")) == {"env": "10.00 CAD", "second": "20.00 CAD"}


def test_what_lies_on_one_day_is_borne_by_the_borrower_of_that_day_and_an_amount_that_does_not_divide_lies_as_evenly_as_it_can() -> None:
    s = told().given("loan:one", lent(until=june(12)), at="2024-06-11").given("loan:one", TeamReturned(), at="2024-06-12")
    investment = s.facts().get(INVESTMENT, "i")
    assert investment is not None

    def divided(amount: str, first: int, last: int, *edges: int) -> list[tuple[int, int, str | None, str]]:
        said = s.given("investment:i", spent(amount, first, last), at="2024-06-30").facts().get(INVESTMENT, "i")
        assert said is not None
        found = stretches(s.facts(), said, said.actuals[-1], map(june, edges))
        return [(one.first.day, one.last.day, one.bearer, str(one.amount)) for one in found]

    assert divided("1.00", 11, 11) == [(11, 11, "health", "1.00")]
    assert divided("1.00", 12, 11) == [(12, 12, "env", "1.00")], "what covers no days lies on its first, and nobody borrows for none"
    assert divided("0.05", 1, 4, 2, 3, 4) == [(1, 1, "env", "0.01"), (2, 2, "env", "0.02"), (3, 3, "env", "0.01"), (4, 4, "env", "0.01")]
    for first in (1, 2, 3):
        parts_of_a_day = [amount for *_, amount in divided("0.05", first, first + 2, first + 1, first + 2)]
        assert parts_of_a_day == ["0.02", "0.01", "0.02"], "wherever its days lie"
    assert divided("0.05", 1, 4, 1, 5, 9) == [(1, 4, "env", "0.05")], "an edge outside divides nothing"
