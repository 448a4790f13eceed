"""What the board approved and the owner signed off is what goes out, and nothing else under the same name."""

from __future__ import annotations

import pytest

from libs.commands.catalog.roadmap.change import DecideChange, LinkChange, RaiseChangeRequest
from libs.commands.catalog.roadmap.release import ProposeRelease, PublishRelease, SignOffRelease
from libs.commands.command import Override
from libs.commands.errors import AlreadyDecided, Refused
from libs.commands.retraction import RetractInRoadmap
from libs.commands.testing import Scenario
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised, Effect
from libs.events.catalog.roadmap.release import RELEASE, ReleasePublished, ReleaseSignedOff, ReleaseStage, ReleaseState
from libs.events.event import Retracted
from libs.rules.money.warnings import of_product
from libs.rules.products.dependencies import dependencies
from libs.rules.tasks.governance import changes, releases
from libs.rules.tasks.task import AwaitedKind
from services.roadmap.domain import decisions

RELEASE_R = ProposeRelease(release="r", product="permits", stage=ReleaseStage.BETA, title="Beta")
TYPO = RaiseChangeRequest(change="c", product="permits", release="r", title="Fix a typo")
APPROVE = DecideChange(change="c", approved=True, reason="Tested")
SIGN_OFF, PUBLISH = SignOffRelease(release="r"), PublishRelease(release="r")
OWNER = "product_owner@permits"


def approved() -> Scenario:
    """A release that may go out: its change is approved, and it is signed off."""
    return Scenario(decisions).when(RELEASE_R).when(TYPO).when(APPROVE, by="cab@*").when(SIGN_OFF, by=OWNER)


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize("other", [{"title": "Rewrite all of it"}, {"description": "And the payments"}])
def test_a_change_approved_as_one_thing_lets_nothing_else_out(other: dict[str, str]) -> None:
    again = TYPO.model_copy(update=other)
    for scenario in (approved().when(RetractInRoadmap(event="change:c@1", reason="Wrong")).when(again), approved().when(again, revising=True)):
        assert scenario.error is None
        error = scenario.when(PUBLISH, by=OWNER).refused(Refused, "S0-16")
        assert "change:c@1" in error.detail and "has not decided" in error.detail
        change = scenario.facts().get(CHANGE, "c")
        assert change and change.approved is None
        assert [one.subject_id for one in changes(scenario.facts())] == ["c"]
        scenario.when(APPROVE, by="cab@*").then(ChangeDecided(approved=True, reason="Tested"))
        scenario.when(APPROVE, by="cab@*").refused(AlreadyDecided, "S0-16")
        scenario.when(PUBLISH, by=OWNER).then(ReleasePublished())


@pytest.mark.requirement("S0-16")
def test_a_change_that_is_linked_to_another_release_after_its_approval_lets_that_not_out() -> None:
    scenario = approved().when(ProposeRelease(release="s", product="permits", stage=ReleaseStage.LIVE, title="All new")).when(SignOffRelease(release="s"))
    scenario.when(LinkChange(change="c", release="s"), by=OWNER)
    scenario.when(PublishRelease(release="s"), by=OWNER).refused(Refused, "S0-16")
    scenario.when(APPROVE, by="cab@*").when(PublishRelease(release="s"), by=OWNER).then(ReleasePublished())


@pytest.mark.requirement("S0-17")
def test_an_approved_relation_does_not_pass_to_another_product() -> None:
    raised = ChangeRaised(product="permits", title="Depend", on="maps", effect=Effect.BEGINS)
    scenario = Scenario(decisions).given("change:c", raised, at="2026-01-01").given("change:c", ChangeDecided(approved=True, reason="Good"), at="2026-02-01")
    assert dependencies(scenario.facts(), "permits") == ("maps",)
    scenario.given("change:c", ChangeRaised(product="permits", title="Depend", on="fees", effect=Effect.BEGINS), at="2026-03-01")
    assert dependencies(scenario.facts(), "permits") == ()
    assert dependencies(scenario.facts("2026-02-15"), "permits") == ("maps",), "what was approved then is what held then"


@pytest.mark.requirement("S0-13")
@pytest.mark.parametrize("other", [{"title": "All new"}, {"functional": False}, {"stage": "live"}])
def test_a_sign_off_does_not_pass_to_a_release_proposed_in_its_place(other: dict[str, object]) -> None:
    again = ProposeRelease.model_validate({**RELEASE_R.model_dump(exclude_none=True), **other})
    for scenario in (approved().when(RetractInRoadmap(event="release:r@1", reason="Wrong")).when(again), approved().when(again, revising=True)):
        release = scenario.facts().get(RELEASE, "r")
        assert release and release.state is ReleaseState.PROPOSED
        error = scenario.when(PUBLISH, by=OWNER).refused(Refused, "S0-13")
        assert "release:r@1" in error.detail
        assert AwaitedKind.SIGN_OFF_RELEASE in {one.kind for one in releases(scenario.facts())}
        scenario.when(SIGN_OFF, by=OWNER).then(ReleaseSignedOff()).when(SIGN_OFF, by=OWNER).refused(AlreadyDecided, "S0-13")
        scenario.when(PUBLISH, by=OWNER).then(ReleasePublished())


@pytest.mark.requirement("R-01")
def test_what_went_out_as_one_stage_did_not_go_out_as_another() -> None:
    scenario = approved().when(PUBLISH, by=OWNER).when(RetractInRoadmap(event="release:r@1", reason="Wrong"))
    scenario.when(RELEASE_R.model_copy(update={"stage": ReleaseStage.LIVE}))
    release = scenario.facts().get(RELEASE, "r")
    assert release and (release.state, release.published) == (ReleaseState.PROPOSED, None)
    scenario.when(PUBLISH, by=OWNER).refused(Refused, "S0-13")


@pytest.mark.requirement("S0-16")
def test_a_rule_that_was_lifted_for_one_release_is_not_lifted_for_the_next() -> None:
    scenario = Scenario(decisions).when(RELEASE_R).when(SIGN_OFF, by=OWNER)
    lifted = PublishRelease(release="r", override=Override(rule="S0-16", reason="Flood"))
    scenario.when(lifted)
    assert scenario.said[0].data.judges == "release:r@4"  # type: ignore[attr-defined]
    assert [warning.rule for warning in of_product(scenario.facts(), "permits")] == ["S0-16"]
    scenario.given("release:r", Retracted(event="release:r@1", reason="Wrong")).when(RELEASE_R).when(SIGN_OFF, by=OWNER)
    assert of_product(scenario.facts(), "permits") == ()
    scenario.when(PUBLISH, by=OWNER).refused(Refused, "S0-16")
