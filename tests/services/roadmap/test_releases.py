"""Releases: nothing goes out without the owner's sign-off and the board's approval."""

from datetime import date

import pytest

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.release import ProposeRelease, PublishRelease, SignOffRelease
from libs.commands.command import Override
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised, Effect
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage, ReleaseState
from libs.events.event import Overridden, Retracted
from services.roadmap.domain import decisions

BETA = "release:beta"
OWNER = "product_owner@permits"
PUBLISH = PublishRelease(release="beta")
APPROVED = ChangeDecided(approved=True, reason="Tested with users")


def proposed(*, functional: bool = True) -> Scenario:
    release = ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=functional)
    return Scenario(decisions).given(BETA, release, at="2024-06-10")


def raised(s: Scenario, id: str = "cr-1", on: str | None = None) -> Scenario:
    return s.given(
        f"change:{id}", ChangeRaised(product="permits", title="Search", release="beta", on=on, effect=None if on is None else Effect.BEGINS), at="2024-06-11"
    )


def state(s: Scenario) -> ReleaseState:
    release = s.facts().get(RELEASE, "beta")
    assert release is not None
    return release.state


def test_a_team_may_propose_a_release_of_what_it_serves() -> None:
    command = ProposeRelease(release="beta", product="permits", stage=ReleaseStage.BETA, title="Beta", functional=True)
    s = Scenario(decisions).when(command, by="team@*")
    s.then(ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=True))
    assert state(s) is ReleaseState.PROPOSED


def test_a_changed_row_of_an_import_says_the_proposal_anew() -> None:
    command = ProposeRelease(release="beta", product="permits", stage=ReleaseStage.LIVE, title="Live")
    s = proposed().when(command, revising=True)
    release = s.facts().get(RELEASE, "beta")
    assert release is not None
    assert (release.stage, release.title) == (ReleaseStage.LIVE, "Live")


@pytest.mark.requirement("S0-13")
def test_the_product_owner_signs_off() -> None:
    s = proposed().when(SignOffRelease(release="beta"), by=OWNER).then(ReleaseSignedOff())
    assert state(s) is ReleaseState.SIGNED_OFF


@pytest.mark.requirement("S0-13")
@pytest.mark.parametrize("role", ["team@*", "product_owner@other", "portfolio_manager@*", "executive@*"])
def test_nobody_else_signs_off(role: str) -> None:
    proposed().when(SignOffRelease(release="beta"), by=role).refused(NotAllowed, "S0-13")


def test_nobody_but_an_importer_dates_a_sign_off() -> None:
    proposed().when(SignOffRelease(release="beta", at=start_of(date(2024, 7, 1))), by=OWNER).refused(NotAllowed)


def test_a_sign_off_before_the_proposal_is_refused() -> None:
    assert proposed().when(SignOffRelease(release="beta", at=start_of(date(2024, 6, 1)))).refused(Invalid).field == "at"


def test_a_release_is_signed_off_once_and_a_changed_row_takes_the_first_back() -> None:
    s = proposed().when(SignOffRelease(release="beta")).when(SignOffRelease(release="beta"))
    s.refused(AlreadyExists)
    s.when(SignOffRelease(release="beta", at=start_of(date(2024, 7, 1))), revising=True)
    s.then(Retracted(event=f"{BETA}@2", reason="The row of the import has changed"), ReleaseSignedOff())
    release = s.facts().get(RELEASE, "beta")
    assert release is not None
    assert release.signed_off is not None
    assert release.signed_off.time == start_of(date(2024, 7, 1))


@pytest.mark.requirement("S0-13")
def test_a_release_without_sign_off_does_not_go_out() -> None:
    proposed(functional=False).when(PUBLISH, by=OWNER).refused(Refused, "S0-13")


@pytest.mark.requirement("S0-13")
def test_a_signed_off_release_that_changes_no_functionality_goes_out_once() -> None:
    s = proposed(functional=False).given(BETA, ReleaseSignedOff()).when(PUBLISH, by=OWNER).then(ReleasePublished())
    assert state(s) is ReleaseState.PUBLISHED
    s.when(PUBLISH, by=OWNER).refused(AlreadyExists)


def test_a_team_does_not_publish() -> None:
    proposed(functional=False).given(BETA, ReleaseSignedOff()).when(PUBLISH, by="team@*").refused(NotAllowed)


@pytest.mark.requirement("S0-16")
def test_a_functional_release_without_change_request_does_not_go_out() -> None:
    proposed().given(BETA, ReleaseSignedOff()).when(PUBLISH, by=OWNER).refused(Refused, "S0-16")


@pytest.mark.requirement("S0-16")
def test_a_missing_outcome_is_cited_before_a_missing_sign_off() -> None:
    proposed().when(PUBLISH, by=OWNER).refused(Refused, "S0-16")


@pytest.mark.requirement("S0-16")
def test_a_release_waits_for_the_boards_approval_of_every_change_request() -> None:
    s = raised(raised(proposed().given(BETA, ReleaseSignedOff())), "cr-2")
    s.given("change:cr-1", APPROVED).when(PUBLISH, by=OWNER).refused(Refused, "S0-16")
    s.given("change:cr-2", APPROVED).when(PUBLISH, by=OWNER).then(ReleasePublished())


@pytest.mark.requirement("S0-16")
@pytest.mark.parametrize("functional", [True, False])
def test_a_release_whose_change_was_turned_down_does_not_go_out(functional: bool) -> None:
    s = raised(proposed(functional=functional).given(BETA, ReleaseSignedOff())).given("change:cr-1", ChangeDecided(approved=False, reason="Too early"))
    s.when(PUBLISH, by=OWNER).refused(Refused, "S0-16")


@pytest.mark.requirement("S0-17")
def test_a_release_waits_for_the_boards_approval_of_a_new_dependency() -> None:
    s = raised(proposed(functional=False).given(BETA, ReleaseSignedOff()), on="maps")
    s.when(PUBLISH, by=OWNER).refused(Refused, "S0-17")
    s.given("change:cr-1", APPROVED).when(PUBLISH, by=OWNER).then(ReleasePublished())


@pytest.mark.requirement("S0-16")
def test_publishing_is_judged_on_its_own_day() -> None:
    s = raised(proposed().given(BETA, ReleaseSignedOff(), at="2024-06-24")).given("change:cr-1", APPROVED, at="2024-06-30")
    s.when(PublishRelease(release="beta", at=start_of(date(2024, 6, 25)))).refused(Refused, "S0-16")
    s.when(PublishRelease(release="beta", at=start_of(date(2024, 6, 30)))).then(ReleasePublished())


def test_an_override_lifts_the_rule_and_is_said() -> None:
    lifted = Override(rule="S0-16", reason="Flood warning")
    s = proposed().given(BETA, ReleaseSignedOff()).when(PublishRelease(release="beta", override=lifted))
    s.then(Overridden(rule="S0-16", reason="Flood warning", command="roadmap.publish_release"), ReleasePublished())


@pytest.mark.requirement("S0-16")
def test_what_the_board_turned_down_goes_out_once_it_has_approved_another_request_for_it() -> None:
    s = raised(proposed().given(BETA, ReleaseSignedOff())).given("change:cr-1", ChangeDecided(approved=False, reason="Too early"), at="2024-06-20")
    s = raised(s, "cr-2")
    s.when(PUBLISH, by=OWNER).refused(Refused, "S0-16")
    s.given("change:cr-2", APPROVED, at="2024-06-30").when(PUBLISH, by=OWNER).then(ReleasePublished())


@pytest.mark.requirement("S0-17")
def test_an_approval_of_something_else_or_of_before_does_not_lift_what_was_turned_down() -> None:
    s = raised(proposed().given(BETA, ReleaseSignedOff()), on="maps").given("change:cr-1", ChangeDecided(approved=False, reason="Too early"), at="2024-06-20")
    raised(s, "cr-2").given("change:cr-2", APPROVED, at="2024-06-30").when(PUBLISH, by=OWNER).refused(Refused, "S0-17")
    s = raised(s, "cr-3", on="maps").given("change:cr-3", APPROVED, at="2024-06-15")
    s.when(PUBLISH, by=OWNER).refused(Refused, "S0-17")
