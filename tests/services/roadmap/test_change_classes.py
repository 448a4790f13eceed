"""Classes of changes: approved once by the board, and then each such change goes out by its evidence (S3-10)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.catalog.roadmap.change import AttachEvidence, DecideChange
from libs.commands.catalog.roadmap.change_class import DecideChangeClass, DefineChangeClass
from libs.commands.catalog.roadmap.release import PublishRelease
from libs.commands.errors import Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.change import CHANGE, ChangeDecided, ChangeRaised, EvidenceAttached
from libs.events.catalog.roadmap.change_class import CHANGE_CLASS, ChangeClassDecided, ChangeClassDefined
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.events.event import Retracted
from libs.rules.clearance import clearance
from libs.rules.tasks import awaited
from services.roadmap.domain import decisions

TESTED, READ = "all tests passed", "read by a second developer"
CLASS = ChangeClassDefined(organisation="env", name="Texts", evidence=(TESTED, READ))
APPROVED, REVOKED = ChangeClassDecided(approved=True, reason="Safe so far"), ChangeClassDecided(approved=False, reason="Two went wrong")
PUBLISH = PublishRelease(release="r")

pytestmark = pytest.mark.requirement("S3-10")


def classed(*decided: ChangeClassDecided, change_class: str | None = "texts") -> Scenario:
    """A release that is signed off, with one change of a class, which the board has decided on so."""
    s = Scenario(decisions).given("product:permits", ProductRegistered(name="Permits", home="env"), at="2026-01-01")
    s.given("team:t", TeamFormed(name="Permits", home="env", products=("permits",)), at="2026-01-01")
    s.given("change_class:texts", CLASS, *decided, at="2026-02-01")
    s.given("release:r", ReleaseProposed(product="permits", stage=ReleaseStage.LIVE, title="R"), ReleaseSignedOff(), at="2026-03-01")
    return s.given("change:c", ChangeRaised(product="permits", title="Reword", release="r", change_class=change_class), at="2026-03-01")


def attached(s: Scenario, *evidence: str, at: str = "2026-03-02") -> Scenario:
    return s.given("change:c", *(EvidenceAttached(evidence=one) for one in evidence), at=at)


def approved(s: Scenario) -> Any:
    return clearance(s.facts(), "c").approved


def test_a_team_describes_a_class_for_its_home_and_the_board_there_decides() -> None:
    define = DefineChangeClass(change_class="colours", organisation="env", name="Colours", evidence=(TESTED,))
    s = classed().when(define, by="team@t").then(ChangeClassDefined(organisation="env", name="Colours", evidence=(TESTED,)))
    s.when(define.model_copy(update={"change_class": "other", "organisation": "citz"}), by="team@t").refused(NotAllowed)
    decide = DecideChangeClass(change_class="colours", approved=True, reason="Safe")
    s.when(decide, by="team@t").refused(NotAllowed, "S3-10")
    s.when(decide, by="cab@citz").refused(NotAllowed, "S3-10")
    s.when(decide, by="cab@env").then(ChangeClassDecided(approved=True, reason="Safe"))
    s.when(decide, by="cab@env").then()
    of = s.facts().get(CHANGE_CLASS, "colours")
    assert of is not None and (of.approved, of.reason, str(of.decided_on)) == (True, "Safe", "2026-06-01")


def test_a_class_must_ask_for_something() -> None:
    with pytest.raises(ValueError, match="evidence"):
        DefineChangeClass(change_class="any", organisation="env", name="Any", evidence=())


def test_with_all_its_evidence_a_change_of_an_approved_class_goes_out_without_a_sitting() -> None:
    s = classed(APPROVED)
    s.when(AttachEvidence(change="c", evidence=TESTED, url="https://ci.example.org/1"), by="team@t").then(
        EvidenceAttached(evidence=TESTED, url="https://ci.example.org/1")
    )
    refused = s.when(PUBLISH, by="product_owner@permits").refused(Refused, "S3-10")
    assert refused.detail == f"the change request 'c' lacks evidence that its class asks for: {READ}"
    s.when(AttachEvidence(change="c", evidence=READ), by="team@t").when(PUBLISH, by="product_owner@permits").then(ReleasePublished())
    found = clearance(s.facts(), "c")
    assert (found.approved, found.by_class, found.lacking, found.settled and found.settled.id) == (True, True, (), "change:c@3")


def test_without_a_class_or_before_the_board_has_approved_it_the_board_decides() -> None:
    for s in (classed(APPROVED, change_class=None), classed(), classed(REVOKED), classed(APPROVED, change_class="unknown")):
        attached(s, TESTED, READ).when(PUBLISH).refused(Refused, "S0-16")
        assert [one.kind for one in awaited(s.facts()) if one.subject_id == "c"] == ["decide_change"]


def test_while_the_class_is_revoked_the_refusal_names_it_and_both_ways_out() -> None:
    s = attached(classed(REVOKED), TESTED, READ)
    refused = s.when(PUBLISH, by="product_owner@permits").refused(Refused, "S0-16")
    assert "its class 'texts'" in refused.detail and "roadmap.decide_change_class" in str(refused.remedy) and "roadmap.decide_change)" in str(refused.remedy)


def test_what_brought_everything_before_the_class_was_revoked_stays_approved_and_what_comes_later_does_not() -> None:
    s = attached(classed(APPROVED), TESTED, READ).given("change_class:texts", REVOKED, at="2026-03-03")
    assert approved(s)
    s.given("change:late", ChangeRaised(product="permits", title="Late", change_class="texts"), at="2026-03-02")
    s.given("change:late", EvidenceAttached(evidence=TESTED), EvidenceAttached(evidence=READ), at="2026-03-04")
    assert clearance(s.facts(), "late").approved is None


def test_a_class_that_is_approved_later_lets_out_what_has_brought_everything() -> None:
    s = attached(classed(), TESTED, READ).given("change_class:texts", APPROVED, at="2026-03-05")
    assert clearance(s.facts("2026-03-04"), "c").approved is None
    found = clearance(s.facts(), "c")
    assert found.settled is not None and found.settled.id == "change_class:texts@2"


def test_the_boards_own_word_on_a_change_comes_before_its_class() -> None:
    s = attached(classed(APPROVED), TESTED, READ).when(DecideChange(change="c", approved=False, reason="Not this one"), by="cab@env")
    s.then(ChangeDecided(approved=False, reason="Not this one"))
    assert approved(s) is False
    s.when(PUBLISH).refused(Refused, "S0-16")
    t = classed(APPROVED).when(DecideChange(change="c", approved=True, reason="No need to wait"), by="cab@env")
    t.when(PUBLISH).then(ReleasePublished())


def test_evidence_that_is_taken_back_is_lacking_again_and_known_then_is_known_then() -> None:
    s = attached(classed(APPROVED), TESTED, READ).given("change:c", Retracted(event="change:c@3", reason="Of another build"), at="2026-04-01")
    assert clearance(s.facts(), "c").lacking == (READ,)
    assert clearance(s.facts(known_at=datetime(2026, 3, 31, tzinfo=UTC)), "c").approved


def test_evidence_in_other_words_than_those_of_the_class_is_refused_with_the_words_that_count() -> None:
    refused = classed(APPROVED).when(AttachEvidence(change="c", evidence="Tests OK"), by="team@t").refused(Invalid)
    assert refused.field == "evidence" and refused.remedy == f"Say it in the words of the class: {TESTED}; {READ}."


def test_evidence_is_not_older_than_the_change_and_no_class_is_decided_on_before_it_is_defined() -> None:
    old = datetime(2026, 1, 5, tzinfo=UTC)
    classed().when(AttachEvidence(change="c", evidence=TESTED, at=old)).refused(Invalid)
    classed().when(DecideChangeClass(change_class="texts", approved=True, reason="Safe", at=old)).refused(Invalid)
    classed().when(DecideChangeClass(change_class="none", approved=True, reason="Safe"), by="cab@env").refused(NotFound)


def test_the_same_evidence_again_is_nothing_new_and_another_address_takes_its_place() -> None:
    s = classed(APPROVED).when(AttachEvidence(change="c", evidence=TESTED, url="https://ci.example.org/1"))
    s.when(AttachEvidence(change="c", evidence=TESTED, url="https://ci.example.org/1")).then()
    s.when(AttachEvidence(change="c", evidence=TESTED, url="https://ci.example.org/2"))
    change = s.facts().get(CHANGE, "c")
    assert change is not None and [one.url for one in change.attached] == ["https://ci.example.org/2"]


def test_the_board_is_asked_for_a_class_and_the_team_for_the_evidence_that_is_lacking() -> None:
    assert [(one.kind, one.subject_id, one.command) for one in awaited(classed().facts()) if one.subject_kind == "change_class"] == [
        ("decide_change_class", "texts", "roadmap.decide_change_class")
    ]
    s = attached(classed(APPROVED), TESTED)
    assert [(one.kind, dict(one.data)) for one in awaited(s.facts()) if one.subject_id in ("c", "r")] == [
        ("attach_evidence", {"change": "c", "evidence": READ})
    ]
    attached(s, READ)
    assert [one.kind for one in awaited(s.facts()) if one.subject_id in ("c", "r")] == ["publish_release"]
