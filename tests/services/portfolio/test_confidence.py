"""Confidence: rated in words by those who answer for something, beside what the rules make of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from libs.commands.catalog.portfolio.evaluations.confidence import RateConfidence
from libs.commands.errors import Invalid, NotAllowed
from libs.commands.testing import Scenario, money
from libs.events.catalog.portfolio.evaluations.confidence import ConfidenceLevel, ConfidenceRated
from libs.events.catalog.portfolio.investment import ForecastRecorded, InvestmentClosed, InvestmentDecided, InvestmentProposed, InvestmentWithdrawn
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductDecommissioned, ProductHalted, ProductRegistered
from libs.events.catalog.portfolio.program import ProgramOpened
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamDissolved, TeamFormed, TeamPivotedAway
from libs.events.event import Payload, Retracted
from services.portfolio.domain import decisions
from tests.given import Read, given, say

OURS = ("team:parks", "product:permits", "program:water", "organisation:env", "investment:inv")


def known() -> Scenario:
    s = Scenario(decisions).given("organisation:env", OrganisationRegistered(name="Environment"), at="2024-01-01")
    s = s.given("program:water", ProgramOpened(name="Water", home="env"), at="2024-01-01")
    s = s.given("product:permits", ProductRegistered(name="Permits", program="water"), at="2024-01-01")
    s = s.given("team:parks", TeamFormed(name="Parks", home="env", products=("permits",)), at="2024-01-01")
    return s.given("investment:inv", InvestmentProposed(team="parks", product="permits", amount=money("100.00")), at="2024-01-01")


def rate(**fields: Any) -> RateConfidence:
    return RateConfidence.model_validate({"confidence": "con", "subject": "product:permits", "level": "high", "words": "All is well", **fields})


def rated(level: ConfidenceLevel = ConfidenceLevel.HIGH, subject: str = "product:permits", **more: Any) -> ConfidenceRated:
    return ConfidenceRated(subject=subject, level=level, words="All is well", **more)


@pytest.mark.requirement("S1-24")
def test_managers_and_executives_rate_what_is_theirs_and_product_owners_their_product() -> None:
    for subject in OURS:
        for role in ("portfolio_manager@env", "executive@env"):
            known().when(rate(subject=subject, next_step="Go on"), by=role).then(rated(subject=subject, next_step="Go on"))
        for role in ("portfolio_manager@citz", "executive@citz", "team@parks", "lab_ops", "steering_group@env", "cab@env", "auditor", "product_owner@fees"):
            known().when(rate(subject=subject), by=role).refused(NotAllowed)
    known().when(rate(), by="product_owner@permits").then(rated())
    for subject in ("team:parks", "program:water", "organisation:env"):
        known().when(rate(subject=subject), by="product_owner@permits").refused(NotAllowed)


def test_it_is_rated_anew_under_the_same_id_or_another_but_an_id_stays_that_of_one_thing() -> None:
    once = known().given("confidence:con", rated(), at="2024-05-01")
    once.when(rate(), by="executive@env").then(rated())
    refused = once.when(rate(subject="team:parks"), by="executive@env").refused(Invalid)
    assert refused.field == "subject" and refused.remedy
    once.when(rate(confidence="other", level="low"), by="executive@env").then(rated(ConfidenceLevel.LOW))


@pytest.mark.parametrize(
    "wrong", [{"level": "green"}, {"words": " "}, {"words": "x" * 10_001}, {"subject": "release:beta"}, {"subject": "permits"}, {"next_step": ""}]
)
def test_a_rating_has_a_level_and_says_why(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rate(**wrong)


def told(*more: Any) -> Read:
    return given(
        say("organisation:env", OrganisationRegistered(name="Environment")),
        say("program:water", ProgramOpened(name="Water", home="env")),
        say("product:permits", ProductRegistered(name="Permits", program="water")),
        say("team:parks", TeamFormed(name="Parks", home="env", products=("permits",))),
        *more,
    )


HEALTHY = say("team:parks", *(HealthRecorded(subject=of, reading=HealthReading.GOOD, source="Check") for of in HealthSubject), at="2024-02-01")
HALTED = say("product:permits", ProductHalted(reason="resource_constraint"), at="2024-04-01")


@pytest.mark.requirement("S1-24")
def test_the_rating_stands_beside_what_the_rules_make_of_it_and_disagrees_where_it_is_two_levels_better() -> None:
    first = say("confidence:con", rated(ConfidenceLevel.MEDIUM), at="2024-03-01", by="executive@env")
    then = told(HEALTHY, first, HALTED, say("confidence:other", rated(ConfidenceLevel.MEDIUM_LOW), at="2024-04-02"))
    asked = "confidence { level words assertedBy on trend derived disagrees }"
    shown = {"level": "MEDIUM", "words": "All is well", "assertedBy": "executive@env", "on": "2024-03-01", "trend": None}
    then.on("2024-03-31").shows("product:permits", asked, {**shown, "derived": "HIGH", "disagrees": False})
    then.on("2024-04-01").shows("product:permits", asked, {**shown, "derived": "LOW", "disagrees": True})
    then.on("2024-04-02").shows("product:permits", "confidence { level trend disagrees }", {"level": "MEDIUM_LOW", "trend": "WORSE", "disagrees": False})
    then.on("2024-04-02").shows("product:permits", "standing { level because }", {"level": "LOW", "because": ["work on it is halted"]})
    then.on("2024-02-15").shows("product:permits", "confidence", None)
    then.on("2024-02-15").shows("team:parks", "standing.level", "HIGH")
    told().shows("team:parks", "standing", None)
    back = given(then.world, say("confidence:other", Retracted(event="confidence:other@1", reason="Wrong"), at="2024-04-03")).on("2024-04-04")
    back.shows("product:permits", "confidence.level", "MEDIUM")


def test_of_a_program_and_an_organisation_the_rules_make_what_half_of_it_reaches() -> None:
    then = told(HEALTHY, HALTED, say("product:wells", ProductRegistered(name="Wells", home="env")))
    then.shows("program:water", "standing { level because }", {"level": "LOW", "because": ["1 of 1 stand so or better"]})
    then.shows("organisation:env", "standing { level because }", {"level": "LOW", "because": ["2 of 2 stand so or better"]})


@pytest.mark.requirement("S1-24")
def test_it_adds_up_as_counts_and_nothing_is_averaged() -> None:
    ours, low = say("confidence:con", rated(), at="2024-05-01"), say("confidence:two", rated(ConfidenceLevel.LOW, "team:parks"), at="2024-05-01")
    then = told(HEALTHY, HALTED, ours, low)
    counts = {ConfidenceLevel.HIGH: (1, 1), ConfidenceLevel.LOW: (1, 2)}
    levels = [{"level": one.name, "rated": counts.get(one, (0, 0))[0], "derived": counts.get(one, (0, 0))[1]} for one in ConfidenceLevel]
    summary = "confidenceSummary { byLevel { level rated derived } unrated old disagreeing }"
    for subject in ("portfolio", "portfolio:env", "organisation:env"):
        then.on("2024-06-01").shows(subject, summary, {"byLevel": levels, "unrated": 1, "old": 0, "disagreeing": 1})
    then.on("2024-07-30").shows("program:water", "confidenceSummary { unrated old disagreeing }", {"unrated": 0, "old": 0, "disagreeing": 1})
    then.on("2024-07-31").shows("program:water", "confidenceSummary.old", 1)


def test_what_the_rules_make_of_an_investment_is_for_those_who_read_its_money() -> None:
    decided = say("investment:inv", InvestmentProposed(team="parks", amount=money("100.00")), InvestmentDecided(approved=True, reason="So"), at="2024-02-01")
    over = say("investment:inv", ForecastRecorded(amount=money("111.00")), at="2024-03-01")
    then = told(HEALTHY, decided, over, say("confidence:con", rated(subject="investment:inv"), at="2024-03-02"))
    then.on("2024-02-15").shows("investment:inv", "standing.level", "HIGH")
    then.shows("investment:inv", "standing { level because }", {"level": "MEDIUM_LOW", "because": ["its forecast is above its baseline in CAD"]})
    then.shows("investment:inv", "confidence { level derived disagrees }", {"level": "HIGH", "derived": "MEDIUM_LOW", "disagrees": True})
    blind = then.to("product_owner@permits")
    blind.shows("investment:inv", "standing", None)
    blind.shows("investment:inv", "confidence { level derived disagrees }", {"level": "HIGH", "derived": None, "disagrees": False})


@pytest.mark.requirement("S1-24")
def test_a_rating_is_due_anew_after_90_days_by_whoever_may_rate() -> None:
    then = told(say("confidence:con", rated(), at="2024-05-01"), say("confidence:two", rated(ConfidenceLevel.LOW), at="2024-07-01"))
    due = then.on("2024-08-01").shown("product:permits", "duties { kind dueOn command subject { id name } }")
    about = {"id": "confidence:two", "name": "Permits"}
    only = {"kind": "CONFIDENCE_OLD", "dueOn": "2024-09-29", "command": "portfolio.rate_confidence", "subject": about}
    assert due == [only], "the first was followed by the second"


@pytest.mark.requirement("S1-24")
@pytest.mark.parametrize(
    ("subject", "over"),
    [
        ("team:parks", TeamDissolved(reason="Over")),
        ("team:parks", TeamPivotedAway(reason="Over")),
        ("product:permits", ProductDecommissioned(reason="Over")),
        ("investment:inv", InvestmentClosed(reason="Over")),
        ("investment:inv", InvestmentWithdrawn(reason="Over")),
    ],
)
def test_what_has_ended_has_neither_to_be_rated_anew_nor_a_standing_and_is_counted_nowhere(subject: str, over: Payload) -> None:
    proposed = say("investment:inv", InvestmentProposed(team="parks", product="permits", amount=money("100.00")), at="2024-02-01")
    then = told(HEALTHY, proposed, say("confidence:con", rated(subject=subject), at="2024-05-01"), say(subject, over, at="2024-07-01"))
    due = "duties { kind subject { id } }"
    old = {"kind": "CONFIDENCE_OLD", "subject": {"id": "confidence:con"}}
    counted = "confidenceSummary { byLevel { rated } }"
    before, after = then.on("2024-06-30"), then.on("2024-08-01")
    assert old in before.shown("portfolio", due)
    assert old not in after.shown("portfolio", due)
    assert subject.startswith("investment:") or before.shown(subject, "standing { level }") is not None
    after.shows(subject, "standing", None)
    assert [sum(level["rated"] for level in one.shown("portfolio", counted)["byLevel"]) for one in (before, after)] == [1, 0]


def test_a_team_that_is_dissolved_speaks_no_longer_for_the_health_of_its_products() -> None:
    then = told(HEALTHY, say("team:parks", TeamDissolved(reason="Over"), at="2024-07-01"))
    then.on("2024-06-30").shows("product:permits", "standing.because", ["the health of the product is good"])
    then.on("2024-07-01").shows("product:permits", "standing", None)


def test_pages_say_how_sure_somebody_is_beside_what_the_rules_make_of_it() -> None:
    first = say("confidence:con", rated(ConfidenceLevel.LOW), at="2024-03-01")
    then = told(HEALTHY, HALTED, first, say("confidence:con", rated(next_step="Hire two"), at="2024-04-02", by="executive@env")).on("2024-04-03")
    both = (
        "Confidence High, better than before, by executive of env on 2 Apr 2024: All is well. Next: Hire two. By the rules Low, two levels worse or more, since"
    )
    then.says("/products/permits", both)
    then.says("/teams/parks", "By the rules High, since the health of the team is good and the health of the product is good")
    then.says("/", "Confidence is rated one high; one rated two levels or more better than the rules make of it, two rated by nobody.")
    then.says("/organisations/env", "Standing", "Low")
