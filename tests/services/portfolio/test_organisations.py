"""Organisations, their thresholds, and programs."""

from __future__ import annotations

import pytest

from libs.commands.catalog.portfolio.organisation import RegisterOrganisation, SetPolicy
from libs.commands.catalog.portfolio.program import OpenProgram
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.program import PROGRAM, ProgramOpened
from services.portfolio.domain import decisions

ENV = OrganisationRegistered(name="Environment", currency="CAD")


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate(fields)


@pytest.mark.requirement("S1-25")
def test_an_organisation_is_registered_once() -> None:
    scenario = Scenario(decisions).when(command(RegisterOrganisation, organisation="env", name="Environment", currency="CAD")).then(ENV)
    scenario.when(command(RegisterOrganisation, organisation="env", name="Again")).refused(AlreadyExists)


def test_a_changed_row_dated_before_the_first_is_what_the_organisation_is_called() -> None:
    scenario = Scenario(decisions).given("organisation:env", ENV, at="2020-01-01")
    scenario.when(command(RegisterOrganisation, organisation="env", name="Environment and Parks", at="2019-01-01"), revising=True)
    organisation = scenario.facts().get(ORGANISATION, "env")
    assert organisation and organisation.name == "Environment and Parks"


@pytest.mark.requirement("S1-26")
def test_a_threshold_holds_from_its_day_on_and_leaves_the_others() -> None:
    scenario = Scenario(decisions).given("organisation:env", ENV, at="2020-01-01")
    scenario.when(command(SetPolicy, organisation="env", satisfaction_days=90, at="2025-01-01")).then(PolicySet(satisfaction_days=90))
    scenario.when(command(SetPolicy, organisation="env", bid_days=30, at="2025-06-01")).then(PolicySet(bid_days=30))
    days = []
    for day in ("2024-12-31", "2025-01-01", "2025-06-01"):
        organisation = scenario.facts(day).get(ORGANISATION, "env")
        assert organisation
        days.append((organisation.policy.satisfaction_days, organisation.policy.bid_days, len(organisation.policies)))
    assert days == [(180, 90, 0), (90, 90, 1), (90, 30, 2)]


def test_a_threshold_that_holds_already_changes_nothing() -> None:
    Scenario(decisions).given("organisation:env", ENV).when(command(SetPolicy, organisation="env", alumni_days=365)).then()


def test_a_policy_without_a_threshold_is_invalid() -> None:
    Scenario(decisions).given("organisation:env", ENV).when(command(SetPolicy, organisation="env")).refused(Invalid)


def test_a_team_sets_no_policy() -> None:
    scenario = Scenario(decisions).given("organisation:env", ENV)
    scenario.when(command(SetPolicy, organisation="env", bid_days=1), by="team@t").refused(NotAllowed)
    scenario.when(command(SetPolicy, organisation="env", bid_days=1), by="portfolio_manager@citz").refused(NotAllowed)
    scenario.when(command(SetPolicy, organisation="env", bid_days=1), by="portfolio_manager@env").then(PolicySet(bid_days=1))


def test_a_policy_needs_its_organisation() -> None:
    Scenario(decisions).when(command(SetPolicy, organisation="env", bid_days=1)).refused(NotFound)


@pytest.mark.requirement("S4-08")
def test_a_program_is_opened_at_its_home() -> None:
    scenario = Scenario(decisions).when(command(OpenProgram, program="nature", name="Nature", home="env")).then(ProgramOpened(name="Nature", home="env"))
    assert [program.id for program in scenario.facts().related(PROGRAM, "home", "env")] == ["nature"]
    scenario.when(command(OpenProgram, program="nature", name="Nature", home="env")).refused(AlreadyExists)
