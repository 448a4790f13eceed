"""Products and their phases: only decommissioning ends them."""

from __future__ import annotations

import pytest

from libs.commands.catalog.portfolio.lifecycle import DefineLifecycle
from libs.commands.catalog.portfolio.product import DecommissionProduct, EnterPhase, HaltProduct, RegisterProduct, ResumeProduct, Tick
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.lifecycle import LifecycleCheck, LifecycleDefined, LifecyclePhase
from libs.events.catalog.portfolio.product import (
    PRODUCT,
    ChecklistTicked,
    PhaseEntered,
    Product,
    ProductDecommissioned,
    ProductHalted,
    ProductRegistered,
    ProductResumed,
)
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.event import Overridden
from libs.rules.products.phases import phase_counts, phase_of
from services.portfolio.domain import decisions

BIOHUB = ProductRegistered(name="BioHub", home="env")


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate(fields)


def biohub() -> Scenario:
    return Scenario(decisions).given("product:biohub", BIOHUB, at="2024-01-01")


def seen(scenario: Scenario, day: str | None = None) -> Product:
    product = scenario.facts(day).get(PRODUCT, "biohub")
    assert product is not None
    return product


def test_a_product_without_a_home_has_that_of_its_program() -> None:
    scenario = Scenario(decisions).given("program:nature", ProgramOpened(name="Nature", home="env"))
    scenario.when(command(RegisterProduct, product="biohub", name="BioHub", program="nature")).then(
        ProductRegistered(name="BioHub", home="env", program="nature")
    )
    assert [product.id for product in scenario.facts().related(PRODUCT, "program", "nature")] == ["biohub"]


def test_a_changed_row_renames_the_same_product_and_keeps_its_phase() -> None:
    scenario = biohub().given("product:biohub", PhaseEntered(phase="alpha"), at="2024-02-01")
    scenario.when(command(RegisterProduct, product="biohub", name="BioHub BC", home="env", at="2024-01-01"), revising=True)
    assert (seen(scenario).name, seen(scenario).phase) == ("BioHub BC", "alpha")


@pytest.mark.requirement("S0-01")
def test_phases_are_kept_as_history() -> None:
    scenario = biohub()
    for phase, day in (("beta", "2024-06-01"), ("alpha", "2024-02-01")):
        scenario.when(command(EnterPhase, product="biohub", phase=phase, at=day)).then(PhaseEntered(phase=phase))
    assert [entry.phase for entry in seen(scenario).phases] == ["alpha", "beta"]
    assert (seen(scenario, "2024-01-15").phase, seen(scenario, "2024-03-01").phase, seen(scenario).phase) == (None, "alpha", "beta")


def test_the_phase_it_is_in_changes_nothing() -> None:
    biohub().given("product:biohub", PhaseEntered(phase="alpha")).when(command(EnterPhase, product="biohub", phase="alpha")).then()


def test_a_phase_of_no_lifecycle_is_invalid() -> None:
    error = biohub().when(command(EnterPhase, product="biohub", phase="gamma")).refused(Invalid)
    assert error.field == "phase" and "improve" in (error.remedy or "")


@pytest.mark.requirement("S0-02")
def test_an_ended_phase_is_not_entered_but_by_decommissioning() -> None:
    scenario = biohub().given("product:biohub", PhaseEntered(phase="improve"), at="2025-01-01")
    scenario.when(command(EnterPhase, product="biohub", phase="decommissioned")).refused(Refused, "S0-02")
    scenario.when(command(DecommissionProduct, product="biohub", reason="Merged")).then(ProductDecommissioned(reason="Merged", phase="decommissioned"))
    assert seen(scenario).phase == "decommissioned" and seen(scenario).decommissioned is not None
    scenario.when(command(DecommissionProduct, product="biohub", reason="Again")).refused(AlreadyExists)
    scenario.when(command(EnterPhase, product="biohub", phase="improve")).refused(Invalid)
    scenario.when(command(HaltProduct, product="biohub", reason="resource_constraint")).refused(Invalid)


@pytest.mark.requirement("S4-02")
def test_a_product_goes_through_the_lifecycle_it_names() -> None:
    small = LifecycleDefined(name="Small", phases=(LifecyclePhase("trial", "Trial", active=True), LifecyclePhase("gone", "Gone", active=False)))
    scenario = Scenario(decisions).given("product:biohub", ProductRegistered(name="BioHub", home="env", lifecycle="small"), at="2024-01-01")
    scenario.when(command(EnterPhase, product="biohub", phase="trial")).refused(Invalid)
    scenario.given("lifecycle:small", small)
    scenario.when(command(EnterPhase, product="biohub", phase="alpha")).refused(Invalid)
    scenario.when(command(EnterPhase, product="biohub", phase="trial", at="2024-02-01")).then(PhaseEntered(phase="trial"))
    scenario.when(command(EnterPhase, product="biohub", phase="gone")).refused(Refused, "S0-02")
    scenario.when(command(DecommissionProduct, product="biohub", reason="Merged")).then(ProductDecommissioned(reason="Merged", phase="gone"))


@pytest.mark.requirement("S0-02")
@pytest.mark.requirement("S4-02")
def test_where_a_lifecycle_ends_in_several_ways_decommissioning_says_which() -> None:
    ends = (LifecyclePhase("merged", "Merged", active=False), LifecyclePhase("closed", "Closed", active=False))
    scenario = Scenario(decisions).given(
        "lifecycle:two", LifecycleDefined(name="Two ends", phases=(LifecyclePhase("on", "On", active=True), *ends)), at="2024-01-01"
    )
    scenario.given("product:biohub", ProductRegistered(name="BioHub", home="env", lifecycle="two"), PhaseEntered(phase="on"), at="2024-01-01")
    error = scenario.when(command(DecommissionProduct, product="biohub", reason="Moved")).refused(Invalid)
    assert (error.field, error.remedy) == ("phase", "Give one of merged, closed as `phase`.")
    for other in ("on", "gone"):
        error = scenario.when(command(DecommissionProduct, product="biohub", reason="Moved", phase=other)).refused(Invalid)
        assert error.field == "phase" and "merged, closed" in (error.remedy or "")
    scenario.when(command(DecommissionProduct, product="biohub", reason="Moved", phase="closed")).then(ProductDecommissioned(reason="Moved", phase="closed"))
    assert seen(scenario).phase == "closed"


@pytest.mark.requirement("S0-02")
@pytest.mark.parametrize(("said", "defined", "phase"), [(None, "gone", "gone"), ("gone", "gone", "gone"), ("merged", "merged,closed", "merged")])
def test_what_was_decommissioned_before_its_lifecycle_was_defined_is_in_the_phase_that_this_has_for_it(said: str | None, defined: str, phase: str) -> None:
    scenario = Scenario(decisions).given("product:biohub", ProductRegistered(name="BioHub", home="env", lifecycle="fr"), at="2024-01-01")
    scenario.when(command(DecommissionProduct, product="biohub", reason="Moved", phase=said)).then(ProductDecommissioned(reason="Moved", phase=said))
    ends = tuple(LifecyclePhase(one, one.capitalize(), active=False) for one in defined.split(","))
    scenario.given("lifecycle:fr", LifecycleDefined(name="French", phases=(LifecyclePhase("on", "On", active=True), *ends)))
    facts = scenario.facts()
    entered = phase_of(facts, "biohub")
    assert entered is not None and (entered.id, entered.title, entered.since) == (phase, phase.capitalize(), scenario.now.date())
    assert {one.id: one.products for one in phase_counts(facts, None) if one.lifecycle} == {"on": 0, **{one.id: int(one.id == phase) for one in ends}}


@pytest.mark.requirement("S0-02")
def test_where_a_lifecycle_ends_in_one_way_or_none_nothing_has_to_be_said() -> None:
    biohub().when(command(DecommissionProduct, product="biohub", reason="Moved", phase="decommissioned")).then(
        ProductDecommissioned(reason="Moved", phase="decommissioned")
    )
    assert biohub().when(command(DecommissionProduct, product="biohub", reason="Moved", phase="live")).refused(Invalid).field == "phase"
    endless = LifecycleDefined(name="Endless", phases=(LifecyclePhase("on", "On", active=True),))
    scenario = Scenario(decisions).given("lifecycle:endless", endless).given("product:biohub", ProductRegistered(name="BioHub", lifecycle="endless"))
    scenario.when(command(DecommissionProduct, product="biohub", reason="Moved", phase="on")).refused(Invalid)
    scenario.when(command(DecommissionProduct, product="biohub", reason="Moved")).then(ProductDecommissioned(reason="Moved", phase=None))


@pytest.mark.requirement("S4-02")
def test_phases_of_a_lifecycle_have_their_lists_and_may_be_defined_anew() -> None:
    phases = [{"id": "alpha", "title": "Alpha", "active": True, "preconditions": ["A need is known"], "success": ["A prototype was tried"]}]
    defined = LifecycleDefined(
        name="Short", phases=(LifecyclePhase("alpha", "Alpha", active=True, preconditions=("A need is known",), success=("A prototype was tried",)),)
    )
    scenario = Scenario(decisions).when(command(DefineLifecycle, lifecycle="short", name="Short", phases=phases), by="lab_ops").then(defined)
    scenario.when(command(DefineLifecycle, lifecycle="short", name="Short", phases=phases)).then()
    scenario.when(command(DefineLifecycle, lifecycle="short", name="Short", phases=phases * 2)).refused(Invalid)
    scenario.when(command(DefineLifecycle, lifecycle="short", name="Short", phases=[{**phases[0], "active": False}])).refused(Invalid)
    scenario.when(command(DefineLifecycle, lifecycle="short", name="Short", phases=phases), by="executive@env").refused(NotAllowed)


LIST = (LifecycleCheck("order", "The order was looked at"), LifecycleCheck("help", "The help desk knows what is new"))


@pytest.mark.requirement("S0-26")
def test_a_phase_has_a_checklist_whose_entries_have_ids_of_their_own_and_the_end_of_a_product_has_none() -> None:
    checks = [{"id": one.id, "text": one.text} for one in LIST]
    on, gone = {"id": "on", "title": "On", "checklist": checks}, {"id": "gone", "title": "Gone", "active": False, "checklist": checks}
    scenario = Scenario(decisions).when(command(DefineLifecycle, lifecycle="ours", name="Ours", phases=[on]))
    scenario.then(LifecycleDefined(name="Ours", phases=(LifecyclePhase("on", "On", active=True, checklist=LIST),)))
    twice = scenario.when(command(DefineLifecycle, lifecycle="ours", name="Ours", phases=[{**on, "checklist": checks * 2}])).refused(Invalid)
    ended = scenario.when(command(DefineLifecycle, lifecycle="ours", name="Ours", phases=[on, gone])).refused(Invalid)
    assert twice.field == ended.field == "phases" and "same id" in str(twice.detail) and "Gone is the end" in str(ended.detail)


@pytest.mark.requirement("S0-26")
def test_what_stands_on_the_checklist_of_its_phase_is_ticked_each_time_anew_and_nothing_else() -> None:
    phases = (
        LifecyclePhase("trial", "Trial", active=True),
        LifecyclePhase("on", "On", active=True, checklist=LIST),
        LifecyclePhase("gone", "Gone", active=False),
    )
    scenario = Scenario(decisions).given("lifecycle:ours", LifecycleDefined(name="Ours", phases=phases), at="2024-01-01")
    scenario.given("product:biohub", ProductRegistered(name="BioHub", home="env", lifecycle="ours"), at="2024-01-01")
    ticked = command(Tick, product="biohub", entry="order", note="Payments stay first")
    assert "in no phase yet" in str(scenario.when(ticked).refused(Invalid).detail)
    scenario.given("product:biohub", PhaseEntered(phase="trial"), at="2024-01-02")
    error = scenario.when(ticked).refused(Invalid)
    assert error.field == "entry" and "portfolio.define_lifecycle" in (error.remedy or "")
    scenario.given("product:biohub", PhaseEntered(phase="on"), at="2024-02-01")
    scenario.when(command(Tick, product="biohub", entry="order", at="2024-01-15")).refused(Invalid)
    error = scenario.when(command(Tick, product="biohub", entry="clean")).refused(Invalid)
    assert (error.field, error.remedy) == ("entry", "Use one of order, help.")
    for role in ("product_owner@biohub", "portfolio_manager@env"):
        scenario.when(ticked, by=role).then(ChecklistTicked(entry="order", note="Payments stay first"))
    scenario.when(ticked, by="team@biohub").refused(NotAllowed)
    scenario.when(command(DecommissionProduct, product="biohub", reason="Merged")).when(ticked).refused(Invalid)


@pytest.mark.requirement("S0-03")
def test_work_halts_early_for_a_lack_of_resources_alone() -> None:
    scenario = biohub()
    scenario.when(command(HaltProduct, product="biohub", reason="Nobody likes it")).refused(Refused, "S0-03")
    halted = ProductHalted(reason="resource_constraint", lacking="Developers")
    scenario.when(command(HaltProduct, product="biohub", reason="Resource constraint", lacking="Developers", at="2024-05-01")).then(halted)
    scenario.when(command(HaltProduct, product="biohub", reason="resource_constraint", lacking="Developers")).then()
    assert seen(scenario).halted and seen(scenario).decommissioned is None
    scenario.when(command(ResumeProduct, product="biohub")).then(ProductResumed())
    assert seen(scenario).halted is None
    scenario.when(command(ResumeProduct, product="biohub")).refused(Invalid)


@pytest.mark.requirement("S0-03")
def test_an_override_lifts_the_rule_and_is_said() -> None:
    override = {"rule": "S0-03", "reason": "By order of the cabinet"}
    scenario = biohub().when(command(HaltProduct, product="biohub", reason="Election", override=override))
    assert [type(event.data) for event in scenario.said] == [Overridden, ProductHalted]


@pytest.mark.requirement("S0-02")
def test_improve_ends_by_decommissioning_alone() -> None:
    scenario = (
        biohub().given("product:biohub", PhaseEntered(phase="live"), at="2024-09-01").given("product:biohub", PhaseEntered(phase="improve"), at="2025-01-01")
    )
    scenario.when(command(EnterPhase, product="biohub", phase="beta")).refused(Refused, "S0-02")
    scenario.when(command(EnterPhase, product="biohub", phase="beta", at="2024-08-01")).then(PhaseEntered(phase="beta"))
    assert seen(scenario).phase == "improve"


@pytest.mark.requirement("S0-02")
def test_a_product_whose_end_is_learned_late_does_not_come_back_by_what_was_said_of_later_days() -> None:
    scenario = biohub().given("product:biohub", PhaseEntered(phase="beta"), ProductHalted(reason="resource_constraint"), at="2025-01-01")
    scenario.when(command(DecommissionProduct, product="biohub", reason="Merged", at="2024-12-01"))
    found = seen(scenario)
    assert (found.phase, found.halted) == ("decommissioned", None)
