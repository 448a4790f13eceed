"""From findings that rest on something to recommendations, what the product owner answers, and what carries them out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.finding import RecordFinding
from libs.commands.catalog.roadmap.recommendation import AcceptRecommendation, DeclineRecommendation, Recommend
from libs.commands.catalog.roadmap.release import ProposeRelease, ReplanRelease
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.experiment import ExperimentMethod, ExperimentPlanned
from libs.events.catalog.backlog.improvement import ImprovementFinished, ImprovementLevel, ImprovementRaised, ImprovementScope, ImprovementTarget
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.finding import FindingKind, FindingRecorded
from libs.events.catalog.roadmap.initiative_choices import InitiativeTemplate
from libs.events.catalog.roadmap.initiative_events import InitiativeOpened
from libs.events.catalog.roadmap.metric import MetricDefined, MetricKind, MetricRead
from libs.events.catalog.roadmap.recommendation import RecommendationAccepted, RecommendationDeclined, RecommendationMade
from libs.events.catalog.roadmap.release import RELEASE, ReleaseProposed, ReleasePublished, ReleaseReplanned, ReleaseSignedOff, ReleaseStage
from libs.events.catalog.roadmap.theme import ThemeRecorded
from libs.rules.products.milestones import milestones
from services.roadmap.domain import decisions
from tests.given import Read, given, say

OWNER, TEAM = "product_owner@permits", "team@parks"
SPEED = MetricDefined(product="permits", name="Speed", kind=MetricKind.QUANTITATIVE, goal="g", method="m", tool="t", source="s", responsible="ann")
TRIAL = ExperimentPlanned(
    team="parks", product="permits", hypothesis="h", scope="s", method=ExperimentMethod.AB, starts=date(2024, 2, 1), ends=date(2024, 3, 1)
)
FINDING = FindingRecorded(product="permits", kind=FindingKind.CAUSE, text="The fee is hidden", rests_on=("theme:fee",))
MADE = RecommendationMade(product="permits", text="Show the fee", findings=("hidden",))
BETA = ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=False)


def known() -> Scenario:
    s = Scenario(decisions).given("product:permits", ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    s = s.given("team:parks", TeamFormed(name="Parks", home="env", products=("permits",)), at="2024-01-01")
    s = s.given("theme:fee", ThemeRecorded(channel="counter", product="permits", text="What does it cost?"), at="2024-05-01")
    return s.given("metric:speed", SPEED, MetricRead(value=Decimal(9)), at="2024-05-01").given("experiment:trial", TRIAL, at="2024-05-01")


def found() -> Scenario:
    return known().given("finding:hidden", FINDING, at="2024-05-10")


def made() -> Scenario:
    return found().given("recommendation:show", MADE, at="2024-05-20")


def record(**fields: Any) -> RecordFinding:
    given = {"finding": "hidden", "product": "permits", "kind": "cause", "text": "The fee is hidden", "rests_on": ["theme:fee"]}
    return RecordFinding.model_validate(given | fields)


@pytest.mark.requirement("S1-10")
@pytest.mark.parametrize("role", [OWNER, TEAM])
@pytest.mark.parametrize("kind", FindingKind)
def test_a_finding_is_a_cause_a_pattern_or_an_opportunity_and_rests_on_metrics_themes_and_experiments(role: str, kind: FindingKind) -> None:
    grounds = ("metric:speed", "theme:fee", "experiment:trial")
    s = known().when(record(kind=kind, rests_on=[*grounds, "theme:fee"]), by=role)
    s.then(FindingRecorded(product="permits", kind=kind, text="The fee is hidden", rests_on=grounds))


@pytest.mark.requirement("S1-10")
def test_a_plain_id_is_that_of_the_first_of_these_kinds_that_there_is() -> None:
    s = known().when(record(rests_on=["fee", "speed", "trial"]))
    assert s.said[0].data.rests_on == ("theme:fee", "metric:speed", "experiment:trial")  # type: ignore[attr-defined]


@pytest.mark.requirement("S1-10")
def test_a_finding_that_rests_on_nothing_is_refused() -> None:
    refused = known().when(record(rests_on=[])).refused(Refused, "S1-10")
    assert refused.field == "rests_on" and "rests on nothing" in refused.detail
    for missing in ("theme:map", "metric:fee", "experiment:none", "nothing"):
        assert known().when(record(rests_on=["theme:fee", missing])).refused(NotFound).field == "rests_on"
    known().when(record(at="2024-04-30")).refused(NotFound)
    found().when(record(text="Something else")).refused(AlreadyExists)


@pytest.mark.requirement("S1-10")
def test_a_finding_rests_on_no_metric_that_nobody_has_read_by_then() -> None:
    unread = known().given("metric:unread", SPEED, at="2024-05-01")
    refused = unread.when(record(rests_on=["theme:fee", "metric:unread"])).refused(Refused, "S1-10")
    assert refused.field == "rests_on" and "'unread' had not been measured" in refused.detail and "roadmap.read_metric" in str(refused.remedy)


@pytest.mark.parametrize("wrong", [{"kind": "guess"}, {"text": ""}, {"rests_on": ["release:beta"]}, {"rests_on": ["Fee"]}, {"rests_on": "theme:fee"}])
def test_a_finding_says_what_it_is_and_names_what_it_can_rest_on(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record(**wrong)


@pytest.mark.requirement("S1-11")
@pytest.mark.parametrize("role", [OWNER, TEAM])
@pytest.mark.parametrize(("consulted", "kept"), [(["Counters", "Users"], ("Counters", "Users")), ("Counters", ("Counters",)), ([], ())])
def test_a_recommendation_rests_on_findings_and_says_who_was_consulted(role: str, consulted: Any, kept: tuple[str, ...]) -> None:
    command = Recommend.model_validate({"recommendation": "show", "product": "permits", "text": "Show the fee", "findings": ["hidden"], "consulted": consulted})
    found().when(command, by=role).then(RecommendationMade(product="permits", text="Show the fee", findings=("hidden",), consulted=kept))


@pytest.mark.requirement("S1-11")
def test_a_recommendation_without_a_finding_or_before_it_is_refused() -> None:
    command = Recommend(recommendation="show", product="permits", text="Show the fee", findings=())
    assert found().when(command).refused(Refused, "S1-11").field == "findings"
    on_it = command.model_copy(update={"findings": ("hidden",)})
    known().when(on_it).refused(NotFound)
    found().when(on_it.model_copy(update={"at": start_of(date(2024, 5, 9))})).refused(NotFound)
    made().when(on_it).refused(AlreadyExists)


@pytest.mark.requirement("S1-11")
def test_the_product_owner_answers_a_recommendation_once() -> None:
    accept, decline = AcceptRecommendation(recommendation="show"), DeclineRecommendation(recommendation="show", reason="The law asks for it")
    accepted = RecommendationAccepted()
    s = made().when(accept, by=OWNER).then(accepted)
    s.when(accept, by=OWNER).refused(AlreadyDecided, "S1-11")
    s.when(decline, by=OWNER).refused(AlreadyDecided, "S1-11")
    declined = made().when(decline, by=OWNER).then(RecommendationDeclined(reason="The law asks for it"))
    declined.when(accept, by=OWNER).refused(AlreadyDecided, "S1-11")
    made().when(accept.model_copy(update={"at": start_of(date(2024, 5, 19))}), by=OWNER).refused(Refused, "S1-11")
    found().when(accept, by=OWNER).refused(NotFound)
    for role in (TEAM, "executive@env", "product_owner@fees", "portfolio_manager@env"):
        for command in (accept, decline):
            made().when(command, by=role).refused(NotAllowed)


@pytest.mark.requirement("S1-11")
def test_an_answer_counts_no_more_once_something_else_is_recommended_in_its_place() -> None:
    told = given(say("recommendation:show", MADE, RecommendationAccepted(judges="recommendation:show@1"), at="2024-05-20"))
    told.shows("recommendation:show", "state", "ACCEPTED")
    other = given(told.world, say("recommendation:show", RecommendationMade(product="permits", text="Drop the fee", findings=("hidden",)), at="2024-05-20"))
    other.shows("recommendation:show", "state", "MADE")


def followed() -> Read:
    raised = ImprovementRaised(
        team="parks",
        title="Fee first",
        why="w",
        level=ImprovementLevel.OPERATIONAL,
        scope=ImprovementScope.TEAM,
        target=ImprovementTarget.PRODUCT,
        recommendation="show",
    )
    opened = InitiativeOpened(
        subject="product:permits",
        title="Plain words",
        value="v",
        level=ImprovementLevel.TACTICAL,
        template=InitiativeTemplate.LIGHT,
        recommendation="show",
    )
    carrying = ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=False, recommendation="show")
    return given(
        say("finding:hidden", FINDING),
        say("recommendation:show", MADE, at="2024-05-20"),
        say("release:beta", carrying, ReleaseSignedOff(), at="2024-06-01"),
        say("release:beta", ReleasePublished(), at="2024-07-01"),
        say("improvement:first", raised, at="2024-06-01"),
        say("improvement:first", ImprovementFinished(worked=True, learned="l"), at="2024-08-01"),
        say("initiative:words", opened, at="2024-09-01"),
    )


@pytest.mark.requirement("S1-12")
def test_a_recommendation_is_followed_to_the_changes_that_carry_it_out() -> None:
    path, told = "carriedOutBy { change name doneOn }", followed()
    release = {"change": "release:beta", "name": "Beta", "doneOn": "2024-07-01"}
    improvement = {"change": "improvement:first", "name": "Fee first", "doneOn": "2024-08-01"}
    told.on("2024-05-31").shows("recommendation:show", path, [])
    told.on("2024-07-31").shows("recommendation:show", path, [release, improvement | {"doneOn": None}])
    told.on("2024-08-31").shows("recommendation:show", path, [release, improvement])
    told.shows("recommendation:show", path, [release, improvement, {"change": "initiative:words", "name": "Plain words", "doneOn": None}])
    told.shows("recommendation:show", "releases.nodes.title", ["Beta"])
    told.shows("recommendation:show", "improvements.nodes.title", ["Fee first"])
    told.shows("finding:hidden", "recommendations.nodes.text", ["Show the fee"])


@pytest.mark.requirement("S1-12")
def test_a_release_carries_out_what_was_recommended_by_then() -> None:
    command = ProposeRelease(release="beta", product="permits", stage=ReleaseStage.BETA, title="Beta", functional=False, recommendation="show")
    made().when(command, by=TEAM).then(ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=False, recommendation="show"))
    assert found().when(command, by=TEAM).refused(NotFound).field == "recommendation"


@pytest.mark.requirement("S0-20")
def test_a_release_that_is_not_out_is_planned_for_another_day_with_a_reason() -> None:
    replan = ReplanRelease(release="beta", planned=date(2024, 9, 1), reason="Tests", at=start_of(date(2024, 7, 1)))
    proposed = known().given("release:beta", BETA, at="2024-06-01")
    s = proposed.when(replan, by=TEAM).then(ReleaseReplanned(planned=date(2024, 9, 1), reason="Tests"))
    release = s.facts().get(RELEASE, "beta")
    assert release is not None and release.planned == date(2024, 9, 1)
    known().when(replan, by=TEAM).refused(NotFound)
    known().given("release:beta", BETA, at="2024-08-01").when(replan, by=TEAM).refused(Invalid)
    past = replan.model_copy(update={"planned": date(2024, 6, 30)})
    assert known().given("release:beta", BETA, at="2024-06-01").when(past, by=TEAM).refused(Invalid).field == "planned"
    out = known().given("release:beta", BETA, ReleaseSignedOff(), ReleasePublished(), at="2024-06-01")
    out.when(replan, by=TEAM).refused(AlreadyDecided, "S0-13")
    for role in (OWNER, "executive@env", "team@roads"):
        known().given("release:beta", BETA, at="2024-06-01").when(replan, by=role).refused(NotAllowed)


@pytest.mark.requirement("S0-20")
def test_a_planned_release_is_a_milestone_before_it_is_published_and_late_after_its_day() -> None:
    planned = ReleaseProposed(product="permits", stage=ReleaseStage.BETA, title="Beta", functional=False, planned=date(2024, 7, 1))
    told = given(
        say("release:beta", planned, at="2024-06-01"),
        say("release:beta", ReleaseReplanned(planned=date(2024, 8, 1), reason="Tests"), at="2024-06-15"),
        say("release:beta", ReleasePublished(), at="2024-08-03"),
    )

    def seen(day: str) -> list[tuple[date, bool | None]]:
        return [(one.on, one.reached) for one in told.on(day).derives(milestones, "permits")]

    assert seen("2024-06-14") == [(date(2024, 7, 1), None)]
    assert seen("2024-08-01") == [(date(2024, 8, 1), None)]
    assert seen("2024-08-02") == [(date(2024, 8, 1), False)]
    assert seen("2024-08-03") == [(date(2024, 8, 3), True)]
