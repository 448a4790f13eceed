"""Money: committed, forecast, spent and returned, where a loan puts it, and that the parts are the whole to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.commands.decision import Decisions
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.investment import (
    INVESTMENT,
    ActualRecorded,
    ForecastRecorded,
    Funding,
    InvestmentDecided,
    InvestmentProposed,
    InvestmentRebaselined,
    ReturnRecorded,
)
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import Staffing, TeamFormed
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.event import Overridden, Payload
from libs.events.facts import Facts
from libs.events.values import Money
from libs.rules.money.amounts import Amount, Sum
from libs.rules.money.figures import Figures, investments_in, of_investment, of_organisation, of_portfolio, of_product, of_program, of_team
from libs.rules.money.spending import borne_by, home_of

MONEY = ("committed", "forecast", "actual", "enhance", "support", "returned", "against_first_baseline", "against_current_baseline")


def amounts(found: tuple[Amount, ...]) -> dict[str, str]:
    return {one.currency: str(one.amount) for one in found}


def proposed(
    enhance: str = "900.00", support: str = "300.00", team: str | None = "parks", product: str | None = "booking", ends: date | None = None
) -> InvestmentProposed:
    funding = Funding.ONE_OFF_PROJECT if ends else Funding.ONGOING_PRODUCT
    return InvestmentProposed(team=team, product=product, enhance=money(enhance), support=money(support), funding=funding, value="Fewer visits", ends=ends)


def spent(amount: str, covers_from: str, covers_until: str) -> ActualRecorded:
    return ActualRecorded(amount=money(amount), covers_from=date.fromisoformat(covers_from), covers_until=date.fromisoformat(covers_until))


APPROVED = InvestmentDecided(approved=True, reason="Of value")
INV = "investment:inv"


def story(*said: tuple[str, Payload, str]) -> Scenario:
    """A team, its product, two organisations, and what else was said on which day."""
    s = Scenario(Decisions())
    for id in ("env", "health"):
        s.given(f"organisation:{id}", OrganisationRegistered(name=id), at="2024-01-01")
    s.given("program:nature", ProgramOpened(name="Nature", home="env"), at="2024-01-01")
    s.given("product:booking", ProductRegistered(name="Booking", home="env", program="nature"), at="2024-01-01")
    s.given("team:parks", TeamFormed(name="Parks", home="env", products=("booking",)), at="2024-01-01")
    for aggregate, data, at in said:
        s.given(aggregate, data, at=at)
    return s


def seen(s: Scenario, day: str = "2026-01-01") -> Figures:
    return of_investment(s.facts(day), "inv")


@pytest.mark.requirement("S0-08")
def test_what_is_approved_is_committed_and_split_and_what_is_not_counts_only_as_spent() -> None:
    s = story((INV, proposed(), "2024-02-01"), (INV, spent("10.00", "2024-02-01", "2024-02-10"), "2024-02-10"), (INV, APPROVED, "2024-03-01"))
    before, after = seen(s, "2024-02-29"), seen(s, "2024-03-01")
    assert [amounts(getattr(before, field)) for field in MONEY] == [{}, {}, {"CAD": "10.00"}, {}, {}, {}, {}, {}]
    assert [amounts(getattr(after, field)).get("CAD") for field in MONEY] == ["1200.00", "1200.00", "10.00", "900.00", "300.00", None, "0.00", "0.00"]


@pytest.mark.requirement("S4-09")
def test_an_investment_that_was_turned_down_is_not_committed() -> None:
    turned_down = InvestmentDecided(approved=False, reason="Not now")
    found = seen(story((INV, proposed(), "2024-02-01"), (INV, turned_down, "2024-03-01"), (INV, ForecastRecorded(amount=money("5.00")), "2024-04-01")))
    assert (found.committed, found.forecast, found.against_first_baseline) == ((), (), ())


@pytest.mark.requirement("S4-09")
def test_the_forecast_is_the_one_recorded_last_else_the_larger_of_baseline_and_spent() -> None:
    s = story((INV, proposed(), "2024-02-01"), (INV, APPROVED, "2024-03-01"), (INV, spent("1500.00", "2024-03-01", "2024-05-31"), "2024-05-31"))
    s.given(INV, ForecastRecorded(amount=money("1100.00")), at="2024-06-30")
    assert [amounts(seen(s, day).forecast) for day in ("2024-03-01", "2024-05-31", "2024-06-30")] == [
        {"CAD": "1200.00"},
        {"CAD": "1500.00"},
        {"CAD": "1100.00"},
    ]
    assert amounts(seen(s).against_first_baseline) == {"CAD": "-100.00"}


@pytest.mark.requirement("S0-14")
def test_the_first_and_the_current_baseline_stand_side_by_side() -> None:
    rebaselined = InvestmentRebaselined(enhance=money("700.00"), support=money("350.00"), approver="Steering group", reason="Less is needed")
    s = story((INV, proposed(), "2024-02-01"), (INV, APPROVED, "2024-03-01"), (INV, ForecastRecorded(amount=money("1210.00")), "2024-12-31"))
    found = seen(s.given(INV, rebaselined, at="2025-01-10"))
    assert [amounts(getattr(found, f))["CAD"] for f in ("committed", "enhance", "support", *MONEY[-2:])] == ["1050.00", "700.00", "350.00", "10.00", "160.00"]


@pytest.mark.requirement("S4-09")
def test_what_came_back_is_returned_and_currencies_are_never_added() -> None:
    euro = InvestmentProposed(team="parks", amount=money("50.00", "EUR"))
    s = story(
        (INV, proposed(), "2024-02-01"), (INV, APPROVED, "2024-03-01"), (INV, ReturnRecorded(amount=money("7.00"), description="Less paper"), "2024-04-01")
    )
    s.given("investment:two", euro, APPROVED, at="2024-03-01")
    found = of_team(s.facts(), "parks")
    assert amounts(found.committed) == {"CAD": "1200.00", "EUR": "50.00"}
    assert (amounts(found.enhance), amounts(found.returned)) == ({"CAD": "900.00"}, {"CAD": "7.00"})
    assert [one.currency for one in found.committed] == ["CAD", "EUR"]


def lent(start: str, until: str | None = None, *, borrower: str = "health", id: str = "loan") -> tuple[str, Payload, str]:
    ends = date.fromisoformat(until) if until else None
    return f"loan:{id}", TeamLent(team="parks", lender="env", borrower=borrower, staffing=Staffing.STAFF, agreement="Letter", until=ends), start


def returned(day: str, id: str = "loan") -> tuple[str, Payload, str]:
    return f"loan:{id}", TeamReturned(), day


def bearing(*loans: tuple[str, Payload, str], amount: str = "100.00", day: str = "2024-06-30") -> dict[str, str]:
    """Who bears an amount that was spent from 1 to 30 June."""
    s = story((INV, proposed(), "2024-02-01"), (INV, APPROVED, "2024-03-01"), (INV, spent(amount, "2024-06-01", "2024-06-30"), "2024-06-30"), *loans)
    facts = s.facts(day)
    found = {id: amounts(of_organisation(facts, id).actual).get("CAD", "none") for id in ("env", "health", "roads")}
    assert amounts(of_team(facts, "parks").actual) == amounts(of_portfolio(facts, None).actual) == {"CAD": amount}
    return {id: one for id, one in found.items() if one != "none"}


@pytest.mark.requirement("S4-15")
@pytest.mark.parametrize(
    ("loans", "parts"),
    [
        ([], {"env": "100.00"}),
        ([lent("2024-06-10"), returned("2024-06-19")], {"env": "66.67", "health": "33.33"}),
        ([lent("2024-06-10"), returned("2024-06-10")], {"env": "96.67", "health": "3.33"}),
        ([lent("2024-05-01"), returned("2024-06-03")], {"env": "90.00", "health": "10.00"}),
        ([lent("2024-05-01"), returned("2024-05-31")], {"env": "100.00"}),
        ([lent("2024-06-28")], {"env": "90.00", "health": "10.00"}),
        ([lent("2024-06-28", "2024-06-29")], {"env": "90.00", "health": "10.00"}),
        (
            [lent("2024-06-01"), returned("2024-06-30"), lent("2024-06-21", borrower="roads", id="two"), returned("2024-06-30", "two")],
            {"health": "66.67", "roads": "33.33"},
        ),
        ([lent("2024-06-01", borrower="env"), returned("2024-06-30")], {"env": "100.00"}),
    ],
    ids=["none", "ten days", "one day", "from before", "before", "still away", "overdue and still away", "overlapping", "back home"],
)
def test_days_on_loan_count_for_the_borrower_and_the_rest_for_the_home(loans: list[tuple[str, Payload, str]], parts: dict[str, str]) -> None:
    assert bearing(*loans) == parts


@pytest.mark.requirement("S4-15")
def test_a_loan_that_was_returned_late_in_the_telling_is_seen_as_open_until_then() -> None:
    loan = [lent("2024-06-21"), returned("2024-08-31")]
    assert bearing(*loan, day="2024-06-30") == bearing(*loan, day="2024-09-30") == {"env": "66.67", "health": "33.33"}


def test_what_is_nobodys_home_counts_in_the_portfolio_alone() -> None:
    s = story((INV, proposed(team="unknown", product=None), "2024-02-01"), (INV, APPROVED, "2024-03-01"))
    facts = s.facts()
    assert amounts(of_portfolio(facts, None).committed) == {"CAD": "1200.00"}
    assert of_portfolio(facts, "env").committed == ()


def test_an_investment_in_a_product_is_at_the_products_home_and_one_in_a_team_at_the_teams() -> None:
    s = story((INV, proposed(team=None), "2024-02-01"), (INV, APPROVED, "2024-03-01"))
    s.given("team:guests", TeamFormed(name="Guests", home="health", products=("booking",)), at="2024-01-01")
    s.given("investment:two", proposed("1.00", "1.00", team="guests"), APPROVED, at="2024-03-01")
    facts = s.facts()
    assert [amounts(of_organisation(facts, id).committed) for id in ("env", "health")] == [{"CAD": "1200.00"}, {"CAD": "2.00"}]
    assert amounts(of_product(facts, "booking").committed) == {"CAD": "1202.00"}


@pytest.mark.requirement("S4-08")
def test_a_program_has_what_goes_to_its_products_and_to_teams_that_serve_them() -> None:
    s = story((INV, proposed(), "2024-02-01"), (INV, APPROVED, "2024-03-01"))
    s.given("investment:two", proposed("1.00", "1.00", product=None), APPROVED, at="2024-03-01")
    assert amounts(of_program(s.facts(), "nature").committed) == {"CAD": "1202.00"}
    assert amounts(of_product(s.facts(), "booking").committed) == {"CAD": "1200.00"}


def rules(found: Figures) -> list[str]:
    return [warning.rule for warning in found.warnings]


@pytest.mark.requirement("S0-08")
def test_support_at_zero_is_warned_of_once_it_is_approved_and_an_amount_without_a_split_is_not() -> None:
    s = story((INV, proposed(support="0.00"), "2024-02-01"), (INV, APPROVED, "2024-03-01"))
    assert [rules(seen(s, day)) for day in ("2024-02-29", "2024-03-01")] == [[], ["S0-08"]]
    assert rules(of_team(s.facts(), "parks")) == rules(of_organisation(s.facts(), "env")) == rules(of_portfolio(s.facts(), None)) == ["S0-08"]
    whole = story((INV, InvestmentProposed(product="booking", amount=money("5.00"), value="Fewer visits"), "2024-02-01"), (INV, APPROVED, "2024-03-01"))
    assert rules(seen(whole)) == []


@pytest.mark.requirement("S4-03")
def test_a_one_off_project_with_an_end_is_warned_of_also_before_it_is_decided() -> None:
    assert rules(seen(story((INV, proposed(ends=date(2027, 3, 31)), "2024-02-01")))) == ["S4-03"]
    assert rules(seen(story((INV, proposed(), "2024-02-01")))) == []


@pytest.mark.requirement("S0-03")
def test_a_product_that_halted_early_is_shown_as_a_risk() -> None:
    s = story(("product:booking", ProductHalted(reason="resource_constraint", lacking="two developers"), "2024-02-01"))
    (warning,) = of_product(s.facts(), "booking").warnings
    assert (warning.rule, warning.message) == ("S0-03", "booking: work on it halted on 2024-02-01 for resource constraint, two developers is lacking")


@pytest.mark.requirement("S0-14")
def test_a_rule_that_was_lifted_stands_among_the_warnings_of_what_it_was_lifted_for() -> None:
    lifted = Overridden(rule="S0-14", reason="The flood", command="portfolio.submit_bid")
    s = story((INV, proposed(), "2024-02-01")).given("bid:b", lifted, BidSubmitted(investment="inv", amount=money("1.00"), body="Board"), at="2024-02-02")
    s.given("release:r", Overridden(rule="S0-16", reason="A leak", command="roadmap.publish_release"), at="2024-02-03", by="executive@env")
    s.given("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.LIVE, title="Live"), at="2024-02-03")
    assert rules(seen(s)) == ["S0-14"]
    found = of_product(s.facts(), "booking").warnings
    assert [w.message for w in found if w.rule == "S0-16"] == [
        "release:r: executive of env (someone) lifted the rule for roadmap.publish_release on 2024-02-03: A leak"
    ]
    for of, id in ((of_team, "parks"), (of_organisation, "env"), (of_program, "nature")):
        assert rules(of(s.facts(), id)) == ["S0-14", "S0-16"]
    assert rules(of_portfolio(s.facts(), None)) == ["S0-14", "S0-16"]


def test_sums_keep_currencies_apart_and_in_order() -> None:
    both = Sum.of(money("1.00", "USD"), money("2.00"), money("0.50", "USD"), None)
    assert both.to_tuple() == (Amount(Decimal("2.00"), "CAD"), Amount(Decimal("1.50"), "USD"))
    assert (both - both).to_tuple() == (Amount(Decimal("0.00"), "CAD"), Amount(Decimal("0.00"), "USD"))
    assert Sum.total([both, both]) == both + both
    assert not Sum()


# What must always hold

DAYS = st.integers(0, 400).map(lambda n: date(2024, 1, 1) + timedelta(days=n))
TEAMS, PRODUCTS, HOMES = ("a", "b", "c"), ("x", "y"), ("env", "citz", "health")
cash = st.builds(
    lambda cents, currency: Money(amount=Decimal(cents) / 100, currency=currency), st.integers(0, 10_000_000), st.sampled_from(("CAD", "EUR", "USD"))
)


@st.composite
def portfolios(draw: st.DrawFn) -> Scenario:
    """Teams and products at home somewhere or nowhere known, investments in them, and loans that overlap or never end."""
    s = Scenario(Decisions())
    for home in HOMES:
        s.given(f"organisation:{home}", OrganisationRegistered(name=home), at="2024-01-01")
    for product in PRODUCTS:
        s.given(f"product:{product}", ProductRegistered(name=product, home=draw(st.sampled_from((*HOMES, None)))), at="2024-01-01")
    for team in TEAMS:
        s.given(f"team:{team}", TeamFormed(name=team, home=draw(st.sampled_from(HOMES)), products=("x",)), at=str(draw(DAYS)))
    for n in range(draw(st.integers(1, 5))):
        inv = f"investment:i{n}"
        split = draw(st.booleans())
        enhance, support = draw(cash), draw(cash)
        said = InvestmentProposed(
            team=draw(st.sampled_from((*TEAMS, None))),
            product=draw(st.sampled_from((*PRODUCTS, None))),
            amount=None if split else enhance,
            enhance=enhance if split else None,
            support=Money(amount=support.amount, currency=enhance.currency) if split else None,
        )
        s.given(inv, said, at="2024-01-01")
        s.given(inv, InvestmentDecided(approved=draw(st.booleans()), reason="Said"), at="2024-01-02")
        for _ in range(draw(st.integers(0, 3))):
            first, last = sorted((draw(DAYS), draw(DAYS)))
            s.given(inv, ActualRecorded(amount=draw(cash), covers_from=first, covers_until=last), at=str(last))
        for extra in draw(
            st.lists(st.one_of(cash.map(lambda m: ForecastRecorded(amount=m)), cash.map(lambda m: ReturnRecorded(amount=m, description="Saved"))), max_size=2)
        ):
            s.given(inv, extra, at=str(draw(DAYS)))
    for n in range(draw(st.integers(0, 5))):
        until, borrower = draw(st.none() | DAYS), draw(st.sampled_from((*HOMES, "elsewhere")))
        lending = TeamLent(team=draw(st.sampled_from(TEAMS)), lender="env", borrower=borrower, staffing=Staffing.STAFF, agreement="Letter", until=until)
        s.given(f"loan:l{n}", lending, at=str(draw(DAYS)))
        if draw(st.booleans()):
            s.given(f"loan:l{n}", TeamReturned(), at=str(draw(DAYS)))
    return s


def whole(found: tuple[Amount, ...]) -> dict[str, Decimal]:
    return {one.currency: one.amount for one in found if one.amount}


def parts(found: list[Figures], field: str) -> dict[str, Decimal]:
    return whole(Sum((one.currency, one.amount) for figures in found for one in getattr(figures, field)).to_tuple())


@pytest.mark.requirement("S4-09")
@pytest.mark.requirement("S4-15")
@settings(max_examples=120, deadline=None)
@given(portfolios(), DAYS)
def test_the_parts_are_the_whole_to_the_cent_in_every_currency(s: Scenario, day: date) -> None:
    """Over teams and what has none, over products and what has none, and over organisations (for what is spent also where a team was lent to)."""
    facts: Facts = s.facts(str(day))
    everything = of_portfolio(facts, None)
    single = {n: of_investment(facts, f"i{n}") for n in range(5)}
    teamless = [f for n, f in single.items() if _names(facts, n, "team") is None]
    productless = [f for n, f in single.items() if _names(facts, n, "product") is None]
    homeless = [f for n, f in single.items() if not any(_home(facts, n, home) for home in HOMES)]
    bearing_none = facts.derive(borne_by).get(None, Sum()).to_tuple()
    for field in MONEY:
        want = whole(getattr(everything, field))
        assert parts([*(of_team(facts, t) for t in TEAMS), *teamless], field) == want
        assert parts([*(of_product(facts, p) for p in PRODUCTS), *productless], field) == want
        nobodys = parts(homeless, field) if field != "actual" else whole(bearing_none)
        homes = parts([of_organisation(facts, o) for o in (*HOMES, "elsewhere")], field)
        assert whole(Sum([*homes.items(), *nobodys.items()]).to_tuple()) == want


def _names(facts: Facts, n: int, field: str) -> str | None:
    investment = facts.get(INVESTMENT, f"i{n}")
    return getattr(investment, field) if investment else None


def _home(facts: Facts, n: int, home: str) -> bool:
    return home_of(facts, f"i{n}") == home


def test_the_investments_of_a_program_are_those_in_its_products_then_those_of_its_teams_alone_by_team() -> None:
    s = Scenario(Decisions()).given("product:x", ProductRegistered(name="X", program="water"))
    for n, team in enumerate("fbdaec"):
        s.given(f"team:{team}", TeamFormed(name=team, home="env", products=("x",))).given(f"investment:i{n}", proposed(team=team, product=None))
    s.given("investment:z", proposed(team="a", product="x")).given("investment:other", proposed(team="a", product="y"))
    assert investments_in(s.facts(), "program", "water") == ("z", "i3", "i1", "i5", "i2", "i4", "i0")
