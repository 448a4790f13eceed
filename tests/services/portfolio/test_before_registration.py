"""What was said of a thing as of a day before it was registered is read with what is known of it, by rules and by readers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from libs.commands.catalog.portfolio.lifecycle import DefineLifecycle
from libs.commands.catalog.portfolio.product import DecommissionProduct, EnterPhase, RegisterProduct
from libs.commands.catalog.portfolio.team import RecordHealth
from libs.commands.errors import Invalid
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.investment import ActualRecorded, InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.lifecycle import LIFECYCLE, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered, ProductDecommissioned, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import TEAM, HealthReading, HealthRecorded, HealthSubject, TeamFormed
from libs.events.event import KINDS, Retracted
from libs.events.facts import Facts
from libs.rules.authority import belonging
from libs.rules.money.fiscal_years import year_start
from libs.rules.money.spending import borne_by
from libs.rules.products.homes import home_of_product, products_at
from libs.rules.products.phases import phase_counts, phases_of
from services.portfolio.domain import decisions

FR = LifecycleDefined(
    name="Administration", phases=(LifecyclePhase("investigation", "Investigation", True), LifecyclePhase("construction", "Construction", True))
)


def said(command: Any, at: str, **more: Any) -> Any:
    return command.model_validate({"at": at, **more})


def registered() -> Scenario:
    """A product and its lifecycle, both as of 2021."""
    scenario = Scenario(decisions).when(
        said(DefineLifecycle, "2021-01-01", lifecycle="fr", name="Administration", phases=[{"id": p.id, "title": p.title} for p in FR.phases])
    )
    return scenario.when(said(RegisterProduct, "2021-01-01", product="a", name="Aides", home="env", lifecycle="fr"))


def called(facts: Facts) -> str:
    product = facts.get(PRODUCT, "a")
    assert product is not None
    return product.name


def enter(phase: str, at: str) -> EnterPhase:
    found: EnterPhase = said(EnterPhase, at, product="a", phase=phase)
    return found


@pytest.mark.requirement("S0-01")
@pytest.mark.requirement("S4-02")
def test_a_product_has_its_own_lifecycle_also_before_the_day_of_its_registration() -> None:
    scenario = registered()
    scenario.when(enter("investigation", "2020-01-01")).then(PhaseEntered(phase="investigation"))
    scenario.when(enter("construction", "2020-02-01")).then(PhaseEntered(phase="construction"))
    assert scenario.when(enter("alpha", "2020-03-01")).refused(Invalid).field == "phase"
    assert [one.title for one in phases_of(scenario.facts("2020-02-15"), "a")] == ["Investigation", "Construction"]


@pytest.mark.requirement("S0-01")
def test_as_of_a_day_before_its_registration_it_goes_by_its_name_and_is_counted_at_its_home() -> None:
    scenario = registered().when(enter("investigation", "2020-01-01"))
    facts = scenario.facts("2020-01-15")
    product = facts.get(PRODUCT, "a")
    assert product is not None and (product.name, product.home, product.lifecycle, product.registered) == ("Aides", "env", "fr", None)
    assert [(one.id, one.products) for one in phase_counts(facts, "env") if one.products] == [("investigation", 1)]
    assert scenario.facts("2019-12-31").get(PRODUCT, "a") is None, "nothing was said of it then"
    assert belonging(facts, "product", "a") == frozenset({("product", "a"), ("organisation", "env")})


def test_what_was_not_known_yet_is_not_read_into_the_past() -> None:
    scenario = Scenario(decisions).given("product:a", PhaseEntered(phase="beta"), at="2020-01-01")
    scenario.given("product:a", ProductRegistered(name="Aides"), at="2021-01-01", known="2022-01-01")
    then = datetime.fromisoformat("2021-06-01T00:00:00Z")
    assert [called(facts) for facts in (scenario.facts("2020-06-01", then), scenario.facts("2020-06-01"))] == ["", "Aides"]


def test_a_retracted_registration_defines_nothing() -> None:
    scenario = registered().when(enter("investigation", "2020-01-01")).given("product:a", Retracted(event="product:a@1", reason="Wrong"))
    assert called(scenario.facts("2020-06-01")) == ""


def test_the_first_definition_counts_and_of_two_of_one_instant_the_later_word() -> None:
    scenario = Scenario(decisions).given("product:a", PhaseEntered(phase="beta"), at="2020-01-01")
    for name, day in (("First", "2021-01-01"), ("Corrected", "2021-01-01"), ("Renamed", "2022-01-01")):
        scenario.given("product:a", ProductRegistered(name=name), at=day)
    assert [called(scenario.facts(day)) for day in ("2020-06-01", "2021-06-01", "2022-06-01")] == ["Corrected", "Corrected", "Renamed"]


@pytest.mark.requirement("S0-02")
def test_the_end_of_a_product_is_that_of_its_own_lifecycle_also_before_it_was_defined() -> None:
    phases = (*FR.phases, LifecyclePhase("stopped", "Stopped", False))
    scenario = Scenario(decisions).given("lifecycle:fr", LifecycleDefined(name="A", phases=phases), at="2022-01-01")
    scenario.given("product:a", ProductRegistered(name="Aides", lifecycle="fr"), at="2021-01-01")
    scenario.when(said(DecommissionProduct, "2020-05-01", product="a", reason="Merged")).then(ProductDecommissioned(reason="Merged", phase="stopped"))


@pytest.mark.requirement("S4-15")
def test_money_of_a_day_before_its_team_was_formed_counts_at_the_home_of_the_team() -> None:
    scenario = Scenario(decisions).given("team:t", TeamFormed(name="T", home="env"), at="2021-01-01")
    scenario.given("organisation:env", OrganisationRegistered(name="Env", fiscal_year_start="04-01"), at="2021-01-01")
    scenario.given("investment:i", InvestmentProposed(team="t", amount=money("10")), InvestmentDecided(approved=True, reason="x"), at="2020-01-01")
    spent = ActualRecorded(amount=money("4"), covers_from=date(2020, 1, 1), covers_until=date(2020, 1, 31))
    facts = scenario.given("investment:i", spent, at="2020-02-01").facts("2020-06-01")
    assert {home: str(part.to_tuple()[0].amount) for home, part in borne_by(facts).items()} == {"env": "4.00"}
    assert year_start(facts, "env") == "04-01"
    assert belonging(facts, "investment", "i") == frozenset({("team", "t"), ("organisation", "env")})


def test_a_program_that_is_opened_later_lends_its_home_to_its_products() -> None:
    scenario = Scenario(decisions).given("product:a", ProductRegistered(name="A", program="w"), PhaseEntered(phase="beta"), at="2021-01-01")
    scenario.given("program:w", ProgramOpened(name="Water", home="env"), at="2021-03-01")
    for day in ("2021-02-01", "2021-06-01"):
        facts = scenario.facts(day)
        assert ("organisation", "env") in belonging(facts, "product", "a") and home_of_product(facts, facts.get(PRODUCT, "a")) == "env"
    assert [product.id for product in products_at(facts, "env")] == ["a"] and [one.products for one in phase_counts(facts, "env") if one.products] == [1]


def test_a_team_whose_health_was_read_before_it_was_formed_is_called_by_its_name() -> None:
    scenario = Scenario(decisions).given("team:t", TeamFormed(name="Parks", home="env", products=("p",)), at="2021-01-01")
    scenario.when(said(RecordHealth, "2020-06-01", team="t", subject="team", reading="good", source="Check"))
    scenario.then(HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="Check"))
    team = scenario.facts("2020-07-01").get(TEAM, "t")
    assert team is not None and (team.name, team.home, team.formed, team.products) == ("Parks", "env", None, ("p",))


def test_what_nothing_was_said_of_by_then_is_defined_and_is_not_there() -> None:
    facts = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Env", currency="EUR"), at="2021-01-01").facts("2020-01-01")
    found = facts.defined(ORGANISATION, "env")
    assert found is not None and (found.currency, found.registered) == ("EUR", None)
    assert facts.get(ORGANISATION, "env") is None and facts.defined(LIFECYCLE, "none") is None and facts.defined(LIFECYCLE, None) is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.definition], ids=lambda kind: kind.name)
def test_every_definition_is_said_by_what_defines_its_kind(kind: Any) -> None:
    fields = set(kind.initial(id="x").__slots__)
    assert set(kind.definition) <= fields
    said_by = set().union(*(set(payload.__slots__) for payload in kind.defined_by))
    assert set(kind.definition) - {"source"} <= said_by
