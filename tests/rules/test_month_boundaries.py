"""What happens at 00:00 on the first of a month belongs to that month, and at the last instant before it to the month before: of years too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from libs.commands.decision import Decisions
from libs.commands.testing import NOW, Scenario, money
from libs.events.catalog.backlog.item import ItemAdded, ItemDelivered
from libs.events.catalog.portfolio.investment import ActualRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import PhaseEntered, ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.event import Actor, Event, Payload
from libs.events.facts import Facts
from libs.rules.graduation.preconditions import backlog_diminishes, burn_down
from libs.rules.history.stories import backlog_over_time
from libs.rules.money.fiscal_years import YearsOf
from libs.rules.products.phases import phases_of

FIRST = datetime(2025, 4, 1, tzinfo=UTC)
LAST = FIRST - timedelta(microseconds=1)
"""The first instant of a month that also begins a fiscal year, and the last one of the month before."""


def timed(s: Scenario, aggregate: str, at: datetime, *said: Payload) -> Scenario:
    """Something said of an instant."""
    for data in said:
        s.world.apply(Event(aggregate, s.world.last(aggregate) + 1, at, at, NOW, Actor("someone", "importer"), data))
    return s


def told() -> Scenario:
    """An organisation whose years begin in April, its product with three items, and the team that serves it."""
    s = Scenario(Decisions()).given("organisation:env", OrganisationRegistered(name="Env", fiscal_year_start="04-01"), at="2024-01-01")
    s.given("product:p", ProductRegistered(name="P", home="env"), at="2024-01-01")
    s.given("team:t", TeamFormed(name="T", home="env", products=("p",)), at="2024-01-01")
    for n in range(3):
        s.given(f"item:i{n}", ItemAdded(product="p", title="x"), at="2024-12-01")
    return s


def open_at(facts: Facts) -> dict[str, int]:
    return {str(one.on): one.open for one in backlog_over_time(facts, "p")}


@pytest.mark.requirement("S0-25")
@pytest.mark.parametrize(("at", "in_march"), [(LAST, 2), (FIRST, 3)])
def test_an_item_that_is_delivered_at_the_boundary_is_counted_in_its_own_month(at: datetime, in_march: int) -> None:
    facts = timed(told(), "item:i0", at, ItemDelivered()).facts("2025-05-15")
    assert {day: n for day, n in open_at(facts).items() if day in ("2025-02-28", "2025-03-31", "2025-04-30")} == {
        "2025-02-28": 3, "2025-03-31": in_march, "2025-04-30": 2
    }  # fmt: skip
    shown = [one.says for one in backlog_diminishes(facts, "t").evidence]
    assert (f"{in_march} open at the end of 2025-03-31" in shown) and "2 open at the end of 2025-04-30" in shown


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("until", "ends"),
    [(LAST, "November 2024 to February 2025"), (FIRST, "December 2024 to March 2025"), (FIRST + timedelta(hours=1), "December 2024 to March 2025")],
)
def test_a_month_is_whole_from_its_last_instant_on(until: datetime, ends: str) -> None:
    s = told()
    assert ends in burn_down(s.facts("2025-05-15"), "t", until).why
    assert ends in backlog_diminishes(Facts(s.world, day=until.date(), before=until), "t").why


@pytest.mark.requirement("R-02")
def test_at_the_end_of_its_last_day_a_month_counts() -> None:
    s = told()
    assert "December 2024 to March 2025" in backlog_diminishes(s.facts("2025-03-31"), "t").why
    assert "November 2024 to February 2025" in backlog_diminishes(s.facts("2025-03-30"), "t").why


@pytest.mark.requirement("S4-09")
@pytest.mark.parametrize(("at", "year"), [(LAST, "2024-04-01"), (FIRST, "2025-04-01")])
def test_an_approval_at_the_boundary_is_counted_in_its_own_fiscal_year(at: datetime, year: str) -> None:
    s = told().given("investment:i", InvestmentProposed(team="t", amount=money("10.00")), at="2025-01-01")
    years = YearsOf("organisation")(timed(s, "investment:i", at, InvestmentDecided(approved=True, reason="x")).facts("2025-06-01"), "env")
    assert [str(one.starts) for one in years if one.committed] == [year]


@pytest.mark.requirement("S4-09")
def test_what_is_spent_on_the_first_and_the_last_day_of_a_year_is_spent_in_it() -> None:
    s = told().given("investment:i", InvestmentProposed(team="t", amount=money("10.00")), at="2025-01-01")
    for first, last, amount in (("2025-03-31", "2025-03-31", "1.00"), ("2025-04-01", "2025-04-01", "2.00"), ("2025-03-31", "2025-04-01", "4.00")):
        spent = ActualRecorded(amount=money(amount), covers_from=date.fromisoformat(first), covers_until=date.fromisoformat(last))
        s.given("investment:i", spent, at="2025-05-01")
    years = YearsOf("organisation")(s.facts("2025-06-01"), "env")
    assert {str(one.starts): str(one.actual[0].amount) for one in years} == {"2024-04-01": "3.00", "2025-04-01": "4.00"}


@pytest.mark.requirement("S0-01")
@pytest.mark.parametrize(("at", "day", "before"), [(LAST, "2025-03-31", "2025-03-30"), (FIRST, "2025-04-01", "2025-03-31")])
def test_a_phase_is_entered_on_the_day_of_its_instant(at: datetime, day: str, before: str) -> None:
    s = timed(told(), "product:p", at, PhaseEntered(phase="beta"))
    assert phases_of(s.facts(before), "p") == ()
    assert [str(one.since) for one in phases_of(s.facts(day), "p")] == [day]
