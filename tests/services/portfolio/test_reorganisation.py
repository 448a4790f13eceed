"""Names and homes that change: from a day on, and of no day before it."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import ANY

import pytest

from libs.commands.catalog.portfolio.reorganisation import MergeOrganisations, Move, Rename
from libs.commands.errors import Invalid, NotAllowed, NotFound
from libs.commands.retraction import RetractInPortfolio
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import ActualRecorded, InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered, OrganisationsMerged, PolicySet
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.reorganisation import Moved, Renamed
from libs.events.catalog.portfolio.team import TEAM, Staffing, TeamFormed
from libs.events.catalog.roadmap.vision import VISION, VisionSet
from libs.events.event import KINDS
from libs.events.facts import Facts
from libs.rules.authority import belonging
from libs.rules.graduation.status_change_dates import touched_days
from libs.rules.money.figures import total
from libs.rules.money.fiscal_years import YearsOf
from libs.rules.money.spending import borne_by, home_of
from libs.rules.products.homes import products_at
from services.portfolio.domain import decisions
from tests.given import given, say

MANAGERS = ("portfolio_manager@env", "portfolio_manager@parks")


def ministries() -> Scenario:
    """Two ministries, a program with a product, and a team at home in the first."""
    s = Scenario(decisions)
    for id in ("env", "parks"):
        s.given(f"organisation:{id}", OrganisationRegistered(name=id.capitalize()), at="2023-01-01")
    s.given("program:water", ProgramOpened(name="Water", home="env"), at="2024-01-01")
    s.given("product:permits", ProductRegistered(name="Permits", program="water"), at="2024-01-01")
    return s.given("team:t", TeamFormed(name="Rivers", home="env", products=("permits",)), at="2024-01-01")


def rename(subject: str = "team:t", name: str = "Lakes", **more: Any) -> Rename:
    return Rename.model_validate({"subject": subject, "name": name, **more})


def move(subject: str = "team:t", to: str = "parks", **more: Any) -> Move:
    return Move.model_validate({"subject": subject, "to": to, "reason": "The ministries were cut anew", **more})


def state(facts: Facts, subject: str) -> Any:
    kind, _, id = subject.partition(":")
    return facts.get(KINDS[kind], id)


@pytest.mark.parametrize("subject", ["team:t", "product:permits", "program:water", "organisation:env"])
def test_what_is_renamed_keeps_the_name_of_every_day_before(subject: str) -> None:
    s = ministries()
    before = state(s.facts("2025-02-28"), subject).name
    s.when(rename(subject, at="2025-03-01", reason="Nobody knew what it meant"), by="portfolio_manager@env")
    s.then(Renamed(name="Lakes", reason="Nobody knew what it meant"))
    assert (state(s.facts("2025-02-28"), subject).name, state(s.facts("2025-03-01"), subject).name) == (before, "Lakes")
    s.when(rename(subject)).then()


def test_a_name_is_given_by_its_own_portfolio_manager_to_what_was_there_by_then() -> None:
    s = ministries()
    for role in ("portfolio_manager@parks", "executive@env", "steering_group@env", "lab_ops", "product_owner@permits", "team@t", "auditor"):
        s.when(rename(), by=role).refused(NotAllowed)
    s.when(rename("team:nobody")).refused(NotFound)
    assert s.when(rename(at="2023-12-31")).refused(Invalid).field == "at"


@pytest.mark.requirement("S4-20")
def test_a_team_moves_by_the_word_of_both_ministries_and_lies_in_the_scope_of_the_new_one_from_that_day_on() -> None:
    s = ministries()
    for alone in MANAGERS:
        s.when(move(), by=alone).refused(NotAllowed)
    s.when(move(at="2025-03-01"), by="portfolio_manager@*").then(Moved(to="parks", reason="The ministries were cut anew", left="env"))
    then, now = (belonging(s.facts(day), "team", "t") for day in ("2025-02-28", "2025-03-01"))
    assert (("organisation", "env") in then, ("organisation", "parks") in then) == (True, False)
    assert (("organisation", "env") in now, ("organisation", "parks") in now) == (False, True)
    assert [[one.id for one in s.facts("2025-03-01").related(TEAM, "home", home)] for home in ("env", "parks")] == [[], ["t"]]
    s.when(rename(), by="portfolio_manager@env").refused(NotAllowed)
    s.when(move()).then()


def test_nothing_moves_to_nobody_knows_where_or_before_it_was_there() -> None:
    s = ministries()
    for role in ("importer", "portfolio_manager@env"):
        assert s.when(move(to="atlantis"), by=role).refused(Invalid).field == "to"
    assert s.when(move(at="2023-06-01")).refused(Invalid).field == "at"


@pytest.mark.requirement("S4-15")
@pytest.mark.parametrize("moved", ["team:t", "product:permits", "program:water"])
def test_what_was_spent_counts_for_the_home_of_the_day(moved: str) -> None:
    """A dollar a day over June; the home is another from the 11th on, be it that of the team, of the product or of its program."""
    team, product = ("t", None) if moved == "team:t" else (None, "permits")
    told = given(
        say("organisation:env", OrganisationRegistered(name="Env")),
        say("organisation:parks", OrganisationRegistered(name="Parks", fiscal_year_start="06-21")),
        say("program:water", ProgramOpened(name="Water", home="env")),
        say("product:permits", ProductRegistered(name="Permits", program="water")),
        say("team:t", TeamFormed(name="Rivers", home="env")),
        say("investment:i", InvestmentProposed(team=team, product=product, amount=money("100.00")), at="2024-05-01"),
        say("investment:i", ActualRecorded(amount=money("30.00"), covers_from=date(2024, 6, 1), covers_until=date(2024, 6, 30)), at="2024-06-30"),
        say(moved, Moved(to="parks", reason="Cut anew", left="env"), at="2024-06-11"),
    )
    borne = {home: str(amount) for home, amount in told.derives(borne_by).items()}
    assert borne == {"env": "Sum(10.00 CAD)", "parks": "Sum(20.00 CAD)"}
    assert (told.on("2024-06-10").derives(home_of, "i"), told.derives(home_of, "i")) == ("env", "parks")
    years = told.derives(YearsOf("organisation"), "parks")
    assert [(year.starts.isoformat(), str(year.actual[0].amount)) for year in years] == [("2023-06-21", "10.00"), ("2024-06-21", "10.00")]
    spent = [str(total(told.facts, "organisation", home).actual) for home in ("env", "parks")]
    assert spent == ["Sum(10.00 CAD)", "Sum(20.00 CAD)"]


def test_from_the_day_of_its_move_on_the_policy_of_its_new_home_holds_for_a_team() -> None:
    told = given(
        say("organisation:parks", PolicySet(burn_down_months=9)),
        say("team:t", TeamFormed(name="Rivers", home="env")),
        say("team:t", Moved(to="parks", reason="Cut anew", left="env"), at="2024-06-11"),
    )
    told.says("/teams/t", "Rivers")
    assert "2024-06-11" in [day.isoformat() for day in told.derives(touched_days, "t")]


def merge(*ids: str, into: str = "parks", **more: Any) -> MergeOrganisations:
    return MergeOrganisations.model_validate({"from": list(ids) or ["env"], "into": into, "reason": "One ministry", **more})


@pytest.mark.requirement("S4-20")
def test_what_was_theirs_is_the_heirs_from_the_day_of_the_merger_and_theirs_of_every_day_before() -> None:
    s = ministries().given("loan:l", TeamLent(team="u", lender="sea", borrower="env", staffing=Staffing.STAFF, agreement="Letter"), at="2024-06-01")
    s.given("vision:v", VisionSet(subject="organisation:env", text="Rivers for all"), at="2024-06-01")
    s.when(merge(at="2025-03-01")).then(OrganisationsMerged(into="parks", merged=("env",), reason="One ministry"))
    for day, home in (("2025-02-28", "env"), ("2025-03-01", "parks")):
        facts = s.facts(day)
        other = {"env": "parks", "parks": "env"}[home]
        found = [state(facts, one).home for one in ("team:t", "product:permits", "program:water")]
        assert found == [home, None, home] and state(facts, "loan:l").borrower == home and state(facts, "vision:v").subject == f"organisation:{home}"
        assert ([one.id for one in facts.related(TEAM, "home", home)], facts.related(TEAM, "home", other)) == (["t"], [])
        assert [one.id for one in facts.related(VISION, "subject", f"organisation:{home}")] == ["v"]
        assert ("organisation", home) in belonging(facts, "product", "permits") and ("organisation", other) not in belonging(facts, "team", "t")
        assert [one.id for one in products_at(facts, home)] == ["permits"]
    s.when(rename(), by="portfolio_manager@env").refused(NotAllowed)
    s.when(rename(name="Streams"), by="portfolio_manager@parks").then(Renamed(name="Streams"))


def test_a_merger_taken_back_was_never_and_what_is_merged_on_goes_to_the_last_heir() -> None:
    s = ministries().given("organisation:sea", OrganisationRegistered(name="Sea"), at="2023-01-01")
    s.when(merge(at="2025-03-01")).when(merge("parks", into="sea", at="2025-06-01"))
    assert [state(s.facts(day), "team:t").home for day in ("2025-02-28", "2025-03-01", "2025-06-01")] == ["env", "parks", "sea"]
    assert [one.id for one in s.facts().related(TEAM, "home", "sea")] == ["t"] and s.facts().merged(ORGANISATION, "sea") == ["parks", "env"]
    s.when(RetractInPortfolio(event="organisation:parks@2", reason="Not yet"))
    assert [state(s.facts(day), "team:t").home for day in ("2025-03-01", "2025-06-01")] == ["env", "env"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (merge("parks"), "from"),
        (merge("atlantis"), "from"),
        (merge(at="2022-12-31"), "at"),
        (merge("gone"), "from"),
        (merge(into="gone"), "into"),
    ],
)
def test_only_what_was_there_by_then_and_stands_by_itself_is_merged(asked: MergeOrganisations, field: str) -> None:
    s = ministries()
    for id in ("sea", "gone"):
        s.given(f"organisation:{id}", OrganisationRegistered(name=id), at="2023-01-01")
    s.given("organisation:sea", OrganisationsMerged(into="sea", merged=("gone",), reason="Small"), at="2024-01-01")
    assert s.when(asked).refused(Invalid).field == field


@pytest.mark.requirement("S4-15")
def test_what_was_spent_before_a_merger_is_borne_by_who_was_merged_on_loan_too() -> None:
    """A dollar a day over June: at home in env, from the 11th on lent to sea, merged into parks on the 6th and on the 21st."""
    told = given(
        *(say(f"organisation:{id}", OrganisationRegistered(name=id)) for id in ("env", "parks", "sea")),
        say("team:t", TeamFormed(name="Rivers", home="env")),
        say("investment:i", InvestmentProposed(team="t", amount=money("100.00")), at="2024-05-01"),
        say("investment:i", ActualRecorded(amount=money("30.00"), covers_from=date(2024, 6, 1), covers_until=date(2024, 6, 30)), at="2024-06-30"),
        say("loan:l", TeamLent(team="t", lender="env", borrower="sea", staffing=Staffing.STAFF, agreement="Letter"), at="2024-06-11"),
        say("organisation:parks", OrganisationsMerged(into="parks", merged=("env",), reason="One"), at="2024-06-06"),
        say("organisation:parks", OrganisationsMerged(into="parks", merged=("sea",), reason="One"), at="2024-06-21"),
    )
    borne = {home: str(amount) for home, amount in told.derives(borne_by).items()}
    assert borne == {"env": "Sum(5.00 CAD)", "parks": "Sum(15.00 CAD)", "sea": "Sum(10.00 CAD)"}
    told.shows("organisation:env", "mergedInto.id", "organisation:parks").shows("organisation:parks", "{ mergedInto { id } merged { id } }", ANY)
    assert "2024-06-06" in [day.isoformat() for day in told.derives(touched_days, "t")]
