"""What is said on the way to graduation, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from libs.commands.catalog.portfolio.graduation import (
    AcceptHandoff,
    Attest,
    EnterSustain,
    HoldCeremony,
    PrepareHandoff,
    RecordFailedHandoff,
    TellStory,
)
from libs.commands.command import Command
from libs.commands.errors import AlreadyExists, Invalid, NotAllowed, NotFound, Refused
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.graduation import (
    GRADUATION,
    Attested,
    CeremonyHeld,
    GraduationState,
    GraduationStatus,
    GraduationStatusChanged,
    HandoffAccepted,
    HandoffFailed,
    HandoffPrepared,
    HandoffState,
    HomeFunction,
    StoryTold,
    SustainEntered,
)
from libs.events.catalog.portfolio.team import HealthReading, HealthRecorded, HealthSubject, TeamFormed, TeamPivotedAway
from libs.events.event import Overridden
from libs.events.facts import Facts
from services.portfolio.domain import decisions, graduation

IT = HomeFunction.IT_AGENCY


@dataclass(frozen=True)
class Found:
    met: bool
    why: str = "as the test says"


@pytest.fixture(autouse=True)
def criteria(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """R-01 and R-02, met or not as a test says."""
    met = {"R-01": True, "R-02": True}

    def released(facts: Facts, team: str) -> Found:
        return Found(met["R-01"])

    def diminishes(facts: Facts, team: str) -> Found:
        return Found(met["R-02"])

    monkeypatch.setattr(graduation, "beta_released", released)
    monkeypatch.setattr(graduation, "backlog_diminishes", diminishes)
    return met


def command(of: type[Command], **fields: object) -> Command:
    return of.model_validate({"team": "t", **fields})


def team(*health: tuple[HealthSubject, HealthReading]) -> Scenario:
    scenario = Scenario(decisions).given("team:t", TeamFormed(name="T", home="env"), at="2024-01-01")
    for subject, reading in health:
        scenario.given("team:t", HealthRecorded(subject=subject, reading=reading, source="check"), at="2024-08-01")
    return scenario


def healthy() -> Scenario:
    return team((HealthSubject.TEAM, HealthReading.GOOD), (HealthSubject.PRODUCT, HealthReading.GOOD))


def seen(scenario: Scenario, day: str | None = None) -> GraduationState:
    found = scenario.facts(day).get(GRADUATION, "t")
    assert found is not None
    return found


def test_nothing_is_said_of_a_team_that_does_not_exist() -> None:
    said = (
        command(EnterSustain),
        command(PrepareHandoff, function="it_agency", evidence="plan"),
        command(AcceptHandoff, function="it_agency", accepted_by="env"),
        command(RecordFailedHandoff, function="it_agency", reason="none"),
        command(Attest, criterion="R-04", statement="Yes"),
        command(TellStory, achieved="All"),
        command(HoldCeremony),
    )
    for each in said:
        assert Scenario(decisions).when(each).refused(NotFound).field == "team"


@pytest.mark.requirement("S4-01")
def test_a_healthy_team_enters_sustain_once() -> None:
    scenario = healthy()
    scenario.when(command(EnterSustain), by="executive@env").refused(NotAllowed)
    scenario.when(command(EnterSustain), by="lab_ops").then(SustainEntered()).when(command(EnterSustain)).refused(AlreadyExists)
    assert seen(scenario).sustain


@pytest.mark.requirement("S4-02")
def test_sustain_needs_both_healths_at_that_time() -> None:
    team((HealthSubject.TEAM, HealthReading.GOOD)).when(command(EnterSustain)).refused(Refused, "S4-02")
    team((HealthSubject.TEAM, HealthReading.GOOD), (HealthSubject.PRODUCT, HealthReading.FAIR)).when(command(EnterSustain)).refused(Refused, "S4-02")
    error = healthy().when(command(EnterSustain, at="2024-07-31")).refused(Refused, "S4-02")
    assert "health of the product is not recorded" in error.detail


@pytest.mark.requirement("S4-02")
@pytest.mark.parametrize("criterion", ["R-01", "R-02"])
def test_sustain_needs_its_preconditions(criterion: str, criteria: dict[str, bool]) -> None:
    criteria[criterion] = False
    scenario = healthy()
    assert f"{criterion}: as the test says" in scenario.when(command(EnterSustain)).refused(Refused, "S4-02").detail
    scenario.when(command(EnterSustain, override={"rule": "S4-02", "reason": "Agreed"}))
    assert [type(event.data) for event in scenario.said] == [Overridden, SustainEntered]


@pytest.mark.requirement("R-06")
@pytest.mark.requirement("S4-05")
@pytest.mark.requirement("S4-17")
def test_a_function_prepares_then_accepts_once() -> None:
    scenario = team()
    accept = command(AcceptHandoff, function="it_agency", accepted_by="env", at="2024-09-15")
    scenario.when(accept).refused(Refused, "S4-17")
    scenario.when(command(PrepareHandoff, function="it_agency", evidence="plan", at="2024-09-20"), by="lab_ops").then(
        HandoffPrepared(function=IT, evidence="plan")
    )
    scenario.when(command(PrepareHandoff, function="it_agency", evidence="plan")).then()
    scenario.when(accept).refused(Refused, "S4-17")
    later = command(AcceptHandoff, function="it_agency", accepted_by="env", at="2024-10-01")
    scenario.when(later, by="lab_ops").refused(NotAllowed)
    scenario.when(later, by="executive@env").then(HandoffAccepted(function=IT, accepted_by="env"))
    scenario.when(later).refused(AlreadyExists)
    states = [seen(scenario, day).handoff(IT).state for day in ("2024-09-25", "2024-10-02")]
    assert states == [HandoffState.PREPARED, HandoffState.ACCEPTED]
    assert seen(scenario).handoff(HomeFunction.STRATEGIC_HR).state is HandoffState.OPEN


@pytest.mark.requirement("S4-07")
def test_a_failed_hand_off_stays_on_record_and_can_be_mended() -> None:
    scenario = team().given("graduation:t", HandoffPrepared(function=IT, evidence="plan"), HandoffAccepted(function=IT, accepted_by="env"), at="2024-09-01")
    scenario.when(command(RecordFailedHandoff, function="it_agency", reason="Nobody came", at="2024-10-01"), by="lab_ops").then(
        HandoffFailed(function=IT, reason="Nobody came")
    )
    assert seen(scenario).handoff(IT).acceptance is None and seen(scenario).handoff(IT).state is HandoffState.FAILED
    accept = command(AcceptHandoff, function="it_agency", accepted_by="env", at="2024-11-01")
    error = scenario.when(accept).refused(Refused, "S4-17")
    assert "failed on 2024-10-01" in error.detail and "Prepare the hand-off again" in (error.remedy or "")
    early = command(PrepareHandoff, function="it_agency", evidence="A better plan", at="2024-09-20")
    scenario.when(early).when(accept).refused(Refused, "S4-17")
    scenario.when(command(PrepareHandoff, function="it_agency", evidence="plan", at="2024-10-15")).then(HandoffPrepared(function=IT, evidence="plan"))
    assert seen(scenario).handoff(IT).state is HandoffState.PREPARED
    scenario.when(accept)
    handoff = seen(scenario).handoff(IT)
    assert handoff.state is HandoffState.ACCEPTED and handoff.acceptance and len(handoff.failed) == 1


@pytest.mark.requirement("R-04")
def test_an_executive_attests_and_dates_nothing() -> None:
    scenario = team()
    attest = command(Attest, criterion="R-04", statement="So it is")
    scenario.when(attest, by="lab_ops").refused(NotAllowed)
    scenario.when(attest, by="executive@citz").refused(NotAllowed)
    scenario.when(command(Attest, criterion="R-04", statement="So it is", at="2025-01-01"), by="executive@env").refused(NotAllowed)
    scenario.when(attest, by="executive@env").then(Attested(criterion="R-04", statement="So it is"))
    assert len(seen(scenario).attested("R-04")) == 1 and not seen(scenario).attested("R-05")


@pytest.mark.requirement("R-05")
@pytest.mark.requirement("S4-18")
def test_a_story_tells_what_failed_or_nothing() -> None:
    for nothing in ("  ", "—"):
        scenario = team().when(command(TellStory, achieved="Search", failed=nothing, channels=["newsletter"]), by="executive@env")
        scenario.then(StoryTold(achieved="Search", failed=None, channels=("newsletter",)))
    scenario.when(command(TellStory, achieved="Search", failed="The mobile form")).then(StoryTold(achieved="Search", failed="The mobile form"))
    assert len(seen(scenario).stories) == 2


@pytest.mark.requirement("S4-18")
def test_a_ceremony_before_hand_off_and_story_is_refused() -> None:
    scenario = team()
    error = scenario.when(command(HoldCeremony)).refused(Refused, "S4-18")
    assert "Sustain was not entered" in error.detail and "strategic HR has not accepted" in error.detail
    scenario.given("graduation:t", SustainEntered(), at="2024-09-01")
    for function in HomeFunction:
        scenario.given(
            "graduation:t", HandoffPrepared(function=function, evidence="plan"), HandoffAccepted(function=function, accepted_by="env"), at="2024-10-01"
        )
    scenario.given("graduation:t", StoryTold(achieved="All"), at="2024-11-01")
    assert "what failed" in scenario.when(command(HoldCeremony)).refused(Refused, "S4-18").detail
    scenario.given("graduation:t", StoryTold(achieved="Much", failed="The form"), at="2024-11-02")
    scenario.when(command(HoldCeremony, at="2024-11-01")).refused(Refused, "S4-18")
    scenario.when(command(HoldCeremony, at="2024-11-20"), by="executive@env").then(CeremonyHeld()).when(command(HoldCeremony, at="2024-11-20")).then()
    assert len(seen(scenario).ceremonies) == 1


def test_a_team_that_pivoted_away_takes_no_more_steps_but_may_tell_what_failed() -> None:
    scenario = healthy().given("team:t", TeamPivotedAway(reason="Priorities"), at="2025-01-01")
    scenario.when(command(EnterSustain)).refused(Invalid)
    scenario.when(command(HoldCeremony)).refused(Invalid)
    scenario.when(command(EnterSustain, at="2024-09-01")).then(SustainEntered())
    scenario.when(command(RecordFailedHandoff, function="it_agency", reason="Nobody came"))
    scenario.when(command(TellStory, achieved="Little", failed="Much"))
    assert scenario.error is None


def test_announcements_change_nothing() -> None:
    scenario = team().given("graduation:t", SustainEntered())
    before = seen(scenario)
    announced = GraduationStatusChanged(status=GraduationStatus.SUSTAIN, before=GraduationStatus.IN_RESIDENCY, day=scenario.now.date())
    assert seen(scenario.given("graduation:t", announced)) == before
