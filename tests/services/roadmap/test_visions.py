"""Visions of the long term, of which the latest by day counts, and target conditions, which have no day."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from libs.calendar.local_time import start_of
from libs.commands.catalog.roadmap.target_condition import ReachTargetCondition, SetTargetCondition
from libs.commands.catalog.roadmap.vision import SetVision
from libs.commands.errors import AlreadyDecided, AlreadyExists, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.backlog.improvement import ImprovementLevel
from libs.events.catalog.portfolio.organisation import OrganisationRegistered
from libs.events.catalog.portfolio.product import ProductRegistered
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.catalog.roadmap.initiative_choices import InitiativeTemplate
from libs.events.catalog.roadmap.initiative_events import InitiativeOpened
from libs.events.catalog.roadmap.target_condition import TARGET_CONDITION, TargetConditionReached, TargetConditionSet
from libs.events.catalog.roadmap.vision import VisionSet
from libs.rules.visions import vision_of
from services.roadmap.domain import decisions
from tests.given import given, say

ENV, PERMITS, PARKS = "organisation:env", "product:permits", "team:parks"


def known() -> Scenario:
    s = Scenario(decisions).given(ENV, OrganisationRegistered(name="Environment"), at="2024-01-01")
    s = s.given(PERMITS, ProductRegistered(name="Permits", home="env"), at="2024-01-01")
    return s.given(PARKS, TeamFormed(name="Parks", home="env", products=("permits",)), at="2024-01-01")


@pytest.mark.requirement("S4-11")
@pytest.mark.parametrize(
    ("subject", "role"),
    [
        (ENV, "executive@env"),
        (ENV, "portfolio_manager@env"),
        (PARKS, "executive@env"),
        (PERMITS, "portfolio_manager@env"),
        (PERMITS, "product_owner@permits"),
        (PERMITS, "product_owner@*"),
    ],
)
def test_a_vision_is_set_by_those_who_answer_for_the_long_term(subject: str, role: str) -> None:
    known().when(SetVision(vision="v", subject=subject, text="One place"), by=role).then(VisionSet(subject=subject, text="One place"))


@pytest.mark.requirement("S4-11")
@pytest.mark.parametrize(
    ("subject", "role"),
    [
        (ENV, "product_owner@permits"),
        (ENV, "product_owner@*"),
        (PARKS, "product_owner@permits"),
        (PERMITS, "product_owner@fees"),
        (PERMITS, "team@parks"),
        (PERMITS, "executive@health"),
        (ENV, "cab@env"),
    ],
)
def test_nobody_else_sets_a_vision_and_a_product_owner_sets_that_of_the_product_alone(subject: str, role: str) -> None:
    s = known().when(SetVision(vision="v", subject=subject, text="One place"), by=role)
    assert "takes" in s.refused(NotAllowed).detail
    assert s.said == ()


@pytest.mark.requirement("S2-06")
def test_the_vision_of_an_initiative_is_set_by_those_who_answer_for_what_it_improves() -> None:
    opened = InitiativeOpened(subject=ENV, title="Paper", value="v", level=ImprovementLevel.STRATEGIC, template=InitiativeTemplate.LIGHT)
    command = SetVision(vision="v", subject="initiative:paper", text="No paper")
    for role, may in (("executive@env", True), ("portfolio_manager@env", True), ("executive@health", False), ("product_owner@*", False)):
        s = known().given("initiative:paper", opened, at="2024-02-01").when(command, by=role)
        assert (s.error is None) is may, role


@pytest.mark.parametrize("subject", ["permits", "person:ann", "product:", "product:Permits", "metric:sat"])
def test_a_subject_is_the_global_id_of_what_can_have_a_vision(subject: str) -> None:
    with pytest.raises(ValidationError, match="string_pattern_mismatch"):
        SetVision(subject=subject, text="One place")


@pytest.mark.requirement("S4-11")
@pytest.mark.requirement("S2-06")
def test_the_vision_of_the_latest_day_counts_whichever_was_said_last() -> None:
    first, second = VisionSet(subject=ENV, text="One office"), VisionSet(subject=ENV, text="No office")
    begun = say(ENV, OrganisationRegistered(name="Environment"), at="2023-01-01")
    told = given(begun, say("vision:b", second, at="2025-01-01"), say("vision:a", first, at="2024-01-01"))
    told.on("2023-12-31").shows(ENV, "vision", None)
    told.on("2024-12-31").shows(ENV, "vision.text", "One office")
    told.shows(ENV, "vision { id text setOn }", {"id": "vision:b", "text": "No office", "setOn": "2025-01-01"})
    told.shows(ENV, "visions.nodes.text", ["One office", "No office"])
    told.shows("vision:a", "subject.name", "Environment")


@pytest.mark.requirement("S4-11")
def test_a_vision_said_again_under_its_id_is_its_next_version() -> None:
    s = known().when(SetVision(vision="v", subject=ENV, text="One office", at=start_of(date(2024, 1, 1))))
    s.when(SetVision(vision="v", subject=ENV, text="No office", at=start_of(date(2025, 1, 1)))).then(VisionSet(subject=ENV, text="No office"))
    for day, text in (("2024-06-01", "One office"), ("2025-06-01", "No office")):
        found = vision_of(s.facts(day), ENV)
        assert found is not None and found.text == text
    s.when(SetVision(vision="v", subject=PARKS, text="No team")).refused(Invalid)


def test_a_vision_counts_until_its_last_day() -> None:
    told = given(say("vision:v", VisionSet(subject=PARKS, text="No paper", until=date(2024, 6, 30))))
    assert told.on("2024-06-30").derives(vision_of, PARKS) is not None
    assert told.on("2024-07-01").derives(vision_of, PARKS) is None


def test_a_vision_does_not_end_before_it_is_set() -> None:
    at = start_of(date(2024, 6, 1))
    assert known().when(SetVision(vision="v", subject=ENV, text="No office", until=date(2024, 5, 31), at=at)).refused(Invalid).field == "until"
    known().when(SetVision(vision="v", subject=ENV, text="No office", until=date(2024, 6, 1), at=at)).then(
        VisionSet(subject=ENV, text="No office", until=date(2024, 6, 1))
    )


@pytest.mark.requirement("S3-02")
@pytest.mark.parametrize("role", ["team@parks", "product_owner@permits"])
def test_a_target_condition_is_set_without_a_day_and_reached_once(role: str) -> None:
    s = known().when(SetTargetCondition(target_condition="tc", subject=PERMITS, text="No visits"), by=role)
    s.then(TargetConditionSet(subject=PERMITS, text="No visits"))
    s.when(ReachTargetCondition(target_condition="tc"), by=role).then(TargetConditionReached())
    condition = s.facts().get(TARGET_CONDITION, "tc")
    assert condition is not None and condition.reached is not None
    s.when(ReachTargetCondition(target_condition="tc"), by=role).refused(AlreadyDecided, "S3-02")
    assert not {"due", "until", "ends"} & SetTargetCondition.model_fields.keys()


@pytest.mark.requirement("S3-02")
def test_nothing_is_reached_before_it_is_set_and_nothing_is_set_twice() -> None:
    reach = ReachTargetCondition(target_condition="tc", at=start_of(date(2024, 1, 1)))
    Scenario(decisions).when(reach).refused(NotFound)
    s = known().given("target_condition:tc", TargetConditionSet(subject=PERMITS, text="No visits"), at="2024-06-01").when(reach)
    assert "roadmap.set_target_condition" in (s.refused(Refused, "S3-02").remedy or "")
    s.when(SetTargetCondition(target_condition="tc", subject=PERMITS, text="No paper")).refused(AlreadyExists)
    s.when(ReachTargetCondition(target_condition="tc"), by="executive@env").refused(NotAllowed)


def test_what_is_said_of_a_thing_by_its_global_id_stands_in_its_story_and_lists() -> None:
    told = given(
        say(PERMITS, ProductRegistered(name="Permits", home="env")),
        say("vision:v", VisionSet(subject=PERMITS, text="No paper"), at="2024-02-01"),
        say("target_condition:tc", TargetConditionSet(subject=PERMITS, text="No visits"), at="2024-03-01"),
    )
    told.shows(PERMITS, "story(first: 2).nodes.id", ["target_condition:tc@1", "vision:v@1"])
    told.shows(PERMITS, "targetConditions.nodes.text", ["No visits"])
    told.shows("vision:v", "subject { id name }", {"id": PERMITS, "name": "Permits"})
    told.says("/visions?subject=product:permits", "No paper")
