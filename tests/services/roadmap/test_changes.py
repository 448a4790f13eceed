"""Change requests and the board's outcome; dependencies between products, which only change by it."""

from datetime import date

import pytest

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.change import AddDependency, DecideChange, LinkChange, RaiseChangeRequest, RemoveDependency
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeLinked, ChangeRaised, Effect
from libs.events.event import Retracted
from libs.rules.products.dependencies import dependencies
from services.roadmap.domain import decisions

CR = "change:cr"
RAISED = ChangeRaised(product="permits", title="Search")
APPROVE = DecideChange(change="cr", approved=True, reason="Tested")


def raised() -> Scenario:
    return Scenario(decisions).given(CR, RAISED, at="2024-06-11")


def depending() -> Scenario:
    return Scenario(decisions).given(
        "change:maps", ChangeRaised(product="permits", title="Maps", on="maps", effect=Effect.BEGINS), ChangeDecided(approved=True, reason="Good")
    )


@pytest.mark.requirement("S0-16")
def test_a_team_asks_the_board() -> None:
    command = RaiseChangeRequest(change="cr", product="permits", release="beta", title="Search", description="For all")
    s = Scenario(decisions).when(command, by="team@*")
    s.then(ChangeRaised(product="permits", release="beta", title="Search", description="For all"))


@pytest.mark.requirement("S0-16")
def test_the_board_decides_once() -> None:
    s = raised().when(APPROVE, by="cab@*").then(ChangeDecided(approved=True, reason="Tested"))
    change = s.facts().get(CHANGE, "cr")
    assert change is not None
    assert (change.approved, change.reason) == (True, "Tested")
    s.when(APPROVE, by="cab@*").refused(AlreadyExists)


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize("role", ["product_owner@permits", "team@*", "steering_group@*", "executive@*"])
def test_nobody_decides_in_the_boards_place(role: str) -> None:
    raised().when(APPROVE, by=role).refused(NotAllowed, "S0-16")


@pytest.mark.requirement("S0-16")
def test_a_board_decides_for_the_products_of_its_own_organisation() -> None:
    s = raised().given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    s.when(APPROVE, by="cab@health").refused(NotAllowed, "S0-16")
    s.when(APPROVE, by="cab@env").then(ChangeDecided(approved=True, reason="Tested"))


def test_nobody_but_an_importer_dates_an_outcome_and_never_before_the_request() -> None:
    before = DecideChange(change="cr", approved=True, reason="Tested", at=start_of(date(2024, 6, 1)))
    raised().when(before, by="cab@*").refused(NotAllowed)
    raised().when(before).refused(Invalid)


def test_a_changed_row_of_an_import_replaces_the_outcome() -> None:
    s = raised().given(CR, ChangeDecided(approved=False, reason="Typing error")).when(APPROVE, revising=True)
    s.then(Retracted(event=f"{CR}@2", reason="The row of the import has changed"), ChangeDecided(approved=True, reason="Tested"))


def test_an_outcome_of_no_request_is_refused() -> None:
    Scenario(decisions).when(APPROVE).refused(NotFound)


def test_a_change_is_linked_to_its_release_later() -> None:
    link = LinkChange(change="cr", release="beta")
    s = raised().when(link, by="product_owner@permits").then(ChangeLinked(release="beta")).when(link).then()
    assert [change.id for change in s.facts().related(CHANGE, "release", "beta")] == ["cr"]


@pytest.mark.requirement("S0-17")
def test_a_dependency_holds_once_the_board_has_approved_it() -> None:
    s = Scenario(decisions).when(AddDependency(change="cr", product="permits", on="maps"), by="team@*")
    s.then(ChangeRaised(product="permits", title="Depend on maps", on="maps", effect=Effect.BEGINS))
    assert dependencies(s.facts(), "permits") == ()
    s.when(APPROVE, by="cab@*")
    assert dependencies(s.facts(), "permits") == ("maps",)


@pytest.mark.requirement("S0-17")
def test_a_dependency_that_the_board_turns_down_does_not_hold() -> None:
    s = Scenario(decisions).when(AddDependency(change="cr", product="permits", on="maps"))
    s.when(DecideChange(change="cr", approved=False, reason="No"), by="cab@*")
    assert dependencies(s.facts(), "permits") == ()


@pytest.mark.requirement("S0-17")
def test_a_dependency_ends_once_the_board_has_approved_that() -> None:
    s = depending().when(RemoveDependency(change="cr", product="permits", on="maps", title="Own maps"))
    s.then(ChangeRaised(product="permits", title="Own maps", on="maps", effect=Effect.CEASES))
    assert dependencies(s.facts(), "permits") == ("maps",)
    s.when(APPROVE)
    assert dependencies(s.facts(), "permits") == ()


@pytest.mark.requirement("S0-17")
def test_a_dependency_that_is_not_there_cannot_be_removed_nor_one_that_is_there_added() -> None:
    Scenario(decisions).when(RemoveDependency(change="cr", product="permits", on="maps")).refused(Invalid)
    depending().when(AddDependency(change="cr", product="permits", on="maps")).refused(Invalid)


def test_a_product_does_not_depend_on_itself() -> None:
    Scenario(decisions).when(AddDependency(change="cr", product="permits", on="permits")).refused(Invalid)
