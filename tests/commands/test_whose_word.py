"""Whose word is asked for where a thing lies in several scopes, in one that nobody registered, or in none; and how the refusal says so."""

from __future__ import annotations

import pytest

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.errors import Invalid, NotAllowed
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.item import ItemStarted
from libs.events.catalog.portfolio.evaluations.record import RecordKept, RecordKind
from libs.events.catalog.portfolio.loan import TeamLent
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.reorganisation import Moved
from libs.events.catalog.portfolio.team import Staffing
from libs.events.event import Retracted
from services.portfolio.domain import decisions as portfolio
from tests.commands.asking import also, command
from tests.commands.examples import world
from tests.commands.test_authorization import refused, speaks

OFFERED = TeamLent(team="t", lender="env", borrower="citz", staffing=Staffing.STAFF, agreement="Signed", offered=True)


@pytest.mark.requirement("S4-15")
@pytest.mark.parametrize("name", ["portfolio.accept_loan", "portfolio.decline_loan"])
def test_a_loan_is_answered_by_whoever_speaks_for_the_borrower_and_not_for_the_lender(name: str) -> None:
    answer, offered = command(name, loan="z"), also("loan:z", OFFERED)
    assert speaks(answer, "portfolio_manager@citz", among=offered).actor.role == "portfolio_manager@citz"
    assert "takes portfolio_manager@citz" in refused(answer, "portfolio_manager@env", among=offered).detail
    assert "takes portfolio_manager@env" in refused(command("portfolio.return_team", loan="z"), "portfolio_manager@citz", among=offered).detail


@pytest.mark.requirement("S3-10")
def test_a_class_of_changes_is_defined_by_a_team_at_home_where_it_holds_and_the_refusal_names_those() -> None:
    defining = command("roadmap.define_change_class")
    assert speaks(defining, "team@t").actor.role == "team@t"
    assert refused(defining, "team@u").detail == "roadmap.define_change_class takes team@t; the caller has team@u"


@pytest.mark.parametrize("role", ["team@t", "product_owner@permits", "product_owner@*"])
def test_what_only_leftovers_tell_of_takes_a_role_for_all_there_is(role: str) -> None:
    left = also("item:z", ItemStarted())
    assert refused(command("backlog.start_item", item="z"), role, among=left).detail.startswith("backlog.start_item takes product_owner@* or team@*;")
    assert speaks(command("backlog.start_item", item="z"), "team@*", among=left).actor.role == "team@*"


def test_a_record_of_nobody_is_spoken_of_by_whoever_keeps_records_and_where_it_was_somebodys_before_by_those_alone() -> None:
    nobodys = command("portfolio.keep_record", record="z", product=None)
    assert speaks(nobodys, "portfolio_manager@citz").actor.role == "portfolio_manager@citz"
    former = RecordKept(product="permits", kind=RecordKind.REPORT, text="Use by month")
    scenario = Scenario(portfolio, world()).given("record:z", former, Retracted(event="record:z@1", reason="Wrong"))
    assert "takes" in scenario.when(nobodys, by="portfolio_manager@citz").refused(NotAllowed).detail
    scenario.when(nobodys, by="portfolio_manager@env").refused(Invalid)


def test_who_may_not_move_a_thing_is_told_that_and_not_that_the_organisation_it_would_go_to_is_none() -> None:
    moving = command("portfolio.move", to="nowhere")
    assert "takes portfolio_manager@env;" in refused(moving, "portfolio_manager@citz").detail
    with pytest.raises(Invalid, match="there is no organisation 'nowhere'") as caught:
        speaks(moving, "portfolio_manager@env")
    assert (caught.value.field, caught.value.remedy) == ("to", "Check the id, or register it first: portfolio.register_organisation.")


def test_whether_an_organisation_is_registered_is_said_by_the_service_that_registers_them_alone() -> None:
    shared = command("roadmap.place_item", co_owners=["nowhere"])
    assert refused(shared, "portfolio_manager@env").detail == (
        "roadmap.place_item takes portfolio_manager@nowhere as well, since it binds what lies there; the caller has portfolio_manager@env"
    )


def test_what_no_role_can_name_must_be_known_and_what_a_role_can_name_takes_that_role() -> None:
    with pytest.raises(Invalid, match="the channel 'future' is not known here") as caught:
        speaks(command("roadmap.record_theme", channel="future"), "team@t")
    assert caught.value.field == "channel"
    raising = command("backlog.raise_improvement", team="future")
    assert "takes team@future;" in refused(raising, "team@t").detail
    assert speaks(raising, "team@future").actor.role == "team@future"


def test_what_is_said_anew_elsewhere_takes_the_word_of_its_former_home_for_itself_and_not_for_what_it_binds() -> None:
    registered = ProductRegistered(name="Z", home="env")
    scenario = Scenario(portfolio, world()).given("product:z", registered, Retracted(event="product:z@1", reason="Wrong"))
    why = scenario.when(command("portfolio.register_product", product="z", home="citz"), by="portfolio_manager@citz").refused(NotAllowed)
    assert why.detail == "portfolio.register_product takes portfolio_manager@env; the caller has portfolio_manager@citz"


def test_a_thing_that_was_moved_is_its_new_homes_alone_although_its_registration_was_taken_back() -> None:
    moved = Moved(to="citz", reason="Cut anew", left="env")
    before = also("product:z", ProductRegistered(name="Z", home="env"), moved, Retracted(event="product:z@1", reason="Wrong"))
    halting = command("portfolio.halt_product", product="z")
    assert speaks(halting, "portfolio_manager@citz", among=before).actor.role == "portfolio_manager@citz"
    refused(halting, "portfolio_manager@env", among=before)
