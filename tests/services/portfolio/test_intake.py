"""Candidates in their queue, opportunities beyond a program, and redesigns with what is put before the Treasury Board (S4-10, S4-13, S4-14)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from libs.commands.catalog.portfolio.intake.candidate import ApplyForOnboarding, DeclineCandidate, OnboardCandidate
from libs.commands.catalog.portfolio.intake.opportunity import AcceptOpportunity, DeclineOpportunity, RecordOpportunity
from libs.commands.catalog.portfolio.program import RedesignProgram
from libs.commands.catalog.portfolio.submission import RecordSubmissionOutcome, SubmitToTreasuryBoard
from libs.commands.errors import AlreadyDecided, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.intake.candidate import CANDIDATE, CandidateApplied, CandidateDeclined, CandidateOnboarded
from libs.events.catalog.portfolio.intake.opportunity import OPPORTUNITY, OpportunityAccepted, OpportunityDeclined, OpportunityRecorded
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened, ProgramRedesigned
from libs.events.catalog.portfolio.submission import SubmissionDecided, SubmissionSubmitted
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.roadmap_item import Horizon, RoadmapItemFinished, RoadmapItemPlaced
from libs.events.event import Retracted
from libs.rules.tasks import awaited
from services.portfolio.domain import decisions
from tests.given import Read, given, say

Statements = list[Any]
MANAGER, LAB, EXECUTIVE = "portfolio_manager@env", "lab_ops", "executive@env"
EARLY = datetime(2024, 1, 5, tzinfo=UTC)
APPLIED = CandidateApplied(organisation="env", name="Parks", products=("Camping", "Passes"))
ASKED = OpportunityRecorded(team="t", organisation="citz", text="Letters in plain words", starts=date(2024, 9, 1), ends=date(2024, 11, 30))


def known() -> Scenario:
    s = Scenario(decisions)
    for id in ("env", "citz"):
        s.given(f"organisation:{id}", OrganisationRegistered(name=id), at="2024-01-01")
    s.given("program:water", ProgramOpened(name="Water", home="env"), at="2024-02-01")
    return s.given("team:t", TeamFormed(name="Parks team", home="env", products=("permits",)), at="2024-02-01")


@pytest.mark.requirement("S4-10")
def test_a_manager_applies_for_a_group_of_the_organisation_and_the_lab_takes_it_on_once() -> None:
    apply = ApplyForOnboarding(candidate="c", organisation="env", name="Parks", products=("Camping", "Passes"), sponsor="dana")
    s = known().when(apply, by=MANAGER).then(CandidateApplied(organisation="env", name="Parks", products=("Camping", "Passes"), sponsor="dana"))
    s.when(apply.model_copy(update={"candidate": "d", "organisation": "citz"}), by=MANAGER).refused(NotAllowed)
    alike = ApplyForOnboarding.model_validate({"candidate": "e", "organisation": "env", "name": "Parks", "products": ["Camping", "camping ", "Passes"]})
    known().when(alike, by=MANAGER).then(APPLIED)
    onboard = OnboardCandidate(candidate="c", team="t")
    s.when(onboard, by=MANAGER).refused(NotAllowed)
    assert s.when(onboard.model_copy(update={"team": "none"}), by=LAB).refused(NotFound).field == "team"
    s.when(onboard.model_copy(update={"candidate": "none"}), by=LAB).refused(NotFound)
    s.when(onboard, by=LAB).then(CandidateOnboarded(team="t"))
    s.when(DeclineCandidate(candidate="c", reason="Late"), by=LAB).refused(AlreadyDecided, "S4-10")
    for wrong in ({"products": ()}, {"name": " "}, {"products": ("x" * 501,)}):
        with pytest.raises(ValidationError):
            ApplyForOnboarding.model_validate({"organisation": "env", "name": "Parks", "products": ["A"]} | wrong)


@pytest.mark.requirement("S4-10")
def test_a_candidate_is_answered_after_it_applied_and_by_a_team_of_its_own_organisation() -> None:
    s = known().given("candidate:c", APPLIED, at="2024-05-01").given("team:other", TeamFormed(name="O", home="citz", products=()), at="2024-02-01")
    assert s.when(OnboardCandidate(candidate="c", team="other"), by=LAB).refused(Invalid).field == "team"
    s.when(OnboardCandidate(candidate="c", team="t", at=EARLY), by="importer").refused(Refused, "S4-10")
    s.when(DeclineCandidate(candidate="c", reason="No leader"), by=LAB).then(CandidateDeclined(reason="No leader"))
    s.when(OnboardCandidate(candidate="c", team="t"), by=LAB).refused(AlreadyDecided, "S4-10")


def applied(id: str, at: str, *products: str) -> Statements:
    return say(f"candidate:{id}", CandidateApplied(organisation="env", name=id.title(), products=products), at=at)


@pytest.mark.requirement("S4-10")
def test_whoever_plans_more_different_products_comes_first_and_of_as_many_whoever_applied_first_with_why() -> None:
    told = given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        applied("late", "2024-03-02", "A", "B"),
        applied("early", "2024-03-01", "A", "B"),
        applied("same", "2024-01-01", "Camping", "  camping "),
        applied("broad", "2024-04-01", "A", "B", "C"),
    ).on("2024-06-01")
    told.shows("candidate:broad", "onboarding.place", 1)
    told.shows("candidate:broad", "onboarding.why", "It plans 3 products, more than the 2 of Early.")
    told.shows("candidate:late", "onboarding.why", "It plans 2 products, as many as Early, and applied later.")
    told.shows("candidate:same", "onboarding.planned", 1)
    told.says("/intake", "Four candidates wait for onboarding", "Broad 1", "Early 2", "It plans 1 product, fewer than the 2 of Late.")
    told.on("2024-03-15").shows("candidate:early", "onboarding.place", 1)


@pytest.mark.requirement("S4-10")
def test_the_lab_is_asked_for_an_answer_and_who_has_one_is_in_no_queue() -> None:
    s = known().given("candidate:c", APPLIED, at="2024-05-01")
    (one,) = [one for one in awaited(s.facts()) if one.kind == "answer_candidate"]
    assert (one.command, one.roles, "It plans 2 products, and nobody else waits." in one.what) == ("portfolio.onboard_candidate", ("lab_ops",), True)
    s.given("candidate:c", CandidateOnboarded(team="t", judges="candidate:c@1"), at="2024-05-02")
    assert not [one for one in awaited(s.facts()) if one.kind == "answer_candidate"]
    s.given("candidate:c", Retracted(event="candidate:c@2", reason="Another team"))
    assert [one.subject_id for one in awaited(s.facts()) if one.kind == "answer_candidate"] == ["c"]


@pytest.mark.requirement("S4-14")
def test_the_executive_of_the_teams_home_answers_an_opportunity_once() -> None:
    record = RecordOpportunity(opportunity="o", team="t", organisation="citz", text=ASKED.text, starts=ASKED.starts, ends=ASKED.ends)
    s = known().when(record, by=LAB).then(ASKED)
    assert s.when(record.model_copy(update={"opportunity": "p", "ends": date(2024, 8, 1)}), by=LAB).refused(Invalid).field == "ends"
    s.when(record.model_copy(update={"opportunity": "p", "team": "none"}), by=LAB).refused(NotFound)
    s.when(record.model_copy(update={"opportunity": "p"}), by="portfolio_manager@citz").refused(NotAllowed)
    accept = AcceptOpportunity(opportunity="o")
    for by in (LAB, MANAGER, "executive@citz"):
        s.when(accept, by=by).refused(NotAllowed)
    (one,) = [one for one in awaited(s.facts()) if one.kind == "answer_opportunity"]
    assert (one.command, one.roles) == ("portfolio.accept_opportunity", ("executive",))
    s.when(AcceptOpportunity(opportunity="o", at=EARLY), by="importer").refused(Refused, "S4-14")
    s.when(accept, by=EXECUTIVE).then(OpportunityAccepted())
    s.when(DeclineOpportunity(opportunity="o", reason="The season"), by=EXECUTIVE).refused(AlreadyDecided, "S4-14")
    t = known().given("opportunity:o", ASKED, at="2024-05-01").when(DeclineOpportunity(opportunity="o", reason="The season"), by=EXECUTIVE)
    t.then(OpportunityDeclined(reason="The season"))


def test_what_was_taken_back_is_in_no_list_whatever_was_answered_and_is_answered_by_nobody() -> None:
    told = touched()
    accepted = say("opportunity:o", OpportunityAccepted(judges="opportunity:o@1"), at="2024-05-02")
    onboarded = say("candidate:c", APPLIED, CandidateOnboarded(team="t", judges="candidate:c@1"), at="2024-05-02")
    back = [say(one, Retracted(event=f"{one}@1", reason="Twice"), at="2024-05-03") for one in ("opportunity:o", "candidate:c")]
    gone = given(told.world, accepted, onboarded, *back).on("2024-06-01")
    assert not gone.facts.every(OPPORTUNITY) and not gone.facts.related(OPPORTUNITY, "team", "t")
    assert not gone.facts.every(CANDIDATE)
    assert "registered yet" not in gone.text("/intake")
    s = known().given("opportunity:o", ASKED, at="2024-05-01").when(AcceptOpportunity(opportunity="o"), by=EXECUTIVE)
    s.given("opportunity:o", Retracted(event="opportunity:o@1", reason="Twice"))
    s.when(DeclineOpportunity(opportunity="o", reason="The season"), by=EXECUTIVE).refused(NotFound)


def placed(id: str, product: str, starts: date | None, ends: date | None) -> Statements:
    return say(f"roadmap_item:{id}", RoadmapItemPlaced(product=product, title=id.title(), horizon=Horizon.NEXT, starts=starts, ends=ends))


def touched(asked: OpportunityRecorded = ASKED) -> Read:
    return given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("team:t", TeamFormed(name="Parks team", home="env", products=("permits",))),
        say("product:permits", ProductRegistered(name="Permits", home="env")),
        say("product:wells", ProductRegistered(name="Wells", home="env")),
        say("product:taxes", ProductRegistered(name="Taxes", home="citz")),
        placed("well", "wells", date(2024, 8, 1), date(2024, 9, 1)),
        placed("open", "permits", date(2024, 10, 1), None),
        placed("done", "permits", date(2024, 10, 1), date(2024, 10, 2)),
        say("roadmap_item:done", RoadmapItemFinished(), at="2024-02-01"),
        placed("undated", "permits", None, None),
        placed("before", "permits", None, date(2024, 8, 31)),
        placed("theirs", "taxes", date(2024, 10, 1), date(2024, 10, 9)),
        say("opportunity:o", asked, at="2024-05-01"),
    ).on("2024-06-01")


@pytest.mark.requirement("S4-14")
def test_an_opportunity_shows_what_of_the_homes_roadmap_falls_into_its_time() -> None:
    told = touched()
    found = [{"item": "roadmap_item:open", "name": "Open", "served": True}, {"item": "roadmap_item:well", "name": "Well", "served": False}]
    told.shows("opportunity:o", "affects { item name served }", found)
    told.says(
        "/intake", "Letters in plain words", "Waits for an answer", "Of its own products: Open", "1 Sep 2024 to 30 Nov 2024", "Two items of the home’s roadmap"
    )
    told.says("/teams/t", "Letters in plain words")
    endless = touched(OpportunityRecorded(team="t", organisation="citz", text="Some day"))
    endless.shows("opportunity:o", "affects.item", ["roadmap_item:before", "roadmap_item:open", "roadmap_item:well"])


@pytest.mark.requirement("S4-13")
def test_what_is_put_before_the_treasury_board_is_part_of_a_redesign_and_is_decided_once() -> None:
    submit = SubmitToTreasuryBoard(submission="b", program="water", text="A new act", amount=money("10.00"))
    s = known()
    assert s.when(submit, by=MANAGER).refused(Refused, "S4-13").field == "program"
    redesign = RedesignProgram(program="water", text="One permit for all uses")
    s.when(redesign.model_copy(update={"at": EARLY}), by=MANAGER).refused(Refused, "S4-13")
    s.when(redesign, by="executive@citz").refused(NotAllowed)
    s.when(redesign, by=EXECUTIVE).then(ProgramRedesigned(text="One permit for all uses"))
    s.when(submit, by=MANAGER).then(SubmissionSubmitted(program="water", text="A new act", amount=money("10.00")))
    (one,) = [one for one in awaited(s.facts()) if one.kind == "record_submission_outcome"]
    assert one.command == "portfolio.record_submission_outcome" and set(one.roles) == {"portfolio_manager", "executive"}
    outcome = RecordSubmissionOutcome(submission="b", approved=True, reason="It pays for itself")
    s.when(outcome.model_copy(update={"at": EARLY}), by="importer").refused(Refused, "S4-13")
    s.when(outcome, by=LAB).refused(NotAllowed)
    s.when(outcome, by=EXECUTIVE).then(SubmissionDecided(approved=True, reason="It pays for itself"))
    s.when(outcome.model_copy(update={"approved": False}), by=EXECUTIVE).refused(AlreadyDecided, "S4-13")


@pytest.mark.requirement("S4-13")
def test_a_program_shows_how_far_its_latest_redesign_is() -> None:
    told = given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("program:water", ProgramOpened(name="Water", home="env")),
        say("program:water", ProgramRedesigned(text="One permit"), at="2024-02-01"),
        say("submission:b", SubmissionSubmitted(program="water", text="A new act", amount=money("10.00")), at="2024-03-01"),
        say("submission:b", SubmissionDecided(approved=False, reason="Too dear", judges="submission:b@1"), at="2024-04-01"),
        say("program:water", ProgramRedesigned(text="One form"), at="2024-05-01"),
    )
    for on, state in (("2024-02-15", "BEGUN"), ("2024-03-15", "SUBMITTED"), ("2024-04-15", "DECLINED"), ("2024-05-15", "BEGUN")):
        told.on(on).shows("program:water", "redesign.state", state)
    told.on("2024-04-15").says("/intake", "Water", "A new act", "One permit")
    told.on("2024-04-15").says("/submissions/b", "A new act", "Too dear").shows("submission:b", "counts", True)


@pytest.mark.requirement("S4-13")
def test_a_submission_counts_no_more_once_the_redesign_that_it_is_part_of_was_taken_back() -> None:
    told = given(
        say("program:water", ProgramOpened(name="Water", home="env"), ProgramRedesigned(text="One permit")),
        say("submission:b", SubmissionSubmitted(program="water", text="A new act"), at="2024-03-01"),
        say("program:water", Retracted(event="program:water@2", reason="Not meant"), at="2024-04-01"),
        say("program:water", ProgramRedesigned(text="One form"), at="2024-05-01"),
    ).on("2024-06-01")
    told.shows("submission:b", "counts", False).says("/submissions/b", "Counts no")
    assert not [one for one in awaited(told.facts) if one.kind == "record_submission_outcome"]
