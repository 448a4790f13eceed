"""What waits for whom: each act is named from the day it can be done until it is done, to whoever may do it where it lies, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

import libs.commands.catalog  # noqa: F401  (the registry is filled by importing it)
from libs.commands.command import COMMANDS
from libs.commands.testing import money
from libs.events.catalog.portfolio.bid import BidOutcomeRecorded, BidSubmitted
from libs.events.catalog.portfolio.graduation import HandoffAccepted, HandoffFailed, HandoffPrepared, HomeFunction, SustainEntered
from libs.events.catalog.portfolio.investment import InvestmentDecided, InvestmentProposed
from libs.events.catalog.portfolio.loan import TeamLent, TeamReturned
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, Staffing, TeamFormed, TeamPivotedAway
from libs.events.catalog.roadmap.change import ChangeDecided, ChangeRaised
from libs.events.catalog.roadmap.metric import MetricRead
from libs.events.catalog.roadmap.recommendation import RecommendationAccepted, RecommendationDeclined, RecommendationMade
from libs.events.catalog.roadmap.release import ReleaseProposed, ReleasePublished, ReleaseSignedOff, ReleaseStage
from libs.rules.authority import AUTHORITY
from libs.rules.catalogue import RULES
from libs.rules.roles import Role
from libs.rules.tasks import ACTS, Awaited, AwaitedKind, awaited, awaiting
from tests.rules.way import TEAM, WAY, Statement, attested, day, graduating, seen, sustained, told, world_of


def waits(statements: Iterable[Statement], n: int, *roles: str) -> list[Awaited]:
    """On a day, for somebody with these roles; without any, for anybody."""
    facts = seen(world_of(statements), n)
    return list(awaiting(facts, [Role.parse(role) for role in roles]) if roles else awaited(facts))


def kinds(found: Iterable[Awaited]) -> list[str]:
    return sorted(str(one.kind) for one in found)


def of(found: Iterable[Awaited], kind: AwaitedKind) -> list[Awaited]:
    return [one for one in found if one.kind is kind]


HOME = [
    Statement("organisation:env", OrganisationRegistered(name="Environment"), 0),
    Statement("product:booking", ProductRegistered(name="Booking", home="env"), 0),
    Statement(TEAM, TeamFormed(name="Parks", home="env", products=("booking",)), 0),
]
PROPOSED = [*HOME, Statement("investment:inv", InvestmentProposed(team="parks", amount=money("5.00")), 10)]


def test_every_act_is_a_command_on_the_topic_by_which_the_command_is_judged() -> None:
    assert ACTS.keys() == set(AwaitedKind)
    for kind, act in ACTS.items():
        assert COMMANDS[act.command].SPEC.topic == act.topic, kind
        assert any(act.topic in topics for topics in AUTHORITY.values()), kind
    cited = {rule for command in COMMANDS.values() for rule in command.SPEC.requirements} | RULES.keys()
    assert {act.rule for act in ACTS.values()} <= cited


def test_what_is_known_already_are_fields_of_the_command() -> None:
    signed = Statement("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="R"), 1)
    for one in (*waits([*sustained(), *PROPOSED[3:], signed], 200), *waits(graduating(), 431)):
        assert {name for name, _ in one.data} <= COMMANDS[one.command].model_fields.keys(), one.kind
        assert one.what.endswith(".") and one.roles


@pytest.mark.requirement("S0-14")
def test_a_proposal_waits_for_its_steering_group_until_it_is_decided() -> None:
    (one,) = waits(PROPOSED, 12, "steering_group@env")
    assert (one.kind, one.command, one.data, one.since, one.due) == (
        AwaitedKind.DECIDE_INVESTMENT,
        "portfolio.decide_investment",
        (("investment", "inv"),),
        day(10),
        None,
    )
    assert one.name == "Parks" and one.roles == ("steering_group",)
    for other in ("steering_group@health", "executive@env", "portfolio_manager@env", "auditor", "subscriber"):
        assert waits(PROPOSED, 12, other) == []
    assert kinds(waits(PROPOSED, 12, "importer")) == ["decide_investment"]
    decided = Statement("investment:inv", InvestmentDecided(approved=False, reason="No"), 14)
    assert [kinds(waits([*PROPOSED, decided], n)) for n in (9, 10, 13, 14)] == [[], ["decide_investment"], ["decide_investment"], []]


@pytest.mark.requirement("S0-15")
def test_a_bid_waits_for_its_outcome_and_says_by_when() -> None:
    bid = [*PROPOSED, Statement("bid:b", BidSubmitted(investment="inv", amount=money("5.00"), body="Treasury Board"), 20)]
    found = of(waits(bid, 110, "portfolio_manager@env"), AwaitedKind.RECORD_BID_OUTCOME)
    assert [(one.due, one.overdue, one.since, one.data) for one in found] == [(day(110), False, day(20), (("bid", "b"),))]
    assert [one.overdue for one in of(waits(bid, 111), AwaitedKind.RECORD_BID_OUTCOME)] == [True]
    done = Statement("bid:b", BidOutcomeRecorded(won=True, reason="Yes"), 30)
    assert of(waits([*bid, done], 111), AwaitedKind.RECORD_BID_OUTCOME) == []


@pytest.mark.requirement("S4-15")
def test_a_loan_waits_to_be_returned_from_its_last_planned_day_on() -> None:
    lent = TeamLent(team="parks", lender="env", borrower="health", staffing=Staffing.STAFF, agreement="Letter", until=day(50))
    loan = [*HOME, Statement("loan:l", lent, 20)]
    found = [[(one.due, one.overdue) for one in waits(loan, n, "portfolio_manager@env")] for n in (49, 50, 51)]
    assert found == [[], [(day(50), False)], [(day(50), True)]]
    assert waits([*loan, Statement("loan:l", TeamReturned(), 52)], 60) == []


@pytest.mark.requirement("S0-13", "S0-16")
def test_a_release_waits_for_its_owner_then_for_the_board_then_for_its_publishing() -> None:
    said: list[Statement] = [*HOME, Statement("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="Spring"), 10)]

    def then(aggregate: str, data: Any, n: int) -> list[str]:
        said.append(Statement(aggregate, data, n))
        return kinds(waits(said, n))

    assert kinds(waits(said, 10)) == ["raise_change", "sign_off_release"]
    assert kinds(waits(said, 10, "product_owner@booking")) == ["sign_off_release"]
    assert kinds(waits(said, 10, "team@parks")) == ["raise_change"]
    assert waits(said, 10, "product_owner@other") == waits(said, 10, "team@other") == []
    assert then("release:r", ReleaseSignedOff(), 11) == ["raise_change"]
    assert then("change:c", ChangeRaised(product="booking", title="Pay online", release="r"), 12) == ["decide_change"]
    assert kinds(waits(said, 12, "cab@env")) == ["decide_change"] and waits(said, 12, "cab@health") == []
    assert then("change:c", ChangeDecided(approved=False, reason="Not yet"), 13) == []
    assert then("change:d", ChangeRaised(product="booking", title="Pay online", release="r"), 14) == ["decide_change"]
    assert then("change:d", ChangeDecided(approved=True, reason="Now"), 15) == ["publish_release"]
    assert kinds(waits(said, 15, "product_owner@booking")) == ["publish_release"]
    assert then("release:r", ReleasePublished(), 16) == []


@pytest.mark.requirement("S1-11")
def test_a_recommendation_waits_for_the_product_owners_answer() -> None:
    made = RecommendationMade(product="booking", text="Show the fee.", findings=("f",))
    said = [*HOME, Statement("recommendation:r", made, 10)]
    (one,) = waits(said, 12, "product_owner@booking")
    assert (one.kind, one.since, one.what) == (
        AwaitedKind.ANSWER_RECOMMENDATION,
        day(10),
        "Accept what is recommended, or decline it and say why: Show the fee.",
    )
    assert waits(said, 12, "team@parks") == waits(said, 12, "product_owner@other") == []
    for answer in (RecommendationAccepted(), RecommendationDeclined(reason="The law asks for it")):
        assert waits([*said, Statement("recommendation:r", answer, 13)], 13) == []


@pytest.mark.requirement("S0-16")
def test_a_release_that_changes_no_function_waits_for_no_board() -> None:
    said = [*HOME, Statement("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.LIVE, title="Fixes", functional=False), 10)]
    assert kinds(waits(said, 10)) == ["sign_off_release"]
    assert kinds(waits([*said, Statement("release:r", ReleaseSignedOff(), 11)], 11)) == ["publish_release"]


@pytest.mark.requirement("S0-23")
def test_a_target_waits_for_a_reading_since_it_was_set_by_the_day_it_is_due() -> None:
    before_reading = [one for one in sustained() if not isinstance(one.data, MetricRead)]
    (one,) = of(waits(before_reading, 259), AwaitedKind.READ_METRIC)
    assert (one.subject_id, one.since, one.due, one.overdue) == ("sat", day(75), day(260), False)
    assert kinds(waits(before_reading, 100, "product_owner@booking")) == kinds(waits(before_reading, 100, "team@parks")) == ["read_metric"]
    assert of(waits(before_reading, 260), AwaitedKind.READ_METRIC) == [], "from the day it is due it is missed"
    assert of(waits(sustained(), 259), AwaitedKind.READ_METRIC) == []


@pytest.mark.requirement("S4-02")
def test_sustain_waits_to_be_entered_once_its_preconditions_are_met() -> None:
    before = [one for one in sustained() if one.aggregate != WAY]
    assert kinds(waits(before, 188, "lab_ops")) == ["enter_sustain"]
    assert "enter_sustain" not in kinds(waits(before, 179)), "the health was not recorded yet"
    assert "enter_sustain" not in kinds(waits(sustained(), 191))
    assert waits(before, 188, "executive@env") == []


@pytest.mark.requirement("S4-17", "R-06")
def test_each_handoff_waits_to_be_prepared_by_lab_ops_then_accepted_by_an_executive() -> None:
    lab, executive = (waits(sustained(), 195, role) for role in ("lab_ops", "executive@env"))
    assert [dict(one.data)["function"] for one in of(lab, AwaitedKind.PREPARE_HANDOFF)] == ["program_leadership", "strategic_hr"]
    accept = of(executive, AwaitedKind.ACCEPT_HANDOFF)
    assert [(dict(one.data)["function"], one.since) for one in accept] == [
        ("corporate_services", day(185)),
        ("it_agency", day(185)),
        ("project_office", day(185)),
    ]
    assert accept[0].what == "Accept the hand-off of Parks for corporate services."
    failed = [*sustained(), Statement(WAY, HandoffFailed(function=HomeFunction.IT_AGENCY, reason="Nobody there"), 193)]
    assert ("it_agency", day(193)) in [(dict(one.data)["function"], one.since) for one in of(waits(failed, 195), AwaitedKind.PREPARE_HANDOFF)]
    again = [*failed, Statement(WAY, HandoffPrepared(function=HomeFunction.IT_AGENCY, evidence="Now"), 194)]
    assert ("it_agency", day(194)) in [(dict(one.data)["function"], one.since) for one in of(waits(again, 195), AwaitedKind.ACCEPT_HANDOFF)]
    accepted = [*sustained(), *(Statement(WAY, HandoffAccepted(function=f, accepted_by="env"), 194, "executive@env") for f in list(HomeFunction)[:3])]
    assert of(waits(accepted, 195), AwaitedKind.ACCEPT_HANDOFF) == []


@pytest.mark.requirement("R-04", "R-05", "S4-18")
def test_an_executives_word_story_and_ceremony_are_waited_for_one_after_the_other() -> None:
    way = [one for one in graduating() if one.day < 255]
    assert kinds(waits(way, 254, "executive@env")) == ["attest", "tell_story"]
    assert kinds(waits([*way, attested(255)], 256, "executive@env")) == ["tell_story"]
    ready = waits([*way, attested(255), told(260)], 261, "executive@env")
    assert kinds(ready) == ["hold_ceremony"] and ready[0].since == day(260)
    assert of(waits(sustained(), 195, "executive@env"), AwaitedKind.TELL_STORY) == [], "not before the hand-off is accepted"


@pytest.mark.requirement("R-04")
def test_a_graduate_is_told_by_when_what_it_rests_on_must_be_said_again() -> None:
    found = waits(graduating(), 271)
    assert [(one.kind, one.due, one.overdue, one.rule) for one in found] == [
        (AwaitedKind.READ_METRIC, day(430), False, "R-04"),
        (AwaitedKind.ATTEST, day(620), False, "R-04"),
    ]
    assert dict(found[1].data) == {"team": "parks", "criterion": "R-04"} and dict(found[0].data) == {"metric": "sat"}
    assert [one.overdue for one in of(waits(graduating(), 431), AwaitedKind.READ_METRIC)] == [True]


def test_a_team_that_left_the_path_is_waited_for_no_longer() -> None:
    assert of(waits(sustained(), 195), AwaitedKind.PREPARE_HANDOFF)
    assert waits([*sustained(), Statement(TEAM, TeamPivotedAway(reason="Merged"), 194)], 195) == []


@pytest.mark.requirement("S4-20")
def test_a_role_without_its_scope_sees_what_waits_everywhere_and_a_scoped_one_its_own() -> None:
    other = [
        Statement("organisation:health", OrganisationRegistered(name="Health"), 0),
        Statement("product:clinics", ProductRegistered(name="Clinics", home="health"), 0),
        Statement("investment:inv2", InvestmentProposed(product="clinics", amount=money("7.00")), 5),
    ]
    both = [*PROPOSED, *other]
    assert [one.subject_id for one in waits(both, 12, "steering_group@*")] == ["inv2", "inv"], "what has waited longest comes first"
    assert [one.subject_id for one in waits(both, 12, "steering_group@health")] == ["inv2"]
    assert [one.subject_id for one in waits(both, 12, "steering_group@health", "steering_group@env")] == ["inv2", "inv"]


def test_what_is_due_comes_first_and_each_has_an_id_of_its_own() -> None:
    found = waits([*graduating(), *PROPOSED[3:]], 300)
    assert [one.due for one in found] == sorted((one.due for one in found), key=lambda due: due or date.max)
    assert len({one.id for one in found}) == len(found)


def test_a_late_fact_changes_what_waited_on_a_day_that_is_over() -> None:
    late = [*PROPOSED, Statement("investment:inv", InvestmentDecided(approved=True, reason="Yes"), 11)]
    assert of(waits(late, 12), AwaitedKind.DECIDE_INVESTMENT) == []


def test_what_is_said_once_more_waits_since_it_was_said_first() -> None:
    again = [
        Statement(WAY, HandoffPrepared(function=HomeFunction.PROJECT_OFFICE, evidence="Agreement, signed"), 195),
        Statement(TEAM, HealthRecorded(subject=HealthSubject.TEAM, reading=HealthReading.GOOD, source="Health check"), 186),
    ]
    accept = [one for one in of(waits([*sustained(), *again], 200), AwaitedKind.ACCEPT_HANDOFF) if ("function", "project_office") in one.data]
    assert [one.since for one in accept] == [day(185)]
    to_sustain = [said for said in (*sustained(), again[1]) if not isinstance(said.data, SustainEntered)]
    assert [one.since for one in of(waits(to_sustain, 189), AwaitedKind.ENTER_SUSTAIN)] == [day(180)]


def test_an_executives_word_is_waited_for_since_the_last_one_counts_no_longer() -> None:
    found = of(waits([*sustained(), attested(195)], 195 + 366), AwaitedKind.ATTEST)
    assert [one.since for one in found] == [day(195 + 366)]


def test_a_release_waits_to_be_published_since_the_board_has_spoken() -> None:
    said = [
        *HOME,
        Statement("release:r", ReleaseProposed(product="booking", stage=ReleaseStage.BETA, title="R"), 1),
        Statement("release:r", ReleaseSignedOff(), 5, "product_owner@booking"),
        Statement("change:c", ChangeRaised(product="booking", title="C", release="r"), 6),
        Statement("change:c", ChangeDecided(approved=True, reason="yes"), 9, "change_board"),
    ]
    assert [one.since for one in of(waits(said, 12), AwaitedKind.PUBLISH_RELEASE)] == [day(9)]
