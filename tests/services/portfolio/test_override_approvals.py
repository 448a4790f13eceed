"""An executive or a steering group approves an override once; whoever may say the command cites it, and it is used up by that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from libs.commands.catalog.portfolio.bid import SubmitBid
from libs.commands.catalog.portfolio.override_approval import ApproveOverride
from libs.commands.errors import AlreadyDecided, AlreadyExists, HeadwayError, Invalid, NotAllowed, NotFound, Refused
from libs.commands.retraction import RetractInPortfolio
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.bid import BidSubmitted
from libs.events.catalog.portfolio.investment import InvestmentProposed
from libs.events.catalog.portfolio.organisation import OrganisationRegistered, PolicySet
from libs.events.catalog.portfolio.override_approval import OverrideApprovalGiven
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleaseStage
from libs.events.event import Overridden
from libs.rules.money.warnings import of_bid
from libs.rules.overrides import used
from services.portfolio.domain import decisions

MANAGER = "portfolio_manager@env"
AGREED = {"rule": "S0-14", "command": "portfolio.submit_bid", "subject": "investment:inv", "reason": "They agreed by letter"}


def approve(**fields: Any) -> ApproveOverride:
    return ApproveOverride.model_validate({"approval": "a", **AGREED, **fields})


def bid(id: str = "b", approval: str | None = "a", **fields: Any) -> SubmitBid:
    lifted = {"rule": "S0-14", "reason": "It closes tonight", "approval": approval}
    return SubmitBid.model_validate({"bid": id, "investment": "inv", "amount": money("9.00"), "body": "Treasury", "override": lifted, **fields})


def proposed(**policy: bool) -> Scenario:
    """An investment in a product of the organisation that nobody has decided on, and another."""
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Environment", currency="CAD"), at="2024-01-01")
    s = s.given("organisation:env", PolicySet(approved_overrides=True), at="2024-01-02") if policy else s
    s = s.given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    for id in ("inv", "other"):
        s = s.given(f"investment:{id}", InvestmentProposed(product="permits", amount=money("9.00")), at="2024-02-01")
    return s


def approved(**fields: Any) -> Scenario:
    s = proposed().when(approve(**fields), by="executive@env")
    assert s.error is None, s.error
    s.now += timedelta(hours=1)
    return s


@pytest.mark.requirement("S4-20")
def test_a_manager_cites_what_an_executive_approved_and_the_override_says_so_among_the_warnings() -> None:
    s = approved().when(bid(), by=MANAGER)
    submitted = BidSubmitted(investment="inv", amount=money("9.00"), body="Treasury")
    s.then(Overridden(rule="S0-14", reason="It closes tonight", command="portfolio.submit_bid", approval="a"), submitted)
    assert [event.actor.role for event in s.said] == [MANAGER, MANAGER]
    (warned,) = of_bid(s.facts(), "b")
    assert "as a approves: It closes tonight" in warned.message
    use = used(s.facts(), "a")
    assert use is not None and (use.event, use.role) == ("bid:b@1", MANAGER)


def test_an_approval_that_was_taken_back_vouches_no_more_for_what_cites_it() -> None:
    s = approved().when(bid(), by=MANAGER)
    s.now += timedelta(hours=1)
    s = s.when(RetractInPortfolio(event="override_approval:a@1", reason="Not meant so"), by="executive@env")
    assert s.error is None, s.error
    (warned,) = of_bid(s.facts(), "b")
    assert "but a was taken back: It closes tonight" in warned.message


@pytest.mark.requirement("S4-20")
def test_an_approval_is_used_once_until_the_override_that_cites_it_is_taken_back() -> None:
    s = approved().when(bid(), by=MANAGER)
    error = s.when(bid("second"), by=MANAGER).refused(AlreadyDecided, "S0-14")
    assert error.detail.startswith("a was used on") and "bid:b" in error.detail and error.field == "override.approval"
    s.now += timedelta(hours=1)
    s = s.when(RetractInPortfolio(event="bid:b@1", reason="Not needed"), by="executive@env")
    assert s.error is None and used(s.facts(), "a") is None
    assert s.when(bid("second"), by=MANAGER).said


@pytest.mark.requirement("S4-20")
def test_where_the_policy_asks_for_it_nobody_lifts_a_rule_without_an_approval() -> None:
    both = bid(approval=None)
    error = proposed(asked=True).when(both, by="importer").refused(Refused, "S0-14")
    assert "env has a rule lifted only with an approval" in error.detail and "portfolio.approve_override" in (error.remedy or "")
    assert proposed().when(both, by="importer").said
    lacking = proposed().when(both, by=MANAGER).refused(NotAllowed)
    assert "portfolio.approve_override" in (lacking.remedy or "")


@pytest.mark.parametrize(
    ("given", "said", "error"),
    [
        ({}, bid(approval="nix"), NotFound),
        ({"rule": "S0-13"}, bid(), Refused),
        ({"command": "portfolio.decide_investment"}, bid(), Refused),
        ({"subject": "investment:other"}, bid(), Refused),
        ({}, bid(at="2024-03-01"), Refused),
    ],
    ids=["unknown", "of another rule", "of another command", "of another thing", "given later"],
)
def test_an_approval_is_of_one_rule_one_command_and_one_thing_and_comes_before_what_rests_on_it(
    given: dict[str, str], said: SubmitBid, error: type[HeadwayError]
) -> None:
    found = approved(**given).when(said, by=MANAGER).error
    assert isinstance(found, error) and found.field == "override.approval" and found.remedy, found


def test_an_approval_of_what_does_not_stand_in_the_way_is_left_unused() -> None:
    s = approved().when(bid(override={"rule": "S0-13", "reason": "R", "approval": "a"}), by=MANAGER)
    s.refused(Refused, "S0-14")
    assert used(s.facts(), "a") is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rule": "S9-99"}, "rule"),
        ({"rule": "S0-12"}, "rule"),
        ({"rule": "R-01"}, "rule"),
        ({"rule": "S4-03"}, "rule"),
        ({"command": "portfolio.submit_bids"}, "command"),
        ({"subject": "metric:m"}, "subject"),
    ],
)
def test_what_could_never_be_cited_is_not_approved(fields: dict[str, str], field: str) -> None:
    found = proposed().when(approve(**fields), by="executive@env").refused(Invalid)
    assert found.field == field and found.remedy


def test_it_is_about_what_is_there_unless_the_command_is_to_make_it() -> None:
    found = proposed().when(approve(subject="investment:none"), by="executive").refused(NotFound)
    assert found.field == "subject" and found.remedy
    early = proposed().when(approve(at="2024-01-15"), by="importer")
    assert early.error is None, "an importer tells of days before what is there was registered"
    assert proposed().when(approve(subject="bid:new"), by="executive").error is None


def test_it_is_approved_by_executives_and_steering_groups_of_the_home_alone_and_once() -> None:
    for role in (MANAGER, "executive@parks", "product_owner@permits", "lab_ops"):
        proposed().when(approve(), by=role).refused(NotAllowed)
    s = proposed().when(approve(), by="steering_group@env").then(OverrideApprovalGiven(**AGREED))
    s.when(approve(), by="executive@env").refused(AlreadyExists)
    for wrong in ({"reason": ""}, {"subject": "permits"}, {"subject": "webhook:w"}):
        with pytest.raises(ValidationError):
            approve(**wrong)


def test_what_another_service_owns_is_approved_by_its_home_too() -> None:
    s = proposed().given("release:beta", ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta"), at="2024-02-01")
    publish = {"rule": "S0-13", "command": "roadmap.publish_release", "subject": "release:beta"}
    assert s.when(approve(**publish), by="executive@env").said
    proposed().when(approve(**publish), by="executive@env").refused(Invalid)
