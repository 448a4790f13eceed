"""Whatever a whole is broken down by, its parts and what stands beside them sum to it: with loans, with references that nobody has told of, on any day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.calendar.local_time import start_of
from libs.commands.decision import Decisions
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import INVESTMENT, ActualRecorded, ForecastRecorded, InvestmentDecided, InvestmentProposed, ReturnRecorded
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.currencies import unit
from libs.events.facts import Facts
from libs.events.values import Money
from libs.rules.money.amounts import Amount, Sum
from libs.rules.money.breakdowns import KINDS, Others, Why
from libs.rules.money.figures import Figures, first_baselines, of_organisation, of_portfolio, of_product, of_program, of_team
from libs.rules.money.fiscal_years import YearsOf
from libs.rules.money.spending import stretches

MONEY = ("committed", "forecast", "actual", "enhance", "support", "unsplit", "returned", "against_first_baseline", "against_current_baseline")
OF = {"organisation": of_organisation, "program": of_program, "product": of_product, "team": of_team}
FIRST = date(2024, 1, 1)
days = st.integers(0, 400).map(lambda n: FIRST + timedelta(days=n))
homes, programs, products, teams = (st.sampled_from((*ids, None)) for ids in (("env", "citz", "sea"), ("nature", "roads"), ("x", "y", "z"), ("a", "b", "c")))
cash = st.builds(lambda units, currency: Money(amount=units * unit(currency), currency=currency), st.integers(0, 10**9), st.sampled_from(("CAD", "JPY", "KWD")))


@st.composite
def worlds(draw: st.DrawFn) -> Scenario:
    """Organisations, programs, products and teams that are told of on some day, or never; investments that name them, and loans."""
    s = Scenario(Decisions())
    told = st.booleans()
    for id in ("env", "citz", "sea"):
        if draw(told):
            s.given(f"organisation:{id}", OrganisationRegistered(name=id, fiscal_year_start=draw(st.sampled_from((None, "04-01")))), at=str(draw(days)))
    for id in ("nature", "roads"):
        if draw(told):
            s.given(f"program:{id}", ProgramOpened(name=id, home=draw(homes)), at=str(draw(days)))
    for id in ("x", "y", "z"):
        if draw(told):
            s.given(f"product:{id}", ProductRegistered(name=id, home=draw(homes), program=draw(programs)), at=str(draw(days)))
    for id in ("a", "b", "c"):
        if draw(told):
            served = tuple(draw(st.sets(st.sampled_from(("x", "y", "z")))))
            s.given(f"team:{id}", TeamFormed(name=id, home=draw(homes), products=served), at=str(draw(days)))
    for n in range(draw(st.integers(1, 4))):
        asked, split = draw(cash), draw(told)
        rest = Money(amount=draw(st.integers(0, 10**9)) * unit(asked.currency), currency=asked.currency)
        at, learned = sorted((draw(days), draw(days)))
        proposed = InvestmentProposed(
            team=draw(teams),
            product=draw(products),
            enhance=asked if split else None,
            support=rest if split else None,
            amount=None if split else asked,
        )
        s.given(f"investment:i{n}", proposed, at=str(at), known=str(learned))
        s.given(f"investment:i{n}", InvestmentDecided(approved=draw(told), reason="Said"), at=str(at), known=str(learned))
        for _ in range(draw(st.integers(0, 2))):
            first, last = sorted((draw(days), draw(days)))
            spent = Money(amount=draw(st.integers(0, 10**6)) * unit(asked.currency), currency=asked.currency)
            s.given(f"investment:i{n}", ActualRecorded(amount=spent, covers_from=first, covers_until=last), at=str(last))
        if draw(told):
            s.given(f"investment:i{n}", ForecastRecorded(amount=asked), ReturnRecorded(amount=rest, description="Saved"), at=str(draw(days)))
    for n in range(draw(st.integers(0, 3))):
        borrower = draw(st.sampled_from(("env", "citz", "sea", "elsewhere")))
        lent = TeamLent(team=draw(st.sampled_from(("a", "b", "c"))), lender="env", borrower=borrower, staffing=Staffing.STAFF, agreement="Letter")
        s.given(f"loan:l{n}", lent, at=str(draw(days)))
        if draw(told):
            s.given(f"loan:l{n}", TeamReturned(), at=str(draw(days)))
    return s


def summed(found: list[tuple[Amount, ...]]) -> dict[str, Decimal]:
    """One amount a currency; what comes to nothing is left out."""
    whole = Sum((one.currency, one.amount) for amounts in found for one in amounts)
    return {currency: amount for currency, amount in whole if amount}


def parts(facts: Facts, by: str, organisation: str | None) -> dict[str, Figures]:
    """The figures of each part that is told of."""
    states = facts.every(KINDS[by]) if organisation is None else facts.related(KINDS[by], "home", organisation)
    return {one.id: OF[by](facts, one.id) for one in states}


@pytest.mark.requirement("S4-08")
@pytest.mark.requirement("S4-09")
@pytest.mark.requirement("S4-15")
@settings(max_examples=100, deadline=None)
@given(worlds(), days, st.none() | days)
def test_parts_and_what_stands_beside_them_sum_to_the_whole_in_every_currency(s: Scenario, day: date, known: date | None) -> None:
    facts = s.facts(str(day), start_of(known) if known else None)
    for organisation in (None, *(one.id for one in facts.every(ORGANISATION))):
        whole = of_portfolio(facts, organisation)
        for field in MONEY:
            for by in ("program", "product", "team", *(() if organisation else ("organisation",))):
                found = [getattr(one, field) for one in parts(facts, by, organisation).values()]
                beside = [getattr(one.sums, field).to_tuple() for one in Others(by)(facts, organisation)]
                assert summed([*found, *beside]) == summed([getattr(whole, field)]), (organisation, by, field)
        for by in ("program", "product", "team"):
            firsts = [first_baselines(facts, by, id) for id in parts(facts, by, organisation)]
            beside = [one.first_baseline.to_tuple() for one in Others(by)(facts, organisation)]
            assert summed([*firsts, *beside]) == summed([first_baselines(facts, "portfolio", organisation)])
        assert summed([whole.enhance, whole.support, whole.unsplit]) == summed([whole.committed])
        years = YearsOf("portfolio")(facts, organisation)
        for field in ("committed", "forecast", "actual"):
            assert summed([getattr(year, field) for year in years]) == summed([getattr(whole, field)])
        for one in (amount for field in MONEY for amount in getattr(whole, field)):
            assert one.amount == one.amount.quantize(unit(one.currency)), "every amount is in units of its currency"


def approved(s: Scenario, id: str, team: str | None, product: str | None, amount: str = "100.00") -> Scenario:
    return s.given(f"investment:{id}", InvestmentProposed(team=team, product=product, amount=money(amount)), InvestmentDecided(approved=True, reason="x"))


def told(s: Scenario, by: str, organisation: str | None = None) -> dict[tuple[Why, str | None], str]:
    """What is committed beside the parts, or (of loans) was spent."""
    return {
        (one.why, one.named): str((one.sums.actual if one.why is Why.LOANS else one.sums.committed).get("CAD")) for one in Others(by)(s.facts(), organisation)
    }


@pytest.mark.requirement("S4-09")
def test_money_for_a_team_that_nobody_has_formed_and_for_none_stands_beside_the_teams() -> None:
    s = approved(approved(Scenario(Decisions()), "one", "future", None), "two", None, "x", "50.00")
    assert told(s, "team") == {(Why.NOT_KNOWN, "team:future"): "100.00", (Why.NOT_NAMED, None): "50.00"}
    assert told(s, "product") == {(Why.NOT_KNOWN, "product:x"): "50.00", (Why.NOT_NAMED, None): "100.00"}
    assert told(s, "program") == {(Why.NOT_KNOWN, "product:x"): "50.00", (Why.NOT_KNOWN, "team:future"): "100.00"}
    assert told(s, "organisation") == {(Why.NOT_NAMED, None): "150.00"}
    s.given("team:future", TeamFormed(name="Future", home="env"))
    assert told(s, "team") == {(Why.NOT_NAMED, None): "50.00"}
    assert told(s, "organisation") == {(Why.NOT_KNOWN, "organisation:env"): "100.00", (Why.NOT_NAMED, None): "50.00"}


@pytest.mark.requirement("S4-08")
def test_what_several_programs_share_is_taken_off_and_what_is_at_home_elsewhere_too() -> None:
    s = Scenario(Decisions())
    for home in ("env", "sea"):
        s.given(f"organisation:{home}", OrganisationRegistered(name=home))
    for program in ("nature", "roads"):
        s.given(f"program:{program}", ProgramOpened(name=program, home="env"))
    s.given("product:x", ProductRegistered(name="X", home="env", program="nature")).given("product:y", ProductRegistered(name="Y", home="env", program="roads"))
    s.given("team:a", TeamFormed(name="A", home="env", products=("x", "y"))).given("team:b", TeamFormed(name="B", home="sea"))
    approved(approved(s, "shared", "a", None), "theirs", "b", "x", "30.00")
    assert told(s, "program") == {(Why.SHARED, None): "-100.00"}
    assert told(s, "product", "env") == {(Why.NOT_NAMED, None): "100.00", (Why.OF_OTHERS, None): "-30.00"}
    assert told(s, "product", "sea") == {(Why.ELSEWHERE, None): "30.00"}


@pytest.mark.requirement("S4-08")
def test_why_money_is_in_no_program_follows_its_product_or_without_one_what_its_team_serves() -> None:
    s = Scenario(Decisions()).given("product:plain", ProductRegistered(name="P", home="env")).given("program:nature", ProgramOpened(name="N", home="env"))
    s.given("product:x", ProductRegistered(name="X", home="env", program="nature")).given("product:y", ProductRegistered(name="Y", home="env", program="later"))
    s.given("team:a", TeamFormed(name="A", home="env", products=("x",)))
    for n, (team, product) in enumerate([(None, None), (None, "plain"), ("a", "future"), (None, "y"), ("unformed", None), ("a", None)]):
        approved(s, f"i{n}", team, product, f"{n + 1}.00")
    assert list(told(s, "program").items()) == [
        ((Why.NOT_KNOWN, "product:future"), "3.00"),
        ((Why.NOT_KNOWN, "program:later"), "4.00"),
        ((Why.NOT_KNOWN, "team:unformed"), "5.00"),
        ((Why.NOT_NAMED, None), "3.00"),
    ], "in order of the reasons, then of what is named"


def test_what_stands_beside_comes_in_the_order_of_the_reasons_whatever_came_first() -> None:
    s = Scenario(Decisions()).given("organisation:env", OrganisationRegistered(name="E")).given("team:t", TeamFormed(name="T", home="sea"))
    s.given("product:p", ProductRegistered(name="P", home="sea")).given("team:u", TeamFormed(name="U", home="env"))
    approved(approved(approved(s, "a", "u", "p"), "b", "u", "zoo", "2.00"), "c", "u", None, "3.00")
    approved(s, "d", "u", "ant", "4.00")
    asked = [(Why.NOT_KNOWN, "product:ant"), (Why.NOT_KNOWN, "product:zoo"), (Why.NOT_NAMED, None), (Why.ELSEWHERE, None)]
    assert list(told(s, "product", "env")) == asked
    for home, team in (("zoo", "z"), ("ant", "n")):
        approved(s.given(f"team:{team}", TeamFormed(name=team, home=home)), f"of-{home}", team, None)
    approved(s, "nobodys", None, None)
    assert list(told(s, "organisation")) == [*((Why.NOT_KNOWN, f"organisation:{id}") for id in ("ant", "zoo")), (Why.NOT_NAMED, None)]
    assert Others("organisation")(s.facts(), "env") == (), "an organisation is not broken down by organisations"


def test_what_was_approved_once_and_is_no_more_has_no_first_baseline_beside_the_teams() -> None:
    s = approved(Scenario(Decisions()), "i", "future", None)
    assert [str(one.first_baseline.get("CAD")) for one in Others("team")(s.facts(), None)] == ["100.00"]
    s.given("investment:i", InvestmentDecided(approved=False, reason="Wrong"))
    assert [one.first_baseline.get("CAD") for one in Others("team")(s.facts(), None)] == [
        one.sums.committed.get("CAD") for one in Others("team")(s.facts(), None)
    ]


@pytest.mark.requirement("S4-15")
def test_what_loans_move_stands_beside_the_teams_of_an_organisation() -> None:
    s = Scenario(Decisions()).given("organisation:env", OrganisationRegistered(name="Env"), at="2024-01-01")
    s.given("team:a", TeamFormed(name="A", home="env"), at="2024-01-01")
    s.given("investment:i", InvestmentProposed(team="a", amount=money("100.00")), InvestmentDecided(approved=True, reason="x"), at="2024-01-01")
    spent = ActualRecorded(amount=money("100.00"), covers_from=date(2024, 6, 1), covers_until=date(2024, 6, 30))
    s.given("investment:i", spent, at="2024-06-30")
    lent = TeamLent(team="a", lender="env", borrower="elsewhere", staffing=Staffing.STAFF, agreement="Letter")
    s.given("loan:l", lent, at="2024-06-01").given("loan:l", TeamReturned(), at="2024-06-15")
    assert told(s, "team", "env") == {(Why.LOANS, None): "-50.00"}
    (beside,) = Others("organisation")(s.facts(), None)
    assert (beside.why, beside.named, str(beside.sums.actual.get("CAD"))) == (Why.NOT_KNOWN, "organisation:elsewhere", "50.00")


@given(st.lists(st.integers(0, 400).map(lambda n: FIRST + timedelta(days=n)), max_size=8), cash, st.integers(0, 400))
def test_however_days_are_divided_their_amounts_are_in_units_and_sum_to_the_whole(edges: list[date], spent: Money, length: int) -> None:
    s = Scenario(Decisions()).given("investment:i", InvestmentProposed(team="a", amount=spent))
    s.given("investment:i", ActualRecorded(amount=spent, covers_from=FIRST, covers_until=FIRST + timedelta(days=length)))
    investment = s.facts().get(INVESTMENT, "i")
    assert investment is not None
    found = stretches(s.facts(), investment, investment.actuals[0], edges)
    assert sum(one.amount for one in found) == spent.amount
    assert all(one.amount == one.amount.quantize(unit(spent.currency)) for one in found)
    assert sum((one.last - one.first).days + 1 for one in found) == length + 1
    for one in found:
        share = spent.amount * ((one.last - one.first).days + 1) / (length + 1)
        assert abs(one.amount - share) <= unit(spent.currency), "within a unit of its share"


def test_an_old_amount_that_is_finer_than_its_currency_is_divided_whole() -> None:
    s = Scenario(Decisions()).given("investment:i", InvestmentProposed(team="a", amount=money("666.66", "JPY")))
    spent = ActualRecorded(amount=money("666.66", "JPY"), covers_from=FIRST, covers_until=FIRST + timedelta(days=2))
    investment = s.given("investment:i", spent).facts().get(INVESTMENT, "i")
    assert investment is not None
    found = stretches(s.facts(), investment, investment.actuals[0], [FIRST + timedelta(days=n) for n in range(3)])
    assert [str(one.amount) for one in found] == ["222.22", "222.22", "222.22"]
    assert [str(one) for one in (spent.amount, money("1000", "JPY"), money("1000.5"), money("1000.5", "KWD"))] == [
        "666.66 JPY", "1000 JPY", "1000.50 CAD", "1000.500 KWD"
    ]  # fmt: skip
